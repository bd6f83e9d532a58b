"""What the house keeps about persons: which vault is whose, and locks. SQL only.

Locks, like age records (`ages`), know a person by a keyed hash (`who`); its pepper is the house's own and is
never the master key, which rotates.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.events import PersonId
from bot.store import ages
from bot.store.rows import StoreError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person's vault lies, and its key, wrapped."""

    id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Traces:
    """What of a person was in the house when it was erased."""

    vault: str | None
    age_records: int
    attestations: int
    unlocks: int
    locked: bool


def pepper(db: sqlite3.Connection) -> bytes:
    db.execute(
        "INSERT OR IGNORE INTO secrets (name, value) VALUES ('pepper', ?)",
        (secrets.token_bytes(32),),
    )
    row = db.execute("SELECT value FROM secrets WHERE name = 'pepper'").fetchone()
    return bytes(row[0])


def keyed_hash(pepper_: bytes, person: PersonId) -> bytes:
    return hmac.digest(pepper_, person.encode("utf-8", "replace"), "sha256")


# --- Vaults ----------------------------------------------------------------------------------


def about(vault_id: str) -> str:
    """What a wrapped key says it is for."""
    return f"vault {vault_id}"


def vault_of(db: sqlite3.Connection, person: PersonId) -> str | None:
    row = db.execute("SELECT id FROM vaults WHERE person = ?", (person,)).fetchone()
    return None if row is None else str(row[0])


def add_vault(db: sqlite3.Connection, person: PersonId, place: Place) -> None:
    db.execute(
        "INSERT INTO vaults (person, id, wrapped) VALUES (?, ?, ?)",
        (person, place.id, place.wrapped),
    )


def mark_open(db: sqlite3.Connection, person: PersonId, closed: Iterable[PersonId]) -> Place | None:
    """Before the vault is opened, so that a crash finds it; tidies up those closed since."""
    mark_closed(db, closed)
    row = db.execute(
        "UPDATE vaults SET open = 1 WHERE person = ? RETURNING id, wrapped", (person,)
    ).fetchone()
    return None if row is None else Place(row[0], bytes(row[1]))


def mark_closed(db: sqlite3.Connection, closed: Iterable[PersonId]) -> None:
    db.executemany("UPDATE vaults SET open = 0 WHERE person = ?", [(one,) for one in closed])


def marked_open(db: sqlite3.Connection) -> tuple[PersonId, ...]:
    rows = db.execute("SELECT person FROM vaults WHERE open = 1 ORDER BY person")
    return tuple(PersonId(row[0]) for row in rows.fetchall())


def erase_person(db: sqlite3.Connection, person: PersonId, whos: Sequence[bytes]) -> Traces:
    """`whos` are all accounts of theirs. The wrapped key goes with its row. An under-18 lock stays (INVARIANT I6)."""
    vault = vault_of(db, person)
    db.execute("DELETE FROM vaults WHERE person = ?", (person,))
    db.execute("DELETE FROM alarms WHERE person = ?", (person,))
    return Traces(
        vault=vault,
        age_records=sum(ages.drop_records(db, who) for who in whos),
        attestations=_drop_all(db, "DELETE FROM attestations WHERE who = ?", whos),
        unlocks=_drop_all(db, "DELETE FROM unlocks WHERE who = ?", whos),
        locked=any(locked(db, who) for who in whos),
    )


def _drop_all(db: sqlite3.Connection, deleting: str, whos: Sequence[bytes]) -> int:
    return sum(db.execute(deleting, (who,)).rowcount for who in whos)


def vaults_among(db: sqlite3.Connection, ids: Iterable[str]) -> tuple[PersonId, ...]:
    erased = set(ids)
    rows = db.execute("SELECT person, id FROM vaults").fetchall()
    return tuple(PersonId(person) for person, id_ in rows if id_ in erased)


# --- Alarms: when to look into a vault for a reminder ----------------------------------------


def set_alarm(db: sqlite3.Connection, person: PersonId, at: float | None) -> None:
    if at is None:
        db.execute("DELETE FROM alarms WHERE person = ?", (person,))
    else:
        # Only for who has a vault: an alarm must not outlive an erasing that ran beside it.
        db.execute(
            """INSERT OR REPLACE INTO alarms (person, at)
            SELECT person, ? FROM vaults WHERE person = ?""",
            (at, person),
        )


def alarms(db: sqlite3.Connection, now: float, far: float) -> tuple[PersonId, ...]:
    """Due by now; or further ahead than `far`, as a clock leaves them that was set back."""
    rows = db.execute("SELECT person FROM alarms WHERE at <= ? OR at > ? ORDER BY at", (now, far))
    return tuple(PersonId(row[0]) for row in rows.fetchall())


# --- Locks ---------------------------------------------------------------------------------


def locked(db: sqlite3.Connection, who: bytes) -> bool:
    return db.execute("SELECT 1 FROM locks WHERE who = ?", (who,)).fetchone() is not None


def lock(db: sqlite3.Connection, who: bytes, code: str, now: float) -> None:
    """The first lock stands. What spoke for an adult before is gone: one who is let in again says
    it again, and so does whoever spoke for them (SAFETY A2)."""
    ages.drop_records(db, who)
    db.execute("INSERT OR IGNORE INTO locks (who, code, at) VALUES (?, ?, ?)", (who, code, now))


def unlock(db: sqlite3.Connection, who: bytes, moderator: str, reason: str, now: float) -> bool:
    """SAFETY A2: only a named moderator with a reason."""
    if not moderator.strip() or not reason.strip():
        raise StoreError("an under-18 lock is opened by a named moderator with a reason: give both")
    if db.execute("DELETE FROM locks WHERE who = ?", (who,)).rowcount == 0:
        return False
    db.execute(
        "INSERT INTO unlocks (who, moderator, reason, at) VALUES (?, ?, ?, ?)",
        (who, moderator, reason, now),
    )
    return True


def lock_all(db: sqlite3.Connection, whos: Sequence[bytes], code: str, now: float) -> None:
    """On every account of theirs."""
    for who in whos:
        lock(db, who, code, now)


def unlock_all(
    db: sqlite3.Connection, whos: Sequence[bytes], moderator: str, reason: str, now: float
) -> bool:
    """On every account of theirs."""
    opened = [unlock(db, who, moderator, reason, now) for who in whos]
    return any(opened)
