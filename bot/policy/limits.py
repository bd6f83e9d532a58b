"""SAFETY C2: a person's own limits, in their own words: what the engine is told of them, and
whether its words cross a hard one.

A limit is read as words to look for: small words are passed over, forms of a word count as the
word, and what `or`, `and` and commas part are limits of their own. It does not know what a limit
means: a thing described without its words is the engine's to leave out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.policy.matching import pattern, plain, sentences, views
from bot.text import Text

MOST = 30
LONGEST = 80
TOLD_CHARS = 800
"""What the engine is told has a bound; a hard limit beyond it is enforced all the same."""

TOLD = "The person's own limits, which hold above all else. Never: {hard}. Only gently, and not unless asked: {soft}. (These are the limits.)"
TOLD_NONE = (
    "The person's own limits, which hold above all else, are none any more. (These are the limits.)"
)
NOTHING = "nothing"
STOPPED = Text("I stopped there: it came to one of your own limits. Write on as you like.")

_BEGINS = "The person's own limits, which hold above all else"
_ENDS = "(These are the limits.)"

Term = frozenset[str]
"""All of these in one sentence cross the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()


def read_terms(hard: Iterable[str]) -> tuple[Term, ...]:
    """What is looked for, read once for a reply; empty for words that say nothing to look for."""
    found: list[Term] = []
    for limit in hard:
        for part in _PARTED.sub("\n", plain(limit)).split("\n"):
            term = frozenset(stem(word) for word in _words(part) if word not in _SMALL)
            if term and term not in found:
                found.append(term)
    return tuple(found)


def crosses(terms: Sequence[Term], text: str) -> bool:
    """Whether these words, taken sentence by sentence, come to a hard limit."""
    return bool(terms) and any(
        _holds_any(part, terms) for view in views(text) for part in sentences(view)
    )


def is_near(terms: Sequence[Term], text: str) -> bool:
    """Whether any word of a limit is in sight, so that the sentence must be read to its end."""
    return bool(terms) and any(
        _has(view, found, word)
        for view in views(text)
        for found in (_stems(view),)
        for term in terms
        for word in term
    )


def tell(limits: Limits, told: str) -> str:
    """What the engine is to be told with the next message: nothing where it reads it already."""
    if not limits.hard and not limits.soft:
        return TOLD_NONE if told and told != TOLD_NONE else ""
    say = TOLD.format(hard=_listed(limits.hard), soft=_listed(limits.soft))
    return "" if say == told else say


def told_last(texts: Sequence[str]) -> str:
    """What stands last of it in a prompt's notes, which are never rewritten: after a trim, an
    undone turn or a new session this finds nothing, and it is told again."""
    for text in reversed(texts):
        begin = text.rfind(_BEGINS)
        end = text.find(_ENDS, begin)
        if begin >= 0 and end >= 0:
            return text[begin : end + len(_ENDS)]
    return ""


def clean(limit: str) -> str:
    """On one line, and without the marks that a note is made of."""
    return " ".join(limit.translate(_MARKS).split()).strip(" .,;")


def stem(word: str) -> str:
    """A word without its ending, roughly: `kissing`, `kissed` and `kisses` are one word."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for ending in ("ing", "ed", "er", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 2 and any(sign in "aeiouy" for sign in rest):
            word = rest
            break
    if len(word) > 2:
        word = word.removesuffix("e")
    if len(word) > 2 and word[-1] == word[-2]:
        word = word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and len(word) > 1 else word


# --- Below ------------------------------------------------------------------------------------

_PARTED = pattern(r"[,;/|\n]|\b(?:or|and|nor)\b")
_WORD = pattern(r"[\pL\pN]+")
_MARKS = {ord("["): "(", ord("]"): ")", ord("{"): "(", ord("}"): ")"}


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL = _these(
    "a about all any anybody anyone anything are as at avoid avoiding be being bring bringing call"
    " called calling can cannot do don doing dont ever every for from get getting give go going have"
    " having i if im in into is it its kind kinds like m make making me mention mentioning mentions"
    " more my myself never no none not nothing of off on ones out please s scene scenes sort speak"
    " speaking stop t talk talking that the their them there these they thing things this those to"
    " too us use want wants we when with without would write you your"
)


def _words(view: str) -> list[str]:
    return [found.group() or "" for found in _WORD.finditer(view)]


def _holds_any(view: str, terms: Sequence[Term]) -> bool:
    found = _stems(view)
    return any(
        all(word in found or (_is_unspaced(word) and word in view) for word in term)
        for term in terms
    )


def _stems(view: str) -> set[str]:
    return {stem(word) for word in _words(view)}


def _has(view: str, found: set[str], word: str) -> bool:
    # Where words are written without spaces, the first sign may be all that has come so far.
    return word in found or (_is_unspaced(word) and word[0] in view)


def _is_unspaced(word: str) -> bool:
    return any("\u3040" <= sign <= "\u9fff" or "\u0e00" <= sign <= "\u0eff" for sign in word)


def _listed(texts: Sequence[str]) -> str:
    listed: list[str] = []
    room = TOLD_CHARS // 2
    for text in texts:
        room -= len(text) + 2
        if room < 0:
            break
        listed.append(text)
    return "; ".join(listed) or NOTHING
