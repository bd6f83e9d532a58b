"""One step's turns -> the calls that compute them. Pure."""

from collections.abc import Sequence

from bot.engine.worker.context import Row
from bot.engine.worker.holding import Slot
from bot.engine.worker.jobs import Job

Turn = tuple[Job, Slot, int]
"""Whose, where, how many of its pending tokens."""


def calls(turns: Sequence[Turn], weights_in_cells: float) -> list[Sequence[Turn]]:
    """Replies and reading apart, in the order of their sequences, and deep ones from shallow ones.

    llama.cpp computes sequences together only where their numbers follow each other.
    """
    told: list[Sequence[Turn]] = []
    for reads in (False, True):
        alike = [turn for turn in turns if turn[0].reads is reads]
        alike.sort(key=lambda turn: turn[1].number)
        depths = [len(slot.tokens) + count for _, slot, count in alike]
        for size in part(depths, weights_in_cells):
            told.append(alike[:size])
            alike = alike[size:]
    return told


def rows(turns: Sequence[Turn]) -> list[Row]:
    """Only where a prompt ends or a reply goes on is the next word wanted."""
    return [
        Row(slot.number, len(slot.tokens) + at, token, output=at + 1 == len(job.pending))
        for job, slot, count in turns
        for at, token in enumerate(job.pending[:count])
    ]


def part(depths: Sequence[int], weights_in_cells: float) -> list[int]:
    """How many of these neighbours are computed with each call, so that all of them cost least.

    In one call everybody attends over as many cells as the deepest holds, masked or not; each call
    reads the model's weights once more.
    """
    costs, sizes = [0.0], [0]
    for end in range(1, len(depths) + 1):
        deepest, best, size = 0, float("inf"), 0
        for begin in range(end - 1, -1, -1):
            deepest = max(deepest, depths[begin])
            cost = costs[begin] + weights_in_cells + (end - begin) * deepest
            if cost <= best:
                best, size = cost, end - begin
        costs.append(best)
        sizes.append(size)
    told: list[int] = []
    left = len(depths)
    while left:
        told.insert(0, sizes[left])
        left -= sizes[left]
    return told
