"""Whose tokens stand in which sequence. Pure bookkeeping; the model's memory is not touched here.

A sequence belongs to one key until it is given to another, and then it is empty: no prompt ever
begins with tokens that were computed for somebody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Slot:
    """One sequence of the model."""

    number: int
    key: str | None = None
    tokens: list[int] = field(default_factory=list)
    """What is computed and held, from the first position on."""
    busy: bool = False
    used: int = 0
    """When it was taken last, counted in takings."""

    def shared(self, ids: Sequence[int]) -> int:
        """How many tokens at the beginning need not be computed again.

        The last one always is: what follows it is only known from computing it.
        """
        most = min(len(self.tokens), len(ids) - 1)
        return next((at for at in range(most) if self.tokens[at] != ids[at]), most)


class Slots:
    def __init__(self, count: int) -> None:
        self._slots = [Slot(number) for number in range(count)]
        self._takings = 0

    def take(self, key: str) -> Slot | None:
        """This key's sequence, or an empty one, or the least recently used; None while none idles.

        One key has one sequence, so None also while this key's is busy.
        """
        own = next((slot for slot in self._slots if slot.key == key), None)
        if own is None:
            idle = [slot for slot in self._slots if not slot.busy]
            if not idle:
                return None
            own = min(idle, key=lambda slot: (slot.key is not None, slot.used))
            own.key, own.tokens = key, []
        if own.busy:
            return None
        self._takings += 1
        own.busy, own.used = True, self._takings
        return own

    def drop(self, key: str) -> Iterable[Slot]:
        """Leaves this key nothing; the sequences whose memory must be cleared."""
        dropped = [slot for slot in self._slots if slot.key == key]
        for slot in dropped:
            slot.key, slot.tokens = None, []
        return dropped
