"""Pauses that grow while something does not work, and differ a little, so that not all bots of a
homeserver that comes back ask in the same moment."""

from collections.abc import Callable
from random import uniform

LONGEST_PAUSE_S = 300.0


class Pauses:
    def __init__(self, first_s: float, spread: Callable[[float, float], float] = uniform) -> None:
        self._first_s = first_s
        self._spread = spread
        self._failures = 0

    def went_well(self) -> None:
        self._failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """At most a quarter longer or shorter than twice the last one."""
        pause = min(self._first_s * 2.0 ** min(self._failures, 30), LONGEST_PAUSE_S)
        self._failures += 1
        return float(max(at_least_s, pause * self._spread(0.75, 1.25)))
