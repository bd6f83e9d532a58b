"""Who is said to be under 18, in the languages beside English (SAFETY A2, L1, L3, L8).

One small engine for all of them: what a language knows of ages, schools and relations is data,
`data/tongue_*.toml`, with a reason beside each group of ways to say it. English, which came
first, has files of its own. Knows no romance, and nothing of what follows from an age.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick

from bot.policy.ages import ADULT, value
from bot.policy.matching import Found, Pattern, pattern, plain

BEFORE, AFTER = 64, 60
"""How far around a way to say it is looked for what takes it back."""


@dataclass(frozen=True, slots=True)
class Way:
    """Some ways to say one thing; each of them holds one number, or none."""

    found: Pattern
    least: int
    below: int
    year: bool
    """The number is a year of birth."""
    asked: bool
    """It counts only as the answer to "how old are you?"."""
    ours: bool
    """It is always somebody in the person's life, or the person long ago."""
    unless: Pattern | None
    """What follows takes it back: "I am not 18, I am 34"."""


@dataclass(frozen=True, slots=True)
class Tongue:
    language: str
    numbers: Mapping[str, int]
    own: tuple[Way, ...]
    """The person says it of themselves."""
    told: tuple[Way, ...]
    """It is said of somebody."""
    ours: Pattern
    """A child in the person's life, or long ago, near the age (SAFETY L8)."""
    beloved: Pattern
    """Near the age, this is no child in anybody's life."""
    thing: Pattern
    """`§` stands for the age: a car, a whisky, a marriage."""
    story: Pattern
    for_real: Pattern
    not_meant_before: Pattern
    is_it_ok: Pattern
    """"Is it bad if I am 15?": a supposition that is none."""
    not_meant_after: Pattern


def claims(view: str, year: int, *, asked: bool) -> Iterator[bool]:
    """Wherever the person's own age is spoken of: whether they are under 18, in earnest and now."""
    for tongue in _spoken(view):
        in_story = _is_story(tongue, view)
        for way in tongue.own:
            if way.asked and not asked:
                continue
            for hit in way.found.finditer(view):
                if _counts(tongue, way, hit, year):
                    yield not in_story and _meant(tongue, way, view, hit)


def told(view: str) -> Iterator[bool]:
    """Everybody who is said to be under 18: whether it is a child in the person's life."""
    for tongue in _spoken(view):
        for way in tongue.told:
            for hit in way.found.finditer(view):
                if _counts(tongue, way, hit, 0) and not tongue.thing.search(_with_gap(view, hit)):
                    yield _is_ours(tongue, way, view, hit)
        if any(_plays(tongue, way, view) for way in tongue.own if not way.asked):
            yield False


def is_ours(view: str, start: int, end: int) -> bool | None:
    """Whether who is named there is of the person's life; None where no language knows."""
    gap = f"{view[max(0, start - BEFORE) : start]}§{view[end : end + AFTER]}"
    speaking = _spoken(view)
    if any(tongue.beloved.search(gap) for tongue in speaking):
        return False
    return True if any(tongue.ours.search(gap) for tongue in speaking) else None


def is_ordinary(view: str, start: int) -> bool:
    """Whether a word for a child stands there as in any family's talk (SAFETY L8)."""
    before = view[max(0, start - 20) : start]
    return _ORDINARY_BEFORE.search(before) is not None


def may_tell_an_age(view: str) -> bool:
    """Whether anything of ages or schools stands here at all; the screen waits where it does."""
    return bool(_spoken(view))


# --- Below: the engine -------------------------------------------------------------------------


def _spoken(view: str) -> list[Tongue]:
    """The languages of which a telling word stands in the view; in most messages none does."""
    found = {name for _, names in _ANCHORS.iter(view) for name in names}
    return [_TONGUES[name] for name in sorted(found)] if found else []


def _counts(tongue: Tongue, way: Way, hit: Found, year: int) -> bool:
    group = _group(hit)
    if not group:
        return True
    written = hit.group(group) or ""
    if way.year:
        return year - int(written) < ADULT
    number = tongue.numbers.get(written) or value(written)
    return way.least <= number < way.below


def _group(hit: Found) -> int:
    """The one group that took part, or none."""
    return next((place for place, group in enumerate(hit.groups(), 1) if group), 0)


def _around(view: str, hit: Found) -> tuple[str, str]:
    group = _group(hit)
    after = hit.end(group) if group else max(hit.start(), hit.end() - 1)
    start = hit.start()
    # A way may begin with the sign that parts it from what stands before.
    start += len(view[start : hit.end()]) - len(view[start : hit.end()].lstrip(' .,!?;:\n。、"'))
    return view[max(0, start - BEFORE) : start], view[after : after + AFTER]


def _with_gap(view: str, hit: Found) -> str:
    group = _group(hit)
    start, end = hit.start(group), hit.end(group)
    return f"{view[max(0, start - BEFORE) : start]}§{view[end : end + AFTER]}"


