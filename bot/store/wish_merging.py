"""What a person wishes and what is noted of them, of two accounts that become one; a part of `merging`,
and of its transaction. Of everything that binds, the stricter holds."""

import sqlite3
from collections.abc import Callable

from bot.events import PersonId

Pair = tuple[float | None, float | None]


def merge_wishes(db: sqlite3.Connection, account: PersonId) -> None:
    db.execute(
        """INSERT OR IGNORE INTO main.settings SELECT name, value FROM other.settings
        WHERE name <> 'mature in'"""
    )
    # What somebody has opened for themselves is open only where it was opened twice (SAFETY A9).
    db.execute(
        """DELETE FROM main.settings WHERE name = 'mature in' AND value NOT IN
            (SELECT value FROM other.settings WHERE name = 'mature in')"""
    )
    # The same words twice are one limit, the harder of the two (SAFETY C2).
    db.execute(
        """UPDATE main.limits SET
            is_hard = max(is_hard, (SELECT max(is_hard) FROM other.limits AS theirs
                WHERE theirs.text = main.limits.text)),
            may_be_told = min(may_be_told, (SELECT min(may_be_told) FROM other.limits AS theirs
                WHERE theirs.text = main.limits.text))
        WHERE text IN (SELECT text FROM other.limits)"""
    )
    db.execute(
        """INSERT INTO main.limits (text, is_hard, may_be_told)
        SELECT text, is_hard, may_be_told FROM other.limits
        WHERE text NOT IN (SELECT text FROM main.limits) ORDER BY id"""
    )
    db.execute(
        """INSERT INTO main.reminders
            (minute, is_daily, text, due, room, sponsor, said_on, account)
        SELECT minute, is_daily, text, due, room, sponsor, said_on, coalesce(account, ?)
        FROM other.reminders ORDER BY id""",
        (account,),
    )


def merge_marks(db: sqlite3.Connection) -> None:
    mine = dict(db.execute("SELECT name, value FROM main.marks").fetchall())
    theirs = dict(db.execute("SELECT name, value FROM other.marks").fetchall())
    for name in sorted(mine.keys() | theirs.keys()):
        value = _rule(name)((mine.get(name), theirs.get(name)))
        if value is None:
            db.execute("DELETE FROM main.marks WHERE name = ?", (name,))
        else:
            db.execute("INSERT OR REPLACE INTO main.marks VALUES (?, ?)", (name, value))


def _higher(pair: Pair) -> float | None:
    return max(value for value in pair if value is not None)


def _mine(pair: Pair) -> float | None:
    """What it tells of stands here and is not merged."""
    return pair[0]


def _lower(pair: Pair) -> float | None:
    return min(value for value in pair if value is not None)


def _sum(pair: Pair) -> float | None:
    return sum(value for value in pair if value is not None)


def _of_both(pair: Pair) -> float | None:
    """Only what was said to both."""
    return None if None in pair else _lower(pair)


def _shorter(pair: Pair) -> float | None:
    """A time after which something ends: 0 is never, and nothing is what holds for everybody."""
    wished = [value for value in pair if value]
    if wished:
        return min(wished)
    return None if None in pair else 0.0


_RULES: dict[str, Callable[[Pair], float | None]] = {
    "break after": _shorter,
    "daily": _shorter,
    "daily after": _shorter,
    "keep days": _shorter,
    "ceiling": _lower,
    "disclosed at": _of_both,
    "told of pause": _of_both,
    "told of day": _of_both,
    "talk today": _sum,
    "replies": _sum,
    "vectors of": _mine,
}


def _rule(name: str) -> Callable[[Pair], float | None]:
    """Of a mark that is not named here the higher holds: it closes, pauses or counts."""
    return _RULES.get(name, _higher)
