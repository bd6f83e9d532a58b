"""The branches of a talk, as the rest of the bot may ask for them: begun from an earlier message,
listed, gone back to, forgotten. Each call is one transaction; what is set aside stays as it was.
"""

import sqlite3
from dataclasses import dataclass
from enum import Enum, auto

from bot.events import EventId, RoomId, SessionId, TurnId
from bot.store import forks, turns
from bot.store.on_branch import CURRENT, HERE, STANDS
from bot.store.rows import Side, Turn


class Way(Enum):
    """What became of going to another branch."""

    BEGUN = auto()
    """A new one, behind an answer."""
    BEFORE = auto()
    """A new one, before what the person said there."""
    BACK = auto()
    """One that there was, at its end."""
    STAYED = auto()
    """It is where we are already."""
    UNKNOWN = auto()
    """It is none of this talk's."""
    FULL = auto()
    """There are as many as there may be."""


@dataclass(frozen=True, slots=True)
class Moved:
    way: Way
    number: int = 0
    """Of the branch that we are on now."""
    last: Turn | None = None
    """The answer that we go on from; None where a person's words stand last, or nothing does."""


@dataclass(frozen=True, slots=True)
class Branch:
    number: int
    is_here: bool
    at: float
    """When the last of it was said that is not on the current one; of that one, the last at all."""
    words: str
    """A person's first words on it that are not on the current one; of that one, their last."""


@dataclass(frozen=True, slots=True)
class Undone:
    stays: bool
    """It stands on another branch still."""


# --- Begun ----------------------------------------------------------------------------------------


def begin_at(db: sqlite3.Connection, session: SessionId, room: RoomId, message: EventId) -> Moved:
    """Behind an answer; before what the person said themselves, which they say anew."""
    found = db.execute(
        """SELECT turns.id, side, place, chosen, coalesce(pages.step, chosen)
        FROM turns LEFT JOIN pages ON pages.turn = turns.id AND pages.event_id = ?3
        WHERE session = ?1 AND room = ?2 AND (turns.event_id = ?3 OR turns.id IN
            (SELECT turn FROM pages WHERE event_id = ?3))
        ORDER BY turns.id LIMIT 1""",
        (session, room, message),
    ).fetchone()
    if found is None:
        return Moved(Way.UNKNOWN)
    turn, side, place, chosen, step = found
    of = _branch_of(db, session, turn)
    if side == Side.PERSON:
        return _begin(db, session, of, place - 1, Way.BEFORE)
    if step != chosen:
        # Another answer took the place of the one that was picked, and keeps it there.
        moved = _begin(db, session, of, place - 1)
        if moved.way is Way.BEGUN:
            forks.copy(db, turn, step)
        return _moved(db, session, moved.way)
    behind = db.execute(
        f"SELECT 1 FROM {STANDS} WHERE part.session = ? AND part.branch = ? AND turns.place > ?",  # noqa: S608 - parts of queries that stand in this package
        (session, of, place),
    ).fetchone()
    return go_to(db, session, of) if behind is None else _begin(db, session, of, place)


def begin_back(db: sqlite3.Connection, session: SessionId, count: int) -> Moved:
    """Before the last so many things that the person said."""
    found = db.execute(
        f"""SELECT turns.place FROM {STANDS} WHERE {CURRENT} AND side = 'person'
        ORDER BY part.part DESC, turns.place DESC LIMIT 1 OFFSET ?2""",  # noqa: S608 - parts of queries that stand in this package
        (session, count - 1),
    ).fetchone()
    if found is None:
        return Moved(Way.UNKNOWN)
    return _begin(db, session, forks.current(db, session), found[0] - 1, Way.BEFORE)


def _begin(
    db: sqlite3.Connection, session: SessionId, of: int, upto: int, way: Way = Way.BEGUN
) -> Moved:
    forks.drop_empty(db, session)
    if len(forks.numbers(db, session)) >= forks.MOST:
        return Moved(Way.FULL)
    forks.fork(db, session, of, upto)
    return _moved(db, session, way)


def _branch_of(db: sqlite3.Connection, session: SessionId, turn: TurnId) -> int:
    """On which it stands: the current one, if it does."""
    row = db.execute(
        """SELECT part.branch FROM turns JOIN branch_parts AS part ON part.session = turns.session
            AND part.part = turns.branch AND turns.place <= part.upto
        WHERE turns.id = ?2 ORDER BY part.branch <> (SELECT branch FROM sessions WHERE id = ?1),
            part.branch LIMIT 1""",
        (session, turn),
    ).fetchone()
    return int(row[0])


