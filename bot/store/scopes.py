"""With whom, as whose guest and in which room something is remembered (INVARIANT I1, SAFETY P3), and
whether it may be at all (SAFETY A10)."""

import sqlite3
from dataclasses import dataclass
from secrets import token_bytes

from bot.events import CommunityId, Rating, RoomId, TurnId
from bot.store.rows import Scope


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A scope in which something is remembered."""

    id: int
    key: bytes
    turns: int
    """How many are indexed."""


def find_scope(db: sqlite3.Connection, scope: Scope) -> ScopeRow | None:
    row = db.execute(
        "SELECT id, key, turns FROM scopes WHERE persona = ? AND sponsor = ? AND room = ?",
        (scope.persona, scope.sponsor or "", scope.room or ""),
    ).fetchone()
    return None if row is None else ScopeRow(*row)


def scope_by_id(db: sqlite3.Connection, id_: int) -> ScopeRow:
    return ScopeRow(
        *db.execute("SELECT id, key, turns FROM scopes WHERE id = ?", (id_,)).fetchone()
    )


def make_scope(db: sqlite3.Connection, scope: Scope) -> ScopeRow:
    if (known := find_scope(db, scope)) is not None:
        return known
    db.execute(
        "INSERT INTO scopes (persona, sponsor, room, key) VALUES (?, ?, ?, ?)",
        (scope.persona, scope.sponsor or "", scope.room or "", token_bytes(16)),
    )
    made = find_scope(db, scope)
    assert made is not None, "just made"
    return made


def scope_of(db: sqlite3.Connection, session: int) -> Scope:
    persona, sponsor, room = db.execute(
        "SELECT persona, sponsor, room FROM sessions WHERE id = ?", (session,)
    ).fetchone()
    return Scope(
        persona,
        None if sponsor is None else CommunityId(sponsor),
        None if room is None else RoomId(room),
    )


def may_keep(db: sqlite3.Connection, rating: Rating) -> bool:
    return consents(db, "memory") and (rating < Rating.MATURE or consents(db, "intimate memory"))


def consents(db: sqlite3.Connection, kind: str) -> bool:
    return db.execute("SELECT 1 FROM consents WHERE kind = ?", (kind,)).fetchone() is not None


def may_remember(db: sqlite3.Connection, turn: TurnId) -> bool:
    """SAFETY A10: what was said before its person agreed is not remembered because it is answered
    once more."""
    row = db.execute(
        """SELECT 1 FROM turns WHERE id = ?1 AND (state = 'waiting'
            OR EXISTS (SELECT 1 FROM indexed WHERE turn = ?1)
            OR EXISTS (SELECT 1 FROM to_index WHERE turn = ?1))""",
        (turn,),
    ).fetchone()
    return row is not None
