"""SAFETY P6: what leaves a vault by itself: incognito sessions at their end, and what is older than is
wished. Each function is one transaction.

What was made of a turn goes with it, by triggers of the schema (INVARIANT I5). It does not know who
wished for it, and what time it is.
"""

import sqlite3
from dataclasses import dataclass

from bot.events import TurnId
from bot.store import sessions, turns
from bot.store.on_branch import HERE
from bot.store.rows import INCOGNITO

IDLE_S = 12 * 3600.0
"""An incognito session that nobody goes on with ends by itself."""
AT_ONCE = 1000
"""Turns in one transaction, so that nobody waits long for it."""

_WAITS = "SELECT id FROM turns WHERE state = 'waiting' AND session IS NULL AND is_direct <> 0"
# Not what waits for an answer or is being written, and not what a prompt is made of.
_OLD = f"""
    SELECT turns.id FROM turns LEFT JOIN sessions ON sessions.id = turns.session
    WHERE turns.at < ? AND turns.state IN ('done', 'cut')
    AND (sessions.id IS NULL OR sessions.ended IS NOT NULL OR turns.place < sessions.first_place
        OR NOT {HERE})
    AND turns.id NOT IN (SELECT turn FROM replies)
    AND turns.id NOT IN (SELECT answers FROM replies)
    ORDER BY turns.at LIMIT ?"""  # noqa: S608 - parts of queries that stand in this package
_LAST_SAID = """
    SELECT id, is_incognito,
        coalesce((SELECT max(at) FROM turns WHERE session = sessions.id), began),
        EXISTS (SELECT 1 FROM turns WHERE session = sessions.id AND state = 'open')
    FROM sessions WHERE ended IS NULL"""


@dataclass(frozen=True, slots=True)
class Passed:
    turns: int = 0
    """That went."""
    is_all: bool = True
    oldest: float | None = None
    """When that was said, of what is left, which goes next."""
    ends_at: float | None = None
    """Of an incognito session that goes on: when it ends by itself."""


def set_incognito(db: sqlite3.Connection, now: float, *, is_on: bool) -> None:
    """Every private session from now on; what goes on in private ends with it. What waits for an answer was said in a
    session that is over: where that kept nothing, it goes, too."""
    if is_on:
        sessions.set_mark(db, INCOGNITO, 1.0)
    else:
        db.execute("DELETE FROM marks WHERE name = ?", (INCOGNITO,))
        rows = db.execute(_WAITS).fetchall()
        turns.drop(db, [TurnId(row[0]) for row in rows])
    db.execute("UPDATE sessions SET ended = ? WHERE ended IS NULL AND room IS NULL", (now,))


def pass_away(db: sqlite3.Connection, before: float | None, now: float) -> Passed:
    """What was said before then, but for the window of a talk that goes on, and all that was made of
    it; None: nothing is old. Also a talk that nobody has gone on with since then, whose window
    nothing else would end, and an incognito session that is over by itself."""
    counted = "SELECT count(*) FROM turns"
    there = db.execute(counted).fetchone()[0]
    ends_at = _end_idle(db, before, now)
    went = int(there - db.execute(counted).fetchone()[0])
    if before is None:
        return Passed(went, ends_at=ends_at)
    rows = db.execute(_OLD, (before, AT_ONCE)).fetchall()
    turns.drop(db, [TurnId(row[0]) for row in rows])
    # What a session began with may tell who the person is.
    db.execute(
        """UPDATE sessions SET head = '' WHERE ended IS NOT NULL AND head <> ''
        AND NOT EXISTS (SELECT 1 FROM turns WHERE session = sessions.id)"""
    )
    oldest = db.execute("SELECT min(at) FROM turns WHERE state <> 'waiting'").fetchone()[0]
    return Passed(went + len(rows), len(rows) < AT_ONCE, oldest, ends_at)


def _end_idle(db: sqlite3.Connection, before: float | None, now: float) -> float | None:
    """When the next incognito session ends. Of who is being answered nothing does."""
    ends_at: list[float] = []
    for session, is_incognito, said, is_answered in db.execute(_LAST_SAID).fetchall():
        is_old = before is not None and said < before
        is_idle = is_incognito and said + IDLE_S <= now
        if (is_old or is_idle) and not is_answered:
            db.execute("UPDATE sessions SET ended = ? WHERE id = ?", (now, session))
        elif is_incognito:
            ends_at.append(said + IDLE_S)
    return min(ends_at, default=None)
