"""What the store gives and takes of facts: the values. No SQL here."""

from dataclasses import dataclass
from enum import StrEnum

from bot.events import Rating, TurnId


class Origin(StrEnum):
    RULE = "rule"
    MODEL = "model"
    PERSON = "person"
    SHARED = "shared"
    """The person brought it over from another persona."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found in one turn, and may become a fact."""

    slot: str
    subject: str
    """Whom or what it is about, folded; of one slot and subject the values are compared."""
    value: str
    quote: str
    """Words of that turn, masked (SAFETY P4)."""
    is_alone: bool = False
    """Only one holds at a time: the later closes the earlier."""
    ends: bool = False
    """The value holds no longer; it says nothing where it did not hold before."""


@dataclass(frozen=True, slots=True)
class Source:
    turn: TurnId
    quote: str
    at: float


@dataclass(frozen=True, slots=True)
class Fact:
    id: int
    slot: str
    subject: str
    value: str
    sentence: str
    """Words of a source, or of the person."""
    rating: Rating
    origin: Origin
    is_alone: bool
    is_pinned: bool
    valid_from: float
    valid_to: float | None
    recorded: float
    superseded_by: int | None = None
    sources: tuple[Source, ...] = ()
    """The first said first; none where the person wrote it themselves."""

    @property
    def is_current(self) -> bool:
        return self.superseded_by is None


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds now."""

    fact: int
    sentence: str
    at: float


@dataclass(frozen=True, slots=True)
class Closed:
    """Words of a turn that do not hold any more, or that the persona has before it anyway."""

    turn: TurnId
    quote: str
    now: Holding | None
    """None where it may not come up here, or stands before the persona anyway."""
