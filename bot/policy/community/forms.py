"""How each kind of rule is written in a file: its keys, and what each may hold.

One table for reading and writing, so that neither can know a key that the other does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType
from typing import Any

from bot.events import AgeLevel, Rating
from bot.policy.community import checks, values
from bot.policy.community.checks import Check
from bot.policy.community.problems import EMPTY_RULE, SAME_TIMES, Unfit
from bot.text import verbatim

MOST_WORDS = 2_000
MOST_PATTERNS = 100
LONGEST_WORDS = 100
LONGEST_PATTERN = 500
LONGEST_SENTENCE = 300


@dataclass(frozen=True, slots=True)
class Form:
    """One key: which field it is, how it is read (or `Unfit`), how it is written."""

    key: str
    field: str
    read: Callable[[object], Any]
    write: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Kind:
    of: type[Any]
    forms: tuple[Form, ...]


def make(kind: Kind, found: Mapping[str, Any]) -> Check:
    """From the fields that were read; `Unfit` where together they make no rule."""
    check: Check = kind.of(**found)
    match check:
        case checks.Personas((), ()) | checks.Entry((), None, 0, False):
            keys = ", ".join(form.key for form in kind.forms)
            raise Unfit(EMPTY_RULE.format(keys=verbatim(keys)))
        case checks.QuietHours(begins, ends) if begins == ends:
            raise Unfit(SAME_TIMES)
        case _:
            return check


def required(kind: Kind) -> tuple[str, ...]:
    """Keys that have no default."""
    needed = {field.name for field in fields(kind.of) if field.default is MISSING}
    return tuple(form.key for form in kind.forms if form.field in needed)


def name_of(check: Check) -> str:
    return next(name for name, kind in KINDS.items() if kind.of is type(check))


_words = Form("words", "words", values.phrases(1, MOST_WORDS, LONGEST_WORDS), list)
_spared = Form("spared", "spared", values.phrases(0, MOST_WORDS, LONGEST_WORDS), list)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "words": Kind(checks.Words, (_words, _spared)),
        "patterns": Kind(
            checks.Patterns,
            (
                Form("patterns", "patterns", values.patterns(MOST_PATTERNS, LONGEST_PATTERN), list),
                _spared,
            ),
        ),
        "topics": Kind(
            checks.Topics,
            (Form("topics", "topics", values.choices(checks.Topic), values.names),),
        ),
        "own-topic": Kind(
            checks.Described,
            (Form("sentence", "sentence", values.text(LONGEST_SENTENCE, least=8), str),),
        ),
        "links": Kind(checks.Links, (Form("allowed", "allowed", values.hosts(500), list),)),
        "invites": Kind(checks.Invites, ()),
        "languages": Kind(checks.Languages, (Form("spoken", "spoken", values.languages, list),)),
        "length": Kind(checks.Length, (Form("most", "most", values.number(20, 20_000), int),)),
        "flood": Kind(
            checks.Flood,
            (
                Form("messages", "messages", values.number(2, 60), int),
                Form("seconds", "seconds", values.number(1, 86_400), int),
            ),
        ),
        "repetition": Kind(
            checks.Repetition,
            (
                Form("times", "times", values.number(2, 60), int),
                Form("seconds", "seconds", values.number(1, 86_400), int),
            ),
        ),
        "personas": Kind(
            checks.Personas,
            (
                Form("only", "only", values.texts(0, 500, 60), list),
                Form("never", "never", values.texts(0, 500, 60), list),
            ),
        ),
        "ceiling": Kind(
            checks.Ceiling, (Form("rating", "rating", values.choice(Rating), values.name),)
        ),
        "quiet-hours": Kind(
            checks.QuietHours,
            (
                Form("from", "begins", values.minute, values.time),
                Form("to", "ends", values.minute, values.time),
            ),
        ),
        "session-length": Kind(
            checks.SessionLength, (Form("minutes", "minutes", values.number(5, 1_440), int),)
        ),
        "least-age": Kind(
            checks.LeastAge,
            (
                Form("entry", "entry", values.choice(AgeLevel), values.name),
                Form("mature", "mature", values.choice(AgeLevel), values.name),
            ),
        ),
        "entry": Kind(
            checks.Entry,
            (
                Form("roles", "roles", values.texts(0, 100, 100), list),
                Form("power_level", "power_level", values.number(-100, 1_000), int),
                Form("account_days", "account_days", values.number(0, 3_650), int),
                Form("approval", "approval", values.truth, bool),
            ),
        ),
    }
)
