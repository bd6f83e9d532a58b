"""The shared words, as frozen values.

Events are things of the world, told by a platform; actions are imperatives, carried out by it.
Nothing here decides, stores or sends.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NewType

from bot.files import Attached, File

PersonId = NewType("PersonId", str)
"""`platform:name`, as in `discord:123`, `matrix:@ada:example.org`, `console:you`."""

CommunityId = NewType("CommunityId", str)
HOME = CommunityId("home")
"""The community of a direct room that names none."""

RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)
"""The platform's own name for a message; unique within its room."""

TurnId = NewType("TurnId", int)
SessionId = NewType("SessionId", int)


def platform_of(person: PersonId) -> str:
    return person.split(":", 1)[0]


class Rating(IntEnum):
    """The ceiling of a session is the lowest of sponsor, persona, person and age record."""

    GENERAL = 0
    ROMANCE = 1
    MATURE = 2


class Role(IntEnum):
    """What a person is in a community, as the platform tells it."""

    MEMBER = 0
    MODERATOR = 1
    OPERATOR = 2


class AgeLevel(IntEnum):
    """How well an age record is founded (SAFETY A4)."""

    SELF_ATTESTED = 0
    PLATFORM = 1
    MODERATOR = 2
    VERIFIED = 3


class AgeSign(StrEnum):
    """What a platform can see that speaks for an adult (SAFETY A4). None of them is an age."""

    NSFW = "nsfw interaction"
    """The person used a command that the platform gives to adults only."""
    ROLE = "trusted role"
    """They hold a role that their community gives to adults only."""


@dataclass(frozen=True, slots=True)
class Author:
    id: PersonId
    name: str
    role: Role = Role.MEMBER
    is_bot: bool = False
    language: str | None = None
    """As the platform tells it, in its own spelling: `de`, `pt-BR`."""
    roles: frozenset[str] | None = None
    """By the platform's own names for them; None where it does not say."""
    power_level: int | None = None
    """On Matrix."""
    since: float | None = None
    """When the account was made, where the platform tells."""


@dataclass(frozen=True, slots=True)
class Room:
    id: RoomId
    is_direct: bool
    sponsor: CommunityId | None = None
    """The community whose rules go with the person into this room; of a shared room, its own."""
    is_their_choice: bool = False
    """They come by this community's own door, so once they are in it is their sponsor."""
    most: Rating = Rating.MATURE
    """How far it may go in this room by the platform's own restriction (SAFETY A6)."""

    @property
    def shared(self) -> RoomId | None:
        """Where its talk is kept apart (INVARIANT I1); None: the person's private one, which is
        the same in every direct room."""
        return None if self.is_direct else self.id


# --- Events: what a platform tells ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    id: EventId
    room: Room
    author: Author
    text: str
    at: float
    """Seconds since the epoch."""
    addresses_bot: bool = True
    reply_to: EventId | None = None
    sign: AgeSign | None = None
    """What the platform saw with this very message: never taken from its text (SAFETY A5)."""
    is_past: bool = False
    """Missed, and something newer of the same person came with it: read, and not answered."""
    through: RoomId | None = None
    """Of a sign: the age-restricted room by which it came; None where it came by none."""
    cut_at: float | None = None
    """When an edit or a deletion in the talk cut its answer short: it wants another one."""
    attached: tuple[Attached, ...] = ()
    """Not kept: after a crash the message stands without it."""
    card: EventId | None = None
    """What the bot said before, with commands under it, one of which this is."""


@dataclass(frozen=True, slots=True)
class Edited:
    room: Room
    author: Author
    id: EventId
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Deleted:
    room: Room
    author: Author
    id: EventId
    at: float


@dataclass(frozen=True, slots=True)
class Typing:
    room: Room
    author: Author


@dataclass(frozen=True, slots=True)
class AgeSeen:
    """The platform saw a sign, or that it is gone. It counts in the room's community, and for
    somebody who is in; of anybody else nothing is kept, so a platform tells it again later."""

    room: Room
    author: Author
    sign: AgeSign
    is_held: bool = True
    """False: what it opened closes at once, in mid-reply, too."""


@dataclass(frozen=True, slots=True)
class AgeGates:
    """Which rooms of a community are age-restricted now, all of them: what came through any other
    ends at once (SAFETY A6). Told at a start and whenever one may have changed."""

    community: CommunityId
    rooms: frozenset[RoomId]
    has_lost: bool = False
    """One of them was so until now: also what goes on in a room that hangs on it ends."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left a community, was removed from it or banned there: they are its guest no more
    (SAFETY A11). A platform that can tell does so at once; else the next look finds out."""

    author: Author
    community: CommunityId


InRoom = Message | Edited | Deleted | Typing
Event = InRoom | AgeSeen | AgeGates | Left


# --- Actions: what a platform is asked to do ------------------------------------------------


class Voice(StrEnum):
    """Who speaks: the persona, or the bot as itself."""

    PERSONA = "persona"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several things that somebody may choose, and the command that shows it."""

    command: str
    """Its last word is what it is known by: `memory show 12`."""
    shown: str


@dataclass(frozen=True, slots=True)
class Say:
    """A new message. The same `nonce` twice is one message: platforms see to it."""

    room: Room
    text: str
    nonce: str
    voice: Voice = Voice.NOTICE
    name: str = ""
    """The persona's name, where the persona speaks or is introduced."""
    answers: EventId | None = None
    """The message that this is said to; None where nobody asked, as with a reminder."""
    choices: tuple[str, ...] = ()
    """Words that fit as an answer. A platform that has buttons draws them, and whoever presses one
    has said that word; everywhere else they are typed."""
    file: File | None = None
    """Handed over with the words, which are not empty then. A platform that cannot do so here says
    nothing of it, as with a message that cannot be delivered."""
    commands: tuple[str, ...] = ()
    """What can be done about it, by whoever may: `case 7`, and `lift 7 …` where words follow. A
    platform that has buttons draws them for everybody who sees it; elsewhere they stand below it,
    to be typed."""
    picks: tuple[Pick, ...] = ()
    """All of one command; the text lists them, too. A platform that has lists to choose from draws
    one, for who is answered."""
    alone: PersonId | None = None
    """For this person's eyes only. Where others read along it is handed to them elsewhere, or, as
    with a message that cannot be delivered, not at all."""


@dataclass(frozen=True, slots=True)
class Revise:
    """The whole new text of a message said before; never a difference."""

    room: Room
    id: EventId
    text: str
    commands: tuple[str, ...] | None = None
    """From now on; None: those that it has, if any."""


@dataclass(frozen=True, slots=True)
class Remove:
    room: Room
    id: EventId
    reason: str


@dataclass(frozen=True, slots=True)
class Busy:
    """The bot is at work in this room: shown as typing where the platform can."""

    room: Room


@dataclass(frozen=True, slots=True)
class Idle:
    """Everything that this room waited for has been said."""

    room: Room


Action = Say | Revise | Remove | Busy | Idle
