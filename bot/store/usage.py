"""How much was used on a day, of a person in a community. SQL only.

The running counts are held in memory (`bot/quotas.py`); what lies here is what a restart begins
with. A person is a keyed hash.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import CommunityId, PersonId
from bot.store.database import Database
from bot.store.strikes import Who, Whos


@dataclass(frozen=True, slots=True)
class Used:
    messages: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class UsageBook:
    database: Database
    who: Who
    whos: Whos

    async def of(self, day: str, community: CommunityId, person: PersonId) -> Used:
        """With all accounts of theirs."""
        return await self.database.read(_of, day, community, self.whos(person))

    async def of_community(self, day: str, community: CommunityId) -> Used:
        return await self.database.read(_of_community, day, community)

    async def add(self, day: str, community: CommunityId, person: PersonId, more: Used) -> None:
        await self.database.write_lightly(_add, day, community, self.who(person), more)


def forget(db: sqlite3.Connection, whos: Sequence[bytes]) -> None:
    db.executemany("DELETE FROM usage WHERE who = ?", [(who,) for who in whos])


def forget_before(db: sqlite3.Connection, day: str) -> None:
    db.execute("DELETE FROM usage WHERE day < ?", (day,))


def _of(db: sqlite3.Connection, day: str, community: CommunityId, whos: Sequence[bytes]) -> Used:
    found = [
        db.execute(
            "SELECT messages, tokens FROM usage WHERE day = ? AND community = ? AND who = ?",
            (day, community, who),
        ).fetchone()
        for who in whos
    ]
    rows = [row for row in found if row is not None]
    return Used(sum(row[0] for row in rows), sum(row[1] for row in rows))


def _of_community(db: sqlite3.Connection, day: str, community: CommunityId) -> Used:
    row = db.execute(
        "SELECT sum(messages), sum(tokens) FROM usage WHERE day = ? AND community = ?",
        (day, community),
    ).fetchone()
    return Used(row[0] or 0, row[1] or 0)


def _add(db: sqlite3.Connection, day: str, community: CommunityId, who: bytes, more: Used) -> None:
    db.execute(
        """INSERT INTO usage (day, community, who, messages, tokens) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,
            tokens = tokens + excluded.tokens""",
        (day, community, who, more.messages, more.tokens),
    )
