"""The phrases of six languages, made ready to be matched. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bot.memory.phrases import LANGUAGES, Language

PARTED = r"\s*[,;:()、，；：]\s*|\s+[-–—]+\s+|\s*[–—]\s*"
"""What parts a sentence into clauses, in all of them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    slot: str
    kind: str
    is_negative: bool
    ends: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """A language, made ready to be matched."""

    phrases: tuple[Phrase, ...]
    before: re.Pattern[str]
    parted: re.Pattern[str]
    unreal: re.Pattern[str]
    until: re.Pattern[str] | None
    no_value: re.Pattern[str]
    passing: re.Pattern[str]
    remember: re.Pattern[str]
    mine: re.Pattern[str]


@cache
def readers() -> tuple[Reader, ...]:
    """Made at the end of the first reply to somebody with memory, and not at every start."""
    return tuple(map(_reader, LANGUAGES))


def plain(text: str) -> str:
    """Small, without accents, and as long as it was: what is found here stands there."""
    return "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    if sign in "’‘ʼ":
        return "'"
    if sign.isascii():
        return sign.lower()
    if sign < "\u0250" or "\u1e00" <= sign < "\u1f00":
        sign = unicodedata.normalize("NFKD", sign)[0]
    elif "\uff01" <= sign <= "\uff5e":
        sign = unicodedata.normalize("NFKC", sign)[0]
    return sign.lower()[:1]


def _reader(language: Language) -> Reader:
    phrases = tuple(
        _phrase(line, language) for line in language.phrases.strip().splitlines() if line
    )
    asked = language.remember.replace("(?P<v>.+)", "")
    before = rf"\s*(?:(?:{language.before})(?![^\W_])[\s,!:]*)*(?:{asked})?"
    joints = rf"|\s+(?:{language.joints})\s+(?=(?:{language.begins})\b)" if language.joints else ""
    if language.begins == "":
        # No spaces stand between these words.
        before = rf"\s*(?:(?:{language.before})[\s、]*)*"
        return Reader(
            phrases,
            re.compile(before),
            re.compile(PARTED),
            re.compile(language.unreal),
            None,
            re.compile(language.no_value),
            re.compile(language.passing),
            re.compile(before + language.remember),
            re.compile(language.mine),
        )
    return Reader(
        phrases,
        re.compile(before),
        re.compile(f"{PARTED}{joints}"),
        re.compile(rf"\b(?:{language.unreal})\b"),
        re.compile(rf"(?:^|\s)(?:{language.until})\b"),
        re.compile(rf"(?:{language.no_value})(?!\w)"),
        re.compile(rf"\b(?:{language.passing})(?!\w)"),
        re.compile(rf"\s*(?:(?:{language.before})(?![^\W_])[\s,!:]*)*{language.remember}"),
        re.compile(rf"(?:{language.mine})"),
    )


def _phrase(line: str, language: Language) -> Phrase:
    head, pattern = line.split(": ", 1)
    slot, kind = head.split()
    for name, listed in language.words.items():
        pattern = pattern.replace(f"{{{name}}}", f"(?:{listed})")
    return Phrase(
        slot,
        kind.rstrip("-!"),
        is_negative=kind.endswith("-"),
        ends=kind.endswith("!"),
        pattern=re.compile(pattern),
    )
