"""Which moderators a community lets do what. SQL only.

The platform says who is a moderator; this can only narrow it. Where nobody is named for a task, all
moderators may do it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from bot.events import CommunityId, PersonId
from bot.store.database import Database

TASKS = ("rules", "cases", "lift", "approve")


@dataclass(frozen=True, slots=True)
class Rights:
    database: Database

    async def of(self, community: CommunityId) -> Mapping[str, tuple[PersonId, ...]]:
        """By task; those that are not narrowed are missing."""
        return await self.database.read(_of, community)

    async def narrow(self, community: CommunityId, task: str, person: PersonId) -> bool:
        """To this one, beside those who are named already; False where they were."""
        return await self.database.write(_narrow, community, task, person)

    async def widen(self, community: CommunityId, task: str, person: PersonId) -> bool:
        """False where they were not named."""
        return await self.database.write(_widen, community, task, person)


def _of(db: sqlite3.Connection, community: CommunityId) -> Mapping[str, tuple[PersonId, ...]]:
    rows = db.execute(
        "SELECT task, person FROM rights WHERE community = ? ORDER BY task, person", (community,)
    )
    named: dict[str, tuple[PersonId, ...]] = {}
    for task, person in rows.fetchall():
        named[task] = (*named.get(task, ()), PersonId(person))
    return named


def _narrow(db: sqlite3.Connection, community: CommunityId, task: str, person: PersonId) -> bool:
    added = db.execute(
        "INSERT OR IGNORE INTO rights (community, task, person) VALUES (?, ?, ?)",
        (community, task, person),
    )
    return added.rowcount == 1


def _widen(db: sqlite3.Connection, community: CommunityId, task: str, person: PersonId) -> bool:
    gone = db.execute(
        "DELETE FROM rights WHERE community = ? AND task = ? AND person = ?",
        (community, task, person),
    )
    return gone.rowcount == 1
