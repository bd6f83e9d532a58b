"""What is known of a person in one scope: read, and changed by the person. How facts are learned from
the talk is `learning`'s subject, how they are forgotten `forgetting`'s; which of two holds is settled
by the schema (`fact_tables`).

INVARIANT I5: a fact goes with its last source. What the person wrote has none and stays until they
forget it.
"""

import json
import sqlite3
from collections.abc import Sequence
from operator import contains
from typing import Any

from bot.events import Rating, TurnId
from bot.store.database import sound
from bot.store.fact_rows import Fact, Origin, Source
from bot.store.forgetting import essence, fold, lift, remember_forgotten
from bot.store.rows import Scope
from bot.store.scopes import ScopeRow, find_scope, make_scope, may_keep, scope_by_id

NOTE = "note"
"""The slot of what the person wrote in their own words, about anything."""
_FACT = """
    SELECT id, slot, subject, value, sentence, rating, origin, alone, pinned, valid_from, valid_to,
        recorded, superseded_by FROM facts"""


# --- Read ---------------------------------------------------------------------------------------


def facts(
    db: sqlite3.Connection, scope: Scope, ceiling: Rating, *, current_only: bool = True
) -> tuple[Fact, ...]:
    """In the order in which they began to hold."""
    known = find_scope(db, scope)
    if known is None:
        return ()
    return read_facts(
        db,
        """WHERE scope = ?1 AND rating <= ?2 AND (superseded_by IS NULL OR NOT ?3)
        ORDER BY valid_from, id""",
        (known.id, int(ceiling), current_only),
        ceiling,
    )


def find_facts(
    db: sqlite3.Connection, scope: Scope, ceiling: Rating, words: Sequence[str]
) -> tuple[Fact, ...]:
    """Those that hold, and have all of these words in them."""
    wanted = [(fold(word), essence(word)) for word in words]

    def has_all(fact: Fact) -> bool:
        told = f"{fact.slot} {fact.subject} {fact.value} {fact.sentence}"
        forms = fold(told), essence(told)
        return all(any(map(contains, forms, word)) for word in wanted)

    return tuple(fact for fact in facts(db, scope, ceiling) if has_all(fact))


def fact(db: sqlite3.Connection, scope: Scope, ceiling: Rating, id_: int) -> Fact | None:
    """Also one that holds no longer; None where it is another scope's, or above the ceiling."""
    every = facts(db, scope, ceiling, current_only=False)
    return next((one for one in every if one.id == id_), None)


def read_facts(
    db: sqlite3.Connection, where: str, values: Sequence[object], ceiling: Rating
) -> tuple[Fact, ...]:
    rows = db.execute(f"{_FACT} {where}", values).fetchall()
    sources: dict[int, list[Source]] = {}
    for id_, turn, quote, at in db.execute(
        """SELECT fact, turn, quote, turns.at FROM sources JOIN turns ON turns.id = turn
        WHERE fact IN (SELECT value FROM json_each(?)) AND rating <= ? ORDER BY turn""",
        (json.dumps([row[0] for row in rows]), int(ceiling)),
    ).fetchall():
        sources.setdefault(id_, []).append(Source(TurnId(turn), quote, at))
    return tuple(_fact(row, tuple(sources.get(row[0], ()))) for row in rows)


# --- Changed by the person ----------------------------------------------------------------------


def add_fact(
    db: sqlite3.Connection,
    scope: Scope,
    sentence: str,
    rating: Rating,
    now: float,
    *,
    is_pinned: bool = False,
    turn: TurnId | None = None,
) -> int | None:
    """In the person's words; with a turn, a message's words that they want to be kept, which go with
    that message. None where they have not agreed to that (SAFETY A10). The number of the fact."""
    if not may_keep(db, rating):
        return None
    known = make_scope(db, scope)
    lift(db, known, NOTE, "", sentence)
    id_ = insert(
        db,
        known,
        (NOTE, "", sentence),
        origin=Origin.PERSON,
        rating=rating,
        now=now,
        is_pinned=is_pinned,
    )
    if turn is not None:
        add_source(db, id_, turn, sentence, rating)
    return id_


