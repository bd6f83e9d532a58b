"""How often help was named (SAFETY C5): a day and a kind, and nothing that leads to anybody. SQL only."""

import sqlite3
from dataclasses import dataclass

from bot.store.database import Database
from bot.store.rows import Referral


@dataclass(frozen=True, slots=True)
class Referrals:
    database: Database

    async def count(self, day: str, kind: str) -> None:
        """`day` as in 2026-01-31."""
        await self.database.write(_count, day, kind)

    async def of(self, year: int) -> tuple[Referral, ...]:
        return await self.database.read(_of, year)


def _count(db: sqlite3.Connection, day: str, kind: str) -> None:
    db.execute(
        """INSERT INTO referrals (day, kind, count) VALUES (?, ?, 1)
        ON CONFLICT DO UPDATE SET count = count + 1""",
        (day, kind),
    )


def _of(db: sqlite3.Connection, year: int) -> tuple[Referral, ...]:
    rows = db.execute(
        "SELECT day, kind, count FROM referrals WHERE day GLOB ? ORDER BY day, kind",
        (f"{year:04}-*",),
    )
    return tuple(Referral(*row) for row in rows.fetchall())
