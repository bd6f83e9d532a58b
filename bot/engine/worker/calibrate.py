"""What is fastest here: measured, since machines are shared and models differ.

Reading a prompt gains from every core. Drawing one token after another is bound by memory: more
threads often gain nothing, and where other programs want the cores too, threads that wait for
each other lose a great deal. Flash attention may help where many replies grow together, and cost
where one person's message is read behind a long talk: what counts depends on how many may come.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from mmap import mmap
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Protocol

from bot.engine.wire import Loading, Tuning
from bot.engine.worker.context import Context, Row, Shape
from bot.engine.worker.llama import Model

_DEPTH = 768
"""Tokens that are read before it is measured: attention costs more the more there is."""
_LONGEST_S = 3.0
"""Less is read where the machine needs longer for it; then attention matters less, too."""
_BITE = 32
_ROUNDS = 3
_ROUNDS_S = 10.0
"""No further round is begun after so long."""
_DRAWN = 3
_WORTH = 0.9
"""More threads must need at most this share of the time, or fewer are taken."""
_CROWD = 12
"""With so many sequences, the speed of replies that grow together decides; with fewer, how soon a
reply begins."""


class Timed(Protocol):
    def threads(self, single: int, many: int) -> None: ...

    def trim(self, sequence: int, length: int) -> int: ...

    def decode(self, rows: Sequence[Row]) -> None: ...

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]: ...

    def save(self, sequence: int) -> mmap | None: ...

    def restore(self, sequence: int, state: mmap) -> bool: ...


def tune(model: Model, loading: Loading) -> Tuning:
    """Takes some seconds, and is done once: whoever starts the worker keeps what it gives."""
    cores = loading.threads or usable_cores()
    flash = _choices(loading)
    if loading.role == "embedding" or (loading.threads and len(flash) == 1):
        return Tuning(cores, cores, flash_attention=flash[-1] and loading.role != "embedding")
    contexts = {
        choice: Context(model, _shape(loading, cores, flash_attention=choice)) for choice in flash
    }
    try:
        return fastest(contexts, cores, loading.sequences, fixed=loading.threads)
    finally:
        for context in contexts.values():
            context.close()


def fastest(
    contexts: Mapping[bool, Timed], cores: int, sequences: int, *, fixed: int = 0
) -> Tuning:
    """`contexts` are with and without flash attention; `fixed` is a number of threads to keep to."""
    counts = [fixed] if fixed else sorted({1, min(2, cores), cores})
    crowd = _crowd(sequences)
    depths = {flash: _deepen(context, crowd) for flash, context in contexts.items()}
    taken: dict[bool, list[float]] = defaultdict(list)
    # In turns, so that a machine that is busy for a moment is so for all of them.
    for _ in _rounds() if len(contexts) > 1 else ():
        for flash, context in contexts.items():
            if crowd:
                taken[flash] += _drawn_s(context, depths[flash], crowd)
            else:
                taken[flash].append(_bite_s(context, depths[flash]))
                context.trim(0, depths[flash])
    # The best of several is what the machine can do; the rest is what others took from it.
    flash = min(contexts, key=lambda flash: min(taken[flash], default=0.0))
    alone: dict[int, list[float]] = defaultdict(list)
    for _ in _rounds():
        for threads in counts:
            contexts[flash].threads(threads, cores)
            alone[threads] += _drawn_s(contexts[flash], depths[flash], 1)
    return Tuning(cores, _threads(alone), flash_attention=flash)


def _rounds() -> Iterator[int]:
    began = perf_counter()
    for number in range(_ROUNDS):
        if number and perf_counter() - began > _ROUNDS_S:
            break
        yield number


def _threads(drawn: Mapping[int, Sequence[float]]) -> int:
    """What others take from us belongs to this choice, so it is by the middle and not the best."""
    chosen, *more = sorted(drawn)
    for threads in more:
        if median(drawn[threads]) < _WORTH * median(drawn[chosen]):
            chosen = threads
    return chosen


def usable_cores() -> int:
    """Physical cores that this process may use: a second thread on one core only waits."""
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        cores.add(siblings.read_text() if siblings.exists() else str(cpu))
    return max(1, len(cores))


def _choices(loading: Loading) -> tuple[bool, ...]:
    """Whether flash attention is to be tried with, without, or both."""
    if loading.kv_type != "f16":
        # llama.cpp can hold values in fewer bits only so.
        return (True,)
    if loading.flash_attention == "measured":
        return (True,) if loading.gpu_layers else (False, True)
    return (loading.flash_attention == "on",)


def _crowd(sequences: int) -> int:
    """How many replies are measured together; 0 where a crowd cannot come."""
    return _CROWD if sequences >= _CROWD else 0


def _shape(loading: Loading, cores: int, *, flash_attention: bool) -> Shape:
    return Shape(
        context=_DEPTH + _BITE,
        sequences=max(1, _crowd(loading.sequences)),
        batch=_BITE,
        threads=cores,
        flash_attention=flash_attention,
        kv_type=loading.kv_type,
    )


def _deepen(context: Timed, crowd: int) -> int:
    """All sequences hold as much: one reads it, the others get a copy."""
    depth, began = 0, perf_counter()
    while depth < _DEPTH and perf_counter() - began < _LONGEST_S:
        _bite_s(context, depth)
        depth += _BITE
    state = context.save(0) if crowd else None
    if state is not None:
        for sequence in range(1, crowd):
            context.restore(sequence, state)
    return depth


def _bite_s(context: Timed, depth: int) -> float:
    return _seconds(context, [Row(0, depth + at, 1, output=at + 1 == _BITE) for at in range(_BITE)])


def _drawn_s(context: Timed, depth: int, together: int) -> list[float]:
    # The first token of each setting starts its threads.
    times = [
        _seconds(
            context, [Row(sequence, depth + at, 1, output=True) for sequence in range(together)]
        )
        for at in range(_DRAWN + 1)
    ]
    for sequence in range(together):
        context.trim(sequence, depth)
    return times[1:]


def _seconds(context: Timed, rows: Sequence[Row]) -> float:
    began = perf_counter()
    context.decode(rows)
    # The batch is only done once its result is there.
    context.logits(len(rows) - 1, (1,))
    return perf_counter() - began
