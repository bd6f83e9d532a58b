"""What a person has asked for in their vault: settings, limits, reminders. SQL only."""

import sqlite3
from collections.abc import Mapping

from bot.events import CommunityId, EventId, PersonId, RoomId
from bot.store.database import sound
from bot.store.rows import Limit, Reminder, Wishes

_LIMIT = "SELECT text, is_hard, may_be_told, id FROM limits"
_REMINDER = "SELECT minute, is_daily, text, due, room, sponsor, said_on, id, account FROM reminders"


def wishes(db: sqlite3.Connection) -> Wishes:
    marks = db.execute("SELECT name, value FROM marks").fetchall()
    settings = db.execute("SELECT name, value FROM settings").fetchall()
    consents = db.execute("SELECT kind, version FROM consents").fetchall()
    return Wishes(dict(marks), dict(settings), limits(db), dict(consents))


def set_marks(db: sqlite3.Connection, marks: Mapping[str, float]) -> None:
    db.executemany("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", marks.items())


def drop_marks(db: sqlite3.Connection, *names: str) -> None:
    db.executemany("DELETE FROM marks WHERE name = ?", [(name,) for name in names])


def set_setting(db: sqlite3.Connection, name: str, value: str) -> None:
    """An empty value takes it away."""
    if value:
        db.execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, sound(value))
        )
    else:
        db.execute("DELETE FROM settings WHERE name = ?", (name,))


def see(db: sqlite3.Connection, room: RoomId, event_id: EventId) -> bool:
    """That a message came, and none of its words; False where it came before."""
    seen = db.execute(
        "INSERT OR IGNORE INTO seen (room, event_id) VALUES (?, ?)", (sound(room), sound(event_id))
    )
    return seen.rowcount == 1


def limits(db: sqlite3.Connection) -> tuple[Limit, ...]:
    rows = db.execute(f"{_LIMIT} ORDER BY id").fetchall()
    return tuple(Limit(text, bool(hard), bool(told), id_) for text, hard, told, id_ in rows)


def add_limit(db: sqlite3.Connection, limit: Limit, most: int) -> bool:
    """False where there are as many as there may be. The same words again are one limit."""
    db.execute("DELETE FROM limits WHERE text = ?", (sound(limit.text),))
    if db.execute("SELECT count(*) FROM limits").fetchone()[0] >= most:
        return False
    db.execute(
        "INSERT INTO limits (text, is_hard, may_be_told) VALUES (?, ?, ?)",
        (sound(limit.text), limit.is_hard, limit.may_be_told),
    )
    return True


def remove_limit(db: sqlite3.Connection, id_: int | None) -> int:
    """None: all of them. How many went."""
    if id_ is None:
        return db.execute("DELETE FROM limits").rowcount
    return db.execute("DELETE FROM limits WHERE id = ?", (id_,)).rowcount


def reminders(db: sqlite3.Connection) -> tuple[Reminder, ...]:
    rows = db.execute(f"{_REMINDER} ORDER BY id").fetchall()
    return tuple(_reminder(row) for row in rows)


def add_reminder(db: sqlite3.Connection, reminder: Reminder, most: int) -> bool:
    if db.execute("SELECT count(*) FROM reminders").fetchone()[0] >= most:
        return False
    db.execute(
        """INSERT INTO reminders (minute, is_daily, text, due, room, sponsor, said_on,
            account)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            reminder.minute,
            reminder.is_daily,
            sound(reminder.text),
            reminder.due,
            reminder.room,
            reminder.sponsor,
            reminder.said_on,
            reminder.account,
        ),
    )
    return True


def move_reminder(db: sqlite3.Connection, id_: int, due: float, said_on: str) -> None:
    db.execute("UPDATE reminders SET due = ?, said_on = ? WHERE id = ?", (due, said_on, id_))


def remove_reminder(db: sqlite3.Connection, id_: int | None) -> int:
    """None: all of them. How many went."""
    if id_ is None:
        return db.execute("DELETE FROM reminders").rowcount
    return db.execute("DELETE FROM reminders WHERE id = ?", (id_,)).rowcount


def _reminder(row: tuple[int, int, str, float, str, str | None, str, int, str | None]) -> Reminder:
    minute, is_daily, text, due, room, sponsor, said_on, id_, account = row
    return Reminder(
        minute=minute,
        is_daily=bool(is_daily),
        text=text,
        due=due,
        room=RoomId(room),
        sponsor=None if sponsor is None else CommunityId(sponsor),
        said_on=said_on,
        id=id_,
        account=None if account is None else PersonId(account),
    )
