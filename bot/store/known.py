"""What is known of one person: what the rest of the bot may ask of their vault about facts. What each
call does, as SQL, stands in `facts`, `learning` and `forgetting`.

Every call is one transaction, as the vault's own are.
"""

from collections.abc import Mapping, Sequence

from bot.events import Rating, TurnId
from bot.store import facts, forgetting, learning
from bot.store.database import Database
from bot.store.fact_rows import Draft, Fact, Origin
from bot.store.rows import Scope


class KnownFacts:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def facts(
        self, scope: Scope, ceiling: Rating, *, current_only: bool = True
    ) -> tuple[Fact, ...]:
        """In the order in which they began to hold."""
        return await self._db.read(facts.facts, scope, ceiling, current_only=current_only)

    async def find_facts(
        self, scope: Scope, ceiling: Rating, words: Sequence[str]
    ) -> tuple[Fact, ...]:
        """Of those that hold, the ones with all of these words."""
        return await self._db.read(facts.find_facts, scope, ceiling, words)

    async def fact(self, scope: Scope, ceiling: Rating, id_: int) -> Fact | None:
        """None where it is gone, another scope's, or above the ceiling."""
        return await self._db.read(facts.fact, scope, ceiling, id_)

    async def learn(
        self, drafts: Mapping[TurnId, Sequence[Draft]], origin: Origin, now: float
    ) -> int:
        """What was found in these turns; how much of it was taken in."""
        return await self._db.write(learning.learn_all, drafts, origin=origin, now=now)

    async def add_fact(
        self,
        scope: Scope,
        sentence: str,
        rating: Rating,
        now: float,
        *,
        is_pinned: bool = False,
        turn: TurnId | None = None,
    ) -> int | None:
        """The number of the fact; with a turn, it is that message's words, and goes with it. None
        where the person has not agreed to that."""
        add = facts.add_fact
        return await self._db.write(
            add, scope, sentence, rating, now, is_pinned=is_pinned, turn=turn
        )

    async def edit_fact(self, id_: int, sentence: str, now: float, rating: Rating) -> Fact | None:
        """It is the person's own from then on. `rating`: the ceiling under which they say it."""
        return await self._db.write(facts.edit_fact, id_, sentence, now, rating)

    async def pin_fact(self, id_: int, *, is_pinned: bool) -> bool:
        return await self._db.write(facts.pin_fact, id_, is_pinned=is_pinned)

    async def share_fact(self, id_: int, scope: Scope, now: float) -> int | None:
        """The number of its copy there (SAFETY P3: by the person's choice)."""
        return await self._db.write(facts.share_fact, id_, scope, now)

    async def forget_facts(self, ids: Sequence[int]) -> tuple[TurnId, ...]:
        """Never learned again. The turns they came from, which are recalled no more."""
        return await self._db.write(forgetting.forget_facts, ids)

    async def forget_all(self, scope: Scope | None = None) -> int:
        """How many; what was said until then is not learned from again."""
        return await self._db.write(forgetting.forget_all, scope)
