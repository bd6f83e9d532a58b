"""What moderators set and do, and what follows from it for people: the parts of it together. No SQL.

It knows persons by their accounts and keyed hashes, and no rule's meaning.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.events import PersonId
from bot.store import case_words, cases, rulebook, strikes, usage
from bot.store.cases import Cases
from bot.store.database import Database
from bot.store.links import Links
from bot.store.rights import Rights
from bot.store.rulebook import RuleBook
from bot.store.strikes import StrikeBook
from bot.store.usage import UsageBook


@dataclass(frozen=True, slots=True)
class Traces:
    """What of a person was in here when they were erased."""

    cases: int
    """About them."""
    done: int
    """By them, as a moderator."""
    is_held: bool
    """A pause, a door taken back or a block stays."""


class Moderation:
    def __init__(self, database: Database, links: Links) -> None:
        self._db = database
        self.rules = RuleBook(database)
        self.rights = Rights(database)
        self.cases = Cases(database, links.who, links.whos)
        self.strikes = StrikeBook(database, links.who, links.whos)
        self.usage = UsageBook(database, links.who, links.whos)

    async def begin(self, pepper: bytes, now: float) -> None:
        """At the start; before anybody is answered."""
        self.cases.pepper = pepper
        await self._db.write(strikes.set_right, now)
        await self.tidy(now)

    async def tidy(self, now: float) -> None:
        """What has had its time goes; at each start, and once a day."""
        await self.cases.drop_words(now)
        await self._db.write_lightly(_tidy, now)


def forget(db: sqlite3.Connection, accounts: Sequence[PersonId], whos: Sequence[bytes]) -> Traces:
    """Of an erased person (INVARIANT I6); within the transaction that erases them."""
    about, done = cases.forget(db, accounts)
    done += sum(rulebook.forget(db, account) for account in accounts)
    usage.forget(db, whos)
    return Traces(about, done, strikes.forget(db, whos))


def _tidy(db: sqlite3.Connection, now: float) -> None:
    case_words.drop_old(db, now)
    strikes.drop_old(db, now)
    today = datetime.fromtimestamp(now, UTC).date()
    usage.forget_before(db, (today - timedelta(days=2)).isoformat())
    oldest = today - timedelta(days=rulebook.COUNTS_STAY_DAYS)
    rulebook.forget_counts(db, oldest.isoformat())
