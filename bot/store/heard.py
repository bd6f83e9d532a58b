"""Where people wrote last: for a platform that does not tell by itself what was written while
nobody listened. Nothing is kept for it: it stands in the vaults, and goes with them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from bot.events import EventId, PersonId, RoomId
from bot.store.folder import Folder

VAULTS = 200
"""As many are looked into at a start; to open one takes some milliseconds."""


def recent(db: sqlite3.Connection, folder: Folder) -> tuple[PersonId, ...]:
    """Whose vault was written to last, the latest first."""
    rows = db.execute("SELECT person, id FROM vaults").fetchall()
    written = [(max(_times(folder, id_), default=0.0), person) for person, id_ in rows]
    return tuple(PersonId(person) for _, person in sorted(written, reverse=True)[:VAULTS])


def last_heard(db: sqlite3.Connection, platform: str) -> tuple[tuple[RoomId, EventId], ...]:
    """Of each room of a platform that counts its messages, the last one that was heard there."""
    rows = db.execute(
        """SELECT room, event_id, max(CAST(event_id AS INTEGER)) FROM seen
        WHERE substr(room, 1, ?) = ? GROUP BY room""",
        (len(platform) + 1, f"{platform}:"),
    )
    return tuple((RoomId(row[0]), EventId(row[1])) for row in rows.fetchall())


def _times(folder: Folder, id_: str) -> Iterator[float]:
    file = folder.vault(id_)
    for one in (file, file.with_name(f"{file.name}-wal")):
        with suppress(OSError):
            yield one.stat().st_mtime
