"""SAFETY A4: who holds a role that their community gives to adults, and who holds it no more.

Seen wherever a member is: in interactions, when Discord is asked whether somebody is there, and by
its own telling with the members intent. Told when it changes, and again after a while to those who
may have come in since. It knows no age.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.events import AgeSeen, AgeSign, Author
from bot.platforms.bounded import Bounded
from bot.platforms.discord.chosen import Choices, Chosen
from bot.platforms.discord.names import person_id, shared_room
from bot.platforms.tasks import Start

AGAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class _Told:
    is_held: bool
    roles: tuple[str, ...]
    at: float


class Trusted:
    def __init__(
        self,
        choices: Choices,
        tell: Callable[[AgeSeen], None],
        start: Start,
        now: Callable[[], float],
    ) -> None:
        self._choices = choices
        self._tell = tell
        self._start = start
        self._now = now
        self._told: Bounded[tuple[str, str], _Told] = Bounded()

    def saw(self, guild: str, user: str, roles: Sequence[str]) -> None:
        """Waits for nothing."""
        chosen = self._choices.known(guild)
        if chosen is None:
            self._start(self._read_and_see(guild, user, roles))
        else:
            self._see(chosen, guild, user, roles)

    def saw_speaking(self, guild: str, user: str, roles: Sequence[str]) -> None:
        """Whoever talks in a guild is seen, and most of them are strangers: of interest are those
        who were trusted."""
        if (told := self._told.get((guild, user))) and told.is_held:
            self.saw(guild, user, roles)

    async def sign_of(self, guild: str, roles: Sequence[str]) -> AgeSign | None:
        """What goes with a message of somebody who holds these."""
        return AgeSign.ROLE if _holds(await self._choices.of(guild), roles) else None

    async def _read_and_see(self, guild: str, user: str, roles: Sequence[str]) -> None:
        self._see(await self._choices.of(guild), guild, user, roles)

    def _see(self, chosen: Chosen, guild: str, user: str, roles: Sequence[str]) -> None:
        if chosen.roles is None:
            return
        told, now = self._told.get((guild, user)), self._now()
        is_held = _holds(chosen, roles)
        is_same = told and (told.is_held, told.roles) == (is_held, chosen.roles)
        if told and is_same and (not is_held or now - told.at < AGAIN_S):
            return
        self._told.put((guild, user), _Told(is_held, chosen.roles, now))
        author = Author(person_id(user), "")
        self._tell(AgeSeen(shared_room(guild, guild), author, AgeSign.ROLE, is_held))


def _holds(chosen: Chosen, roles: Sequence[str]) -> bool:
    return not set(chosen.roles or ()).isdisjoint(map(str, roles))
