"""What is suggested while somebody types an option. Answered at once, from what it was given.

It knows nobody: everything that it suggests is everybody's or a community's, and nothing that a
person has kept. Of rules and cases moderators are told, where they are some.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.commands.declared import commands_for
from bot.events import Author, Role, Room
from bot.platforms.base import Named, Offered, Offers, no_offers

MOST = 25
LONGEST = 100

SUGGESTED: Mapping[tuple[str, str], str] = {
    ("persona", "name"): "personas",
    ("help", "command"): "commands",
    ("timezone", "zone"): "zones",
    ("language", "name"): "languages",
    **{(f"rules {one}", "rule"): Offered.RULES for one in ("show", "edit", "remove", "dry-run")},
    **{(one, "number"): Offered.CASES for one in ("case", "note", "uphold", "lift")},
}
"""Which option of which command, and from what. Ratings and the like are choices of the command."""

PATIENCE_S = 0.8
"""Of whoever types, with the store: Discord asks anew with each letter."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who types, and where."""

    author: Author
    room: Room


class Suggestions:
    def __init__(
        self,
        *,
        personas: Callable[[], Iterable[Named]],
        zones: Callable[[], Iterable[str]],
        languages: Callable[[], Iterable[str]],
        is_listed: bool,
        offers: Offers = no_offers,
    ) -> None:
        self._offers = offers
        self._personas = personas
        self._zones = zones
        self._languages = languages
        self._is_listed = is_listed

    async def suggest(self, command: str, option: str, typed: str, asker: Asker) -> list[Named]:
        """What begins with it first, then what holds it; at most as many as Discord takes."""
        what = SUGGESTED.get((command, option), "")
        if isinstance(what, Offered):
            known = await self._offered(what, asker)
        else:
            known = self._known(what, asker)
        wanted = typed.strip().casefold()
        begins, holds = [], []
        for shown, sent in known:
            if shown.casefold().startswith(wanted) or sent.casefold().startswith(wanted):
                begins.append((shown, sent))
            elif wanted in shown.casefold():
                holds.append((shown, sent))
        fits = (named for named in (*begins, *holds) if named[1] and len(named[1]) <= LONGEST)
        return [(shown[:LONGEST], sent) for shown, sent in fits][:MOST]

    async def _offered(self, what: Offered, asker: Asker) -> Iterable[Named]:
        community = asker.room.sponsor
        if asker.room.is_direct or community is None or asker.author.role < Role.MODERATOR:
            return ()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._offers(what, community, asker.author)
        except TimeoutError:
            return ()

    def _known(self, what: str, asker: Asker) -> Iterable[Named]:
        match what:
            case "personas":
                return self._personas()
            case "commands":
                offered = commands_for(
                    asker.author.role,
                    is_direct=asker.room.is_direct,
                    age_restricted=not self._is_listed,
                )
                return [(command.name, command.name) for command in offered]
            case "zones":
                return [(zone, zone) for zone in self._zones()]
            case "languages":
                return [(name, name) for name in self._languages()]
            case _:
                return ()
