"""A talk that comes in as a file: staged whole, then taken in pieces, each in one transaction.

INVARIANT I7: a piece is taken and gone from what waits in the same transaction, so a crash at any
instruction loses none and doubles none; the next start goes on with the first that waits. What is
taken can be recalled at once: the oldest lines come first.

What comes in stands in sessions of its own, which have ended: nothing of it is in any window. A file
may hold years in one talk; after a long pause a further session begins, so that none is too long to
look through.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import Rating, TurnId
from bot.store import indexing
from bot.store.database import sound
from bot.store.rows import FROM_FILE, Side, State

PIECE = 50
"""Lines of one transaction: some tens of milliseconds, with what is indexed of them."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One line. Its texts are every answer to the same message, the one at `chosen` (from 0)
    stands."""

    side: Side
    texts: tuple[str, ...]
    chosen: int
    at: float


@dataclass(frozen=True, slots=True)
class IncomingTalk:
    persona: str
    sponsor: str | None
    room: str | None
    lines: Sequence[Incoming]


@dataclass(frozen=True, slots=True)
class Piece:
    import_: int
    number: int
    lines: tuple[Incoming, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    taken: int
    left_out: int
    known: int
    """There before."""
    is_over: bool


def stage(db: sqlite3.Connection, talks: Sequence[IncomingTalk], now: float) -> None:
    """From then on it waits, across restarts, until it is taken."""
    stop(db)
    total = sum(len(talk.lines) for talk in talks)
    row = db.execute("INSERT INTO imports (at, total) VALUES (?, ?) RETURNING id", (now, total))
    import_ = row.fetchone()[0]
    number = 0
    for at, talk in enumerate(talks):
        db.execute(
            "INSERT INTO import_talks (import, number, persona, sponsor, room) VALUES (?, ?, ?, ?, ?)",
            (import_, at, sound(talk.persona), talk.sponsor, talk.room),
        )
        for first in range(0, len(talk.lines), PIECE):
            lines = [
                [line.side, line.texts, line.chosen, line.at]
                for line in talk.lines[first : first + PIECE]
            ]
            db.execute(
                "INSERT INTO import_parts (import, number, talk, content) VALUES (?, ?, ?, ?)",
                (import_, number, at, json.dumps(lines)),
            )
            number += 1


def next_piece(db: sqlite3.Connection) -> Piece | None:
    row = db.execute(
        "SELECT import, number, content FROM import_parts ORDER BY import, number LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    lines = tuple(
        Incoming(Side(side), tuple(texts), chosen, at)
        for side, texts, chosen, at in json.loads(row[2])
    )
    return Piece(row[0], row[1], lines)


def take(db: sqlite3.Connection, piece: Piece, ratings: Sequence[Rating | None]) -> None:
    """Each line under its rating, and without those that have none. Nothing where the piece was
    taken or dropped meanwhile."""
    part = db.execute(
        "DELETE FROM import_parts WHERE import = ? AND number = ? RETURNING talk",
        (piece.import_, piece.number),
    ).fetchone()
    if part is None:
        return
    taken = left_out = known = 0
    for line, rating in zip(piece.lines, ratings, strict=True):
        if rating is None:
            left_out += 1
        elif _is_known(db, piece.import_, part[0], line):
            known += 1
        else:
            indexing.queue(db, [_keep(db, piece.import_, part[0], line)], rating)
            taken += 1
    db.execute(
        """UPDATE imports SET taken = taken + ?, left_out = left_out + ?, known = known + ?
        WHERE id = ?""",
        (taken, left_out, known, piece.import_),
    )


def _is_known(db: sqlite3.Connection, import_: int, talk: int, line: Incoming) -> bool:
    """Whether the same was said with the same persona at the same time already."""
    row = db.execute(
        """SELECT 1 FROM turns JOIN sessions ON sessions.id = turns.session
        JOIN import_talks ON import_talks.persona = sessions.persona
            AND import_talks.sponsor IS sessions.sponsor
        JOIN revisions ON revisions.turn = turns.id
        WHERE turns.at = ? AND side = ? AND text = ? AND import_talks.import = ? AND number = ?
        LIMIT 1""",
        (line.at, line.side, sound(line.texts[line.chosen]), import_, talk),
    ).fetchone()
    return row is not None


def _keep(db: sqlite3.Connection, import_: int, talk: int, line: Incoming) -> TurnId:
    session, sponsor = _session(db, import_, talk, line.at)
    answers = None
    if line.side is Side.PERSONA:
        # Whoever forgets what they said forgets what it was answered.
        answers = db.execute(
            # Nothing branches off there yet; and only with its branch the newest is found at once.
            """SELECT id FROM turns WHERE session = ? AND branch = 1 AND side = ?
            ORDER BY place DESC LIMIT 1""",
            (session, Side.PERSON),
        ).fetchone()
    row = db.execute(
        """INSERT INTO turns (session, place, side, state, chosen, at, room, is_direct, sponsor, answers)
        VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM turns), ?, ?, ?, ?, ?, 1, ?, ?)
        RETURNING id""",
        (
            session,
            line.side,
            State.DONE,
            line.chosen + 1,
            line.at,
            FROM_FILE,
            sponsor,
            answers and answers[0],
        ),
    ).fetchone()
    db.executemany(
        "INSERT INTO revisions (turn, step, text, at) VALUES (?, ?, ?, ?)",
        [(row[0], step, sound(text), line.at) for step, text in enumerate(line.texts, start=1)],
    )
    return TurnId(row[0])


def _session(db: sqlite3.Connection, import_: int, talk: int, at: float) -> tuple[int, str | None]:
    """Made with the first line that is kept of the talk, and with the first after a long pause."""
    persona, sponsor, room, session = db.execute(
        """SELECT persona, sponsor, room, session FROM import_talks
        WHERE import = ? AND number = ?""",
        (import_, talk),
    ).fetchone()
    last = db.execute(
        "SELECT at FROM turns WHERE session = ? AND branch = 1 ORDER BY place DESC LIMIT 1",
        (session,),
    ).fetchone()
    if last is None or at - last[0] >= indexing.PAUSE_S:
        session = db.execute(
            """INSERT INTO sessions (persona, sponsor, began, ended, head, first_place, seed, room)
            VALUES (?, ?, ?, ?, '', 0, 0, ?) RETURNING id""",
            (persona, sponsor, at, at, room),
        ).fetchone()[0]
        db.execute(
            "UPDATE import_talks SET session = ? WHERE import = ? AND number = ?",
            (session, import_, talk),
        )
    return session, sponsor


def progress(db: sqlite3.Connection) -> Progress | None:
    """Of the last one."""
    row = db.execute(
        """SELECT total, taken, left_out, known,
            NOT EXISTS (SELECT 1 FROM import_parts WHERE import = imports.id)
        FROM imports ORDER BY id DESC LIMIT 1"""
    ).fetchone()
    return None if row is None else Progress(row[0], row[1], row[2], row[3], is_over=bool(row[4]))


def stop(db: sqlite3.Connection) -> bool:
    """What waits is dropped; what was taken stays. Whether anything waited."""
    return db.execute("DELETE FROM import_parts").rowcount > 0
