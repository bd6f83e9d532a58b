"""Facts that the person forgets: they go, and are not learned again. Of each a hash is kept, under a
key of its own that goes with the consent.

The turns that they came from stay in the talk, and are recalled no more.
"""

import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from secrets import token_bytes

from bot.events import TurnId
from bot.store.scopes import ScopeRow, scope_by_id

_LEADING = """
    the a an my our der die das den dem ein eine einen einem einer mein meine meinen meinem meiner
    unser unsere el la los las un una unos unas mi mis le les l une mon ma mes notre nos o os as um
    uma uns umas meu minha meus minhas
"""
_PASSED_OVER = frozenset(_LEADING.split())
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")


def forget_facts(db: sqlite3.Connection, ids: Iterable[int]) -> tuple[TurnId, ...]:
    """Never learned again. The turns that they came from, for who wants to drop them from the talk too."""
    from_turns: set[int] = set()
    for id_ in ids:
        row = db.execute(
            "SELECT scope, slot, subject, value FROM facts WHERE id = ?", (id_,)
        ).fetchone()
        if row is None:
            continue
        remember_forgotten(db, scope_by_id(db, row[0]), *row[1:])
        found = db.execute("SELECT turn FROM sources WHERE fact = ?", (id_,)).fetchall()
        from_turns.update(turn for (turn,) in found)
        db.execute("DELETE FROM facts WHERE id = ?", (id_,))
    turns = tuple(TurnId(turn) for turn in sorted(from_turns))
    hide(db, turns)
    return turns


def forget_all(db: sqlite3.Connection) -> None:
    """Nothing that was said until now is learned from again."""
    db.execute("UPDATE scopes SET learns_after = (SELECT coalesce(max(id), 0) FROM turns)")
    db.execute("DELETE FROM facts")


def hide(db: sqlite3.Connection, turns: Sequence[TurnId]) -> None:
    """They are recalled no more; notes that quote them go."""
    for turn in turns:
        db.execute("DELETE FROM to_index WHERE turn = ?", (turn,))
        db.execute("DELETE FROM set_aside WHERE turn = ?", (turn,))
        db.execute("DELETE FROM indexed WHERE turn = ?", (turn,))
        db.execute(
            "UPDATE turns SET note = '' WHERE id IN (SELECT turn FROM quotes WHERE quoted = ?)",
            (turn,),
        )
        db.execute("DELETE FROM quotes WHERE quoted = ?", (turn,))


def is_forgotten(
    db: sqlite3.Connection, known: ScopeRow, slot: str, subject: str, value: str
) -> bool:
    return bool(_rows(db, known, slot, subject, value))


def remember_forgotten(
    db: sqlite3.Connection, known: ScopeRow, slot: str, subject: str, value: str
) -> None:
    key = token_bytes(16)
    db.execute(
        "INSERT INTO forgotten (scope, key, hash) VALUES (?, ?, ?)",
        (known.id, key, _hash(key, slot, subject, value)),
    )


def lift(db: sqlite3.Connection, known: ScopeRow, slot: str, subject: str, value: str) -> None:
    """The person says it themselves: it may be known again."""
    rows = _rows(db, known, slot, subject, value)
    db.executemany("DELETE FROM forgotten WHERE rowid = ?", [(row,) for row in rows])


def fold(text: str) -> str:
    """As values are compared: the same in capitals and with other spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def essence(text: str) -> str:
    """As what was forgotten is compared: also without accents, marks, and the article or "my" that
    it begins with. No endings fall and no word inside is passed over, so that nothing else is kept
    away: who forgets Ann may still have a sister Anna."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", fold(text)))
    words = _WORD.findall(unicodedata.normalize("NFC", plain))
    begins = 1 if words[:1] == ["not"] else 0
    while len(words) > begins + 1 and words[begins] in _PASSED_OVER:
        del words[begins]
    # Of what has no words the marks are all there is.
    return " ".join(words) or fold(text)


def _rows(
    db: sqlite3.Connection, known: ScopeRow, slot: str, subject: str, value: str
) -> list[int]:
    rows = db.execute("SELECT rowid, key, hash FROM forgotten WHERE scope = ?", (known.id,))
    wanted = (slot, subject, value)
    # What was forgotten before there was an essence has its words as they were.
    told = {"\0".join(map(essence, wanted)), "\0".join(map(fold, wanted))}
    return [
        row for row, key, found in rows.fetchall() if any(found == _keyed(key, one) for one in told)
    ]


def _hash(key: bytes, slot: str, subject: str, value: str) -> bytes:
    return _keyed(key, "\0".join(map(essence, (slot, subject, value))))


def _keyed(key: bytes, told: str) -> bytes:
    return hashlib.blake2b(told.encode("utf-8", "replace"), key=key, digest_size=16).digest()
