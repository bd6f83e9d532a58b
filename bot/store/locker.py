"""What a platform must keep (device keys, what moderators chose there), in the house's encrypted file.

Each platform has names of its own; nobody's words or ids of people belong here. Which row is about
whom only the platform can tell, so it is told of who is erased. SQL only.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.events import PersonId
from bot.store.database import Database

Forget = Callable[[PersonId], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Locker:
    """Implements the platforms' port of that name."""

    database: Database
    platform: str

    async def keep(self, name: str, secret: bytes) -> None:
        await self.database.write(_keep, f"{self.platform}/{name}", secret)

    async def fetch(self, name: str) -> bytes | None:
        return await self.database.read(_fetch, f"{self.platform}/{name}")

    async def drop(self, name: str) -> None:
        await self.database.write(_drop, f"{self.platform}/{name}")


@dataclass(frozen=True, slots=True)
class Lockers:
    database: Database
    _told: list[Forget] = field(default_factory=list)

    def of(self, platform: str) -> Locker:
        return Locker(self.database, platform)

    def tell_of_erasures(self, forget: Forget) -> None:
        self._told.append(forget)

    async def forget(self, accounts: Sequence[PersonId]) -> None:
        """INVARIANT I6: all of an erased person's, by every platform that there is."""
        for account in accounts:
            for forget in self._told:
                await forget(account)


def _keep(db: sqlite3.Connection, name: str, secret: bytes) -> None:
    db.execute("INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)", (name, secret))


def _fetch(db: sqlite3.Connection, name: str) -> bytes | None:
    row = db.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def _drop(db: sqlite3.Connection, name: str) -> None:
    db.execute("DELETE FROM secrets WHERE name = ?", (name,))
