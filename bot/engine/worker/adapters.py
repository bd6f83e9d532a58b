"""Which adapter is computed with next: switched as seldom as fairness allows. Pure."""

from collections.abc import Sequence


class Adapters:
    def __init__(self, longest_pause_s: float) -> None:
        self._longest_pause_s = longest_pause_s
        self._current: str | None = None
        self._waiting: dict[str | None, float] = {}
        """Since when."""

    def choose(self, wanted: Sequence[str | None], now: float) -> str | None:
        """The same again, until others have waited a pause long; then who has waited longest."""
        others = [adapter for adapter in dict.fromkeys(wanted) if adapter != self._current]
        self._waiting = {adapter: self._waiting.get(adapter, now) for adapter in others}
        if others:
            longest = min(others, key=lambda adapter: self._waiting[adapter])
            is_overdue = now - self._waiting[longest] >= self._longest_pause_s
            if self._current not in wanted or is_overdue:
                self._current = longest
        return self._current
