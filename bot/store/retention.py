"""SAFETY P6: into whose vault to look next for what is too old, and how the clock stood at the last
look. SQL only; what is too old stands in the vault, and nothing of it here.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from bot.events import PersonId
from bot.store.database import Database

Stood = tuple[float, float, float]
"""At the last look, what is believed of it, and for how long it has gone on steadily."""


@dataclass(frozen=True, slots=True)
class Retention:
    database: Database
    person_of: Callable[[PersonId], PersonId]

    async def look_at(self, person: PersonId, at: float | None) -> None:
        """None: only when somebody asks for it again."""
        await self.database.write_lightly(_look_at, self.person_of(person), at)

    async def due(self, now: float, most: int, *, everybody: bool) -> tuple[PersonId, ...]:
        """The longest due first. `everybody`: also those whom nobody has asked it for."""
        return await self.database.read(_due, now, most, everybody)

    async def clock(self) -> Stood | None:
        return await self.database.read(_clock)

    async def keep_clock(self, stood: Stood, keep_days: int) -> None:
        """With what the operator has everything kept for: where that is new, everybody is looked at
        anew."""
        await self.database.write_lightly(_keep_clock, stood, keep_days)


def _look_at(db: sqlite3.Connection, person: PersonId, at: float | None) -> None:
    db.execute("UPDATE vaults SET look_at = ? WHERE person = ?", (at, person))


def _due(
    db: sqlite3.Connection,
    now: float,
    most: int,
    everybody: bool,  # noqa: FBT001 - as `read` hands it on
) -> tuple[PersonId, ...]:
    rows = db.execute(
        "SELECT person FROM vaults WHERE look_at <= ? ORDER BY look_at LIMIT ?", (now, most)
    ).fetchall()
    if everybody:
        rows += db.execute(
            "SELECT person FROM vaults WHERE look_at IS NULL LIMIT ?", (most - len(rows),)
        ).fetchall()
    return tuple(PersonId(row[0]) for row in rows)


def _clock(db: sqlite3.Connection) -> Stood | None:
    row = db.execute("SELECT at, believed, steady_s FROM clock").fetchone()
    return None if row is None else (row[0], row[1], row[2])


def _keep_clock(db: sqlite3.Connection, stood: Stood, keep_days: int) -> None:
    before = db.execute("SELECT at, keep_days FROM clock").fetchone()
    if keep_days and (before is None or before[1] != keep_days):
        db.execute("UPDATE vaults SET look_at = NULL")
    if before is not None and before[0] > stood[0]:
        # It was put right: what stood by it for later may be due by now.
        db.execute("UPDATE vaults SET look_at = ?1 WHERE look_at > ?1", (stood[0],))
    db.execute(
        "INSERT OR REPLACE INTO clock (id, at, believed, steady_s, keep_days) VALUES (1, ?, ?, ?, ?)",
        (*stood, keep_days),
    )
