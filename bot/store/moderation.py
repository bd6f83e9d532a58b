"""What moderators set and do, and what follows from it for people: the parts of it together. What
is in several of them is asked for here.

It knows persons by their accounts and keyed hashes, and no rule's meaning.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from bot.events import PersonId
from bot.store import case_words, cases, rulebook, strikes, usage
from bot.store.case_rows import REPORT, Case
from bot.store.cases import Cases
from bot.store.database import Database
from bot.store.links import Links
from bot.store.log_rooms import LogRooms
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
        self._links = links
        self.rules = RuleBook(database)
        self.log_rooms = LogRooms(database)
        self.cases = Cases(database, links.who, links.whos)
        self.strikes = StrikeBook(database, links.who, links.whos)
        self.usage = UsageBook(database, links.who, links.whos)

    async def begin(self, pepper: bytes, now: float) -> None:
        """At the start; before anybody is answered."""
        self.cases.pepper = pepper
        await self._db.write(strikes.set_right, now)
        await self.tidy(now)

    async def export(self, person: PersonId, now: float) -> dict[str, object]:
        """SAFETY P1: everything in here that is about them; nobody else's name."""
        accounts, whos = self._links.accounts_of(person), self._links.whos(person)
        about = await self.cases.of_person(accounts, now)
        return {
            # A report is of who made it; whom it is about is not shown that there is one (M5).
            "cases": [_plain(case) for case in about if case.action != REPORT],
            **await self._db.read(_kept_of, accounts, whos),
        }

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


def _plain(case: Case) -> dict[str, object]:
    left_out = ("actor", "person", "tag")
    return {key: value for key, value in asdict(case).items() if key not in left_out}


def _kept_of(
    db: sqlite3.Connection, accounts: Sequence[PersonId], whos: Sequence[bytes]
) -> dict[str, object]:
    def rows(asked: str, of: Sequence[PersonId] | Sequence[bytes], *names: str) -> list[object]:
        found = [row for one in of for row in db.execute(asked, (one,)).fetchall()]
        return [dict(zip(names, row, strict=True)) for row in found]

    words = "SELECT community, number, kind, words FROM case_words WHERE person = ?"
    holds = "SELECT scope, kind, at, until FROM holds WHERE who = ?"
    hits = "SELECT community, rule, at FROM rule_hits WHERE who = ?"
    used = "SELECT day, community, messages, tokens FROM usage WHERE who = ?"
    yes = "SELECT community, at FROM approvals WHERE who = ?"
    return {
        "attached": rows(words, accounts, "community", "number", "kind", "words"),
        "holds": rows(holds, whos, "scope", "kind", "at", "until"),
        "hits": rows(hits, whos, "community", "rule", "at"),
        "usage": rows(used, whos, "day", "community", "messages", "tokens"),
        "approvals": rows(yes, whos, "community", "at"),
    }


def _tidy(db: sqlite3.Connection, now: float) -> None:
    case_words.drop_old(db, now)
    strikes.drop_old(db, now)
    today = datetime.fromtimestamp(now, UTC).date()
    usage.forget_before(db, (today - timedelta(days=2)).isoformat())
    oldest = today - timedelta(days=rulebook.COUNTS_STAY_DAYS)
    rulebook.forget_counts(db, oldest.isoformat())
