"""A message, with what was said just before -> what memory is asked for. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.memory.dates import Range, ranges_in
from bot.memory.names import names_asked
from bot.memory.words import fold, plain_words, words_of
from bot.store.rows import Side

MOST_WORDS = 24
"""Of a long message, the first."""
FEW_WORDS = 2
BORROWED = 0.3
"""What a word from the message before weighs, where this one says little by itself."""

_OF_PERSON = frozenset(["i", "my", "mine", "myself", "ich", "mein", "meine", "meinem", "meinen", "meiner", "meines", "yo", "mi", "mis", "je", "mon", "ma", "mes", "eu", "meu", "minha", "meus", "minhas"])  # fmt: skip
_OF_PERSONA = frozenset(["your", "yours", "yourself", "dein", "deine", "deinem", "deinen", "deiner", "deines", "tu", "tus", "ton", "ta", "tes", "votre", "vos", "seu", "sua", "seus", "suas", "teu", "tua"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    words: Mapping[str, float]
    """What a word weighs beside how seldom it is said."""
    side: Side | None = None
    """Whose turns it asks for; None where it does not say."""
    ranges: tuple[Range, ...] = ()
    names: tuple[str, ...] = ()
    """What may be a name, of this message and of what was said just before."""
    text: str = ""
    """Without the names of who talks, which every second turn has."""


def ask_memory(
    text: str,
    *,
    names: Mapping[Side, str],
    now: datetime,
    before: Sequence[str] = (),
) -> Question:
    """`before` is what was said of late, the newest last; `now` has the person's zone."""
    plain = plain_words(text)
    # Who talks with whom tells nothing of what is looked for.
    known = {word for name in names.values() for word in words_of(name)}
    words = [word for word in words_of(text) if word not in known][:MOST_WORDS]
    weights = dict.fromkeys(words, 1.0)
    if len(words) <= FEW_WORDS:
        # "And what was her name?" is about what was spoken of.
        for said in before[-2:]:
            for word in [word for word in words_of(said) if word not in known][:MOST_WORDS]:
                weights.setdefault(word, BORROWED)
    asked = dict.fromkeys(name for said in (text, *before[-2:]) for name in names_asked(said))
    who = {fold(name) for name in names.values()}
    may_be = tuple(name for name in asked if name not in who)
    return Question(
        weights, _side(plain, names), ranges_in(text, now), may_be, _without(text, names.values())
    )


def _without(text: str, names: Iterable[str]) -> str:
    said = "|".join(re.escape(name) for name in names if name.strip())
    return re.sub(rf"(?<!\w)(?:{said})(?:['’]s)?(?!\w)", "", text) if said else text


def _side(plain: Sequence[str], names: Mapping[Side, str]) -> Side | None:
    said = set(plain)
    named = {side for side, name in names.items() if said.intersection(plain_words(name))}
    if not named:
        of = {Side.PERSON: _OF_PERSON, Side.PERSONA: _OF_PERSONA}
        named = {side for side, words in of.items() if said & words}
    return named.pop() if len(named) == 1 else None
