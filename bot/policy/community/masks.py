"""SAFETY L9: takes out of a text what a rule found, in whatever disguise it stood there.

First the words themselves; where a disguise hides their place, the sentence; and where only the
whole holds it, the whole. What comes out is never found again.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from bot.policy.community import checks, links
from bot.policy.community.compiled import Compiled
from bot.policy.community.heard import FOUND, Judged, hears_words
from bot.policy.community.wording import Span
from bot.policy.lists import goes_on
from bot.policy.matching import LONGEST, plain

MASK = "▮▮▮"
"""Always as long, so that it tells nothing of what stood there."""


def mask(text: str, rules: Compiled, at: int, judged: Judged = None) -> str:
    """Without what the rule with this place found."""

    def is_found(part: str) -> bool:
        said = rules.finder.rules(part)
        return hears_words(rules, at, part, judged, said) is FOUND

    if not is_found(text):
        return text
    if len(text) > LONGEST:
        # What is not looked at cannot be masked either.
        return MASK
    return _masked(text, is_found, _spans(text, rules, at))


def mask_all(text: str, rules: Compiled, names: Iterable[str], judged: Judged = None) -> str:
    """`Decision.masks` gives the names, and `judged` is what it was decided with."""
    named = frozenset(names)
    for at, rule in enumerate(rules.rules):
        if rule.name in named:
            text = mask(text, rules, at, judged)
    return text


# --- Below ------------------------------------------------------------------------------------


def _masked(text: str, is_found: Callable[[str], bool], spans: Iterable[Span]) -> str:
    for start, end in sorted(_whole_words(text, spans), reverse=True):
        text = text[:start] + MASK + text[end:]
    if not is_found(text):
        return text
    parts = [MASK + _end_of(part) if is_found(part) else part for part in _sentences(text)]
    text = "".join(parts)
    return MASK if is_found(text) else text


def _spans(text: str, rules: Compiled, at: int) -> list[Span]:
    """In the text as it is written, as far as its plain view can be laid along it."""
    view, origins = _aligned(text)
    if plain(view) != view:
        return []
    match rules.rules[at].check:
        case checks.Links(allowed):
            found = [(hit.start(), hit.end()) for hit in links.strange_hosts(view, allowed)]
        case checks.Invites():
            found = [(hit.start(), hit.end()) for hit in links.invites(view)]
        case _:
            found = [span for span, _ in rules.finder.spans(view, at)]
    return [(origins[start], origins[end - 1] + 1) for start, end in found if end > start]


def _aligned(text: str) -> tuple[str, list[int]]:
    """The plain view, and where in the text each of its signs comes from."""
    view: list[str] = []
    origins: list[int] = []
    for place, sign in enumerate(text):
        for letter in plain(sign):
            if not (letter == " " and view and view[-1] == " "):
                view.append(letter)
                origins.append(place)
    return "".join(view), origins


def _whole_words(text: str, spans: Iterable[Span]) -> list[Span]:
    """Each to the ends of its words; what overlaps is one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        start, end = first, last
        while start > 0 and goes_on(text, start):
            start -= 1
        while goes_on(text, end):
            end += 1
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _end_of(sentence: str) -> str:
    return sentence[len(sentence.rstrip()) :]


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]


_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]?\s+|[。！？\n]\s*""")
