"""The story of a person with a persona: summaries of stretches of their talk, the person's own words in
their place, and what a session's prompt begins with. Each function is one transaction.

Where a summary's turns go, the schema takes it along (INVARIANT I5); that is not this file's.
"""

import json
import sqlite3
from collections.abc import Mapping
from functools import partial

from bot.events import Rating, SessionId, TurnId
from bot.store.database import sound
from bot.store.fact_rows import Fact
from bot.store.facts import facts
from bot.store.on_branch import CURRENT, IN_ORDER, STANDS
from bot.store.rows import Scope, Session
from bot.store.scopes import consents, find_scope, make_scope, may_keep
from bot.store.sessions import SESSION, session_from
from bot.store.story_rows import Known, Story, Summary
from bot.store.work_rows import Batch, Write

KIND = "story"
"""Of the work that summaries come from."""


def summarise(batch: Batch, text: str, version: int) -> Write:
    return partial(_summarise, batch, text, version)


def _summarise(batch: Batch, text: str, version: int, db: sqlite3.Connection) -> None:
    times = [said.at for said in batch.said]
    first = min(said.turn for said in batch.said)
    row = db.execute(
        """INSERT INTO summaries (scope, first, began, ended, rating, version, text)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            make_scope(db, batch.scope).id,
            first,
            min(times),
            max(times),
            int(batch.rating),
            version,
            sound(text),
        ),
    ).fetchone()
    db.executemany(
        "INSERT INTO summarised (turn, summary) VALUES (?, ?)",
        [(said.turn, row[0]) for said in batch.said],
    )


def story(db: sqlite3.Connection, scope: Scope, ceiling: Rating) -> Story:
    known = find_scope(db, scope)
    if known is None or not consents(db, "memory"):
        return Story()
    own = db.execute(
        "SELECT text, rating, until, at FROM stories WHERE scope = ?", (known.id,)
    ).fetchone()
    rows = db.execute(
        """SELECT id, text, began, ended, rating FROM summaries
        WHERE scope = ? AND first > ? AND rating <= ? AND text <> '' ORDER BY first""",
        (known.id, own[2] if own else 0, int(ceiling)),
    ).fetchall()
    summaries = tuple(
        Summary(id_, text, began, ended, Rating(rating)) for id_, text, began, ended, rating in rows
    )
    if own is None or own[1] > ceiling:
        return Story(summaries=summaries)
    return Story(own[0], Rating(own[1]), own[3], known.id, summaries)


def materials(
    db: sqlite3.Connection, scope: Scope, ceiling: Rating
) -> tuple[Story, tuple[Fact, ...]]:
    """All that the beginning of a prompt may be made of."""
    return story(db, scope, ceiling), facts(db, scope, ceiling)


def tell(db: sqlite3.Connection, scope: Scope, text: str, rating: Rating, now: float) -> bool:
    """In the person's own words, from now on; an empty text takes them back. False where they have
    not agreed to that."""
    if not may_keep(db, rating):
        return False
    id_ = make_scope(db, scope).id
    if not text:
        db.execute("DELETE FROM stories WHERE scope = ?", (id_,))
    else:
        db.execute(
            """INSERT INTO stories (scope, text, rating, until, at) VALUES (?, ?, ?,
                (SELECT coalesce(max(first), 0) FROM summaries WHERE scope = ?1), ?)
            ON CONFLICT DO UPDATE SET text = excluded.text, rating = excluded.rating,
                until = excluded.until, at = excluded.at""",
            (id_, sound(text), int(rating), now),
        )
    # The open one begins with it from the next message on, also where it began without.
    db.execute(
        """UPDATE sessions SET known = NULL WHERE ended IS NULL AND persona = ?
        AND coalesce(sponsor, '') = ? AND coalesce(room, '') = ?""",
        (scope.persona, scope.sponsor or "", scope.room or ""),
    )
    return True


def keep_known(db: sqlite3.Connection, session: SessionId, known: Known) -> Session | None:
    """What the session's prompt begins with, unless a part of it was forgotten meanwhile; then it is
    to be made once more. None where the session is not there any more."""
    for kind, ids in known.sources.items():
        there = db.execute(_THERE[kind], (json.dumps(ids),)).fetchone()[0]
        if there < len(ids):
            known = Known()
            break
    db.execute("DELETE FROM known_from WHERE session = ?", (session,))
    db.executemany(
        "INSERT INTO known_from (session, kind, source) VALUES (?, ?, ?)",
        [(session, kind, id_) for kind, ids in known.sources.items() for id_ in ids],
    )
    db.execute(
        "UPDATE sessions SET known = ?, known_rating = ? WHERE id = ?",
        (sound(known.text), int(known.rating), session),
    )
    row = db.execute(f"{SESSION} WHERE id = ?", (session,)).fetchone()
    return None if row is None else session_from(row)


_THERE: Mapping[str, str] = {
    "summary": "SELECT count(*) FROM summaries WHERE id IN (SELECT value FROM json_each(?))",
    "story": "SELECT count(*) FROM stories WHERE scope IN (SELECT value FROM json_each(?))",
    "fact": """SELECT count(*) FROM facts WHERE id IN (SELECT value FROM json_each(?))
        AND superseded_by IS NULL""",
}


def untold(db: sqlite3.Connection, session: SessionId) -> TurnId | None:
    """The first turn of the window which a summary is still to come for."""
    row = db.execute(
        f"""SELECT turns.id FROM {STANDS}
        JOIN work ON work.turn = turns.id AND work.kind = ?2 AND work.parked = 0
        WHERE {CURRENT} AND turns.place >= (SELECT first_place FROM sessions WHERE id = ?1)
        {IN_ORDER} LIMIT 1""",  # noqa: S608 - parts of queries that stand in this package
        (session, KIND),
    ).fetchone()
    return None if row is None else TurnId(row[0])
