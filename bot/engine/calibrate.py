"""How many threads draw words fastest here: measured, since machines are shared and models differ.

Reading a prompt gains from every core. Drawing one token after another is bound by memory: more
threads often gain nothing, and where other programs want the cores too, threads that wait for
each other lose a great deal.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Protocol

from bot.engine.llama import Row

_TOKENS = 4
_WORTH = 0.9
"""More threads must need at most this share of the time, or fewer are taken."""


class Threaded(Protocol):
    def draw_with(self, threads: int) -> None:
        """From now on single tokens are computed by so many threads."""

    def trim(self, sequence: int, length: int) -> int: ...

    def decode(self, rows: Sequence[Row]) -> None: ...

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]: ...


def calibrate(model: Threaded, cores: int) -> int:
    """Sets and returns the number of threads; takes some fifteen tokens' time."""
    best, best_s = 1, float("inf")
    for threads in sorted({1, max(1, cores // 2), cores}):
        model.draw_with(threads)
        seconds = _token_s(model)
        if seconds < best_s * _WORTH:
            best, best_s = threads, seconds
    model.draw_with(best)
    return best


def usable_cores() -> int:
    """Physical cores that this process may use: a second thread on one core only waits."""
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        cores.add(siblings.read_text() if siblings.exists() else str(cpu))
    return max(1, len(cores))


def _token_s(model: Threaded) -> float:
    """The mean over a few tokens: what others on this machine take from us belongs to it."""
    # The first token of each setting starts its threads.
    began = perf_counter()
    for position in range(_TOKENS + 1):
        if position == 1:
            began = perf_counter()
        model.decode([Row(0, position, 1, output=True)])
        # The batch is only done once its result is there.
        model.logits(0, (1,))
    taken = perf_counter() - began
    model.trim(0, 0)
    return taken / _TOKENS
