"""How policy looks at words: normalised views, word lists on word boundaries, linear patterns.

A view is for matching only; it is never stored, shown or sent (SAFETY L9). Lists are matched by
Aho-Corasick and patterns by RE2, so that the time grows with the text's length and no faster.
This file does not know what is looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import ahocorasick
import re2

LONGEST = 20_000
"""Of a longer text the first and the last half of this are looked at."""


class Found(Protocol):
    def group(self, number: int = 0) -> str | None: ...
    def groups(self) -> tuple[str | None, ...]: ...
    def start(self, number: int = 0) -> int: ...
    def end(self, number: int = 0) -> int: ...


class Pattern(Protocol):
    def search(self, text: str) -> Found | None: ...
    def fullmatch(self, text: str) -> Found | None: ...
    def match(self, text: str) -> Found | None: ...
    def finditer(self, text: str) -> Iterator[Found]: ...
    def sub(self, repl: str, text: str) -> str: ...


def pattern(*alternatives: str) -> Pattern:
    """Any one of these, in RE2's syntax, against a view."""
    options = re2.Options()
    options.log_errors = False
    return cast(Pattern, re2.compile("|".join(f"(?:{part})" for part in alternatives), options))


@dataclass(frozen=True, slots=True)
class WordList:
    """Words and phrases, each found only where it stands between word boundaries."""

    words: frozenset[str]
    automaton: Any

    def find(self, view: str) -> Iterator[tuple[int, int]]:
        for last, word in self.automaton.iter(view):
            start, end = last - len(word) + 1, last + 1
            if not (start and view[start - 1].isalnum()) and not view[end : end + 1].isalnum():
                yield start, end

    def found(self, view: str) -> bool:
        return next(self.find(view), None) is not None


def word_list(words: Iterable[str]) -> WordList:
    chosen = frozenset(plain(word) for word in words)
    automaton = ahocorasick.Automaton()
    for word in chosen:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return WordList(chosen, automaton)


def plain(text: str) -> str:
    """One way to write each letter: no case, width, accents, look-alikes or invisible signs."""
    return _one_space(_wide(text))


def views(text: str) -> tuple[str, ...]:
    """The plain view first, then what unmasking adds. Ordinary text has one view.

    Every rule asks for the same text's views: they are kept until `forget_views`.
    """
    return _views(text)


def forget_views() -> None:
    """No words of people outlive the question that was asked about them."""
    _views.cache_clear()


def bare(text: str) -> str:
    """A short call reduced to its letters and single spaces: `R.E.D!!` -> `red`."""
    view = views(text[:200])[-1]
    return " ".join(_squeezed(_NOT_WORDS.sub(" ", _joined(view)), "all").split())


def sentences(view: str) -> list[str]:
    return [part for part in _SENTENCE_END.sub("\n", view).split("\n") if part.strip(" .!?")]


def without_quotes(view: str) -> str:
    """What a person says themselves: quotations, quoted lines and code taken out."""
    return _QUOTED.sub(" ", view) if '"' in view or ">" in view or "```" in view else view


# --- Below: how each mask is taken off -------------------------------------------------------

# The standard library's patterns here cannot backtrack, so they are linear as well.
_SPACES = re.compile(" {2,}")
_NOT_WORDS = pattern(r"[^\pL\pN]+")
_SENTENCE_END = pattern(r"[.!?;]+(?:\s|$)")
_QUOTED = pattern(r'"[^"\n]*(?:"|\n|$)', r"(?m)^\s*>[^\n]*", r"(?s)```.*?(?:```|$)")
_MARKS_IN_WORDS = re.compile(r"([^\W_])[*_~`|^.\-]+(?=[^\W_])")
_SINGLE = r"[\pL\pN]"
_APART = r"(?: ?[.,*_~`|^/+\-]{1,2} ?|\s)"
_SPACED_OUT = pattern(
    rf"(?:^|[^\pL\pN'])((?:{_SINGLE}{_APART}){{2,}}{_SINGLE}|\d[ _*]\d)(?:$|[^\pL\pN'])"
)
_TRIPLED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LEET_SIGNS = frozenset("013457@$!|+")
_LEET = str.maketrans("013457@$!|+", "oieastasiit")
_LEET_L = str.maketrans("013457@$!|+", "oleastasllt")

