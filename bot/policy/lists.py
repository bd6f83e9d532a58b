"""Lists of words and phrases, found in one pass by Aho-Corasick, on word boundaries only.

The time grows with the text's length, whatever the length of the list. Knows how languages part
words, and not what the words are for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ahocorasick

from bot.policy.matching import plain


@dataclass(frozen=True, slots=True)
class WordList:
    """Words and phrases, each found only where it stands between word boundaries."""

    words: frozenset[str]
    automaton: Any

    def find(self, view: str) -> Iterator[tuple[int, int]]:
        for last, word in self.automaton.iter(view):
            start, end = last - len(word) + 1, last + 1
            if not (start and goes_on(view, start)) and not goes_on(view, end):
                yield start, end

    def found(self, view: str) -> bool:
        return next(self.find(view), None) is not None


def word_list(words: Iterable[str]) -> WordList:
    listed = {plain(word) for word in words}
    # Where letters are spelled out, a hyphen between words is lost among those between letters.
    chosen = frozenset(listed | {word.replace("-", "") for word in listed})
    automaton = ahocorasick.Automaton()
    for word in chosen:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return WordList(chosen, automaton)


def goes_on(view: str, place: int) -> bool:
    """Whether one word stands on both sides. Japanese parts none, but runs of katakana are one."""
    if place >= len(view):
        return False
    one, other = view[place - 1], view[place]
    if not (one.isalnum() and other.isalnum()):
        return False
    if one < _FIRST_KANA and other < _FIRST_KANA:
        return True
    return _is_katakana(one) and _is_katakana(other)


# --- Below: where a word ends -------------------------------------------------------------------

_FIRST_KANA = "\u3040"


def _is_katakana(sign: str) -> bool:
    return "\u30a0" <= sign <= "\u30ff"
