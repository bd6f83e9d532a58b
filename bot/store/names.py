"""Names that a person mentioned, each with the turns that it stands in: name cards without a model.

A row belongs to an indexed turn, and goes with it, whatever becomes of it; so scope, rating and
consent are those of the turn. What a name means is nowhere but in the turn's own words.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence

from bot.events import Rating
from bot.store.card_rows import Name

Names = Callable[[str], Sequence[Name]]
Number = Callable[[str], int]
MOST_CARDS = 3

_TELLS = """SELECT spot FROM named JOIN indexed ON indexed.turn = named.turn
    WHERE named.scope = ? AND name = ? AND tells = 1 AND rating <= ?
    ORDER BY named.at DESC, named.turn DESC LIMIT 1"""
_FIRST = """SELECT spot FROM named JOIN indexed ON indexed.turn = named.turn
    WHERE named.scope = ? AND name = ? AND tells = 0 AND rating <= ?
    ORDER BY named.at, named.turn LIMIT 1"""


def keep_names(
    db: sqlite3.Connection, scope: int, turn: int, at: float, names: Sequence[tuple[int, bool]]
) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO named (scope, name, tells, at, turn) VALUES (?, ?, ?, ?, ?)",
        [(scope, name, tells, at, turn) for name, tells in names],
    )


def find_names(
    db: sqlite3.Connection, scope: int, asked: Sequence[str], ceiling: Rating, number: Number
) -> list[tuple[str, int]]:
    """Of each known name the spot of the turn that says the most of it: the newest that tells who
    that is, or else the first that has it. Of "Ann Smith" and "Ann" only the longer."""
    if not asked:
        return []
    numbers = {number(name): name for name in asked}
    rows = db.execute(
        """SELECT value FROM json_each(?) WHERE EXISTS
            (SELECT 1 FROM named WHERE scope = ? AND name = value)""",
        (json.dumps(list(numbers)), scope),
    ).fetchall()
    found: list[tuple[str, int]] = []
    for name in sorted((numbers[row[0]] for row in rows), key=len, reverse=True):
        if len(found) == MOST_CARDS:
            break
        if any(_is_part_of(name, longer) for longer, _ in found):
            continue
        spot = _best(db, scope, number(name), ceiling)
        if spot is not None and all(spot != other for _, other in found):
            found.append((name, spot))
    return found


def _best(db: sqlite3.Connection, scope: int, name: int, ceiling: Rating) -> int | None:
    for query in (_TELLS, _FIRST):
        row = db.execute(query, (scope, name, int(ceiling))).fetchone()
        if row is not None:
            return int(row[0])
    return None


def _is_part_of(name: str, longer: str) -> bool:
    """Of its words, or of its signs where no spaces stand."""
    return f" {name} " in f" {longer} " or (not name.isascii() and name in longer)
