"""What a platform is: a translator between a chat service and our events and actions.

It decides nothing. Events flow out of `events()`, actions go into `do()`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.drafts import Pace
from bot.events import Action, Author, CommunityId, Event, EventId, PersonId, Revise, RoomId


class PlatformError(Exception):
    """A service that refuses: what, by its code, and where a person can mend it, the mend."""


class Platform(Protocol):
    @property
    def name(self) -> str:
        """The word before the colon in this platform's ids."""

    @property
    def pace(self) -> Pace:
        """How long a page may be and how often it may be revised."""

    @property
    def prefix(self) -> str:
        """What a typed command begins with, as in `/help` or `!help`."""

    def reaches(self, person: PersonId) -> bool:
        """Whether this person can be answered here: a terminal has one person only."""

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        """Where this person is now, of the communities that have the bot: any may sponsor them.
        As the service has it at this moment, banned people left out; None where it does not say,
        and a person of whom nothing can be known is nobody's guest (SAFETY A4, A11)."""

    def name_of(self, community: CommunityId) -> str | None:
        """What it is called there, as its moderators wrote it: from memory, asking nobody. None
        where that is not known, or there are no names but the ids."""

    def events(self) -> AsyncGenerator[Event, None]:
        """Ends when the platform has nothing more to tell and never will."""

    async def do(self, action: Action) -> EventId | None:
        """Carries the action out; for `Say`, the new message's id."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was heard in one room before nobody listened."""

    room: RoomId
    last: EventId
    kept: tuple[EventId, ...] = ()
    """The latest messages whose words stand in the vault."""
    person: PersonId | None = None
    """Whose vault; None: heard since the start."""


LastHeard = Callable[[], Awaitable[tuple[Known, ...]]]
"""The rooms of a platform, the one that was written in last at the end."""


@dataclass(frozen=True, slots=True)
class Published:
    """A community's rules, as anybody may read them: without word lists and anybody's name."""

    version: int
    """Of the rules that moderators write; 0 while there are none."""
    hash: str
    """Of all that holds there."""
    summary: Mapping[str, str]


RulesOf = Callable[[CommunityId], Awaitable[Published]]
"""As the house has them at this moment."""


class Offered(StrEnum):
    """What moderators choose from in their community."""

    RULES = "rules"
    CASES = "cases"
    """Those about which something can be done."""


Named = tuple[str, str]
"""What is shown, and what is then sent."""

Offers = Callable[[Offered, CommunityId, Author], Awaitable[tuple[Named, ...]]]
"""Names and numbers, and nobody's words; nothing for who may not see them there. Whoever asks gives
up in time."""


async def no_offers(_what: Offered, _community: CommunityId, _author: Author) -> tuple[Named, ...]:
    return ()


@runtime_checkable
class CatchesUp(Protocol):
    """A platform that has to ask for what was written while nobody listened."""

    def catch_up_from(self, last_heard: LastHeard) -> None:
        """Before its events are read."""


@runtime_checkable
class Lasts(Platform, Protocol):
    """A platform on which what was said stands when the bot has ended."""

    async def show_whole(self, revise: Revise) -> None:
        """Of a message that was said before this start, whose last edit may never have arrived.
        Nothing is sent where the service says that it stands so already, or is gone, nor where
        somebody else may read it by now."""


class Locker(Protocol):
    """Where a platform keeps what it must (device keys, tokens), sealed."""

    async def keep(self, name: str, secret: bytes) -> None: ...

    async def fetch(self, name: str) -> bytes | None: ...

    async def drop(self, name: str) -> None:
        """Nothing where there is nothing."""


@runtime_checkable
class Forgets(Protocol):
    """A platform that keeps something of people."""

    async def forget(self, account: PersonId) -> None:
        """INVARIANT I6: this account's person is erased. What is not this platform's account is
        nothing to it."""
