"""Counters for the operator: how much and how fast, never who or what.

Every label takes its values from a fixed set, so that no name, id or word can become one
(INVARIANT I8). Nothing is served unless `metrics.port` says so, and then to this machine only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bot.policy.facts import Decision
from bot.store.rows import State

PLATFORMS = frozenset({"console", "discord", "matrix"})
# SAFETY.md's chapters and how many rules each has.
RULES = frozenset(
    f"{chapter}{number}"
    for chapter, last in {"A": 11, "L": 10, "C": 6, "H": 7, "P": 7, "M": 9}.items()
    for number in range(1, last + 1)
)
OTHER = "other"


class MetricsError(Exception):
    """Why the counters cannot be served, and the mend."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    about: str
    label: str


_MESSAGES = Kind("parlour_messages", "Messages handled.", "platform")
_DECISIONS = Kind("parlour_decisions", "Decisions by outcome.", "outcome")
_VERDICTS = Kind("parlour_verdicts", "Verdicts by rule of SAFETY.md.", "rule")
_REPLIES = Kind("parlour_replies", "Replies by how they ended.", "state")


class Metrics:
    """One for the process, made by `__main__` and passed to those who count."""

    def __init__(self) -> None:
        self._counts: dict[Kind, Counter[str]] = {
            kind: Counter() for kind in (_MESSAGES, _DECISIONS, _VERDICTS, _REPLIES)
        }

    def counted(self) -> Mapping[Kind, Mapping[str, int]]:
        """By label, as it stands; also for another thread to read."""
        return {kind: dict(counts) for kind, counts in self._counts.items()}

    def message_handled(self, platform: str) -> None:
        self._counts[_MESSAGES][_one_of(platform, PLATFORMS)] += 1

    def decided(self, decision: Decision) -> None:
        self._counts[_DECISIONS][decision.outcome.name.lower()] += 1
        self._counts[_VERDICTS].update(_one_of(one.number, RULES) for one in decision.verdicts)

    def reply_ended(self, state: State) -> None:
        self._counts[_REPLIES][state.value] += 1

    @contextmanager
    def served(self, port: int) -> Iterator[None]:
        """Readable on this machine while the block runs; port 0 serves nothing."""
        if port == 0:
            yield
            return
        # Imported where it is switched on, as a platform's library is (arrow 6).
        from bot.operate.exposition import exposed  # noqa: PLC0415

        with exposed(self.counted, port):
            yield


def _one_of(value: str, known: frozenset[str]) -> str:
    return value if value in known else OTHER
