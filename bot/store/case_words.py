"""What people attach to a case by their own choice: to an appeal, to a report (SAFETY M2, M5). SQL only.

It goes when they are erased, and some time after the case has ended. Whose it is stands with it for
that alone, and is shown to nobody.
"""

import sqlite3
from collections.abc import Mapping

from bot.events import CommunityId, RoomId
from bot.store.case_rows import Attachment
from bot.store.database import sound

STAY_S = 30 * 86_400.0
LONGEST_S = 366 * 86_400.0
"""From the case's beginning, also where nobody ever answered."""
APPEAL = "appeal"


def attach(db: sqlite3.Connection, new: Attachment) -> None:
    db.execute(
        """INSERT OR REPLACE INTO case_words (community, number, kind, person, words, room)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (new.community, new.number, new.kind, new.person, sound(new.words), new.room),
    )


def attached(db: sqlite3.Connection, community: CommunityId, number: int) -> Mapping[str, str]:
    rows = db.execute(
        "SELECT kind, words FROM case_words WHERE community = ? AND number = ? AND words != ''",
        (community, number),
    )
    return dict(rows.fetchall())


def appealed_in(db: sqlite3.Connection, community: CommunityId, number: int) -> RoomId | None:
    row = db.execute(
        "SELECT room FROM case_words WHERE community = ? AND number = ? AND kind = ?",
        (community, number, APPEAL),
    ).fetchone()
    return None if row is None or row[0] is None else RoomId(row[0])


def close(db: sqlite3.Connection, community: CommunityId, number: int, now: float) -> None:
    db.execute(
        "UPDATE case_words SET closed = ? WHERE community = ? AND number = ?",
        (now, community, number),
    )


def drop_old(db: sqlite3.Connection, now: float) -> int:
    """How many went; also those that closed far in the future, before a clock was set back."""
    return db.execute(
        """DELETE FROM case_words WHERE closed <= ?1 OR closed > ?2 OR EXISTS (
            SELECT 1 FROM case_log AS log WHERE log.community = case_words.community
            AND log.number = case_words.number AND log.step = 'opened' AND log.at <= ?3)""",
        (now - STAY_S, now + STAY_S, now - LONGEST_S),
    ).rowcount
