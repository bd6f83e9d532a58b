"""What is suggested while somebody types an option. Answered at once, from what it was given.

It knows nobody: everything that it suggests is everybody's, and nothing that a person has kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.commands.declared import commands_for
from bot.events import Role

MOST = 25
LONGEST = 100

SUGGESTED: Mapping[tuple[str, str], str] = {
    ("persona", "name"): "personas",
    ("help", "command"): "commands",
    ("timezone", "zone"): "zones",
    ("language", "name"): "languages",
}
"""Which option of which command, and from what. Ratings and the like are choices of the command."""

Named = tuple[str, str]
"""What is shown, and what is then sent."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What counts of who types: what they may, and where they are."""

    role: Role
    is_direct: bool


class Suggestions:
    def __init__(
        self,
        *,
        personas: Callable[[], Iterable[Named]],
        zones: Callable[[], Iterable[str]],
        languages: Callable[[], Iterable[str]],
        is_listed: bool,
    ) -> None:
        self._personas = personas
        self._zones = zones
        self._languages = languages
        self._is_listed = is_listed

    def suggest(self, command: str, option: str, typed: str, asker: Asker) -> list[Named]:
        """What begins with it first, then what holds it; at most as many as Discord takes."""
        known = self._known(SUGGESTED.get((command, option), ""), asker)
        wanted = typed.strip().casefold()
        begins, holds = [], []
        for shown, sent in known:
            if shown.casefold().startswith(wanted) or sent.casefold().startswith(wanted):
                begins.append((shown, sent))
            elif wanted in shown.casefold():
                holds.append((shown, sent))
        fits = (named for named in (*begins, *holds) if named[1] and len(named[1]) <= LONGEST)
        return [(shown[:LONGEST], sent) for shown, sent in fits][:MOST]

    def _known(self, what: str, asker: Asker) -> Iterable[Named]:
        match what:
            case "personas":
                return self._personas()
            case "commands":
                offered = commands_for(
                    asker.role, is_direct=asker.is_direct, age_restricted=not self._is_listed
                )
                return [(command.name, command.name) for command in offered]
            case "zones":
                return [(zone, zone) for zone in self._zones()]
            case "languages":
                return [(name, name) for name in self._languages()]
            case _:
                return ()
