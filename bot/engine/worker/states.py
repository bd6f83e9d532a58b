"""Copies of what was computed, bounded in bytes; the least recently used goes first. Pure.

It lives in memory only. A copy belongs to one conversation, or it is a card's and everybody's.
"""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import mmap

from bot.engine.worker.prefix import Tokens


@dataclass(frozen=True, slots=True)
class Card:
    """A persona's card: its tokens, and the adapter that they were computed with."""

    tokens: tuple[int, ...]
    adapter: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    tokens: Tokens
    adapter: str | None
    state: mmap


class States:
    def __init__(self, bound_bytes: int) -> None:
        self._bound = bound_bytes
        self._kept: OrderedDict[str | Card, Kept] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def make_room(self, name: str | Card, size: int) -> bool:
        """Lets go of what was kept under this name, then of the least used until this much fits."""
        self.drop(name)
        if size > self._bound:
            return False
        while self.bytes + size > self._bound:
            self.drop(next(iter(self._kept)))
        return True

    def keep(
        self, name: str | Card, tokens: Sequence[int], adapter: str | None, state: mmap
    ) -> None:
        """Room must have been made for it."""
        self._kept[name] = Kept(array("i", tokens), adapter, state)
        self.bytes += len(state)

    def find(self, name: str | Card) -> Kept | None:
        kept = self._kept.get(name)
        if kept is not None:
            self._kept.move_to_end(name)
        return kept

    def holds(self, name: str | Card) -> bool:
        return name in self._kept

    def drop(self, name: str | Card) -> None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            self.bytes -= len(kept.state)
