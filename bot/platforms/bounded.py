"""A memory that keeps the latest and forgets the rest."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST = 10_000
"""People, rooms or messages: more than are busy at once on one machine."""


class Bounded(Generic[Key, Value]):
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def put(self, key: Key, value: Value) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        return self._kept.get(key)

    def pop(self, key: Key) -> Value | None:
        return self._kept.pop(key, None)

    def latest(self, most: int) -> list[tuple[Key, Value]]:
        """The latest first."""
        return [one for one, _ in zip(reversed(self._kept.items()), range(most), strict=False)]
