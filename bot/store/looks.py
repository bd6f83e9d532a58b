"""What every message asks of a vault, each question as one function: a message costs a few visits
to the vault's thread, and not one for each thing that is read.
"""

import sqlite3

from bot.events import CommunityId, EventId, Message, Room, RoomId, TurnId
from bot.store import sessions, turns, wishes
from bot.store.rows import Look, Session, Turn


def hear(db: sqlite3.Connection, message: Message, *, unless: str) -> tuple[bool, TurnId | None]:
    """Whether it is new, and its turn: taken in, but under the mark `unless` only that it came is
    kept, and none of its words."""
    if sessions.mark(db, unless):
        return wishes.see(db, message.room.id, message.id), None
    turn = turns.take_in(db, message)
    return turn is not None, turn


def look(db: sqlite3.Connection, room: Room, event_id: EventId, sponsor: CommunityId) -> Look:
    now = talk(db, room.shared)
    return Look(
        turn=turns.turn_of(db, room.id, event_id),
        session=now[0] if now else None,
        turns=now[1] if now else (),
        last_persona=sessions.last_persona(db, sponsor, room.shared),
        wishes=wishes.wishes(db),
    )


def talk(
    db: sqlite3.Connection, shared: RoomId | None = None
) -> tuple[Session, tuple[Turn, ...]] | None:
    """The open session and its window; None where none is open. `shared` as `Room` tells it."""
    session = sessions.open_session(db, shared)
    return None if session is None else (session, turns.window(db, session.id))
