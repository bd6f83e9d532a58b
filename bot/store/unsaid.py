"""What a person has forgotten of their talk, through every layer: facts with what they came from, some
turns with their answers, all since a time, or all. What else was made of a turn goes with it, by
triggers of the schema (INVARIANT I5).

SAFETY P3: by number nothing is forgotten that stands in another scope; since a time, and all, is meant
wherever it was said.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.events import Rating, TurnId
from bot.store import forgetting, turns
from bot.store.rows import Recalled, Scope, Side
from bot.store.scopes import ScopeRow, find_scope, scope_of


@dataclass(frozen=True, slots=True)
class Forgot:
    facts: int = 0
    turns: int = 0
    along: tuple[str, ...] = ()
    """The sentences of what was not asked for and stood in the same words, so that it went, too."""


def forget(
    db: sqlite3.Connection,
    scope: Scope,
    facts: Sequence[int],
    said: Sequence[TurnId],
    under: Rating,
) -> Forgot:
    """Numbers that are nothing there are passed over. `under`: up to which it is told what went along."""
    known = find_scope(db, scope)
    here = () if known is None else _known_here(db, known.id, facts)
    before = _sentences(db, known, under)
    copies = _copies(db, here)
    from_turns = forgetting.forget_facts(db, [*here, *copies])
    dropped = _drop(db, {*from_turns, *_said_here(db, scope, said)})
    gone = before.keys() - _sentences(db, known, under).keys() - {*here}
    return Forgot(len(here) + len(gone), dropped, tuple(before[one] for one in sorted(gone)))


def _sentences(db: sqlite3.Connection, known: ScopeRow | None, under: Rating) -> dict[int, str]:
    """Of what is known now, by its numbers."""
    rows = db.execute(
        "SELECT id, sentence FROM facts WHERE scope = ? AND rating <= ? AND superseded_by IS NULL",
        (known and known.id, int(under)),
    )
    return dict(rows.fetchall())


def forget_copies(db: sqlite3.Connection, fact: int) -> None:
    """Of one that is about to say something else."""
    copies = _copies(db, [fact])
    db.executemany("DELETE FROM facts WHERE id = ?", [(copy,) for copy in copies])


def forget_since(db: sqlite3.Connection, at: float) -> Forgot:
    """Facts that were kept since then, too; what was learned from an older turn stays with it."""
    before = kept(db)
    own = db.execute(
        """SELECT id FROM facts WHERE recorded >= ?
        AND NOT EXISTS (SELECT 1 FROM sources WHERE fact = facts.id)""",
        (at,),
    ).fetchall()
    forgetting.forget_facts(db, [row[0] for row in own])
    db.execute("DELETE FROM stories WHERE at >= ?", (at,))
    rows = db.execute(
        "SELECT id FROM turns WHERE at >= ? AND place IS NOT NULL AND side = 'person'", (at,)
    ).fetchall()
    _drop(db, [row[0] for row in rows])
    _drop(db, [row[0] for row in db.execute(_LATER, (at,)).fetchall()])
    after = kept(db)
    return Forgot(before.facts - after.facts, before.turns - after.turns)


def forget_all(db: sqlite3.Connection, now: float) -> Forgot:
    """Every talk ends with it; what waits for an answer still gets it."""
    before = kept(db)
    forgetting.forget_all(db)
    # Told by the person themselves, and what a file has brought that is not taken in yet; then the
    # index, all at once and not turn by turn.
    for table in ("stories", "imports", "words", "indexed", "to_index", "quotes"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of tables, written above
    rows = db.execute("SELECT id FROM turns WHERE place IS NOT NULL").fetchall()
    turns.drop(db, [TurnId(row[0]) for row in rows])
    db.execute("UPDATE sessions SET ended = ? WHERE ended IS NULL", (now,))
    # What a session began with may tell who the person is.
    db.execute("UPDATE sessions SET head = '', known = NULL")
    after = kept(db)
    return Forgot(before.facts - after.facts, before.turns - after.turns)


_LATER = "SELECT id FROM turns WHERE at >= ? AND place IS NOT NULL"


def kept(db: sqlite3.Connection) -> Forgot:
    """How much there is to forget."""
    facts = db.execute("SELECT count(*) FROM facts").fetchone()[0]
    said = db.execute("SELECT count(*) FROM turns WHERE place IS NOT NULL").fetchone()[0]
    return Forgot(facts, said)


def _known_here(db: sqlite3.Connection, scope: int, facts: Sequence[int]) -> tuple[int, ...]:
    rows = db.execute(
        "SELECT id FROM facts WHERE scope = ? AND id IN (SELECT value FROM json_each(?))",
        (scope, json.dumps(list(facts))),
    )
    return tuple(row[0] for row in rows.fetchall())


def _copies(db: sqlite3.Connection, facts: Iterable[int]) -> tuple[int, ...]:
    """What was shared with other personas ends with what it was shared from (SAFETY P3)."""
    rows = db.execute(
        """SELECT copy.id FROM facts JOIN facts AS copy ON copy.origin = 'shared'
            AND (copy.slot, copy.subject, copy.value) = (facts.slot, facts.subject, facts.value)
        WHERE facts.id IN (SELECT value FROM json_each(?)) AND facts.origin <> 'shared'""",
        (json.dumps(list(facts)),),
    )
    return tuple(row[0] for row in rows.fetchall())


def _said_here(db: sqlite3.Connection, scope: Scope, said: Sequence[TurnId]) -> tuple[TurnId, ...]:
    rows = db.execute(
        """SELECT turns.id FROM turns JOIN sessions ON sessions.id = turns.session
        WHERE turns.id IN (SELECT value FROM json_each(?))
        AND persona = ? AND sessions.sponsor IS ? AND sessions.room IS ?""",
        (json.dumps(list(said)), scope.persona, scope.sponsor, scope.room),
    )
    return tuple(TurnId(row[0]) for row in rows.fetchall())


def _drop(db: sqlite3.Connection, said: Iterable[TurnId]) -> int:
    """With what it was answered, which tells of it."""
    wanted = json.dumps(sorted(said))
    rows = db.execute(
        """SELECT id FROM turns WHERE id IN (SELECT value FROM json_each(?1))
        OR (answers IN (SELECT value FROM json_each(?1)) AND state <> 'open')""",
        (wanted,),
    ).fetchall()
    turns.drop(db, [TurnId(row[0]) for row in rows])
    return len(rows)


def place_of(db: sqlite3.Connection, turn: TurnId) -> tuple[Scope, Rating | None] | None:
    """Where it was said, and its rating, where it is remembered; None for what is in no talk."""
    row = db.execute(
        """SELECT session, coalesce((SELECT rating FROM indexed WHERE turn = turns.id),
            (SELECT rating FROM to_index WHERE turn = turns.id))
        FROM turns WHERE id = ? AND session IS NOT NULL""",
        (turn,),
    ).fetchone()
    if row is None:
        return None
    return scope_of(db, row[0]), None if row[1] is None else Rating(row[1])


def said(db: sqlite3.Connection, scope: Scope, under: Rating, turn: TurnId) -> Recalled | None:
    """One that may be recalled there; None for any other."""
    place = place_of(db, turn)
    if place is None or place[0] != scope or place[1] is None or place[1] > under:
        return None
    side, text, at = db.execute(
        """SELECT side, revisions.text, turns.at FROM turns
        JOIN revisions ON revisions.turn = turns.id AND step = chosen WHERE turns.id = ?""",
        (turn,),
    ).fetchone()
    return Recalled(turn, Side(side), text, at)


def others(db: sqlite3.Connection, scope: Scope) -> tuple[str, ...]:
    """The personas with whom something is remembered of this sponsor's guest, but the scope's."""
    rows = db.execute(
        """SELECT DISTINCT persona FROM facts JOIN scopes ON scopes.id = scope
        WHERE sponsor = ? AND room = '' AND persona <> ? ORDER BY persona""",
        (scope.sponsor or "", scope.persona),
    )
    return tuple(str(row[0]) for row in rows.fetchall())