# --- Listed, gone to, forgotten -------------------------------------------------------------------


def go_to(db: sqlite3.Connection, session: SessionId, number: int) -> Moved:
    if number == forks.current(db, session):
        return _moved(db, session, Way.STAYED)
    if number not in forks.numbers(db, session):
        return Moved(Way.UNKNOWN)
    forks.go(db, session, number)
    return _moved(db, session, Way.BACK)


def list_branches(db: sqlite3.Connection, session: SessionId) -> tuple[Branch, ...]:
    """The current one, and those with something that it has not."""
    here = forks.current(db, session)
    listed = (
        _here(db, session, here) if number == here else _elsewhere(db, session, number)
        for number in forks.numbers(db, session)
    )
    return tuple(one for one in listed if one is not None)


def forget(db: sqlite3.Connection, session: SessionId, number: int) -> bool:
    """What stands on no other one goes (INVARIANT I5). False for the current one, and for what is
    none."""
    if number == forks.current(db, session) or number not in forks.numbers(db, session):
        return False
    alone = db.execute(
        f"""SELECT turns.id FROM {STANDS} WHERE part.session = ?1 AND part.branch = ?2
        AND NOT EXISTS (SELECT 1 FROM branch_parts AS other WHERE other.session = ?1
            AND other.branch <> ?2 AND other.part = turns.branch AND other.upto >= turns.place)""",  # noqa: S608 - parts of queries that stand in this package
        (session, number),
    ).fetchall()
    turns.drop(db, [TurnId(row[0]) for row in alone])
    db.execute("DELETE FROM branch_parts WHERE session = ? AND branch = ?", (session, number))
    return True


def _here(db: sqlite3.Connection, session: SessionId, number: int) -> Branch:
    said = turns.last_exchange(db, session)
    last = said[1] or said[0] if said else None
    return Branch(number, True, last.at if last else 0.0, said[0].text if said else "")


def _elsewhere(db: sqlite3.Connection, session: SessionId, number: int) -> Branch | None:
    """None where the current one has all of it."""
    at, said, answered = db.execute(
        f"""SELECT max(turns.at), min(CASE WHEN side = 'person' THEN turns.id END), min(answers)
        FROM {STANDS} WHERE part.session = ? AND part.branch = ? AND NOT {HERE}""",  # noqa: S608 - parts of queries that stand in this package
        (session, number),
    ).fetchone()
    if at is None:
        return None
    # Where another answer is all that it has, what that is an answer to.
    turn = turns.turn_by_id(db, said or answered) if said or answered else None
    return Branch(number, False, at, turn.text if turn else "")


def _moved(db: sqlite3.Connection, session: SessionId, way: Way) -> Moved:
    last = turns.last_said(db, session)
    is_answer = last is not None and last.side is Side.PERSONA
    return Moved(way, forks.current(db, session), last if is_answer else None)


# --- Taken back, shown once more ------------------------------------------------------------------


def undo(db: sqlite3.Connection, session: SessionId) -> Undone | None:
    """Takes the last exchange back; None where there is none. What other branches go on from stays
    there."""
    found = turns.last_exchange(db, session)
    if found is None:
        return None
    forks.drop_empty(db, session)
    said, answer = found
    if not forks.is_shared(db, said.id):
        turns.drop(db, [turn.id for turn in found if turn])
        return Undone(stays=False)
    is_ours = answer is not None and not forks.is_shared(db, answer.id)
    place = db.execute("SELECT place FROM turns WHERE id = ?", (said.id,)).fetchone()[0]
    forks.fork(db, session, forks.current(db, session), place - 1)
    if answer is not None and is_ours:
        turns.drop(db, [answer.id])
        forks.drop_empty(db, session)
    return Undone(stays=True)


def shown_as(db: sqlite3.Connection, turn: TurnId, message: EventId, nonce: str) -> None:
    """An answer of before was said once more: that message is one page more of its revision, whose
    words stand in the pages before it."""
    db.execute(
        """INSERT OR IGNORE INTO pages (turn, step, number, nonce, text, event_id)
        SELECT id, chosen, (SELECT coalesce(max(number), -1) + 1 FROM pages
            WHERE pages.turn = turns.id AND pages.step = turns.chosen), ?, '', ?
        FROM turns WHERE id = ? AND state <> 'open'""",
        (nonce, message, turn),
    )
