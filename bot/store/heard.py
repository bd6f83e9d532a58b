"""Where people wrote last: for a platform that does not tell by itself what was written while
nobody listened. Nothing is kept for it: it stands in the vaults, and goes with them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from bot.events import EventId, PersonId, RoomId
from bot.store.folder import Folder
from bot.store.rows import Side

VAULTS = 200
"""As many are looked into at a start; to open one takes some milliseconds."""
KEPT = 50
"""So many of a room's messages are looked at: what is older was taken away long after it was said."""


def recent(db: sqlite3.Connection, folder: Folder) -> tuple[PersonId, ...]:
    """Whose vault was written to last, the latest first."""
    rows = db.execute("SELECT person, id FROM vaults").fetchall()
    written = [(max(_times(folder, id_), default=0.0), person) for person, id_ in rows]
    return tuple(PersonId(person) for _, person in sorted(written, reverse=True)[:VAULTS])


def last_heard(
    db: sqlite3.Connection, platform: str
) -> tuple[tuple[RoomId, EventId, tuple[EventId, ...]], ...]:
    """Of each room of a platform that counts its messages, the last one that was heard there, and
    the latest of those whose words are kept. What is no message has an id that is no number."""
    rows = db.execute(
        """SELECT room, event_id, max(CAST(event_id AS INTEGER)) FROM seen
        WHERE substr(room, 1, ?) = ? AND event_id NOT GLOB '*[^0-9]*' GROUP BY room""",
        (len(platform) + 1, f"{platform}:"),
    ).fetchall()
    return tuple((RoomId(room), EventId(last), _kept(db, room)) for room, last, _ in rows)


def _kept(db: sqlite3.Connection, room: str) -> tuple[EventId, ...]:
    rows = db.execute(
        """SELECT event_id FROM turns WHERE room = ? AND side = ?
        AND event_id NOT GLOB '*[^0-9]*' ORDER BY id DESC LIMIT ?""",
        (room, Side.PERSON, KEPT),
    )
    return tuple(EventId(row[0]) for row in rows.fetchall())


def _times(folder: Folder, id_: str) -> Iterator[float]:
    file = folder.vault(id_)
    for one in (file, file.with_name(f"{file.name}-wal")):
        with suppress(OSError):
            yield one.stat().st_mtime
