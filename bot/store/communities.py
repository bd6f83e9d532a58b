"""What the house keeps about communities, and the count of referrals. SQL only."""

import sqlite3

from bot.events import AgeLevel, CommunityId, Rating
from bot.store.rows import Community, Referral


def community(db: sqlite3.Connection, id_: CommunityId) -> Community:
    """One that nobody has set anything for has the defaults."""
    row = db.execute(
        "SELECT ceiling, least_age_level, least_mature_level FROM communities WHERE id = ?", (id_,)
    ).fetchone()
    if row is None:
        return Community(id_)
    ceiling, entry, mature = row
    return Community(id_, Rating(ceiling), AgeLevel(entry), AgeLevel(mature))


def set_community(db: sqlite3.Connection, community_: Community, by: str, now: float) -> None:
    db.execute(
        """INSERT OR REPLACE INTO communities
        (id, ceiling, least_age_level, least_mature_level, changed_by, changed_at)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (
            community_.id,
            int(community_.ceiling),
            int(community_.least_age_level),
            int(community_.least_mature_level),
            by,
            now,
        ),
    )


def count_referral(db: sqlite3.Connection, day: str, kind: str) -> None:
    """SAFETY C5: a day and a kind, and nothing that leads to anybody."""
    db.execute(
        """INSERT INTO referrals (day, kind, count) VALUES (?, ?, 1)
        ON CONFLICT DO UPDATE SET count = count + 1""",
        (day, kind),
    )


def referrals(db: sqlite3.Connection, year: int) -> tuple[Referral, ...]:
    rows = db.execute(
        "SELECT day, kind, count FROM referrals WHERE day GLOB ? ORDER BY day, kind",
        (f"{year:04}-*",),
    )
    return tuple(Referral(*row) for row in rows.fetchall())
