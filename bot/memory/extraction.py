"""Facts that a model finds in what a person said: what it is asked, and what code believes of its answer.
Pure.

A small model invents, copies its examples, obeys what it reads, and goes through what it is shown in
order and no further than it must. So it is shown the person's own lines and nothing else, has no
example to copy, and says for each line, one after the other, a slot or that there is none, and words
of that line; and code takes only what stands there word by word, said plainly, of themselves.
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
    ORIGIN,
    PET,
    PLAN,
    PROMISE,
    STUDY,
    TASTE,
    is_alone,
)  # fmt: skip
from bot.memory.statements import TO_YOU, Statement, statements_in
from bot.memory.words import UNSPACED
from bot.store.fact_rows import Draft
from bot.store.work_rows import Said

LONGEST_VALUE = 60
LEAST_SIGNS = 2
"""Of a value in a script without spaces."""
LONGEST_LINE = 500
MAX_TOKENS = 480
NOTHING = "nothing"
_ASKED = {
    NAME: "their own name",
    CALLED: "what they want to be called",
    HOME: "the place where they live now",
    ORIGIN: "the place where they come from or grew up",
    JOB: "their work",
    STUDY: "what they study",
    BIRTHDAY: "the day of their birthday",
    FAMILY: "the name of their sister, father, partner or other family",
    PET: "the name of their cat, dog or other animal",
    LIKES: "a thing that they like",
    DISLIKES: "a thing that they do not like",
    HOBBY: "what they do in their free time",
    PLAN: "what they will do on a certain day",
    PROMISE: "what they promised to somebody",
}
"""What they ask to be remembered is found by rules alone: in it an order could hide (SAFETY M8)."""
_DIGIT = re.compile(r"\d")
TOLD = f"""Below are messages of one person, each with its number, in whatever language.
Note what each of them tells about this person, their family or their animals that will still be true \
next month.
Answer with a JSON list that has one entry for each message:
"source": the number of the message,
"quote": its words, copied,
"slot": what they tell, one of
{chr(10).join(f"{slot}: {told}" for slot, told in _ASKED.items())}
{NOTHING}: small talk, how they feel, what happened today, the weather, a question, a joke
"value": the name, the place or the thing itself, one to five words of the quote.
Where a message tells nothing of that, the slot is "{NOTHING}" and the value is empty."""


def ask_facts(lines: Sequence[str]) -> tuple[tuple[Part, ...], Sampling]:
    """`lines` are the person's; their numbers begin with 1."""
    numbered = "\n".join(
        f"{number}: {' '.join(line.split())[:LONGEST_LINE]}"
        for number, line in enumerate(lines, start=1)
    )
    schema = json.dumps(
        {"type": "array", "prefixItems": [_entry(n + 1) for n in range(len(lines))]}
    )
    sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=MAX_TOKENS, schema=schema)
    return (Part("system", TOLD), Part("user", numbered)), sampling


def _entry(number: int) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {
            "source": {"const": number},
            "quote": {"type": "string"},
            "slot": {"enum": [NOTHING, *_ASKED]},
            "value": {"type": "string"},
        },
        "required": ["source", "quote", "slot", "value"],
        "additionalProperties": False,
    }


def drafts_from(
    answer: str, said: Sequence[Said], zone: tzinfo
) -> Mapping[TurnId, Sequence[Draft]] | None:
    """What of it is believed, by turn; None where it is no answer at all. `said` are the lines that
    were asked about; `zone` is the person's."""
    if not answer.lstrip().startswith("["):
        return None
    found: dict[TurnId, list[Draft]] = {}
    for item in list(_items(answer))[: len(said)]:
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
    slot, value = _text(item, "slot"), _text(item, "value")
    said = next((one for one in statements_in(text) if _holds(one, value)), None)
    if slot not in _ASKED or said is None or mask(value) != value:
        return None
    if said.is_denied and slot != DISLIKES:
        return None
    told, is_told_whole = mask(said.clause), slot in {PLAN, PROMISE}
    if not is_told_whole and (len(value) > LONGEST_VALUE or _words(value) == _words(said.clause)):
        # Who copies a whole sentence has found nothing in it.
        return None
    if slot in {LIKES, DISLIKES}:
        return Draft(TASTE, fold_subject(value), slot, told, is_alone=True)
    subject = said.whom if slot in {FAMILY, PET} else ""
    if slot == BIRTHDAY:
        value = birthday_in(said.clause, at.date()) or ""
    elif is_told_whole:
        value = told
    is_sound = {
        # Whose it is stands there, and their name, too.
        FAMILY: subject not in {"", plain(value)},
        PET: subject not in {"", plain(value)},
        NAME: not said.whom and not _DIGIT.search(value),
        CALLED: not said.whom and not _DIGIT.search(value),
        # SAFETY M8: what they want of the persona is nothing that is known of them.
        PLAN: not TO_YOU.search(plain(told)),
        PROMISE: not TO_YOU.search(plain(told)),
    }
    if not value or not is_sound.get(slot, True):
        return None
    return Draft(slot, subject, value, told, is_alone=is_alone(slot, subject))


def _text(item: Mapping[str, object], name: str) -> str:
    """On one line; nothing where it is no text."""
    found = item.get(name)
    return " ".join(found.split()).strip(" .,;:!?\"'") if isinstance(found, str) else ""


def _holds(said: Statement, value: str) -> bool:
    """Whether these are words of it, one behind the other."""
    words, clause = _words(value), _words(said.clause)
    if UNSPACED.search(words):
        return len(words) >= LEAST_SIGNS and words in clause
    return bool(words) and f" {words} " in f" {clause} "


def _words(text: str) -> str:
    return " ".join(one.strip(" .,;:!?\"'…。！？、") for one in plain(text).split())
