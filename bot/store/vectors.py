"""What indexed turns mean, as vectors of a byte for each number, where the host has a model for that.

A vector belongs to an indexed turn and goes with it, so scope, rating and consent are those of the
turn. Vectors of two models cannot be compared, so another model's are dropped when the first of a
new one comes.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.events import TurnId
from bot.store.database import Database

MODEL = "vectors of"
"""The mark that names the model, by a number made of its name."""
MOST = 10_000
"""That are compared with one message, the newest."""


@dataclass(frozen=True, slots=True)
class Bare:
    """An indexed turn that has no vector yet; `step` names its words."""

    turn: TurnId
    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message means, and how it is compared with what is kept."""

    model: int
    compare: Callable[[Sequence[tuple[int, bytes]]], Mapping[int, float]]
    """Of each place, how alike it is."""


class Vectors:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def missing(self, model: int, most: int) -> tuple[Bare, ...]:
        return await self._db.read(missing, model, most)

    async def keep(self, model: int, made: Sequence[tuple[Bare, bytes]]) -> None:
        await self._db.write(keep, model, made)


def missing(db: sqlite3.Connection, model: int, most: int) -> tuple[Bare, ...]:
    """The newest first: they are asked for most."""
    rows = db.execute(
        """SELECT turns.id, turns.chosen, revisions.text FROM indexed
        JOIN turns ON turns.id = indexed.turn
        JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen
        WHERE ? OR NOT EXISTS (SELECT 1 FROM vectors
            WHERE vectors.scope = indexed.scope AND vectors.spot = indexed.spot)
        ORDER BY indexed.turn DESC LIMIT ?""",
        (not _is_of(db, model), most),
    )
    return tuple(Bare(TurnId(turn), step, text) for turn, step, text in rows.fetchall())


def keep(db: sqlite3.Connection, model: int, made: Iterable[tuple[Bare, bytes]]) -> None:
    """Nothing of turns that were edited or forgotten meanwhile."""
    if not _is_of(db, model):
        db.execute("DELETE FROM vectors")
        db.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (MODEL, model))
    db.executemany(
        """INSERT OR REPLACE INTO vectors (scope, spot, vector)
        SELECT scope, spot, ?1 FROM indexed JOIN turns ON turns.id = indexed.turn
        WHERE turn = ?2 AND chosen = ?3""",
        [(vector, bare.turn, bare.step) for bare, vector in made],
    )


def alike(db: sqlite3.Connection, scope: int, meant: Meant) -> Mapping[int, float]:
    if not _is_of(db, meant.model):
        return {}
    rows = db.execute(
        "SELECT spot, vector FROM vectors WHERE scope = ? ORDER BY spot DESC LIMIT ?", (scope, MOST)
    )
    return meant.compare(rows.fetchall())


def _is_of(db: sqlite3.Connection, model: int) -> bool:
    row = db.execute("SELECT value FROM marks WHERE name = ?", (MODEL,)).fetchone()
    return row is not None and row[0] == model
