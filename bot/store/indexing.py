"""By which words a turn is found again: written by a job, and gone with its turn. How it is searched
is `recalled`'s subject.

The words stand in a table of their own and not in FTS5: with 100,000 turns it answers in a fifth
of the time. They stand there as numbers, made with a key that ends with the consent, since a file
keeps more than its rows: SQLite leaves old bytes in pages that it balances, and FTS5 keeps terms in
what separates its pages.

Triggers of the schema take a turn's words away whatever becomes of it (INVARIANT I5): deleted,
edited, said anew, or its consent withdrawn (SAFETY A10). What is to be indexed stands in a queue
that is written with the turn, so a crash in between loses nothing.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence

from bot.events import Rating, SessionId, TurnId
from bot.store.fact_rows import Draft, Origin
from bot.store.learning import learn
from bot.store.names import Names, keep_names
from bot.store.on_branch import HERE
from bot.store.rows import STRETCH, Side
from bot.store.scopes import make_scope, may_keep, scope_of

Words = Callable[[str], Sequence[str]]
Drafts = Callable[[str, float], Sequence[Draft]]
"""What is found in a person's words, said at that time."""

PAUSE_S = 6 * 3600.0
"""After a pause like this, talk is about something else."""
LONGEST_STRETCH = 1000
_NAME = "name "
"""No word holds a space: a name's number is another than that of its word."""


def queue(db: sqlite3.Connection, turns: Sequence[TurnId], rating: Rating | None) -> None:
    """To be indexed; part of the transaction that ends the turn. Once intimate, always so.

    None: none of it is to be recalled, whatever was said there before.
    """
    if rating is None or not may_keep(db, rating):
        for table in ("to_index", "set_aside"):
            db.executemany(f"DELETE FROM {table} WHERE turn = ?", [(turn,) for turn in turns])  # noqa: S608 - parts of queries that stand in this package
        return
    # A reply may end on a branch that its person has left meanwhile, in another room.
    for table, where in (("to_index", HERE), ("set_aside", f"NOT {HERE}")):
        db.executemany(
            # One that is indexed keeps its place and the stricter of both ratings.
            f"""INSERT INTO {table} (turn, rating, spot)
            SELECT turns.id, max(?2, coalesce(indexed.rating, 0)), indexed.spot
            FROM turns LEFT JOIN indexed ON indexed.turn = turns.id WHERE turns.id = ?1 AND {where}
            ON CONFLICT DO UPDATE SET rating = max(rating, excluded.rating)""",  # noqa: S608 - parts of queries that stand in this package
            [(turn, int(rating)) for turn in turns],
        )


def queue_anew(db: sqlite3.Connection, turn: TurnId, rating: Rating) -> None:
    """Of a turn whose words were changed: it was indexed before, or it is not now either."""
    if db.execute("SELECT 1 FROM to_index WHERE turn = ?", (turn,)).fetchone() is not None:
        queue(db, [turn], rating)
    else:
        db.execute(
            "UPDATE set_aside SET rating = max(rating, ?) WHERE turn = ?", (int(rating), turn)
        )


def follow_branch(db: sqlite3.Connection, session: SessionId) -> None:
    """Part of going to another branch: what does not stand on it is found no more, and what stands
    on it now waits to be indexed as what was just said does."""
    for table in ("to_index", "indexed"):
        db.execute(
            f"""INSERT INTO set_aside (turn, rating, spot)
            SELECT turns.id, known.rating, known.spot
            FROM turns JOIN {table} AS known ON known.turn = turns.id
            WHERE turns.session = ? AND NOT {HERE}
            ON CONFLICT DO UPDATE SET rating = max(rating, excluded.rating)""",  # noqa: S608 - parts of queries that stand in this package
            (session,),
        )
        db.execute(f"DELETE FROM {table} WHERE turn IN (SELECT turn FROM set_aside)")  # noqa: S608 - parts of queries that stand in this package
    # What a person pinned or had remembered stays theirs; the rest is learned again with the words.
    db.execute(
        f"""DELETE FROM sources WHERE turn IN (SELECT id FROM turns WHERE session = ? AND NOT {HERE})
        AND fact NOT IN (SELECT id FROM facts WHERE pinned OR origin = 'person')""",  # noqa: S608 - parts of queries that stand in this package
        (session,),
    )
    db.execute("DELETE FROM work WHERE turn IN (SELECT turn FROM set_aside)")
    db.execute(
        f"""INSERT INTO to_index (turn, rating, spot) SELECT turn, rating, spot FROM set_aside
        JOIN turns ON turns.id = set_aside.turn WHERE turns.session = ? AND {HERE}
        ON CONFLICT DO UPDATE SET rating = max(to_index.rating, excluded.rating)""",  # noqa: S608 - parts of queries that stand in this package
        (session,),
    )
    db.execute("DELETE FROM set_aside WHERE turn IN (SELECT turn FROM to_index)")


