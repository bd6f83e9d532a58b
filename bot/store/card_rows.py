"""What is found for one message, and the names in it, as values. No SQL here."""

from dataclasses import dataclass

from bot.store.fact_rows import Closed
from bot.store.rows import Recalled


@dataclass(frozen=True, slots=True)
class Name:
    """That somebody is spoken of in a turn, folded; `tells`: and who that is."""

    name: str
    tells: bool


@dataclass(frozen=True, slots=True)
class Card:
    """Where a name that a message mentions was said: first-hand, and once for each name."""

    name: str
    """As it was asked for."""
    turn: Recalled


@dataclass(frozen=True, slots=True)
class Found:
    """What memory has for one message, read in one visit."""

    turns: tuple[Recalled, ...] = ()
    """The best first."""
    cards: tuple[Card, ...] = ()
    closed: tuple[Closed, ...] = ()
    """What of these does not hold any more."""
