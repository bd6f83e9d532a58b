"""What waits to be made of what was said: taken in runs of turns, under a lease, and taken away in
the transaction that writes what was made of it. Each function is one transaction.

It knows nothing of what is made. A lease names a process and no time: one process owns the folder,
so the lease of another is that of a dead one, and no clock can jump.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence

from bot.events import Rating, TurnId
from bot.store.on_branch import HERE
from bot.store.rows import Side
from bot.store.scopes import scope_of
from bot.store.work_rows import Batch, Portion, Said, Write

FORGOTTEN = "forgotten"
"""The mark of a vault in which something was forgotten since its file was rewritten."""
TRIES = 3
"""So often is a model asked for the same; then it is parked, for the operator to see."""


def take(
    db: sqlite3.Connection,
    kind: str,
    version: int,
    portion: Portion,
    *,
    holder: str,
    now: float,
) -> Batch | None:
    """The oldest that is ready, from now on leased. What another version of the kind has parked is
    tried anew."""
    passed: list[int] = []
    while True:
        row = db.execute(
            # In the order of arrival, so that the first of a long queue is found at once.
            """SELECT work.turn, turns.session FROM work JOIN turns ON turns.id = work.turn
            WHERE kind = ? AND parked <> ? AND lease <> ? AND turns.session IS NOT NULL
                AND turns.session NOT IN (SELECT value FROM json_each(?))
            ORDER BY work.turn LIMIT 1""",
            (kind, version, holder, json.dumps(passed)),
        ).fetchone()
        if row is None:
            return None
        first, session = row
        if (rows := _run(db, kind, version, portion, first=first, holder=holder, now=now)) is None:
            # Its consent was withdrawn, or it was never to be remembered.
            db.execute("DELETE FROM work WHERE kind = ? AND turn = ?", (kind, first))
        elif rows:
            _lease(db, kind, [row[0] for row in rows], holder)
            return _batch(db, kind, session, rows)
        else:
            passed.append(session)


def finish(db: sqlite3.Connection, batch: Batch, write: Write | None, *, holder: str) -> bool:
    """False, and nothing is written, where any of it was edited or forgotten meanwhile."""
    rows = _rows(db, batch.kind, _ids(batch), holder)
    if _hash(rows) != batch.hash:
        put_back(db, batch, holder=holder)
        return False
    if write is not None:
        write(db)
    db.execute(
        "DELETE FROM work WHERE kind = ? AND turn IN (SELECT value FROM json_each(?))",
        (batch.kind, _ids(batch)),
    )
    return True


def put_back(db: sqlite3.Connection, batch: Batch, *, holder: str) -> None:
    db.execute(
        """UPDATE work SET lease = '' WHERE kind = ? AND lease = ?
        AND turn IN (SELECT value FROM json_each(?))""",
        (batch.kind, holder, _ids(batch)),
    )


def fail(db: sqlite3.Connection, batch: Batch, version: int, *, holder: str) -> None:
    """One try less, and after the last one it is parked; what was edited meanwhile has its tries
    before it."""
    db.execute(
        """UPDATE work SET lease = '', tries = tries + 1,
            parked = CASE WHEN tries + 1 >= ? THEN ? ELSE 0 END
        WHERE kind = ? AND lease = ? AND turn IN (SELECT value FROM json_each(?))""",
        (TRIES, version, batch.kind, holder, _ids(batch)),
    )


def parked(db: sqlite3.Connection) -> dict[str, int]:
    """How many turns, by kind."""
    rows = db.execute("SELECT kind, count(*) FROM work WHERE parked > 0 GROUP BY kind")
    return dict(rows.fetchall())


def forgotten(db: sqlite3.Connection, most_mb: float) -> float:
    """The mark of a file that is to be rewritten; 0 where there is none, or the file is larger."""
    row = db.execute("SELECT value FROM marks WHERE name = ?", (FORGOTTEN,)).fetchone()
    if row is None:
        return 0.0
    # SQLCipher gives the size as text.
    pages, size = (
        int(db.execute(f"PRAGMA {one}").fetchone()[0]) for one in ("page_count", "page_size")
    )
    return float(row[0]) if pages * size <= most_mb * 1e6 else 0.0


def note_rewritten(db: sqlite3.Connection, seen: float) -> None:
    db.execute("DELETE FROM marks WHERE name = ? AND value = ?", (FORGOTTEN, seen))


# --- Below: which turns -------------------------------------------------------------------------

_Row = tuple[int, str, str, float, int, int]
"""Turn, side, words, time, rating, tries."""


def _run(
    db: sqlite3.Connection,
    kind: str,
    version: int,
    portion: Portion,
    *,
    first: int,
    holder: str,
    now: float,
) -> Sequence[_Row] | None:
    """The turns from the first on, as far as they wait without a gap; none where they are too few
    yet, and None where the first is not remembered any more."""
    most = portion.most + portion.behind + 1
    rows = db.execute(
        f"""SELECT turns.id, turns.side, revisions.text, turns.at,
            max(coalesce(indexed.rating, -1), coalesce(to_index.rating, -1)), tries,
            work.turn IS NOT NULL AND parked <> :version AND lease <> :holder
        FROM turns JOIN revisions ON revisions.turn = turns.id AND step = chosen
        LEFT JOIN indexed ON indexed.turn = turns.id
        LEFT JOIN to_index ON to_index.turn = turns.id
        LEFT JOIN work ON work.turn = turns.id AND work.kind = :kind
        WHERE turns.session = (SELECT session FROM turns WHERE id = :first)
            AND turns.place >= (SELECT place FROM turns WHERE id = :first)
            AND state IN ('done', 'cut') AND {HERE}
        ORDER BY turns.place LIMIT :most""",  # noqa: S608 - parts of queries that stand in this package
        {"kind": kind, "version": version, "holder": holder, "first": first, "most": most},
    ).fetchall()
    # What is said while memory is off stands in the talk and is no part of this.
    kept = [row for row in rows if row[4] >= 0]
    if not kept or kept[0][0] != first:
        # One that is being said anew is not in the talk at this moment.
        return None if rows and rows[0][0] == first else ()
    waits = next((at for at, row in enumerate(kept) if not row[6]), len(kept))
    run = [row[:6] for row in kept[:waits]]
    if waits == len(kept) and len(rows) < most and not _has_ended(db, first, kept, portion, now):
        run = run[: max(0, len(run) - portion.behind)]
        if len(run) < portion.fewest and _bytes(run) < portion.enough:
            return ()
    return _cut(run, portion)


def _bytes(rows: Sequence[_Row]) -> int:
    return sum(len(row[2].encode()) for row in rows)


def _cut(run: Sequence[_Row], portion: Portion) -> Sequence[_Row]:
    """As much as it may be; where more follows, it ends with an answer."""
    most = next((at for at in range(1, len(run)) if _bytes(run[:at]) >= portion.enough), len(run))
    cut = run[: min(most, portion.most)]
    if len(cut) < len(run):
        answers = [at for at, row in enumerate(cut, start=1) if row[1] == Side.PERSONA]
        cut = cut[: answers[-1]] if answers else cut
    return cut


def _has_ended(
    db: sqlite3.Connection, turn: int, kept: Sequence[Sequence[float]], portion: Portion, now: float
) -> bool:
    ended = db.execute(
        """SELECT ended FROM sessions
        WHERE id = (SELECT session FROM turns WHERE id = ?)""",
        (turn,),
    ).fetchone()
    return ended[0] is not None or now - kept[-1][3] >= portion.idle_s


def _lease(db: sqlite3.Connection, kind: str, turns: Sequence[int], holder: str) -> None:
    db.execute(
        """UPDATE work SET lease = ?, tries = CASE WHEN parked > 0 THEN 0 ELSE tries END, parked = 0
        WHERE kind = ? AND turn IN (SELECT value FROM json_each(?))""",
        (holder, kind, json.dumps(turns)),
    )


def _batch(db: sqlite3.Connection, kind: str, session: int, rows: Sequence[_Row]) -> Batch:
    name = db.execute(
        """SELECT author_name FROM turns WHERE session = ? AND author_name IS NOT NULL
        ORDER BY place DESC LIMIT 1""",
        (session,),
    ).fetchone()
    return Batch(
        kind=kind,
        scope=scope_of(db, session),
        said=tuple(Said(TurnId(row[0]), Side(row[1]), row[2], row[3]) for row in rows),
        rating=Rating(max(row[4] for row in rows)),
        tries=max(row[5] for row in rows),
        name="" if name is None else name[0],
        hash=_hash(rows),
    )


def _rows(db: sqlite3.Connection, kind: str, turns: str, holder: str) -> list[_Row]:
    return db.execute(
        """SELECT turns.id, turns.side, revisions.text, turns.at,
            max(coalesce(indexed.rating, -1), coalesce(to_index.rating, -1)), tries
        FROM work JOIN turns ON turns.id = work.turn
        JOIN revisions ON revisions.turn = turns.id AND step = chosen
        LEFT JOIN indexed ON indexed.turn = turns.id
        LEFT JOIN to_index ON to_index.turn = turns.id
        WHERE work.kind = ? AND lease = ? AND work.turn IN (SELECT value FROM json_each(?))
            AND turns.session IS NOT NULL AND state IN ('done', 'cut')
        ORDER BY turns.place""",
        (kind, holder, turns),
    ).fetchall()


def _ids(batch: Batch) -> str:
    return json.dumps([said.turn for said in batch.said])


def _hash(rows: Sequence[_Row]) -> bytes:
    read = json.dumps([row[:5] for row in rows], ensure_ascii=False).encode("utf-8", "replace")
    return hashlib.blake2b(read, digest_size=16).digest()