def remember_copy(db: sqlite3.Connection, turn: TurnId, new: TurnId) -> None:
    """What has just been set aside, under another turn."""
    db.execute(
        "INSERT INTO to_index (turn, rating) SELECT ?, rating FROM set_aside WHERE turn = ?",
        (new, turn),
    )


def no_drafts(text: str, at: float) -> Sequence[Draft]:  # noqa: ARG001 - it looks at nothing
    return ()


def catch_up(
    db: sqlite3.Connection,
    words_of: Words,
    most: int,
    *,
    names_in: Names = lambda _: (),
    drafts_of: Drafts = no_drafts,
) -> int:
    """Indexes what is queued, the oldest first, and learns from it; how many it took."""
    rows = db.execute(
        # CROSS: from the queue. From the turns, all that there are would be gone through each time.
        """SELECT turns.id, to_index.rating, to_index.spot, revisions.text, turns.side, turns.at,
            turns.session, turns.place
        FROM to_index CROSS JOIN turns ON turns.id = to_index.turn
        JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen
        WHERE turns.place IS NOT NULL AND turns.state IN ('done', 'cut')
        ORDER BY to_index.turn LIMIT ?""",
        (most,),
    ).fetchall()
    rows.sort(key=lambda row: row[-1])
    for turn, rating, old_spot, text, side, at, session, _ in rows:
        known = make_scope(db, scope_of(db, session))
        scope, key = known.id, known.key
        # Of one that was indexed before; closed a second time, it keeps its place.
        db.execute("DELETE FROM indexed WHERE turn = ?", (turn,))
        if side == Side.PERSON:
            learn(db, turn, drafts_of(text, at), origin=Origin.RULE, now=at)
        told = " ".join([text, *_told_of(db, turn)])
        words = sorted({number_of(word, key) for word in words_of(told)})
        spot = _next_spot(db, scope, session, at) if _is_taken(db, scope, old_spot) else old_spot
        db.execute(
            """INSERT INTO indexed (turn, scope, spot, session, at, rating, side, words)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (turn, scope, spot, session, at, rating, side, json.dumps(words)),
        )
        db.executemany(
            "INSERT INTO words (scope, word, spot) VALUES (?, ?, ?)",
            [(scope, word, spot) for word in words],
        )
        if side == Side.PERSON:
            names = [(number_of_name(one.name, key), one.tells) for one in names_in(text)]
            keep_names(db, scope, turn, at, names)
        db.execute("DELETE FROM to_index WHERE turn = ?", (turn,))
    return len(rows)


def number_of(word: str, key: bytes) -> int:
    """Fits into a column of SQLite; two words share one about never."""
    return int.from_bytes(hashlib.blake2b(word.encode(), key=key, digest_size=7).digest())


def number_of_name(name: str, key: bytes) -> int:
    return number_of(_NAME + name, key)


def _told_of(db: sqlite3.Connection, turn: TurnId) -> list[str]:
    """What is known from a turn is a further key to it."""
    rows = db.execute(
        """SELECT subject || ' ' || value || ' ' || quote FROM sources
        JOIN facts ON facts.id = fact WHERE turn = ? ORDER BY fact""",
        (turn,),
    )
    return [row[0] for row in rows.fetchall()]


def _is_taken(db: sqlite3.Connection, scope: int, spot: int | None) -> bool:
    where = "SELECT 1 FROM indexed WHERE scope = ? AND spot = ?"
    return spot is None or db.execute(where, (scope, spot)).fetchone() is not None


def _next_spot(db: sqlite3.Connection, scope: int, session: int, at: float) -> int:
    last = db.execute(
        "SELECT spot, session, at FROM indexed WHERE scope = ? ORDER BY spot DESC LIMIT 1", (scope,)
    ).fetchone()
    if last is None:
        return 0
    goes_on = last[1] == session and at - last[2] < PAUSE_S
    if goes_on and last[0] % STRETCH < LONGEST_STRETCH:
        return int(last[0]) + 1
    return (int(last[0]) // STRETCH + 1) * STRETCH
