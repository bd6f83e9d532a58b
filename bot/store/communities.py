"""What each community has set for itself, kept in memory once it was read. SQL only."""

import sqlite3

from bot.events import AgeLevel, CommunityId, Rating
from bot.store.database import Database
from bot.store.rows import Community


class Communities:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._known: dict[CommunityId, Community] = {}

    async def of(self, id_: CommunityId) -> Community:
        """Kept in memory once read: nobody else writes here while this process owns the folder."""
        if id_ in self._known:
            return self._known[id_]
        return await self._db.read(self._read, id_)

    async def keep(self, community: Community, by: str, now: float) -> None:
        await self._db.write(self._write, community, by, now)

    # Both on the house's thread, one after the other: what is remembered is what stands there.
    def _read(self, db: sqlite3.Connection, id_: CommunityId) -> Community:
        self._known[id_] = found = _community(db, id_)
        return found

    def _write(self, db: sqlite3.Connection, community: Community, by: str, now: float) -> None:
        self._known.pop(community.id, None)
        _set_community(db, community, by, now)


def _community(db: sqlite3.Connection, id_: CommunityId) -> Community:
    """One that nobody has set anything for has the defaults."""
    row = db.execute(
        "SELECT ceiling, least_age_level, least_mature_level FROM communities WHERE id = ?", (id_,)
    ).fetchone()
    if row is None:
        return Community(id_)
    ceiling, entry, mature = row
    return Community(id_, Rating(ceiling), AgeLevel(entry), AgeLevel(mature))


def _set_community(db: sqlite3.Connection, community: Community, by: str, now: float) -> None:
    db.execute(
        """INSERT OR REPLACE INTO communities
        (id, ceiling, least_age_level, least_mature_level, changed_by, changed_at)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (
            community.id,
            int(community.ceiling),
            int(community.least_age_level),
            int(community.least_mature_level),
            by,
            now,
        ),
    )
