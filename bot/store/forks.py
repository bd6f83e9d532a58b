"""A second branch of a talk: begun, gone to, and what changes on it alone. Each is part of one
transaction.

A branch begins behind a persona's turn or before a person's, so a message and its answer stay
together; what several branches share is stored once, and goes from all of them when it is dropped.
"""

import sqlite3

from bot.events import SessionId, TurnId
from bot.store import indexing
from bot.store.on_branch import HERE, NEVER, STANDS

MOST = 50
"""Branches of one talk."""
FEWEST_SHOWN, MOST_SHOWN = 40, 400
"""Turns in the window after a move, if there are so many; a prompt that is too long is trimmed."""


def current(db: sqlite3.Connection, session: SessionId) -> int:
    return int(db.execute("SELECT branch FROM sessions WHERE id = ?", (session,)).fetchone()[0])


def fork(db: sqlite3.Connection, session: SessionId, of: int, upto: int) -> int:
    """Goes to a new branch, which has what `of` has up to that place."""
    row = db.execute(
        "UPDATE sessions SET last_branch = last_branch + 1 WHERE id = ? RETURNING last_branch",
        (session,),
    ).fetchone()
    new = int(row[0])
    db.execute(
        """INSERT INTO branch_parts (session, branch, part, upto)
        SELECT session, ?3, part, min(upto, ?4) FROM branch_parts AS part
        WHERE session = ?1 AND branch = ?2 AND EXISTS (SELECT 1 FROM turns
            WHERE turns.session = ?1 AND turns.branch = part.part AND turns.place <= ?4)""",
        (session, of, new, upto),
    )
    db.execute("INSERT INTO branch_parts VALUES (?, ?, ?, ?)", (session, new, new, NEVER))
    go(db, session, new)
    return new


def go(db: sqlite3.Connection, session: SessionId, branch: int) -> None:
    """The window, the memory and everything that is said from now on are that branch's."""
    db.execute("UPDATE sessions SET branch = ? WHERE id = ?", (branch, session))
    drop_empty(db, session)
    fewest, most = (_nth_last(db, session, branch, n) for n in (FEWEST_SHOWN, MOST_SHOWN))
    # What is in the window stays, where it is enough: it is computed already.
    db.execute(
        "UPDATE sessions SET first_place = max(min(first_place, ?), ?) WHERE id = ?",
        (fewest, most, session),
    )
    indexing.follow_branch(db, session)


def drop_empty(db: sqlite3.Connection, session: SessionId) -> None:
    """Branches with nothing that no other has, but for the one that we are on; the younger first."""
    here = current(db, session)
    for number in reversed(numbers(db, session)):
        if number == here:
            continue
        # Of one part, whoever has a later turn has the earlier ones.
        alone = db.execute(
            """SELECT 1 FROM branch_parts AS part WHERE part.session = ?1 AND part.branch = ?2
            AND coalesce((SELECT max(other.upto) FROM branch_parts AS other
                WHERE other.session = ?1 AND other.branch <> ?2 AND other.part = part.part), 0)
            < (SELECT max(turns.place) FROM turns WHERE turns.session = ?1
                AND turns.branch = part.part AND turns.place <= part.upto)""",
            (session, number),
        ).fetchone()
        if alone is None:
            db.execute(
                "DELETE FROM branch_parts WHERE session = ? AND branch = ?", (session, number)
            )


def numbers(db: sqlite3.Connection, session: SessionId) -> list[int]:
    rows = db.execute(
        "SELECT DISTINCT branch FROM branch_parts WHERE session = ? ORDER BY branch", (session,)
    )
    return [int(row[0]) for row in rows.fetchall()]


def is_shared(db: sqlite3.Connection, turn: TurnId) -> bool:
    """Whether it stands on a branch besides the current one."""
    row = db.execute(
        """SELECT 1 FROM turns JOIN sessions ON sessions.id = turns.session
        JOIN branch_parts AS other ON other.session = turns.session
            AND other.branch <> sessions.branch AND other.part = turns.branch
            AND other.upto >= turns.place
        WHERE turns.id = ?""",
        (turn,),
    ).fetchone()
    return row is not None


def own(db: sqlite3.Connection, turn: TurnId) -> TurnId:
    """A persona's turn that is to be changed on the current branch, and on no other: where others
    have it too, a copy that stands in its place on a branch of its own."""
    row = db.execute(
        f"""SELECT turns.session, turns.place FROM turns
        WHERE id = ? AND side = 'persona' AND state <> 'open' AND {HERE}""",  # noqa: S608 - parts of queries that stand in this package
        (turn,),
    ).fetchone()
    if row is None:
        return turn
    session, place = SessionId(row[0]), int(row[1])
    drop_empty(db, session)
    if not is_shared(db, turn):
        return turn
    fork(db, session, current(db, session), place - 1)
    return copy(db, turn)


def copy(db: sqlite3.Connection, turn: TurnId, chosen: int | None = None) -> TurnId:
    """The same answer on the current branch, with all its revisions, and this one chosen."""
    new = TurnId(
        db.execute(
            """INSERT INTO turns (session, branch, place, side, state, chosen, at, answers, room,
                is_direct, sponsor)
            SELECT session, (SELECT branch FROM sessions WHERE sessions.id = turns.session),
                (SELECT max(place) + 1 FROM turns), side, state, coalesce(?, chosen), at, answers,
                room, is_direct, sponsor
            FROM turns WHERE id = ? RETURNING id""",
            (chosen, turn),
        ).fetchone()[0]
    )
    db.execute(
        """INSERT INTO revisions (turn, step, text, at)
        SELECT ?, step, text, at FROM revisions WHERE turn = ?""",
        (new, turn),
    )
    indexing.remember_copy(db, turn, new)
    return new


def _nth_last(db: sqlite3.Connection, session: SessionId, branch: int, n: int) -> int:
    """Its place; 0 where there are fewer."""
    row = db.execute(
        f"""SELECT turns.place FROM {STANDS} WHERE part.session = ? AND part.branch = ?
        ORDER BY part.part DESC, turns.place DESC LIMIT 1 OFFSET ?""",  # noqa: S608 - parts of queries that stand in this package
        (session, branch, n - 1),
    ).fetchone()
    return 0 if row is None else int(row[0])
