"""What a command may look at, and what it hands back for the conversation to carry out. Values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.events import Message, Rating
from bot.personas import Persona
from bot.policy.facts import Own
from bot.store.house import House
from bot.store.rows import Community, Session, Turn
from bot.store.vault import Vault
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command may look at."""

    message: Message
    prefix: str
    house: House
    vault: Vault | None
    session: Session | None
    persona: Persona
    personas: Mapping[str, Persona]
    community: Community
    is_in: bool
    locked: bool
    ceiling: Rating
    romance_closed: bool
    own: Own
    resting: Text
    """What to say instead of what the persona would: the person rests, by their own wish."""
    speak_in: Callable[[str], None]
    """The bot's own words, from now on."""
    home_offset_s: float
    """Of the operator's clock, for who has named no time zone."""
    now: float


@dataclass(frozen=True, slots=True)
class Answer:
    say: Text


@dataclass(frozen=True, slots=True)
class Farewell:
    """The person has left: the session is over."""

    say: Text


@dataclass(frozen=True, slots=True)
class LikeAMessage:
    """To be decided like anything else that is said: the door, a goodbye."""


@dataclass(frozen=True, slots=True)
class Greet:
    """A new session with this persona."""

    persona: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another answer to the same message."""

    asked: Turn
    answer: Turn | None
    """None where the engine failed to give one."""


@dataclass(frozen=True, slots=True)
class Show:
    """This answer of before."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Erase:
    """The vault goes, once it is let go of."""


Outcome = Answer | Farewell | LikeAMessage | Greet | Rewrite | Show | Erase
