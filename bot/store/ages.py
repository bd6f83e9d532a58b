"""What the house keeps about ages (SAFETY A3, A4): what speaks for an adult, and who said so. SQL only.

A person is a keyed hash here (`who`). What speaks for them stands side by side, by scope and
method, so that one of it can be taken back or run out without the others.
"""

import sqlite3
from collections.abc import Sequence

from bot.events import AgeLevel, PersonId
from bot.store.rows import INSTANCE, AgeRecord, Attestation, StoreError

LONGEST_AGE_RECORD_S = 366 * 86_400.0
"""SAFETY A4: twelve months at most, also in a leap year."""
CLOCK_MAY_ERR_S = 86_400.0

_RECORDS = "SELECT scope, level, method, attester, at, expires, policy_version FROM age_records"


def age_record(db: sqlite3.Connection, who: bytes, scope: str, now: float) -> AgeRecord | None:
    """The best that counts in this scope: of this house and of the scope, and of no other
    community. Without one of this house, which is the person's own word, nothing else counts.

    A clock set back by more than a day makes a record one of the future, which counts for nothing
    (SAFETY A4): else it would last as much longer as the clock was moved."""
    rows = db.execute(
        f"{_RECORDS} WHERE who = ? AND scope IN (?, ?) AND expires > ? AND at <= ? ORDER BY level DESC",
        (who, INSTANCE, scope, now, now + CLOCK_MAY_ERR_S),
    )
    records = [_record(row) for row in rows.fetchall()]
    return records[0] if any(record.scope == INSTANCE for record in records) else None


def age_records(db: sqlite3.Connection, who: bytes) -> tuple[AgeRecord, ...]:
    """All, those that have run out too: it is what an export shows."""
    rows = db.execute(f"{_RECORDS} WHERE who = ? ORDER BY scope, method", (who,))
    return tuple(_record(row) for row in rows.fetchall())


def attest(db: sqlite3.Connection, who: bytes, record: AgeRecord) -> None:
    if not record.at < record.expires <= record.at + LONGEST_AGE_RECORD_S:
        raise StoreError("an age record ends after it begins, and within twelve months (SAFETY A4)")
    db.execute(
        "INSERT OR REPLACE INTO age_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            who,
            record.scope,
            int(record.level),
            record.method,
            record.attester,
            record.at,
            record.expires,
            record.policy_version,
        ),
    )


def attest_by_name(db: sqlite3.Connection, who: bytes, record: AgeRecord, reason: str) -> bool:
    """SAFETY A4: by a named person, with a reason. False for somebody who is locked: a lock is
    opened for itself, and nothing else opens it (A2)."""
    note = Attestation(record.scope, record.level, record.attester, reason, record.at)
    if db.execute("SELECT 1 FROM locks WHERE who = ?", (who,)).fetchone() is not None:
        return False
    _write_down(db, who, note)
    attest(db, who, record)
    return True


def revoke(db: sqlite3.Connection, who: bytes, scope: str, method: str) -> int:
    """How many went: it is no fault where there was none."""
    return db.execute(
        "DELETE FROM age_records WHERE who = ? AND scope = ? AND method = ?", (who, scope, method)
    ).rowcount


def came_through(db: sqlite3.Connection, scope: str, method: str) -> tuple[str, ...]:
    """The rooms by which signs came (SAFETY A6); one that came by none has its platform's name."""
    rows = db.execute(
        """SELECT DISTINCT attester FROM age_records
        WHERE scope = ? AND method = ? AND instr(attester, ':') > 0""",
        (scope, method),
    )
    return tuple(room for (room,) in rows.fetchall())


def revoke_through(db: sqlite3.Connection, scope: str, method: str, rooms: Sequence[str]) -> None:
    db.executemany(
        "DELETE FROM age_records WHERE scope = ? AND method = ? AND attester = ?",
        [(scope, method, room) for room in rooms],
    )


