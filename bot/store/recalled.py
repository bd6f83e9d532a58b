"""What was said is found again: by the places of its words and of names, under a ceiling, and without
what stands in the prompt already. How it came there is `indexing`'s subject.

Which of the places are the best is not known here: that is asked of whoever searches.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.events import Rating, SessionId, TurnId
from bot.store import notes
from bot.store.card_rows import Card, Found
from bot.store.indexing import number_of, number_of_name
from bot.store.names import find_names
from bot.store.on_branch import CURRENT, STANDS
from bot.store.rows import Recalled, Scope, Side, Spot
from bot.store.scopes import consents, find_scope
from bot.store.vectors import NOTHING_ALIKE, Alike, Meant, alike

Look = Callable[[Sequence[int]], Mapping[int, Spot]]
Rank = Callable[[Mapping[str, Sequence[int]], int, Look, Alike], Sequence[int]]

NEVER = 2**62
MOST_SPOTS = 20_000
"""Of one word, the newest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    scope: Scope
    words: Sequence[str]
    ceiling: Rating
    """What was said above it stays hidden."""
    session: SessionId | None
    """Of what it has in its window nothing is recalled: that is read anyway."""
    most: int
    names: Sequence[str] = ()
    """What may be a name, the longest first."""
    meant: Meant | None = None


def recall(
    db: sqlite3.Connection, wanted: Wanted, rank: Rank, is_late: Callable[[], bool]
) -> Found:
    """Turns, the best first, and the cards of names; nothing where it is too late for more."""
    scope = wanted.scope
    known = find_scope(db, scope)
    if known is None or not consents(db, "memory"):
        return Found()
    id_, key, total = known.id, known.key, known.turns
    hidden = _window(db, wanted)
    found: dict[str, list[int]] = {}
    for word in wanted.words:
        if is_late():
            return Found()
        rows = db.execute(
            "SELECT spot FROM words WHERE scope = ? AND word = ? ORDER BY spot DESC LIMIT ?",
            (id_, number_of(word, key), MOST_SPOTS),
        ).fetchall()
        found[word] = [row[0] for row in rows]
    like = alike(db, id_, wanted.meant) if wanted.meant and not is_late() else NOTHING_ALIKE

    def look(spots: Sequence[int]) -> dict[int, Spot]:
        rows = db.execute(
            """SELECT spot, side, at FROM indexed WHERE scope = ? AND rating <= ?
            AND spot IN (SELECT value FROM json_each(?))
            AND NOT (session = ? AND spot >= ?)""",
            (id_, int(wanted.ceiling), json.dumps(list(spots)), *hidden),
        )
        return {spot: Spot(Side(side), at) for spot, side, at in rows.fetchall()}

    told = notes.spots_told(db, wanted.session, id_)
    ranked = [spot for spot in rank(found, total, look, like) if spot not in told][: wanted.most]
    if is_late():
        return Found()
    named = find_names(
        db, id_, wanted.names, wanted.ceiling, lambda name: number_of_name(name, key)
    )
    seen = look([spot for _, spot in named])
    cards = [(name, spot) for name, spot in named if spot in seen and spot not in told]
    best = tuple(_read(db, id_, spot) for spot in ranked)
    of_names = tuple(Card(name, _read(db, id_, spot)) for name, spot in cards)
    shown = [turn.turn for turn in (*best, *(card.turn for card in of_names))]
    return Found(best, of_names, notes.closed(db, id_, shown, wanted.ceiling, wanted.session))


def _window(db: sqlite3.Connection, wanted: Wanted) -> tuple[int, int]:
    """The session, and the first of its places that the window shows."""
    row = db.execute(
        f"""SELECT min(indexed.spot) FROM {STANDS} JOIN indexed ON indexed.turn = turns.id
        WHERE {CURRENT} AND turns.place >= (SELECT first_place FROM sessions WHERE id = ?1)""",  # noqa: S608 - parts of queries that stand in this package
        (wanted.session,),
    ).fetchone()
    return (wanted.session or 0, NEVER if row[0] is None else row[0])


def _read(db: sqlite3.Connection, scope: int, spot: int) -> Recalled:
    turn, side, text, at = db.execute(
        """SELECT turns.id, turns.side, revisions.text, turns.at FROM indexed
        JOIN turns ON turns.id = indexed.turn
        JOIN revisions ON revisions.turn = turns.id AND revisions.step = turns.chosen
        WHERE indexed.scope = ? AND indexed.spot = ?""",
        (scope, spot),
    ).fetchone()
    return Recalled(TurnId(turn), Side(side), text, at)
