"""The transcript of a vault: what came in, and the talk. Each function is one transaction.

How a reply grows is `replies`' subject.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from bot.events import (
    Author,
    CommunityId,
    EventId,
    Message,
    PersonId,
    Rating,
    Role,
    Room,
    RoomId,
    SessionId,
    TurnId,
)
from bot.store import forks, indexing, replies
from bot.store.database import sound
from bot.store.on_branch import BACKWARDS, CURRENT, IN_ORDER, STANDS
from bot.store.rows import Exchange, Gone, Side, State, Turn, Waiting

_COLUMNS = """turns.id, side, state, revisions.text, note,
    (SELECT count(*) FROM revisions AS every WHERE every.turn = turns.id), turns.at"""
_CHOSEN = "JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen"
TURN = f"SELECT {_COLUMNS} FROM turns {_CHOSEN}"  # noqa: S608 - parts of queries that stand in this package
SAID = f"SELECT {_COLUMNS} FROM {STANDS} {_CHOSEN} WHERE {CURRENT}"  # noqa: S608 - parts of queries that stand in this package
"""On the branch that a session is on."""


def take_in(db: sqlite3.Connection, message: Message) -> TurnId | None:
    """It waits from now on. None when it was seen before, whatever became of it."""
    room, event_id = sound(message.room.id), sound(message.id)
    seen = db.execute("INSERT OR IGNORE INTO seen (room, event_id) VALUES (?, ?)", (room, event_id))
    if seen.rowcount == 0:
        return None
    row = db.execute(
        """INSERT INTO turns (side, state, at, room, is_direct, sponsor, event_id, author_name,
            author_role, author_is_bot, addresses_bot, reply_to, account)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            Side.PERSON,
            State.WAITING,
            message.at,
            room,
            message.room.is_direct,
            message.room.sponsor,
            event_id,
            sound(message.author.name),
            int(message.author.role),
            message.author.is_bot,
            message.addresses_bot,
            message.reply_to,
            sound(message.author.id),
        ),
    ).fetchone()
    db.execute(
        "INSERT INTO revisions (turn, step, text, at) VALUES (?, 1, ?, ?)",
        (row[0], sound(message.text), message.at),
    )
    return TurnId(row[0])


def wait_again(db: sqlite3.Connection, turn: TurnId) -> None:
    """A message that is done and got no answer, because the engine failed."""
    db.execute(
        """UPDATE turns SET state = ?, session = NULL, place = NULL, note = ''
        WHERE id = ? AND side = ? AND state = ?
            AND NOT EXISTS (SELECT 1 FROM turns AS answer WHERE answer.answers = turns.id)""",
        (State.WAITING, turn, Side.PERSON, State.DONE),
    )


def waiting(db: sqlite3.Connection, person: PersonId) -> tuple[Waiting, ...]:
    """Those whose reply is in the making are not among them: nothing is answered twice."""
    rows = db.execute(
        """SELECT turns.id, event_id, room, is_direct, sponsor, author_name, author_role,
            author_is_bot, revisions.text, turns.at, addresses_bot, reply_to,
            account
        FROM turns JOIN revisions ON revisions.turn = turns.id AND step = chosen
        WHERE state = 'waiting' AND turns.id NOT IN (SELECT answers FROM replies)
        ORDER BY turns.id"""
    )
    return tuple(_waiting(person, row) for row in rows.fetchall())


def window(db: sqlite3.Connection, session: SessionId) -> tuple[Turn, ...]:
    """In the order of the talk; without the message that is being answered."""
    first = db.execute("SELECT first_place FROM sessions WHERE id = ?", (session,)).fetchone()
    rows = db.execute(
        f"{SAID} AND place >= ?2 AND state IN ('done', 'cut') {IN_ORDER}",
        (session, 0 if first is None else first[0]),
    )
    return tuple(turn_from(row) for row in rows.fetchall())


def last_exchange(db: sqlite3.Connection, session: SessionId) -> Exchange | None:
    """The last thing that the person said in this session, and the answer if there is one; on the
    branch that it is on, as all below."""
    said = db.execute(f"{SAID} AND side = 'person' {BACKWARDS} LIMIT 1", (session,)).fetchone()
    if said is None:
        return None
    # Elsewhere it may have another one.
    answer = db.execute(
        f"""{SAID} AND answers = ?2 AND place > (SELECT place FROM turns WHERE id = ?2)
        {BACKWARDS} LIMIT 1""",  # noqa: S608 - parts of queries that stand in this package
        (session, said[0]),
    ).fetchone()
    return turn_from(said), None if answer is None else turn_from(answer)


