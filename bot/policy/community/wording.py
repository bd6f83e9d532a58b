"""Words and phrases of many rules, found in one pass by one automaton (Aho-Corasick).

The time grows with the text's length, whatever the number of words. Each rule is a number here;
what it is about and what follows are for others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ahocorasick

from bot.policy.lists import goes_on
from bot.policy.matching import plain

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """One phrase of one rule."""

    phrase: str
    rule: int
    is_spared: bool = False
    """Inside it that rule's words and patterns do not count."""


class Wording:
    __slots__ = ("_automaton", "_begins_anywhere", "_shared", "longest")

    def __init__(self, listed: Iterable[Listed]) -> None:
        owners: dict[str, set[int]] = {}
        for one in listed:
            for core, owner in _read(one):
                owners.setdefault(core, set()).add(owner)
        self.longest = max((core.count(" ") + 1 for core in owners), default=0)
        """Words of the longest phrase."""
        flags = {owner for of in owners.values() for owner in of}
        self._begins_anywhere = any(owner & _WILD_LEFT for owner in flags)
        self._shared: list[tuple[int, ...]] = []
        self._automaton: Any = None
        if owners:
            automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
            for core, of in owners.items():
                automaton.add_word(core, len(core) << _BITS | self._place(tuple(sorted(of))))
            automaton.make_automaton()
            self._automaton = automaton

    def find(self, view: str) -> Iterator[tuple[int, bool, Span]]:
        """Rule, whether it is spared there, and where."""
        if self._automaton is None:
            return
        for last, value in self._automaton.iter(view):
            end = last + 1
            start = end - (value >> _BITS)
            begins = not (start and goes_on(view, start))
            ends = not goes_on(view, end)
            for owner in self._owners(value & _MASK):
                if (begins or owner & _WILD_LEFT) and (ends or owner & _WILD_RIGHT):
                    yield owner >> _FLAGS, bool(owner & _SPARED), (start, end)

    def may_begin(self, view: str) -> bool:
        """Whether the end of the view could be the beginning of a phrase that is not over."""
        if self._automaton is None:
            return False
        starts = _last_words(view, self.longest, anywhere=self._begins_anywhere)
        return any(self._automaton.match(view[start:]) for start in starts)

    @property
    def bytes(self) -> int:
        if self._automaton is None:
            return 0
        return int(self._automaton.get_stats()["nodes_count"]) * _NODE_BYTES

    def _place(self, owners: tuple[int, ...]) -> int:
        if len(owners) == 1 and owners[0] < _MANY:
            return owners[0]
        self._shared.append(owners)
        return _MANY + len(self._shared) - 1

    def _owners(self, place: int) -> tuple[int, ...]:
        return (place,) if place < _MANY else self._shared[place - _MANY]


def inside(span: Span, spared: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spared)


# --- Below ------------------------------------------------------------------------------------

# A value is one number, which is half of what a tuple takes: length, then an owner or a place
# among the owners of phrases that several rules have.
_BITS = 24
_MASK = (1 << _BITS) - 1
_MANY = 1 << 23
_SPARED, _WILD_LEFT, _WILD_RIGHT = 1, 2, 4
_FLAGS = 3
_NODE_BYTES = 46
"""Measured: a node with the way to it."""


def _read(one: Listed) -> Iterator[tuple[str, int]]:
    core = plain(one.phrase.strip("*"))
    flags = _SPARED if one.is_spared else 0
    flags |= _WILD_LEFT if one.phrase.startswith("*") else 0
    flags |= _WILD_RIGHT if one.phrase.endswith("*") else 0
    for spelling in {core, core.replace("-", "")}:
        # Where letters are spelled out, a hyphen between words is lost among those between letters.
        if spelling.strip():
            yield spelling, one.rule << _FLAGS | flags


def _last_words(view: str, most: int, *, anywhere: bool) -> Iterator[int]:
    """Where each of the last words begins, and every sign where words are written unparted."""
    seen = 0
    for place in range(len(view) - 1, max(-1, len(view) - _LOOK_BACK), -1):
        if anywhere or place == 0 or not goes_on(view, place):
            yield place
            seen += view[place].isspace()
            if seen > most:
                return


_LOOK_BACK = 128
