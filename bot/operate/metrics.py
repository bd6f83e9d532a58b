"""Counters for the operator: how much and how fast, never who or what.

Every label takes its values from a fixed set, so that no name, id or word can become one
(INVARIANT I8). Nothing is served unless `metrics.port` says so, and then to this machine only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, start_http_server

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

    def message_handled(self, platform: str) -> None:
        self._messages.labels(_one_of(platform, PLATFORMS)).inc()

    def decided(self, decision: Decision) -> None:
        self._decisions.labels(decision.outcome.name.lower()).inc()
        for verdict in decision.verdicts:
            self._verdicts.labels(_one_of(verdict.number, RULES)).inc()

    def reply_ended(self, state: State) -> None:
        self._replies.labels(state.value).inc()

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
