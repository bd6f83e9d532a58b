"""What a person says of themselves -> facts, by rules and without any model. Pure.

Only their own plain statements: nothing in quotation marks, between asterisks or behind somebody's
name; no questions, conditions, wishes or stories. Rather nothing than something wrong: what the
rules miss is still found by recall. An instruction is never a fact (SAFETY M8).

All languages are looked for at once, clause by clause; each clause gives one fact of a slot, and of
a message's contradictions the later holds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.memory.dates import birthday_in
from bot.memory.masking import mask
from bot.memory.readers import Phrase, Reader, plain, readers
from bot.memory.slots import DISLIKES, FAVOURITE, LIKES, NOTE, TASTE, is_alone
from bot.memory.statements import ENDS, TO_YOU, sentences_in, theirs
from bot.store.fact_rows import Draft

MOST = 8
"""Facts of one message: who tells more has written a list."""
LONGEST = 200
"""Signs of a clause that is kept."""
_EMOJI = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_KINDS_OF_NAME = {"name", "Name", "place", "Place"}
_OF_NAMES = "de da do dos das del della van von der den la le los las el al du di y of the"
_SMALL = frozenset(_OF_NAMES.split())
"""Words of a name that may be small."""
_MOST_WORDS = {"name": 3, "Name": 2, "place": 4, "Place": 4, "thing": 6}
_JOINTS = "to by of with from on at in out into de da do von mit en avec com"
_JOINING = frozenset(_JOINTS.split())
_ARTICLES_OF_ALL = """
    the a an my der die das den ein eine einen el la los las un una le les l' du des o os as um uma
"""
_ARTICLES = frozenset(_ARTICLES_OF_ALL.split())


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    folded: str
    """What is the person's own of it, sign for sign: see `plain`."""
    now: datetime


def drafts_in(text: str, now: datetime) -> tuple[Draft, ...]:
    """`now` is when it was said, in the person's zone. In the order in which they were said."""
    said = _Said(text, theirs(text), now)
    found: list[tuple[int, Draft]] = []
    for begin, end in sentences_in(said.folded):
        for reader in readers():
            if not reader.unreal.search(said.folded, begin, end):
                found += _read(reader, said, (begin, end))
    found.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(draft for _, draft in found))[:MOST]


# --- A sentence -----------------------------------------------------------------------------------


def _read(reader: Reader, said: _Said, span: tuple[int, int]) -> list[tuple[int, Draft]]:
    found = []
    asked = reader.remember.match(said.folded[: span[1]].rstrip(ENDS), span[0])
    for begin, end in _clauses(reader.parted, said.folded, *span):
        # "Today" may stand before a phrase, or begin one.
        starts = dict.fromkeys([_after(reader.before, said.folded, begin, end), begin])
        clause = said.folded[:end].rstrip(ENDS)
        slots: set[str] = set()
        for phrase in reader.phrases:
            if phrase.slot in slots:
                continue
            hits = filter(None, (phrase.pattern.match(clause, start) for start in starts))
            if (hit := next(hits, None)) is None:
                continue
            slots.add(phrase.slot)
            draft = _draft(reader, phrase, hit, said, _quote(said.text, hit.start(), end))
            if draft is not None:
                found.append((begin, draft))
    # SAFETY M8: what the persona is to do is no fact.
    if asked and not found and reader.mine.match(asked["v"]) and not TO_YOU.search(asked["v"]):
        quote = _quote(said.text, asked.start("v"), span[1])
        if quote:
            found.append((span[0], Draft(NOTE, "", quote, quote)))
    return found


def _clauses(
    parted: re.Pattern[str], folded: str, begin: int, end: int
) -> Iterator[tuple[int, int]]:
    at = begin + len(folded[begin:end]) - len(folded[begin:end].lstrip())
    for joint in parted.finditer(folded, begin, end):
        yield at, joint.start()
        at = joint.end()
    yield at, end


def _after(before: re.Pattern[str], folded: str, begin: int, end: int) -> int:
    hit = before.match(folded, begin, end)
    return hit.end() if hit else begin


# --- A fact ---------------------------------------------------------------------------------------


def _draft(
    reader: Reader, phrase: Phrase, hit: re.Match[str], said: _Said, quote: str
) -> Draft | None:
    subject = " ".join(hit.groupdict().get("who", "").split())
    if phrase.kind == "date":
        value = birthday_in(hit["v"], said.now.date()) or ""
    elif phrase.kind == "whole":
        value = quote
    else:
        value = _value(reader, phrase.kind, said.text, hit.span("v"))
    # SAFETY P4: an address or a number is nobody's name, and nobody's favourite.
    if not value or not quote or mask(value) != value:
        return None
    if phrase.slot == TASTE:
        if reader.passing.search(plain(value)):
            return None
        subject, value = fold_subject(value), DISLIKES if phrase.is_negative else LIKES
    if phrase.slot == FAVOURITE and not subject:
        return None
    alone = is_alone(phrase.slot, subject)
    return Draft(phrase.slot, subject, value, quote, is_alone=alone, ends=phrase.ends)


def _value(reader: Reader, kind: str, text: str, span: tuple[int, int]) -> str:
    """The words of it that may be a value of this kind; empty where it is none."""
    said = _EMOJI.sub("", text[slice(*span)]).strip(ENDS)
    if reader.no_value.match(plain(said)):
        return ""
    if reader.until and (stop := reader.until.search(plain(said))):
        said = said[: stop.start()]
    said = said.strip(ENDS + "-–,")
    words = said.split()[: _MOST_WORDS[kind]]
    if not words or not any(sign.isalpha() for sign in said):
        return ""
    while words and words[-1].lower() in _JOINING:
        words.pop()
    if kind in _KINDS_OF_NAME:
        words = _name(words, kind, is_whole=len(said.split()) == len(words))
    return " ".join(words).strip(ENDS + "-–,")


def _name(words: Sequence[str], kind: str, *, is_whole: bool) -> list[str]:
    """The words that are written as names are; who writes all small gives one word and no more."""
    if any(sign.isdigit() for word in words for sign in word):
        return []
    named = []
    for word in words:
        if not (_is_great(word) or (word.lower() in _SMALL and kind in {"name", "place", "Place"})):
            break
        named.append(word)
    while named and named[-1].lower() in _SMALL:
        named.pop()
    if named and _is_great(named[0]):
        return named
    if named and len(named) > 1 and named[0].lower() in {"the", "la", "el", "los", "las", "le"}:
        return named
    small = kind in {"name", "place"} and is_whole and len(words) == 1
    return list(words) if small and len(words[0]) > 1 else []


def _is_great(word: str) -> bool:
    """Scripts that know no capitals have none."""
    first = next((sign for sign in word if sign.isalpha()), "")
    return (bool(first) and first.lower() == first.upper()) or first.isupper()


def _quote(text: str, begin: int, end: int) -> str:
    return mask(" ".join(text[begin:end].split()).strip(" ,;:-–"))[:LONGEST]


def fold_subject(text: str) -> str:
    words = plain(text).split()
    while words and words[0] in _ARTICLES:
        words.pop(0)
    return " ".join(words)
