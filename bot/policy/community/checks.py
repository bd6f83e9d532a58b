"""What a community's rule looks for, as values: one class for each kind of rule.

A `None` or empty field asks for nothing. What is looked at is for `compiled.py` and its
neighbours, how a kind is written in a file for `forms.py`; here nothing is decided.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.events import AgeLevel, Rating


class Topic(StrEnum):
    """Those that come along; any other topic is described in a sentence (`Described`)."""

    VIOLENCE = "violence"
    GORE = "gore"
    DRUGS = "drugs"
    POLITICS = "politics"
    RELIGION = "religion"
    SELF_HARM = "self-harm mention"
    ROMANCE = "romance"
    SEXUAL = "sexual"
    GAMBLING = "gambling"
    REAL_PEOPLE = "real people"
    CONTACT = "off-platform contact"
    PERSONAL_DATA = "personal data"


@dataclass(frozen=True, slots=True)
class Words:
    words: tuple[str, ...]
    """Words and phrases. `*` at an end stands for the rest of the word: `spoil*`, `*ware`."""
    spared: tuple[str, ...] = ()
    """Inside these they do not count."""


@dataclass(frozen=True, slots=True)
class Patterns:
    patterns: tuple[str, ...]
    """SAFETY M4: in RE2's syntax, so that each takes linear time."""
    spared: tuple[str, ...] = ()
    """Words and phrases inside which nothing counts."""


@dataclass(frozen=True, slots=True)
class Topics:
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """A topic of the community's own, which only a model can judge."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Links:
    allowed: tuple[str, ...] = ()
    """Hosts, each with everything under it."""


@dataclass(frozen=True, slots=True)
class Invites:
    """Invitations to other communities, on Discord, Matrix and elsewhere."""


@dataclass(frozen=True, slots=True)
class Languages:
    spoken: tuple[str, ...]
    """Two letters each. What is surely in another language is found."""


@dataclass(frozen=True, slots=True)
class Length:
    most: int
    """Characters."""


@dataclass(frozen=True, slots=True)
class Flood:
    messages: int
    seconds: int
    """So many within so long are too many."""


@dataclass(frozen=True, slots=True)
class Repetition:
    times: int
    seconds: int
    """The same so often within so long."""


@dataclass(frozen=True, slots=True)
class Personas:
    """Who may be played here: these only, or all but those."""

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ceiling:
    rating: Rating


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another, on the community's clock, perhaps over midnight."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class SessionLength:
    minutes: int


@dataclass(frozen=True, slots=True)
class LeastAge:
    """SAFETY A4: how well an age must be founded, to come in and for MATURE."""

    entry: AgeLevel = AgeLevel.SELF_ATTESTED
    mature: AgeLevel = AgeLevel.PLATFORM


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may come in: all of these have to be true."""

    roles: tuple[str, ...] = ()
    """One of them."""
    power_level: int | None = None
    account_days: int = 0
    approval: bool = False
    """A moderator has said yes to this person."""


Check = (
    Words
    | Patterns
    | Topics
    | Described
    | Links
    | Invites
    | Languages
    | Length
    | Flood
    | Repetition
    | Personas
    | Ceiling
    | QuietHours
    | SessionLength
    | LeastAge
    | Entry
)

Standing = Personas | Ceiling | QuietHours | SessionLength | LeastAge | Entry
"""These say how things stand here, not what somebody did: they refuse, and count against nobody."""

STANDING = (Personas, Ceiling, QuietHours, SessionLength, LeastAge, Entry)
SPOKEN = (Words, Patterns, Topics, Described, Links, Invites, Languages, Length)
"""These look at words alone, and hold for the engine's, too."""