def revoke_by_name(
    db: sqlite3.Connection, who: bytes, methods: tuple[str, ...], note: Attestation
) -> bool:
    """False where nothing was there to take back."""
    gone = sum(revoke(db, who, note.scope, method) for method in methods)
    if gone:
        _write_down(db, who, note)
    return gone > 0


def unite(db: sqlite3.Connection, who: bytes, other: bytes, accounts: Sequence[PersonId]) -> None:
    """Two become one person, called `who`: what others have said of either they have said of the
    person; of the same in both the lower counts, until the sooner of both ends. What was taken
    back for one is not there for the other, nobody has spoken for themselves with an account of
    their own, and the other's own word makes nothing more than it was (SAFETY A4)."""
    for one, another in ((who, other), (other, who)):
        db.executemany(
            "DELETE FROM age_records WHERE who = ? AND scope = ? AND level >= ?",
            [(another, scope, AgeLevel.MODERATOR) for scope in _taken_back(db, one)],
        )
    db.executemany(
        "DELETE FROM age_records WHERE who IN (?, ?) AND attester = ? AND level >= ?",
        [(who, other, account, AgeLevel.MODERATOR) for account in accounts],
    )
    db.execute(
        """UPDATE age_records AS mine SET level = min(mine.level, theirs.level),
            expires = min(mine.expires, theirs.expires)
        FROM age_records AS theirs WHERE mine.who = ? AND theirs.who = ?
            AND mine.scope = theirs.scope AND mine.method = theirs.method""",
        (who, other),
    )
    db.execute(
        "UPDATE OR IGNORE age_records SET who = ? WHERE who = ? AND level > ?",
        (who, other, AgeLevel.SELF_ATTESTED),
    )
    drop_records(db, other)
    db.execute("UPDATE attestations SET who = ? WHERE who = ?", (who, other))


def keep_own_word(db: sqlite3.Connection, who: bytes) -> None:
    """Accounts are parted, and of which of them the others spoke is not known any more: whoever
    spoke for somebody does it again (SAFETY A4)."""
    db.execute("DELETE FROM age_records WHERE who = ? AND level > ?", (who, AgeLevel.SELF_ATTESTED))


def attestations(db: sqlite3.Connection, who: bytes) -> tuple[Attestation, ...]:
    rows = db.execute(
        "SELECT scope, level, by, reason, at FROM attestations WHERE who = ? ORDER BY id", (who,)
    )
    return tuple(
        Attestation(scope, None if level is None else AgeLevel(level), by, reason, at)
        for scope, level, by, reason, at in rows.fetchall()
    )


def drop_records(db: sqlite3.Connection, who: bytes) -> int:
    return db.execute("DELETE FROM age_records WHERE who = ?", (who,)).rowcount


def drop_old(db: sqlite3.Connection, now: float) -> None:
    """At each start: what has run out is not kept, nor who said it (SAFETY A4)."""
    db.execute("DELETE FROM age_records WHERE expires <= ?", (now,))
    db.execute("DELETE FROM attestations WHERE at <= ?", (now - LONGEST_AGE_RECORD_S,))


def _taken_back(db: sqlite3.Connection, who: bytes) -> tuple[str, ...]:
    """The scopes in which the last that was written down is that."""
    rows = db.execute(
        """SELECT scope FROM attestations AS note WHERE who = ? AND level IS NULL AND id =
            (SELECT max(id) FROM attestations WHERE who = note.who AND scope = note.scope)""",
        (who,),
    )
    return tuple(row[0] for row in rows.fetchall())


def _write_down(db: sqlite3.Connection, who: bytes, note: Attestation) -> None:
    if not note.by.strip() or not note.reason.strip():
        raise StoreError("an age is spoken for by a named person with a reason: give both")
    db.execute(
        "INSERT INTO attestations (who, scope, level, by, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
        (who, note.scope, note.level, note.by, note.reason, note.at),
    )


def _record(row: tuple[str, int, str, str, float, float, str]) -> AgeRecord:
    scope, level, method, attester, at, expires, policy_version = row
    return AgeRecord(scope, AgeLevel(level), method, attester, at, expires, policy_version)
