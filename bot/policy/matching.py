"""How policy looks at words: normalised views of a text, and patterns that take linear time.

A view is for matching only; it is never stored, shown or sent (SAFETY L9). Patterns are matched
by RE2, so that the time grows with the text's length and no faster; lists have a file of their
own. This file does not know what is looked for.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Protocol, TypeVar, cast

import re2

Answer = TypeVar("Answer")

_REMEMBERED: list[Callable[[], None]] = []

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


def plain(text: str) -> str:
    """One way to write each letter: no case, width, accents, look-alikes or invisible signs."""
    return _one_space(_wide(text))


def views(text: str) -> tuple[str, ...]:
    """The plain view first, then what unmasking adds. Ordinary text has one view.

    Every rule asks for the same text's views: they are kept until `forget_views`.
    """
    return _views(text)


def reading(text: str) -> str:
    """The one of the views that a person would read who sees through all disguises at once."""
    seen = _views(text)
    return seen[1] if len(seen) > 1 else seen[0]


def for_now(work: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """Remembers what it found in a text until `forget_views`: many rules ask for the same."""
    remembered = lru_cache(maxsize=32)(work)
    _REMEMBERED.append(remembered.cache_clear)
    return remembered


def forget_views() -> None:
    """No words of people outlive the question that was asked about them."""
    for forget in _REMEMBERED:
        forget()


@for_now
def bare(text: str) -> str:
    """A short call reduced to its letters and single spaces: `R.E.D!!` and `||red||` -> `red`."""
    view = views(text[:200].replace("||", " "))[-1]
    return " ".join(_squeezed(_NOT_LETTERS.sub(" ", _joined(view)), "all").split())


def sentences(view: str) -> list[str]:
    return [part for part in _SENTENCE_END.sub("\n", view).split("\n") if part.strip(" .!?")]


def without_quotes(view: str) -> str:
    """What a person says themselves: quotations, quoted lines and code taken out."""
    return _QUOTED.sub(" ", view) if '"' in view or ">" in view or "```" in view else view


# --- Below: how each mask is taken off -------------------------------------------------------

# The standard library's patterns here cannot backtrack, so they are linear as well.
_SPACES = re.compile(" {2,}")
_SENTENCE_END = re.compile(r"[.!?;]+(?:\s|$)")
_QUOTED = pattern(r'"[^"\n]*(?:"|\n|$)', r"(?m)^\s*>[^\n]*", r"(?s)```.*?(?:```|$)")
_MARKS_IN_WORDS = re.compile(r"([^\W_])[*_~`|^.\-]+(?=[^\W_])")
_SINGLE = r"[\pL\pN]"
_APART = r"(?: ?[.,*_~`|^/+\-]{1,2} ?|\s)"
_SPACED_OUT = pattern(
    rf"(?:^|[^\pL\pN'])((?:{_SINGLE}{_APART}){{2,}}{_SINGLE}|\d[ _*]\d)(?:$|[^\pL\pN'])"
)
_SPELLED = pattern(
    # The same, where wider gaps part the words: an apostrophe is part of one.
    rf"(?:^|[^\pL\pN])((?:{_SINGLE}{_APART}){{2,}}{_SINGLE}|\d[ _*]\d)(?:$|[^\pL\pN])"
)
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W_][.\-_*|/~^]){2,}[^\W_](?![^\W_])")
_NOT_LETTERS = re.compile(r"[\W_]+")
_JAPANESE_GAPS = re.compile(
    r"(?<=[\u3040-\u9fff]) (?=[\d\u3040-\u9fff])|(?<=\d) (?=[\u3040-\u9fff])"
    r"|(?<=[\u3040-\u9fff] \d) (?=\d [\u3040-\u9fff])"
)
_TRIPLED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LETTERS = re.compile(r"[^\W\d_]+")
# Japanese counts in plain digits within its words: `18歳` is no leetspeak.
_PIECES = re.compile(r"[^\s\-/,;:()\"*\u3040-\u9fff]+")
_AGE_IN_WORD = re.compile(r"1[0-8][yj]")
_OWN_DOUBLES = {
    _DOUBLED.sub(r"\1", word): word
    for word in tomllib.loads(files("bot.policy").joinpath("data/doubled.toml").read_text("utf-8"))[
        "doubled"
    ]["words"]
}
_LEET_SIGNS = frozenset("013457@$!|+")
_LEET = str.maketrans("013457@$!|+", "oieastasiit")
_LEET_L = str.maketrans("013457@$!|+", "oleastasllt")

_QUOTE_MARKS = dict.fromkeys("“”„‟«»″〝〞「」『』", '"') | dict.fromkeys("’‘‛ʼ′´＇", "'")
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


@for_now
def _views(text: str) -> tuple[str, ...]:
    wide = _wide(text)
    seen = [_one_space(wide)]
    spelled = _one_space(_joined(wide, runs=_SPELLED)) if "  " in wide else seen[0]
    read = _squeezed(_unleeted(_undotted(_without_gaps(spelled))), "own")
    seen.extend(new for new in (read, spelled) if new not in seen)
    for unmask in (_without_marks, _joined, _joined_after_article, _unleeted, _unleeted_to_l):
        seen.extend(new for view in tuple(seen) if (new := unmask(view)) not in seen)
    for keep in ("own", "1", "2"):
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


def _undotted(view: str) -> str:
    """`f.i.f.t.e.e.n`, with the gaps between words left as they are."""
    return _DOTTED.sub(lambda run: _NOT_LETTERS.sub("", run[0]), view)


def _without_gaps(view: str) -> str:
    """Japanese parts no words, so a gap hides one."""
    return view if view.isascii() else _JAPANESE_GAPS.sub("", view)


def _without_marks(view: str) -> str:
    """`se*x*ual` and `sex-ual`."""
    return _MARKS_IN_WORDS.sub(r"\1", view)


def _joined(view: str, skip: str = "", runs: Pattern | None = None) -> str:
    """`s e c r e t`, `s.e.c.r.e.t`, and digits parted: `1 5`."""
    found = (runs or _SPACED_OUT).finditer(view)
    for start, end in reversed([(run.start(1), run.end(1)) for run in found]):
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
    letters = table or _LEET
    return _PIECES.sub(lambda piece: _word_unleeted(piece[0], letters), view)


def _unleeted_to_l(view: str) -> str:
    return _unleeted(view, _LEET_L)


def _word_unleeted(word: str, table: dict[int, int]) -> str:
    if _LEET_SIGNS.isdisjoint(word):
        return word
    core = word.rstrip("!+.,?")
    if not any(sign.isalpha() for sign in core):
        return word
    # `15y0`, `15j4hr1g`: an age keeps its digits.
    age = 2 if _AGE_IN_WORD.match(core) else 0
    return core[:age] + core[age:].translate(table) + word[len(core) :]


def _squeezed(view: str, keep: str) -> str:
    """Three and more of a letter are one or two of it; `all`: two are one as well.

    `own`: one, but for words that are known to have a doubled letter of their own.
    """
    if keep == "all":
        return _DOUBLED.sub(r"\1", view)
    if keep == "2":
        return _TRIPLED.sub(r"\1\1", view)
    if keep == "own":
        return _LETTERS.sub(_relaxed, view) if _TRIPLED.search(view) else view
    return _TRIPLED.sub(r"\1", view)


def _relaxed(word: re.Match[str]) -> str:
    """`fiiifteeen`: single letters, but for the words that are known to have a doubled one."""
    if not _TRIPLED.search(word[0]):
        return word[0]
    known = _OWN_DOUBLES.get(_DOUBLED.sub(r"\1", word[0]))
    return known or _TRIPLED.sub(r"\1", word[0])
