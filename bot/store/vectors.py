"""What indexed turns mean, as vectors, where the host has a model for that.

All are compared roughly, by the signs of their numbers, which stand together so that they are read
in one go; the few that come near are compared by the vectors themselves.
A vector belongs to an indexed turn and goes with it, and its signs with it, so scope, rating and
consent are those of the turn. Vectors of two models cannot be compared, so another model's are
dropped when the first of a new one comes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.events import TurnId

MODEL = "vectors of"
"""The mark that names the model, by a number made of its name."""
BLOCK = 16
"""Places whose signs stand in one row. The schema knows this number, too."""
MOST = 1_000
"""Blocks that are compared with one message, the newest."""

Rows = Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Bare:
    """An indexed turn that has no vector yet; `step` names its words."""

    turn: TurnId
    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    vector: bytes
    signs: bytes
    """A bit for each number of the vector."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message means, and how it is compared with what is kept."""

    model: int
    roughly: Callable[[Rows], dict[int, float]]
    """Of blocks of signs: how far each place stands out, the nearest first."""
    closely: Callable[[Rows], Mapping[int, float]]
    """Of vectors: how alike each place is."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How near the meaning of turns comes, where that is known."""

    roughly: dict[int, float] = field(default_factory=dict)
    """Of all, in their standard deviations, the nearest first."""
    closely: Callable[[Sequence[int]], Mapping[int, float]] = lambda _: {}
    """Of some, on a scale of its own."""


NOTHING_ALIKE = Alike()


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


def keep(db: sqlite3.Connection, model: int, made: Iterable[tuple[Bare, Made]]) -> None:
    """Nothing of turns that were edited or forgotten meanwhile."""
    if not _is_of(db, model):
        db.execute("DELETE FROM signs")
        db.execute("DELETE FROM vectors")
        db.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (MODEL, model))
    for bare, one in made:
        for scope, spot in db.execute(
            """SELECT scope, spot FROM indexed JOIN turns ON turns.id = indexed.turn
            WHERE turn = ? AND chosen = ?""",
            (bare.turn, bare.step),
        ).fetchall():
            db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (scope, spot, one.vector))
            _keep_signs(db, scope, spot, one.signs)


def _keep_signs(db: sqlite3.Connection, scope: int, spot: int, signs: bytes) -> None:
    block, at = spot // BLOCK, spot % BLOCK * len(signs)
    row = db.execute(
        "SELECT bits FROM signs WHERE scope = ? AND block = ?", (scope, block)
    ).fetchone()
    size = BLOCK * len(signs)
    bits = row[0] if row and len(row[0]) == size else bytes(size)
    bits = bits[:at] + signs + bits[at + len(signs) :]
    db.execute("INSERT OR REPLACE INTO signs VALUES (?, ?, ?)", (scope, block, bits))


def alike(db: sqlite3.Connection, scope: int, meant: Meant) -> Alike:
    if not _is_of(db, meant.model):
        return NOTHING_ALIKE
    blocks = db.execute(
        "SELECT block, bits FROM signs WHERE scope = ? ORDER BY block DESC LIMIT ?", (scope, MOST)
    )

    def closely(spots: Sequence[int]) -> Mapping[int, float]:
        rows = db.execute(
            """SELECT spot, vector FROM vectors
            WHERE scope = ? AND spot IN (SELECT value FROM json_each(?))""",
            (scope, json.dumps(list(spots))),
        )
        return meant.closely(rows.fetchall())

    return Alike(meant.roughly(blocks.fetchall()), closely)


def _is_of(db: sqlite3.Connection, model: int) -> bool:
    row = db.execute("SELECT value FROM marks WHERE name = ?", (MODEL,)).fetchone()
    return row is not None and row[0] == model
