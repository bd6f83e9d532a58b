"""What a vault keeps beside the talk: sessions, consents, marks. Each function is one transaction."""

import sqlite3

from bot.events import CommunityId, Rating, RoomId, SessionId, TurnId
from bot.store.database import sound
from bot.store.on_branch import CURRENT, STANDS
from bot.store.rows import INCOGNITO, Consent, Gone, Session

# Where the window begins is kept as a place, so that a dropped turn cannot take it along.
SESSION = f"""
    SELECT id, persona, sponsor, began, head, seed, known, known_rating,
        coalesce((SELECT turns.id FROM {STANDS}
            WHERE part.session = sessions.id AND part.branch = sessions.branch
                AND turns.place >= first_place
            ORDER BY part.part, turns.place LIMIT 1), 0), is_incognito
    FROM sessions"""  # noqa: S608 - parts of queries that stand in this package


def open_session(db: sqlite3.Connection, shared: RoomId | None = None) -> Session | None:
    """INVARIANT I1: the private one, or the one of this shared room; never one for the other."""
    row = db.execute(
        f"{SESSION} WHERE ended IS NULL AND room IS ? ORDER BY id DESC LIMIT 1", (_room(shared),)
    ).fetchone()
    return None if row is None else session_from(row)


def begin_session(
    db: sqlite3.Connection,
    *,
    persona: str,
    sponsor: CommunityId | None,
    now: float,
    head: str,
    seed: int,
    shared: RoomId | None = None,
) -> Session:
    """Ends the one before there. The seed has at most 63 bits."""
    db.execute(
        "UPDATE sessions SET ended = ? WHERE ended IS NULL AND room IS ?", (now, _room(shared))
    )
    row = db.execute(
        """INSERT INTO sessions (persona, sponsor, began, head, first_place, seed, room, is_incognito)
        VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(place), 0) + 1 FROM turns), ?5, ?6,
            ?6 IS NULL AND EXISTS (SELECT 1 FROM marks WHERE name = ?7 AND value > 0))
        RETURNING id, is_incognito""",
        (persona, sponsor, now, head, seed, _room(shared), INCOGNITO),
    ).fetchone()
    return Session(
        id=SessionId(row[0]),
        persona=persona,
        sponsor=sponsor,
        began=now,
        head=head,
        first_turn=TurnId(0),
        seed=seed,
        is_incognito=bool(row[1]),
    )


def last_persona(
    db: sqlite3.Connection, sponsor: CommunityId, shared: RoomId | None = None
) -> str | None:
    # By when it began: one that came in as a file is older than its number.
    row = db.execute(
        """SELECT persona FROM sessions WHERE sponsor = ? AND room IS ?
        ORDER BY began DESC, id DESC LIMIT 1""",
        (sponsor, _room(shared)),
    ).fetchone()
    return None if row is None else str(row[0])


def end_session(db: sqlite3.Connection, now: float, sponsor: CommunityId | None = None) -> bool:
    """In every room; with a sponsor only what goes on under it. Whether anything did."""
    ended = db.execute(
        "UPDATE sessions SET ended = ?1 WHERE ended IS NULL AND (?2 IS NULL OR sponsor = ?2)",
        (now, sponsor),
    )
    return ended.rowcount > 0


def trim(db: sqlite3.Connection, session: SessionId, first_turn: TurnId, head: str) -> None:
    there = db.execute(
        f"SELECT turns.place FROM {STANDS} WHERE {CURRENT} AND turns.id = ?2",  # noqa: S608 - parts of queries that stand in this package
        (session, first_turn),
    ).fetchone()
    if there is None:
        raise Gone(f"turn {first_turn} is not in session {session} any more, or on another branch")
    db.execute(
        "UPDATE sessions SET head = ?, known = NULL, first_place = ? WHERE id = ?",
        (head, there[0], session),
    )


def consent(db: sqlite3.Connection, kind: str) -> Consent | None:
    row = db.execute("SELECT kind, version, at FROM consents WHERE kind = ?", (kind,)).fetchone()
    return None if row is None else Consent(*row)


def give_consent(db: sqlite3.Connection, given: Consent) -> None:
    # Not replaced: a row that goes, goes with all that was kept by it.
    db.execute(
        """INSERT INTO consents (kind, version, at) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET version = excluded.version, at = excluded.at""",
        (given.kind, given.version, given.at),
    )


def withdraw_consent(db: sqlite3.Connection, kind: str) -> None:
    db.execute("DELETE FROM consents WHERE kind = ?", (kind,))


def mark(db: sqlite3.Connection, name: str) -> float | None:
    """`replies` is counted by the vault itself, with each reply's close."""
    row = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return None if row is None else float(row[0])


def set_mark(db: sqlite3.Connection, name: str, value: float) -> None:
    db.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (name, value))


def _room(shared: RoomId | None) -> str | None:
    return None if shared is None else sound(shared)


def session_from(
    row: tuple[int, str, str | None, float, str, int, str | None, int, int, int],
) -> Session:
    id_, persona, sponsor, began, head, seed, known, known_rating, first_turn, is_incognito = row
    return Session(
        id=SessionId(id_),
        persona=persona,
        sponsor=None if sponsor is None else CommunityId(sponsor),
        began=began,
        head=head,
        first_turn=TurnId(first_turn),
        seed=seed,
        known=known,
        known_rating=Rating(known_rating),
        is_incognito=bool(is_incognito),
    )
