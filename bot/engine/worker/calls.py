"""One step's turns -> the calls that compute them. Pure."""

from collections.abc import Sequence

from bot.engine.worker.context import Row
from bot.engine.worker.holding import Slot
from bot.engine.worker.jobs import Job

Turn = tuple[Job, Slot, int]
"""Whose, where, how many of its pending tokens."""


def calls(turns: Sequence[Turn], weights_in_cells: float) -> list[Sequence[Turn]]:
    """Replies and reading apart, and each parted by how deep the sequences are."""
    told: list[Sequence[Turn]] = []
    for reads in (False, True):
        alike = [turn for turn in turns if turn[0].reads is reads]
        alike.sort(key=lambda turn: len(turn[1].tokens))
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
    """How many of these sequences, given from the shallowest on, are computed with each call.

    In one call everybody attends over as many cells as the deepest holds, masked or not. Where that
    costs more than reading the model's weights once more, the shallow ones get a call of their own.
    """
    if not depths:
        return []
    saved = [at * (depths[-1] - depths[at - 1]) for at in range(1, len(depths))]
    best = max(saved, default=0)
    if best <= weights_in_cells:
        return [len(depths)]
    at = saved.index(best) + 1
    return [*part(depths[:at], weights_in_cells), *part(depths[at:], weights_in_cells)]
