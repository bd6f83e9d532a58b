"""The notes of a talk, as rows: what each quotes and cites, and goes with; what a new one need not say,
since it stands in the prompt already; and what is to be said in place of what does not hold any more.
"""

import json
import sqlite3
from collections.abc import Sequence

from bot.events import Rating, SessionId, TurnId
from bot.store.fact_rows import Closed, Holding
from bot.store.on_branch import CURRENT, HERE, STANDS
from bot.store.rows import Gone


def keep(
    db: sqlite3.Connection, turn: TurnId, quoted: Sequence[TurnId], cited: Sequence[int]
) -> None:
    """Part of the transaction that writes the note of this turn; Gone where a turn that it quotes or
    a fact that it cites was forgotten meanwhile."""
    for table, known, told in (
        ("quotes", "indexed WHERE turn", quoted),
        ("cites", "facts WHERE id", cited),
    ):
        there = db.execute(
            f"SELECT count(*) FROM {known} IN (SELECT value FROM json_each(?))",  # noqa: S608 - parts of queries, written above
            (json.dumps([*told]),),
        ).fetchone()
        if there[0] < len({*told}):
            raise Gone(f"what the note of turn {turn} tells was forgotten meanwhile")
        db.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES (?, ?)",  # noqa: S608 - the names of tables, written above
            [(turn, one) for one in told],
        )


def spots_told(db: sqlite3.Connection, session: SessionId | None, scope: int) -> set[int]:
    """What a note in the window holds already."""
    rows = db.execute(
        f"""SELECT indexed.spot FROM {STANDS}
        JOIN quotes ON quotes.turn = turns.id
        JOIN indexed ON indexed.turn = quotes.quoted AND indexed.scope = ?2
        WHERE {CURRENT} AND turns.place >= (SELECT first_place FROM sessions WHERE id = ?1)""",  # noqa: S608 - parts of queries that stand in this package
        (session, scope),
    )
    return {row[0] for row in rows.fetchall()}


def closed(
    db: sqlite3.Connection,
    scope: int,
    turns: Sequence[TurnId],
    ceiling: Rating,
    session: SessionId | None,
) -> tuple[Closed, ...]:
    """What of these turns does not hold any more, and what holds instead: where that may come up and
    stands neither in the session's window, nor in a note of it, nor at the top of its prompt, nor
    among these turns themselves. And what of them stands at the top of its prompt."""
    rows = db.execute(
        f"""SELECT sources.turn, sources.quote, holds.id, holds.sentence, holds.valid_from,
            holds.rating <= :ceiling AND NOT EXISTS (
                SELECT 1 FROM sessions JOIN turns ON turns.session = sessions.id
                    AND turns.place >= sessions.first_place
                WHERE sessions.id = :session AND {HERE} AND (
                    turns.id IN (SELECT turn FROM sources WHERE fact = holds.id)
                    OR turns.id IN (SELECT turn FROM cites WHERE fact = holds.id)))
            AND NOT EXISTS (SELECT 1 FROM sources AS its WHERE its.fact = holds.id
                AND its.turn IN (SELECT value FROM json_each(:turns)))
            AND NOT EXISTS (SELECT 1 FROM known_from
                WHERE session = :session AND kind = 'fact' AND source = holds.id)
        FROM sources JOIN facts ON facts.id = sources.fact
        JOIN facts AS holds ON holds.scope = facts.scope AND holds.slot = facts.slot
            AND holds.subject = facts.subject AND holds.alone AND holds.superseded_by IS NULL
        WHERE sources.turn IN (SELECT value FROM json_each(:turns)) AND facts.scope = :scope
            AND facts.superseded_by IS NOT NULL
        UNION ALL SELECT sources.turn, sources.quote, 0, '', 0.0, 0 FROM known_from
        JOIN sources ON sources.fact = known_from.source
        WHERE known_from.session = :session AND known_from.kind = 'fact'
            AND sources.turn IN (SELECT value FROM json_each(:turns))
        ORDER BY 1, 3""",  # noqa: S608 - parts of queries that stand in this package
        {
            "turns": json.dumps(turns),
            "scope": scope,
            "ceiling": int(ceiling),
            "session": session,
        },
    )
    return tuple(
        Closed(TurnId(turn), quote, Holding(id_, sentence, at) if may_be_told else None)
        for turn, quote, id_, sentence, at, may_be_told in rows.fetchall()
    )