_QUOTE_MARKS = dict.fromkeys("“”„‟«»″〝〞", '"') | dict.fromkeys("’‘‛ʼ′´＇", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_CYRILLIC = dict(zip("аеорсухіјѕԁһӏкмтнвгпԛԝьү", "aeopcyxijsdhlkmthbrnqwby", strict=True))
_GREEK = dict(zip("αβεικνορτυχγηωϲϳ", "abeikvoptuxynwcj", strict=True))
_LATIN = dict(
    zip(
        "ıɑɡɩɪøđłħŧɐəɛɔʀᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘᴛᴜᴠᴡʏᴢօսհոԍ",
        "iagiiodlhtaeeorabcdeghjklmnoptuvwyzouhng",
        strict=True,
    )
)
_BOXED = {
    chr(first + step): chr(ord("a") + step)
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for step in range(26)
}
_CONFUSABLE = _QUOTE_MARKS | _DASHES | _CYRILLIC | _GREEK | _LATIN | _BOXED

_WHITE = dict.fromkeys((0x09, 0x0B, 0x0C, 0x0D), " ")
_ASCII = dict.fromkeys((*range(0x20), 0x7F), "") | _WHITE | {0x0A: "\n"}


@lru_cache(maxsize=8192)
def _one_way(letter: str) -> str:
    """Cached by the single character, never by people's words."""
    if letter.isascii():
        return letter.translate(_ASCII)
    kind = unicodedata.category(letter)
    if kind[0] == "M" or kind in ("Cf", "Cc", "Cs", "Cn", "Co"):
        return ""
    if kind[0] == "Z":
        return "\n" if kind in ("Zl", "Zp") else " "
    return _CONFUSABLE.get(letter, letter)


@lru_cache(maxsize=32)
def _views(text: str) -> tuple[str, ...]:
    wide = _wide(text)
    seen = [_one_space(wide)]
    if "  " in wide and (spelled := _one_space(_joined(wide))) not in seen:
        seen.append(spelled)
    for unmask in (_without_marks, _joined, _joined_after_article, _unleeted, _unleeted_to_l):
        seen.extend(new for view in tuple(seen) if (new := unmask(view)) not in seen)
    for keep in ("1", "2"):
        seen.extend(new for view in tuple(seen) if (new := _squeezed(view, keep)) not in seen)
    return tuple(seen)


def _wide(text: str) -> str:
    """The plain view before its gaps are closed: they part words that are spelled out."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    if text.isascii():
        view = text.lower().translate(_ASCII)
    else:
        # Folded before and after: NFKC first for width and ligatures, NFKD to part the accents.
        folded = unicodedata.normalize("NFKC", text).casefold()
        view = "".join(map(_one_way, unicodedata.normalize("NFKD", folded)))
    return view


def _one_space(view: str) -> str:
    return _SPACES.sub(" ", view) if "  " in view else view


def _without_marks(view: str) -> str:
    """`se*x*ual` and `sex-ual`."""
    return _MARKS_IN_WORDS.sub(r"\1", view)


def _joined(view: str, skip: str = "") -> str:
    """`s e c r e t`, `s.e.c.r.e.t`, and digits parted: `1 5`."""
    runs = [(found.start(1), found.end(1)) for found in _SPACED_OUT.finditer(view)]
    for start, end in reversed(runs):
        first = start + 1 if view[start] in skip else start
        letters = "".join(sign for sign in view[first:end] if sign.isalnum())
        view = (
            f"{view[:start]}{view[start:first]} {letters}{view[end:]}"
            if first > start
            else (view[:start] + letters + view[end:])
        )
    return view


def _joined_after_article(view: str) -> str:
    """`a k i s s`: the first letter may be a word of its own."""
    return _joined(view, skip="ai")


def _unleeted(view: str, table: dict[int, int] | None = None) -> str:
    """`f1ft33n` -> `fifteen`; a number alone stays a number."""
    if not _LEET_SIGNS.intersection(view):
        return view
    return " ".join(_word_unleeted(word, table or _LEET) for word in view.split(" "))


def _unleeted_to_l(view: str) -> str:
    return _unleeted(view, _LEET_L)


def _word_unleeted(word: str, table: dict[int, int]) -> str:
    core = word.rstrip("!+.,?")
    if not any(sign.isalpha() for sign in core):
        return word
    return core.translate(table) + word[len(core) :]


def _squeezed(view: str, keep: str) -> str:
    """Three and more of a letter are one or two of it; `all`: two are one as well."""
    if keep == "all":
        return _DOUBLED.sub(r"\1", view)
    return _TRIPLED.sub(r"\1\1" if keep == "2" else r"\1", view)
