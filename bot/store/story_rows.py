"""What the store gives and takes of a story: the values. No SQL here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.events import Rating


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one stretch of talk, made of nothing but its turns, and never changed."""

    id: int
    text: str
    began: float
    ended: float
    rating: Rating


@dataclass(frozen=True, slots=True)
class Story:
    own: str = ""
    """The person's own words, in the place of all that was summarised before them."""
    own_rating: Rating = Rating.GENERAL
    own_at: float = 0.0
    own_id: int = 0
    summaries: tuple[Summary, ...] = ()
    """What came after, in the order of the talk."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a session's prompt begins with: what is known of the person, and the story so far."""

    text: str = ""
    rating: Rating = Rating.GENERAL
    """The highest of what it was made of."""
    sources: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By kind: `fact`, `summary`, `story`."""
