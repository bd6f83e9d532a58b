"""What work on a talk is given and gives: the values. No SQL here."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from bot.events import Rating, TurnId
from bot.store.rows import Scope, Side

Write = Callable[[sqlite3.Connection], None]
"""Part of the transaction that ends the work; only `store` knows what it does."""


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a talk one job takes."""

    fewest: int
    """Of a talk that goes on. Where it ended, or something behind is done, whatever is left."""
    most: int
    enough: int = 2**31
    """So many bytes of words are enough, however few the turns."""
    behind: int = 0
    """So many of the newest turns of a talk that goes on are left alone."""
    idle_s: float = float("inf")
    """A talk in which nothing was said for so long is as good as ended."""


@dataclass(frozen=True, slots=True)
class Said:
    turn: TurnId
    side: Side
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """A run of turns, one behind the other, all of one talk."""

    kind: str
    scope: Scope
    said: tuple[Said, ...]
    rating: Rating
    """The highest ceiling under which any of it was said."""
    tries: int
    """How often this was tried in vain."""
    name: str
    """What the person is called in that talk."""
    hash: bytes
    """Of all that was read: what was made of it is written only while this is the same."""
    zone: tzinfo = UTC
    """Of the person's days, for who says "today"."""
