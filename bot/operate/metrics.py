"""Counters for the operator: how much and how fast, never who or what.

Every label takes its values from a fixed set, so that no name, id or word can become one
(INVARIANT I8). Nothing is served unless `metrics.port` says so, and then to this machine only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from bot.policy.facts import Decision
from bot.store.rows import State

ADDRESS = "127.0.0.1"
PLATFORMS = frozenset({"console", "discord", "matrix"})
# SAFETY.md's chapters and how many rules each has.
RULES = frozenset(
    f"{chapter}{number}"
    for chapter, last in {"A": 11, "L": 10, "C": 6, "H": 7, "P": 7, "M": 9}.items()
    for number in range(1, last + 1)
)
OTHER = "other"
_FIRST_PIECE_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class MetricsError(Exception):
    """Why the counters cannot be served, and the mend."""


class Metrics:
    """One for the process, made by `__main__` and passed to those who count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "parlour_messages", "Messages handled.", ["platform"], registry=self.registry
        )
        self._decisions = Counter(
            "parlour_decisions", "Decisions by outcome.", ["outcome"], registry=self.registry
        )
        self._verdicts = Counter(
            "parlour_verdicts", "Verdicts by rule of SAFETY.md.", ["rule"], registry=self.registry
        )
        self._replies = Counter(
            "parlour_replies", "Replies by how they ended.", ["state"], registry=self.registry
        )
        self._first_piece = Histogram(
            "parlour_first_piece_seconds",
            "From a message to the first piece of its reply.",
            buckets=_FIRST_PIECE_S,
            registry=self.registry,
        )
        self._tokens = Counter("parlour_tokens", "Tokens written.", registry=self.registry)
        self._waiting = Gauge("parlour_waiting", "Messages that wait.", registry=self.registry)
        self._restarts = Counter(
            "parlour_engine_restarts", "Times the engine was begun anew.", registry=self.registry
        )

    def message_handled(self, platform: str) -> None:
        self._messages.labels(_one_of(platform, PLATFORMS)).inc()

    def decided(self, decision: Decision) -> None:
        self._decisions.labels(decision.outcome.name.lower()).inc()
        for verdict in decision.verdicts:
            self._verdicts.labels(_one_of(verdict.number, RULES)).inc()

    def reply_ended(self, state: State) -> None:
        self._replies.labels(state.value).inc()

    def first_piece_after(self, seconds: float) -> None:
        self._first_piece.observe(seconds)

    def tokens_written(self, count: int) -> None:
        self._tokens.inc(count)

    def now_waiting(self, count: int) -> None:
        self._waiting.set(count)

    def engine_restarted(self) -> None:
        self._restarts.inc()

    @contextmanager
    def served(self, port: int) -> Iterator[None]:
        """Readable on this machine while the block runs; port 0 serves nothing."""
        if port == 0:
            yield
            return
        try:
            server, thread = start_http_server(port, addr=ADDRESS, registry=self.registry)
        except OSError as exc:
            raise MetricsError(
                f"metrics.port: {port} cannot be used ({exc.strerror}); take another, or 0 for none"
            ) from None
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _one_of(value: str, known: frozenset[str]) -> str:
    return value if value in known else OTHER
