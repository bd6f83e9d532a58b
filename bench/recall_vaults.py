"""Vaults with a talk in them, written at once and not message by message: for what recall costs
and finds. The words are indexed by the bot's own job.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.events import PersonId, Rating, RoomId, TurnId
from bot.remembering import catch_up
from bot.store import indexing
from bot.store.database import Database
from bot.store.keys import FileKey
from bot.store.migrations import VAULT
from bot.store.rows import Consent, Scope, Side
from bot.store.vault import Vault

PERSON = PersonId("console:ada")
SCOPE = Scope("wren", None, None)
KEY = FileKey(bytes(48))


@dataclass(frozen=True, slots=True)
class Said:
    session: int
    side: Side
    text: str
    at: float


@asynccontextmanager
async def vault_at(file: Path) -> AsyncIterator[tuple[Vault, Database]]:
    opening = Database.open if file.exists() else Database.make
    database = await opening(file, KEY, VAULT, durable="process")
    try:
        yield Vault(PERSON, database), database
    finally:
        await database.close()


async def fill(vault: Vault, database: Database, said: Sequence[Said]) -> None:
    """Turn ids and places count from 1, in the order of `said`; sessions from 1, in theirs."""
    await vault.give_consent(Consent("memory", "2", 0.0))
    await database.write(_write, said)
    every = [TurnId(number + 1) for number in range(len(said))]
    await database.write(indexing.queue, every, Rating.GENERAL)
    while await catch_up(vault):
        pass


def _write(db: sqlite3.Connection, said: Iterable[Said]) -> None:
    said = list(said)
    db.executemany(
        """INSERT INTO sessions (id, persona, sponsor, began, ended, head, first_place, seed)
        VALUES (?, ?, ?, 0, 0, '', 0, 7)""",
        [(id_, SCOPE.persona, SCOPE.sponsor) for id_ in sorted({one.session for one in said})],
    )
    db.executemany(
        """INSERT INTO turns (id, session, place, side, state, at, room, is_direct)
        VALUES (?, ?, ?, ?, 'done', ?, ?, 1)""",
        [
            (number, one.session, number, one.side, one.at, RoomId("console:room"))
            for number, one in enumerate(said, start=1)
        ],
    )
    db.executemany(
        "INSERT INTO revisions (turn, step, text, at) VALUES (?, 1, ?, ?)",
        [(number, one.text, one.at) for number, one in enumerate(said, start=1)],
    )
