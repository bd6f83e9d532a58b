"""What is heard in the languages beside English: safe words, goodbyes, danger, honest questions
(SAFETY C1, C3, H2, H3), and what the engine must not claim (H2).

One small engine for all of them; how a language says it is data, `data/care_*.toml`, with a
reason beside each group. Everybody's words are heard in every language, whatever they have set.
A language is compiled when a telling word of it first stands in a text: most hosts hear two or
three, and the start waits for none. Knows nothing of what follows.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick

from bot.policy.matching import Pattern, bare, pattern, views
from bot.policy.tongues import folded

LANGUAGES = ("de", "es", "fr", "ja", "pt")


class Subject(StrEnum):
    """Each is a table of the data: telling words, ways to say it, what takes it back."""

    DANGER = "danger"
    GOODBYE = "goodbye"
    ASKS = "asks"
    CLAIMS = "claims"


NAME = "§"
"""Stands in a view for the persona's name."""


@dataclass(frozen=True, slots=True)
class _Heard:
    ways: Pattern
    unless: Pattern | None


@dataclass(frozen=True, slots=True)
class _SafeWords:
    red: Pattern
    amber: Pattern
    fruit: Pattern
    also_fruit: frozenset[str]


def hears(subject: Subject, view: str) -> bool:
    """Whether any language says it in this view, or in this sentence of one."""
    for language in _speaking(subject, view):
        heard = _heard(subject, language)
        if heard.ways.search(view) and not (heard.unless and heard.unless.search(view)):
            return True
    return False


def may_claim(view: str) -> bool:
    """Whether a word of such a claim stands here; the screen waits for its sentence's end."""
    return bool(_speaking(Subject.CLAIMS, view))


def is_red(text: str) -> bool:
    """SAFETY C1: as the whole message only, so that `rot` in an English sentence is none."""
    return any(_safe_words().red.fullmatch(said) for said in _as_calls(text))


def is_amber(text: str, last: str) -> bool:
    """`orange` answers the question for a fruit or a colour; every other time it softens.

    Only that word is taken back, and only there: to soften needlessly costs a sentence.
    """
    words = _safe_words()
    called = [said for said in _as_calls(text) if words.amber.fullmatch(said)]
    if not called:
        return False
    answers = "?" in last and words.fruit.search(last) is not None
    return not (answers and words.also_fruit.issuperset(called))


# --- Below ------------------------------------------------------------------------------------

_LONGEST_CALL = 80


def _as_calls(text: str) -> list[str]:
    """What a disguised call may say: one disguise leaves its words in one view, one in another."""
    seen = views(text)
    if len(seen[-1]) > _LONGEST_CALL:
        return []
    return list(dict.fromkeys(bare(view) for view in seen))


def _speaking(subject: Subject, view: str) -> list[str]:
    found = {name for _, names in _anchors()[subject].iter(view) for name in names}
    return sorted(found) if found else []


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    folder = files("bot.policy")
    return {
        name: folded(tomllib.loads(folder.joinpath(f"data/care_{name}.toml").read_text("utf-8")))
        for name in LANGUAGES
    }


@cache
def _anchors() -> Mapping[Subject, Any]:
    return {subject: _automaton(subject) for subject in Subject}


def _automaton(subject: Subject) -> Any:
    names: dict[str, list[str]] = {}
    for name, data in _data().items():
        for word in data[subject]["anchors"]:
            names.setdefault(word, []).append(name)
    automaton = ahocorasick.Automaton()
    for word, speakers in names.items():
        automaton.add_word(word, tuple(speakers))
    automaton.make_automaton()
    return automaton


@cache  # One for each subject in each language: bounded by the data.
def _heard(subject: Subject, language: str) -> _Heard:
    data = _data()[language]
    table, parts = data[subject], data.get("parts", {})
    unless = tuple(_filled(table.get("unless", ()), parts))
    return _Heard(
        pattern(*_filled((way for group in table["group"] for way in group["ways"]), parts)),
        pattern(*unless) if unless else None,
    )


def _filled(ways: Any, parts: Mapping[str, str]) -> Iterator[str]:
    """A part may be made of those before it."""
    for way in ways:
        whole = way
        for name, part in reversed(list(parts.items())):
            whole = whole.replace(f"<{name}>", part)
        yield whole


@cache
def _safe_words() -> _SafeWords:
    tables = [data["safe_word"] for data in _data().values()]
    return _SafeWords(
        pattern(*(_whole(table["red"], table["around"]) for table in tables)),
        pattern(*(_whole(table["amber"], table["around"]) for table in tables)),
        pattern(*(word for table in tables for word in table["fruit"])),
        frozenset(bare(word) for table in tables for word in table["also_fruit"]),
    )


_COMMON = ("ok", "okay", "stop", "please", "safeword", "safe word", "code")


def _whole(words: list[str], around: list[str]) -> str:
    """Any number of these words, and of what people say around them; one of them at least."""
    said, beside = _any_of(words), _any_of([*around, *_COMMON])
    return rf"(?:{beside} ?)*(?:{said} ?)+(?:(?:{said}|{beside}) ?)*"


def _any_of(words: list[str]) -> str:
    """In the spelling of a bare call. Letters part words, but in Japanese."""
    calls = sorted({bare(word) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(rf"{word}\b" if word.isascii() else word for word in calls) + ")"
