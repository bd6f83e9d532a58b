"""Facts that a model finds in what a person said: what it is asked, and what code believes of its answer.
Pure.

A small model invents, copies its examples and obeys what it reads. So it is shown the person's own
lines and nothing else, has no example to copy, may name a line, a slot and words of that line and
nothing more; and code takes only what stands there, said plainly, of themselves.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from bot.engine.base import Part, Sampling
from bot.events import TurnId
from bot.memory.dates import birthday_in, moment
from bot.memory.masking import mask
from bot.memory.readers import plain
from bot.memory.rules import fold_subject
from bot.memory.slots import (
    BIRTHDAY,
    CALLED,
    DISLIKES,
    FAMILY,
    HOBBY,
    HOME,
    JOB,
    LIKES,
    NAME,
    NOTE,
    ORIGIN,
    PET,
    PLAN,
    PROMISE,
    STUDY,
    TASTE,
    is_alone,
)  # fmt: skip
from bot.memory.statements import TO_YOU, Statement, statements_in
from bot.memory.words import words_of
from bot.store.fact_rows import Draft
from bot.store.work_rows import Said

MOST = 4
"""Facts of one answer."""
LEAST_OVERLAP = 0.4
LONGEST_VALUE = 60
LEAST_SIGNS = 4
"""Of a quote in a script without spaces."""
LONGEST_LINE = 500
MAX_TOKENS = 320
_ASKED = (
    NAME, CALLED, HOME, ORIGIN, JOB, STUDY, BIRTHDAY, FAMILY, PET, LIKES, DISLIKES, HOBBY, PLAN,
    PROMISE, NOTE,
)  # fmt: skip
_DIGIT = re.compile(r"\d")
TOLD = f"""You write down lasting facts that a person tells about themselves.
Below are messages of this person, each with its number.
Answer with a JSON list. Each fact has
"source": the number of the message,
"slot": one of {", ".join(_ASKED)},
"quote": the words of that message which say it, copied exactly,
"value": the one to five words of the quote that matter.
At most four facts. Questions, wishes, jokes and small talk are no facts.
Where there is nothing to write down, answer []."""


def ask_facts(lines: Sequence[str]) -> tuple[tuple[Part, ...], Sampling]:
    """`lines` are the person's; their numbers begin with 1."""
    numbered = "\n".join(
        f"{number}: {' '.join(line.split())[:LONGEST_LINE]}"
        for number, line in enumerate(lines, start=1)
    )
    fact = {
        "type": "object",
        "properties": {
            "source": {"enum": list(range(1, len(lines) + 1))},
            "slot": {"enum": list(_ASKED)},
            "quote": {"type": "string"},
            "value": {"type": "string"},
        },
        "required": ["source", "slot", "quote", "value"],
        "additionalProperties": False,
    }
    schema = json.dumps({"type": "array", "items": fact, "maxItems": MOST})
    sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=MAX_TOKENS, schema=schema)
    return (Part("system", TOLD), Part("user", numbered)), sampling


def drafts_from(
    answer: str, said: Sequence[Said], zone: tzinfo
) -> Mapping[TurnId, Sequence[Draft]] | None:
    """What of it is believed, by turn; None where it is no answer at all. `said` are the lines that
    were asked about; `zone` is the person's."""
    if not answer.lstrip().startswith("["):
        return None
    found: dict[TurnId, list[Draft]] = {}
    for item in list(_items(answer))[:MOST]:
        source = item.get("source")
        if not isinstance(source, int) or isinstance(source, bool) or not 0 < source <= len(said):
            continue
        one = said[source - 1]
        draft = _believed(item, one.text, moment(one.at, zone))
        if draft is not None and draft not in found.get(one.turn, ()):
            found.setdefault(one.turn, []).append(draft)
    return found


def _items(answer: str) -> Iterator[dict[str, object]]:
    """Each that is whole: an answer may be cut off."""
    decoder = json.JSONDecoder()
    at = answer.find("{")
    while at >= 0:
        try:
            item, end = decoder.raw_decode(answer, at)
        except (ValueError, RecursionError):
            return
        if isinstance(item, dict):
            yield item
        at = answer.find("{", end)


def _believed(item: Mapping[str, object], text: str, at: datetime) -> Draft | None:
    slot, quote, value = (_text(item, name) for name in ("slot", "quote", "value"))
    said = next((one for one in statements_in(text) if _holds(one, quote)), None)
    if slot not in _ASKED or said is None or not _is_value(value, quote):
        return None
    if said.is_denied and slot != DISLIKES:
        return None
    told = mask(said.clause)
    if slot in {LIKES, DISLIKES}:
        return Draft(TASTE, fold_subject(value), slot, told, is_alone=True)
    subject = said.whom if slot in {FAMILY, PET} else ""
    if slot == BIRTHDAY:
        value = birthday_in(quote, at.date()) or ""
    elif slot in {NOTE, PLAN, PROMISE}:
        value = told
    is_sound = {
        FAMILY: bool(subject),
        PET: bool(subject),
        NAME: not _DIGIT.search(value),
        CALLED: not _DIGIT.search(value),
        # SAFETY M8: what they want of the persona is nothing that is known of them.
        NOTE: not TO_YOU.search(plain(told)),
        PLAN: not TO_YOU.search(plain(told)),
    }
    if not value or not is_sound.get(slot, True):
        return None
    return Draft(slot, subject, value, told, is_alone=is_alone(slot, subject))


def _text(item: Mapping[str, object], name: str) -> str:
    """On one line; nothing where it is no text."""
    found = item.get(name)
    return " ".join(found.split()).strip(" .,;:!?\"'") if isinstance(found, str) else ""


def _is_value(value: str, quote: str) -> bool:
    """A few words that the quote has, most of them; and nothing that is masked (SAFETY P4)."""
    words = set(words_of(value))
    if not words or len(value) > LONGEST_VALUE or mask(value) != value:
        return False
    return len(words & set(words_of(quote))) / len(words) >= LEAST_OVERLAP


def _holds(said: Statement, quote: str) -> bool:
    """Whether these are words of it, one behind the other."""
    words = _words(quote)
    is_more_than_a_word = " " in words or (not words.isascii() and len(words) >= LEAST_SIGNS)
    return is_more_than_a_word and f" {words} " in f" {_words(said.clause)} "


def _words(text: str) -> str:
    return " ".join(one.strip(" .,;:!?\"'…。！？、") for one in plain(text).split())
