"""What the rest of the bot may ask of a vault's index of words: `recalled` says what it is."""

from collections.abc import Callable, Sequence
from functools import partial

from bot.events import Rating, TurnId
from bot.store import recalled
from bot.store.card_rows import Found
from bot.store.database import Database
from bot.store.names import Names


class Index:
    """Of one vault; every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def queue(self, turn_ids: Sequence[TurnId], rating: Rating | None) -> None:
        """To be indexed, where the person has agreed to that."""
        await self._db.write(recalled.queue, turn_ids, rating)

    async def catch_up(
        self,
        words_of: recalled.Words,
        most: int,
        *,
        names_in: Names,
        drafts_of: recalled.Drafts = recalled.no_drafts,
    ) -> int:
        work = partial(recalled.catch_up, names_in=names_in, drafts_of=drafts_of)
        return await self._db.write(work, words_of, most)

    async def recall(
        self, wanted: recalled.Wanted, rank: recalled.Rank, is_late: Callable[[], bool]
    ) -> Found:
        return await self._db.read(recalled.recall, wanted, rank, is_late)
