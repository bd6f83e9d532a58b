"""The log of cases (SAFETY M7): lines that are only ever added, each with the hash of the one before.

A person stands in it as a commitment, whose salt lies beside it and goes when they are erased: the
log stays whole, and nobody can tell any more who it was (INVARIANT I6). SQL only.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.events import CommunityId, PersonId
from bot.store.case_rows import CaseState, Step

PERSON, ACTOR = "person", "actor"

STATE_AFTER = {
    Step.OPENED: CaseState.OPEN,
    Step.APPEALED: CaseState.APPEALED,
    Step.UPHELD: CaseState.UPHELD,
    Step.LIFTED: CaseState.LIFTED,
}
"""A note changes nothing."""
_STEPS = {str(step): step for step in Step}

_COLUMNS = (
    "number, step, rule, version, action, reason, at, until, is_direct, person, actor, before, hash"
)


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    step: Step
    at: float
    reason: str
    rule: str = ""
    version: int = 0
    action: str = ""
    until: float | None = None
    is_direct: bool = True
    person: PersonId | None = None
    actor: PersonId | None = None


def next_number(db: sqlite3.Connection, community: CommunityId) -> int:
    return _head(db, community)[1] + 1


def append(db: sqlite3.Connection, community: CommunityId, line: Line) -> None:
    """One line, with what follows from it for the list of cases."""
    seq, number, before = _head(db, community)
    seq += 1
    sealed = {part: _commit(db, community, seq, part, line) for part in (PERSON, ACTOR)}
    values = (
        *(line.number, str(line.step), line.rule, line.version, line.action, line.reason),
        *(line.at, line.until, int(line.is_direct), sealed[PERSON], sealed[ACTOR]),
    )
    hash_ = _hash(community, seq, values, before)
    db.execute(
        f"INSERT INTO case_log (community, seq, {_COLUMNS}) VALUES (?, ?{', ?' * 13})",  # noqa: S608 - names of columns, written above
        (community, seq, *values, before, hash_),
    )
    db.execute(
        "INSERT OR REPLACE INTO case_heads (community, seq, number, hash) VALUES (?, ?, ?, ?)",
        (community, seq, max(number, line.number), hash_),
    )
    if line.step is Step.OPENED:
        db.execute(
            "INSERT INTO cases (community, number, state, opened) VALUES (?, ?, ?, ?)",
            (community, line.number, str(CaseState.OPEN), seq),
        )
    elif state := STATE_AFTER.get(line.step):
        db.execute(
            "UPDATE cases SET state = ? WHERE community = ? AND number = ?",
            (str(state), community, line.number),
        )


def faults(db: sqlite3.Connection) -> tuple[tuple[CommunityId, int], ...]:
    """SAFETY M7: where a log is broken: the community, and the first case that is not as it was
    written; 0 where the end is gone. One for each community."""
    rows = db.execute(
        """SELECT community FROM case_log UNION SELECT community FROM case_heads
        UNION SELECT community FROM cases UNION SELECT community FROM case_people ORDER BY 1"""
    )
    found = ((CommunityId(row[0]), _fault(db, CommunityId(row[0]))) for row in rows.fetchall())
    return tuple((community, number) for community, number in found if number is not None)


def _fault(db: sqlite3.Connection, community: CommunityId) -> int | None:
    before, expected = _first(community), 0
    states: dict[int, tuple[str, int]] = {}
    salts = _salts(db, community)
    for seq, *row in _rows(db, community):
        values, was, hash_ = tuple(row[:-2]), bytes(row[-2]), bytes(row[-1])
        expected += 1
        number, step = int(row[0]), _STEPS.get(row[1])
        sealed = {PERSON: row[-4], ACTOR: row[-3]}
        if (
            (seq, was) != (expected, before)
            or step is None
            or _hash(community, seq, values, was) != hash_
            or any(not _opens(salts.pop((seq, part), None), sealed[part]) for part in sealed)
        ):
            return number
        if step is Step.OPENED:
            states[number] = (str(CaseState.OPEN), seq)
        elif number not in states:
            return number
        elif state := STATE_AFTER.get(step):
            states[number] = (str(state), states[number][1])
        before = hash_
    if _head(db, community) != (expected, max(states, default=0), before) or salts:
        return 0
    listed = db.execute("SELECT number, state, opened FROM cases WHERE community = ?", (community,))
    kept = {number: (state, opened) for number, state, opened in listed.fetchall()}
    return min(
        (n for n in states.keys() | kept.keys() if states.get(n) != kept.get(n)), default=None
    )


def _rows(db: sqlite3.Connection, community: CommunityId) -> Iterator[tuple[Any, ...]]:
    # In pages: a log may be long, and nothing here needs more than a line of it.
    at = 0
    while rows := db.execute(
        f"SELECT seq, {_COLUMNS} FROM case_log WHERE community = ? AND seq > ? ORDER BY seq LIMIT 500",  # noqa: S608 - as above
        (community, at),
    ).fetchall():
        yield from rows
        at = rows[-1][0]


def _head(db: sqlite3.Connection, community: CommunityId) -> tuple[int, int, bytes]:
    row = db.execute(
        "SELECT seq, number, hash FROM case_heads WHERE community = ?", (community,)
    ).fetchone()
    return (0, 0, _first(community)) if row is None else (row[0], row[1], bytes(row[2]))


def _first(community: CommunityId) -> bytes:
    """Stands before the first line, so that no log can be another community's."""
    return hashlib.sha256(f"cases of {community}".encode("utf-8", "replace")).digest()


def _hash(community: CommunityId, seq: int, values: tuple[object, ...], before: bytes) -> bytes:
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    text = json.dumps([community, seq, *plain], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def _commit(
    db: sqlite3.Connection, community: CommunityId, seq: int, part: str, line: Line
) -> bytes | None:
    person = line.person if part == PERSON else line.actor
    if person is None:
        return None
    salt = secrets.token_bytes(32)
    db.execute(
        "INSERT INTO case_people (community, seq, part, number, person, salt) VALUES (?, ?, ?, ?, ?, ?)",
        (community, seq, part, line.number, person, salt),
    )
    return _commitment(person, salt)


def _commitment(person: str, salt: bytes) -> bytes:
    return hashlib.sha256(salt + person.encode("utf-8", "replace")).digest()


def _salts(
    db: sqlite3.Connection, community: CommunityId
) -> dict[tuple[int, str], tuple[str, bytes]]:
    rows = db.execute(
        "SELECT seq, part, person, salt FROM case_people WHERE community = ?", (community,)
    )
    return {(seq, part): (person, bytes(salt)) for seq, part, person, salt in rows.fetchall()}


def _opens(known: tuple[str, bytes] | None, commitment: object) -> bool:
    """Also where nothing is known any more: they have erased themselves."""
    return known is None or commitment == _commitment(*known)