def last_said(db: sqlite3.Connection, session: SessionId) -> Turn | None:
    """Of either side."""
    row = db.execute(
        f"{SAID} AND state IN ('done', 'cut') {BACKWARDS} LIMIT 1", (session,)
    ).fetchone()
    return None if row is None else turn_from(row)


def drop(db: sqlite3.Connection, turns: Sequence[TurnId]) -> None:
    """INVARIANT I5: revisions and pages go with their turn, and a reply in the making with what
    it answers."""
    for turn in turns:
        for reply in db.execute("SELECT turn FROM replies WHERE answers = ?", (turn,)).fetchall():
            replies.abandon(db, TurnId(reply[0]))
        # What a crash left of its answer, and is not in the talk.
        db.execute("DELETE FROM turns WHERE answers = ? AND place IS NULL", (turn,))
    db.executemany("DELETE FROM turns WHERE id = ?", [(turn,) for turn in turns])


def choose(db: sqlite3.Connection, turn: TurnId, step: int) -> Turn | None:
    """`step` back (-1) or forward (1) through the revisions; None where there is none. Other
    branches keep theirs, so the turn may be another one afterwards."""
    there = db.execute(
        """SELECT 1 FROM turns JOIN revisions ON turn = turns.id AND step = chosen + ?
        WHERE turns.id = ? AND state <> 'open'""",
        (step, turn),
    ).fetchone()
    if there is None:
        return None
    turn = forks.own(db, turn)
    db.execute("UPDATE turns SET chosen = chosen + ? WHERE id = ?", (step, turn))
    return turn_by_id(db, turn)


def turn_of(db: sqlite3.Connection, room: RoomId, event_id: EventId) -> Turn | None:
    """Of either side; one page is enough to find the whole turn."""
    return _one(
        db,
        """room = ? AND (event_id = ? OR turns.id IN (SELECT turn FROM pages WHERE event_id = ?))
        LIMIT 1""",
        room,
        event_id,
        event_id,
    )


def turn_by_id(db: sqlite3.Connection, turn: TurnId) -> Turn | None:
    return _one(db, "turns.id = ?", turn)


def revise_turn(
    db: sqlite3.Connection,
    turn: TurnId,
    text: str,
    now: float,
    rating: Rating = Rating.MATURE,
) -> None:
    """`rating`: the ceiling that it is said under now; memory takes the strictest for unknown. What
    a person said is changed on all branches, and an answer on this one."""
    turn = forks.own(db, turn)
    step = replies.next_step(db, turn)
    if step == 1:
        raise Gone(f"turn {turn} is not there any more")
    db.execute(
        "INSERT INTO revisions (turn, step, text, at) VALUES (?, ?, ?, ?)",
        (turn, step, sound(text), now),
    )
    db.execute("UPDATE turns SET chosen = ? WHERE id = ?", (step, turn))
    indexing.queue_anew(db, turn, rating)


def turn_from(row: tuple[int, str, str, str, str, int, float]) -> Turn:
    id_, side, state, text, note, revisions, at = row
    return Turn(
        id=TurnId(id_),
        side=Side(side),
        state=State(state),
        text=text,
        note=note,
        revisions=revisions,
        at=at,
    )


def _one(db: sqlite3.Connection, where: str, *values: object) -> Turn | None:
    row = db.execute(f"{TURN} WHERE {where}", values).fetchone()
    return None if row is None else turn_from(row)


def _waiting(person: PersonId, row: tuple[Any, ...]) -> Waiting:
    (turn, event_id, room, direct, sponsor, name, role, is_bot, text, at, addressed, reply_to,
        account) = row  # fmt: skip
    return Waiting(
        turn=TurnId(turn),
        message=Message(
            id=EventId(event_id),
            room=Room(
                id=RoomId(room),
                is_direct=bool(direct),
                sponsor=None if sponsor is None else CommunityId(sponsor),
            ),
            author=Author(id=account or person, name=name, role=Role(role), is_bot=bool(is_bot)),
            text=text,
            at=at,
            addresses_bot=bool(addressed),
            reply_to=None if reply_to is None else EventId(reply_to),
        ),
    )