def edit_fact(
    db: sqlite3.Connection, id_: int, sentence: str, now: float, rating: Rating
) -> Fact | None:
    """It is the person's own from now on, and what it said before is not learned again. `rating`:
    the ceiling under which they say so."""
    row = db.execute(
        "SELECT scope, slot, subject, value, rating, alone, pinned FROM facts WHERE id = ?", (id_,)
    ).fetchone()
    if row is None or not may_keep(db, rating):
        return None
    known = scope_by_id(db, row[0])
    remember_forgotten(db, known, *row[1:4])
    # Gone and come again under its number: whatever was made of it is settled by the schema.
    db.execute("DELETE FROM facts WHERE id = ?", (id_,))
    insert(
        db,
        known,
        (row[1], row[2], sentence),
        origin=Origin.PERSON,
        rating=max(rating, Rating(row[4])),
        now=now,
        is_alone=bool(row[5]),
        is_pinned=bool(row[6]),
        id_=id_,
    )
    return next(iter(read_facts(db, "WHERE id = ?", (id_,), Rating.MATURE)), None)


def pin_fact(db: sqlite3.Connection, id_: int, *, is_pinned: bool) -> bool:
    return db.execute("UPDATE facts SET pinned = ? WHERE id = ?", (is_pinned, id_)).rowcount > 0


def share_fact(db: sqlite3.Connection, id_: int, scope: Scope, now: float) -> int | None:
    """With another persona, by the person's choice (SAFETY P3): a copy, that goes with the same
    sources. None where it is gone, or may not be kept any more."""
    row = db.execute(
        "SELECT slot, subject, value, sentence, rating, alone, scope FROM facts WHERE id = ?",
        (id_,),
    ).fetchone()
    if row is None or not may_keep(db, Rating(row[4])):
        return None
    known = make_scope(db, scope)
    if known.id == row[6]:
        return None
    lift(db, known, *row[:3])
    copy = insert(
        db,
        known,
        row[:3],
        sentence=row[3],
        origin=Origin.SHARED,
        rating=Rating(row[4]),
        now=now,
        is_alone=bool(row[5]),
    )
    db.execute(
        """INSERT INTO sources (fact, turn, quote, rating)
        SELECT ?, turn, quote, rating FROM sources WHERE fact = ?""",
        (copy, id_),
    )
    return copy


# --- Rows ---------------------------------------------------------------------------------------


def insert(
    db: sqlite3.Connection,
    known: ScopeRow,
    told: tuple[str, str, str],
    *,
    origin: Origin,
    rating: Rating,
    now: float,
    sentence: str = "",
    is_alone: bool = False,
    is_pinned: bool = False,
    id_: int | None = None,
) -> int:
    """`told` is slot, subject, value. It stands behind all that was said so far, until it has
    sources, which say where."""
    row = db.execute(
        """INSERT INTO facts (id, scope, slot, subject, value, sentence, rating, origin, alone, pinned,
            said, valid_from, recorded)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM turns), ?, ?)
        RETURNING id""",
        (
            id_, known.id, *map(sound, told), sound(sentence or told[2]), int(rating), origin,
            is_alone, is_pinned, now, now,
        ),
    ).fetchone()  # fmt: skip
    return int(row[0])


def add_source(db: sqlite3.Connection, id_: int, turn: TurnId, quote: str, rating: Rating) -> None:
    """Said once more under a higher ceiling, it is of that one."""
    db.execute(
        """INSERT INTO sources (fact, turn, quote, rating) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET rating = excluded.rating WHERE rating < excluded.rating""",
        (id_, turn, sound(quote), int(rating)),
    )


def _fact(row: tuple[Any, ...], sources: tuple[Source, ...]) -> Fact:
    (id_, slot, subject, value, sentence, rating, origin, alone, pinned, since, until, recorded,
        superseded_by) = row  # fmt: skip
    return Fact(
        id=id_,
        slot=slot,
        subject=subject,
        value=value,
        sentence=sentence,
        rating=Rating(rating),
        origin=Origin(origin),
        is_alone=bool(alone),
        is_pinned=bool(pinned),
        valid_from=since,
        valid_to=until,
        recorded=recorded,
        superseded_by=superseded_by,
        sources=sources,
    )
