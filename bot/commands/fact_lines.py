"""What is remembered, as lines: by kind, dated, each with where it came from. Words only."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from bot.events import Pick
from bot.store.fact_rows import Fact, Origin
from bot.store.rows import Recalled, Side
from bot.text import Text, lines

SAID = Text("#{number}: “{sentence}” (said on {date})")
KEPT_BY_YOU = Text("#{number}: “{sentence}” (kept by you on {date})")
SHARED = Text("#{number}: “{sentence}” (shared on {date})")
SOURCE = Text("- {date}: “{sentence}”")
HELD_UNTIL = Text("It held until {date}.")
YOURS = Text("~{number}: “{sentence}” (you, on {date})")
THEIRS = Text("~{number}: “{sentence}” ({name}, on {date})")
PINNED = Text("Pinned:")
ABOUT_YOU = Text("About you:")
PLANS = Text("Promises and plans:")
OWN_WORDS = Text("What you had remembered:")

PAGE = 12
SHOWN_CHARS = 160
_PLANS = frozenset(["plan", "promise"])
_OWN = frozenset(["note"])


def list_facts(facts: Sequence[Fact], zone: tzinfo) -> Text:
    """Under their headings, in the order that they have."""
    told: list[Text] = []
    heading = None
    for fact in facts:
        if (under := _heading(fact)) != heading:
            told.append(heading := under)
        told.append(tell_fact(fact, zone))
    return lines(*told)


def in_order(facts: Sequence[Fact]) -> list[Fact]:
    """What is pinned first, then by kind; of each the newest first."""
    kinds = [PINNED, ABOUT_YOU, PLANS, OWN_WORDS]
    return sorted(facts, key=lambda one: (kinds.index(_heading(one)), -one.id))


def tell_fact(fact: Fact, zone: tzinfo, *, is_whole: bool = False) -> Text:
    text = {Origin.PERSON: KEPT_BY_YOU, Origin.SHARED: SHARED}.get(fact.origin, SAID)
    at = fact.valid_from if text is SAID else fact.recorded
    sentence = fact.sentence if is_whole else short(fact.sentence)
    return text.format(number=fact.id, sentence=sentence, date=day(at, zone))


def tell_whole(fact: Fact, zone: tzinfo) -> Text:
    """Whole, with the words that it came from."""
    told = [tell_fact(fact, zone, is_whole=True)]
    if fact.valid_to is not None:
        told.append(HELD_UNTIL.format(date=day(fact.valid_to, zone)))
    told += [
        SOURCE.format(date=day(source.at, zone), sentence=short(source.quote))
        for source in fact.sources[:PAGE]
    ]
    return lines(*told)


def tell_turn(turn: Recalled, said: str, name: str, zone: tzinfo) -> Text:
    told = {"number": turn.turn, "sentence": said, "date": day(turn.at, zone)}
    return YOURS.format(**told) if turn.side is Side.PERSON else THEIRS.format(name=name, **told)


def picks(facts: Sequence[Fact]) -> tuple[Pick, ...]:
    return tuple(Pick(f"memory show {one.id}", f"#{one.id} {short(one.sentence)}") for one in facts)


def pages(facts: Sequence[Fact]) -> Iterator[Sequence[Fact]]:
    for at in range(0, len(facts), PAGE):
        yield facts[at : at + PAGE]


def short(sentence: str) -> str:
    return sentence if len(sentence) <= SHOWN_CHARS else f"{sentence[: SHOWN_CHARS - 1]}…"


def day(at: float, zone: tzinfo) -> str:
    """In one spelling for every language."""
    return datetime.fromtimestamp(at, zone).date().isoformat()


def _heading(fact: Fact) -> Text:
    if fact.is_pinned:
        return PINNED
    if fact.slot in _PLANS:
        return PLANS
    return OWN_WORDS if fact.slot in _OWN else ABOUT_YOU