def _meant(tongue: Tongue, way: Way, view: str, hit: Found) -> bool:
    before, after = _around(view, hit)
    if way.unless is not None and way.unless.search(after):
        return False
    if tongue.not_meant_before.search(before) and not tongue.is_it_ok.search(before):
        return False
    return not tongue.not_meant_after.search(after)


def _is_story(tongue: Tongue, view: str) -> bool:
    return tongue.story.search(view) is not None and not tongue.for_real.search(view)


def _plays(tongue: Tongue, way: Way, view: str) -> bool:
    """The same words in a story or a quotation: not the person's age, but a character's."""
    story = _is_story(tongue, view)
    for hit in way.found.finditer(view):
        quoted = view[: hit.end()].count('"') % 2 == 1
        if (story or quoted) and not way.year and _counts(tongue, way, hit, 0):
            return True
    return False


def _is_ours(tongue: Tongue, way: Way, view: str, hit: Found) -> bool:
    gap = _with_gap(view, hit)
    if tongue.beloved.search(gap):
        return False
    return way.ours or tongue.ours.search(gap) is not None


# --- Below: reading the data -------------------------------------------------------------------


def folded(data: Any) -> Any:
    """The data in the spelling of views: no accents, no voicing marks."""
    if isinstance(data, str):
        return data if data.isascii() else "".join(map(_folded_sign, data))
    if isinstance(data, list):
        return [folded(item) for item in data]
    if isinstance(data, dict):
        return {folded(key): folded(item) for key, item in data.items()}
    return data


@cache
def _folded_sign(sign: str) -> str:
    return sign if sign.isascii() else plain(sign)


def _tongue(data: Mapping[str, Any]) -> Tongue:
    numbers = data["numbers"]["words"]
    words = "|".join(sorted(numbers, key=len, reverse=True))
    parts = {
        "age": rf"(1[ _]?[0-8]|[il|!][0-7]|[1-9]|{words})",
        "year": r"((?:19|20)\d\d)",
    }
    for name, part in data["parts"].items():
        parts[name] = _filled(part, parts)

    def ways(name: str) -> tuple[Way, ...]:
        return tuple(
            Way(
                pattern(*(_filled(way, parts) for way in group["ways"])),
                least=group.get("least", 1),
                below=group.get("below", ADULT),
                year=group.get("year", False),
                asked=group.get("asked", False),
                ours=group.get("ours", False),
                unless=pattern(group["unless"]) if "unless" in group else None,
            )
            for group in data[name]
        )

    def any_of(name: str) -> Pattern:
        return pattern(*(_filled(way, parts) for way in data["context"][name]["ways"]))

    return Tongue(
        language=data["language"],
        numbers=numbers,
        own=ways("own"),
        told=ways("told"),
        ours=any_of("ours"),
        beloved=any_of("beloved"),
        thing=any_of("thing"),
        story=any_of("story"),
        for_real=any_of("for_real"),
        not_meant_before=any_of("not_meant_before"),
        is_it_ok=any_of("is_it_ok"),
        not_meant_after=any_of("not_meant_after"),
    )


def _filled(way: str, parts: Mapping[str, str]) -> str:
    """`<age>` and the other named parts, put into a pattern."""
    for name, part in parts.items():
        way = way.replace(f"<{name}>", part)
    return way


def _anchors(data: Mapping[str, Mapping[str, Any]]) -> Any:
    names: dict[str, set[str]] = {}
    for name, tongue in data.items():
        for word in (*tongue["anchors"]["words"], *tongue["numbers"]["words"]):
            names.setdefault(word, set()).add(name)
    automaton = ahocorasick.Automaton()
    for word, speakers in names.items():
        automaton.add_word(word, tuple(sorted(speakers)))
    automaton.make_automaton()
    return automaton


LANGUAGES = ("de", "es", "fr", "ja", "pt")
DATA: Mapping[str, Mapping[str, Any]] = {
    name: folded(
        tomllib.loads(files("bot.policy").joinpath(f"data/tongue_{name}.toml").read_text("utf-8"))
    )
    for name in LANGUAGES
}
_TONGUES = {name: _tongue(data) for name, data in DATA.items()}
_ANCHORS = _anchors(DATA)


def _of_all(name: str) -> Pattern:
    return pattern(*(way for data in DATA.values() for way in data["context"][name]["ways"]))


HELP = _of_all("help")
"""SAFETY L8: a question or a worry about the young."""
HARM, FORCED, PEACEFUL = _of_all("harm"), _of_all("forced"), _of_all("peaceful")
"""SAFETY L4: instructions for serious harm, and what is called so and is none."""
COURTS = _of_all("courts")
"""SAFETY L1: romance that is sought with a child in the person's life."""
REQUEST = _of_all("request")
"""Something is to be written or played."""
HOW_OLD = _of_all("how_old")
_ORDINARY_BEFORE = _of_all("ordinary_before")
