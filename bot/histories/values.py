"""A talk that comes in as a file, as values, and what is wrong with one that does not. Pure.

Nothing here is believed: who said what is as the file has it, and what may be kept of it is
judged line by line when it is taken (`policy/histories`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.store.rows import Side
from bot.text import Text

MOST_BYTES = 32 * 1024 * 1024
MOST_LINES = 200_000
LONGEST_LINE = 20_000
TOLD = 5
"""Of what is wrong, so many are named."""


@dataclass(frozen=True, slots=True)
class Line:
    side: Side
    texts: tuple[str, ...]
    """Every answer that there was to the same message."""
    chosen: int
    """Which of them stands, from 0."""
    at: float


@dataclass(frozen=True, slots=True)
class Talk:
    persona: str
    """As the file names it: an id, or any name."""
    sponsor: str | None
    room: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OwnLimit:
    text: str
    is_hard: bool


@dataclass(frozen=True, slots=True)
class OwnFact:
    """What somebody had remembered in their own words; what was learned from what they said is
    learned from that again."""

    persona: str
    sponsor: str | None
    sentence: str
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class History:
    talks: tuple[Talk, ...]
    is_ours: bool
    """An export of ours, and not another program's."""
    limits: tuple[OwnLimit, ...] = ()
    facts: tuple[OwnFact, ...] = ()
    closed: tuple[str, ...] = ()
    """Personas with whom romance was closed (SAFETY L3): what binds is taken, what frees is not."""

    @property
    def count(self) -> int:
        return sum(len(talk.lines) for talk in self.talks)

    @property
    def times(self) -> tuple[float, float]:
        """Of the first line and of the last."""
        at = [line.at for talk in self.talks for line in talk.lines]
        return (min(at), max(at)) if at else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Problem:
    where: int
    """The line, or the turn, from 1; 0 of the file as a whole."""
    what: Text


@dataclass(frozen=True, slots=True)
class NotTaken:
    problems: tuple[Problem, ...]
    is_ours: bool = False
    """Then turns are counted, and not lines."""


def in_order(lines: Sequence[Line]) -> Iterator[Line]:
    """By their times, and no two at the same: files round them, and each line is known again by
    its own."""
    last = float("-inf")
    for line in sorted(lines, key=lambda one: one.at):
        at = line.at if line.at > last else round(last + 0.001, 3)
        last = at
        yield Line(line.side, line.texts, line.chosen, at)
