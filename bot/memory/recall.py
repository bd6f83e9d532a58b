"""What was said long ago and is about what is said now, found within a budget.

What is not ready in time is left out; nothing waits for it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.events import Rating, SessionId
from bot.memory.masking import mask
from bot.memory.meaning import Meaning
from bot.memory.names import names_in
from bot.memory.question import Question
from bot.memory.ranking import rank
from bot.memory.words import words_of
from bot.store.card_rows import Found, Name
from bot.store.indexing import Drafts, no_drafts
from bot.store.recalled import Look, Wanted
from bot.store.rows import Scope
from bot.store.vault import Vault
from bot.store.vectors import Alike

BUDGET_S = 0.05
MEANING_SHARE = 0.4
"""Of the budget: so long an embedding model has for a message."""
APART = 3.75
"""What stands out so far by its meaning was spoken of, in whatever words."""
AT_ONCE = 50
"""Turns in one transaction, and so many of these: 0.1 s where a vault is large."""
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks from: what is recalled has been said there, and nowhere else."""

    scope: Scope
    ceiling: Rating
    session: SessionId | None


async def recall(
    vault: Vault,
    question: Question,
    place: Place,
    *,
    most: int,
    budget_s: float = BUDGET_S,
    least: float = 0.0,
    meaning: Meaning | None = None,
) -> Found:
    """The best turns first; of what says or stands near at least such a share of the question, or
    stands out by its meaning."""
    due = time.monotonic() + budget_s
    meant = await meaning.of(question.text, budget_s * MEANING_SHARE) if meaning else None
    if not question.words and not question.names and not meant:
        return Found()
    words, names = tuple(question.words), question.names
    wanted = Wanted(place.scope, words, place.ceiling, place.session, most, names, meant)

    def by_question(
        found: Mapping[str, Sequence[int]], total: int, look: Look, alike: Alike
    ) -> Sequence[int]:
        ranked = rank(question, found, total, look, alike)
        return [one.spot for one in ranked if one.share >= least or one.apart >= APART]

    return await vault.index.recall(wanted, by_question, lambda: time.monotonic() > due)


async def catch_up(vault: Vault, drafts_of: Drafts = no_drafts) -> bool:
    """Indexes what has been said and was not indexed yet, so much at once that nobody waits long;
    whether more is left, as after two accounts were joined. `drafts_of` finds facts in it."""

    def words(text: str) -> Sequence[str]:
        return words_of(mask(text))

    def names(text: str) -> Sequence[Name]:
        return names_in(mask(text))

    for _ in range(ROUNDS):
        done = await vault.index.catch_up(words, AT_ONCE, names_in=names, drafts_of=drafts_of)
        if done < AT_ONCE:
            return False
    return True
