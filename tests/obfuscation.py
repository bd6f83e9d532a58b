"""Disguises of SAFETY L9, each a function from a text to the same text in other signs.

Deterministic: the same text gives the same disguise. A person who reads the result still reads
the words. What a disguise cannot change (there is no leetspeak for kanji) it leaves alone.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

Disguise = Callable[[str], str]


def obfuscations() -> Mapping[str, Disguise]:
    return MappingProxyType(_ALL)


# --- Below: one function a disguise -----------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_LEAST = 3
"""Shorter words stay whole where letters are parted or replaced: `I`, `a`, `at`, `tu`."""

_LEET = str.maketrans(
    {
        "a": "4",
        "e": "3",
        "i": "1",
        "o": "0",
        "s": "5",
        "t": "7",
        "A": "4",
        "E": "3",
        "I": "1",
        "O": "0",
        "S": "5",
        "T": "7",
    }
)
_CYRILLIC = str.maketrans("aceopxyijsAEOPCTXBHKM", "асеорхуіјѕАЕОРСТХВНКМ")
_GREEK = str.maketrans("oivn", "οινη")
# Kangxi radicals look like the characters that they stand for.
_RADICALS = str.maketrans("十一二八人口子女", "⼗⼀⼆⼋⼈⼝⼦⼥")


def _in_words(text: str, change: Callable[[str], str], least: int = _LEAST) -> str:
    def changed(found: re.Match[str]) -> str:
        word = found[0]
        return change(word) if len(word) >= least else word

    return _WORD.sub(changed, text)


def _leet(text: str) -> str:
    def leet(word: str) -> str:
        disguised = word.translate(_LEET)
        # Nobody reads `405` as a word.
        return word if disguised.isdigit() else disguised

    return _in_words(text, leet, least=2)


def _homoglyphs(text: str) -> str:
    return text.translate(_CYRILLIC).translate(_RADICALS)


def _between_letters(sign: str) -> Disguise:
    def insert(text: str) -> str:
        return "".join(letter + sign if letter.isalnum() else letter for letter in text)

    return insert


def _spaced_letters(text: str) -> str:
    """`f i f t e e n`, with wider gaps between the words; two digits are parted, too."""
    wide = text.replace(" ", "   ")
    parted = _in_words(wide, " ".join)
    return re.sub(r"(?<!\d)(\d)(\d)(?!\d)", r"\1 \2", parted)


def _dotted_letters(text: str) -> str:
    def dotted(word: str) -> str:
        return word if any(sign.isdigit() for sign in word) else ".".join(word)

    return _in_words(text, dotted)


def _full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def _styled(text: str) -> str:
    """Mathematical bold, as people paste it from generators."""
    return "".join(map(_bold, text))


def _bold(sign: str) -> str:
    for first, last, bold in (("a", "z", 0x1D41A), ("A", "Z", 0x1D400), ("0", "9", 0x1D7CE)):
        if first <= sign <= last:
            return chr(bold + ord(sign) - ord(first))
    return sign


def _mixed_scripts(text: str) -> str:
    """By turns Cyrillic, Greek, bold and full width."""
    ways: tuple[Disguise, ...] = (
        lambda sign: sign.translate(_CYRILLIC),
        lambda sign: sign.translate(_GREEK),
        _bold,
        lambda sign: _full_width(sign) if sign.isalnum() else sign,
    )
    return "".join(ways[place % len(ways)](sign) for place, sign in enumerate(text))


def _repeats(text: str) -> str:
    """The second letter of every word is stretched: `fiiifteen`."""

    def stretched(word: str) -> str:
        can_stretch = word.isalpha() and word.isascii()
        return word[0] + word[1] * 3 + word[2:] if can_stretch else word

    return _in_words(text, stretched)


def _case(text: str) -> str:
    return "".join(sign.upper() if place % 2 else sign.lower() for place, sign in enumerate(text))


def _parted_accents(text: str) -> str:
    return unicodedata.normalize("NFD", text)


_ALL: dict[str, Disguise] = {
    "leet": _leet,
    "homoglyphs": _homoglyphs,
    "zero width": _between_letters("\u200b"),
    "word joiners": _between_letters("\u2060"),
    "soft hyphens": _between_letters("\u00ad"),
    "spaced letters": _spaced_letters,
    "dotted letters": _dotted_letters,
    "full width": _full_width,
    "combining marks": _between_letters("\u0336"),
    "parted accents": _parted_accents,
    "tag characters": _between_letters("\U000e0061"),
    "mixed scripts": _mixed_scripts,
    "styled letters": _styled,
    "repeats": _repeats,
    "case": _case,
}
