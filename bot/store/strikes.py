"""What stands between a person and a community: hits that make steps firmer, pauses, doors taken
back, the operator's blocks, and who was let in by approval. SQL only.

A person is a keyed hash here (`who`). A hold lies on all accounts of theirs and outlives an erasing,
as a hash, a kind and an end (INVARIANT I6); hits go with them.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.events import CommunityId, PersonId
from bot.store.case_rows import Hold, HoldKind, Strikes
from bot.store.database import Database
from bot.store.rows import INSTANCE

LONGEST_WINDOW_S = 366 * 86_400.0
"""A hit older than that counts for no step, and is forgotten."""
CLOCK_MAY_ERR_S = 86_400.0

Who = Callable[[PersonId], bytes]
"""One account, as a keyed hash."""
Whos = Callable[[PersonId], list[bytes]]
"""All accounts of the same person."""


@dataclass(frozen=True, slots=True)
class Hit:
    community: CommunityId
    who: bytes
    rule: str
    at: float
    number: int | None
    """Of its case, with which it is taken back."""
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    scope: str
    kind: HoldKind
    number: int
    """Of the case; 0: the operator's."""
    at: float
    until: float | None


@dataclass(frozen=True, slots=True)
class StrikeBook:
    database: Database
    who: Who
    whos: Whos

    async def of(self, person: PersonId, community: CommunityId, now: float) -> Strikes:
        return await self.database.read(strikes_of, self.whos(person), community, now)

    async def hit(
        self, person: PersonId, community: CommunityId, rule: str, at: float, message: bytes
    ) -> None:
        """One that counts, of a rule that has done nothing to them."""
        hit = Hit(community, self.who(person), rule, at, None, message)
        await self.database.write_lightly(add_hit, hit)

    async def has_hit(
        self, person: PersonId, community: CommunityId, rule: str, message: bytes
    ) -> bool:
        """Whether this very message was counted already, before a crash or an edit of it."""
        return await self.database.read(_has_hit, self.who(person), community, rule, message)

    async def block(self, person: PersonId, now: float, until: float | None = None) -> None:
        """By the operator, in every community of this house."""
        held = Held(INSTANCE, HoldKind.BLOCK, 0, now, until)
        await self.database.write(hold, self.whos(person), held)

    async def unblock(self, person: PersonId) -> bool:
        """False for who was not blocked."""
        return await self.database.write(_unblock, self.whos(person))

    async def approve(
        self, person: PersonId, community: CommunityId, by: PersonId, now: float
    ) -> None:
        """By a moderator, where the community lets in whom it knows: this account, and while it is
        joined to others the person."""
        await self.database.write(_approve, self.who(person), community, by, now)

    async def disapprove(self, person: PersonId, community: CommunityId) -> bool:
        return await self.database.write(_disapprove, self.whos(person), community)


def strikes_of(
    db: sqlite3.Connection, whos: Sequence[bytes], community: CommunityId, now: float
) -> Strikes:
    """Of all accounts together."""
    holds: list[Hold] = []
    hits: dict[str, list[float]] = {}
    approved = False
    for who in whos:
        rows = db.execute(
            """SELECT holds.kind, holds.at, holds.until, holds.number, ifnull(log.rule, '')
            FROM holds
            LEFT JOIN cases ON cases.community = holds.scope AND cases.number = holds.number
            LEFT JOIN case_log AS log ON log.community = holds.scope AND log.seq = cases.opened
            WHERE who = ? AND scope IN (?, ?) AND (holds.until IS NULL OR holds.until > ?)""",
            (who, INSTANCE, community, now),
        )
        holds += [Hold(HoldKind(kind), *rest) for kind, *rest in rows.fetchall()]
        # None of the future: a clock that was set back must not make hits count longer.
        counted = db.execute(
            "SELECT rule, at FROM rule_hits WHERE who = ? AND community = ? AND at > ? AND at <= ?",
            (who, community, now - LONGEST_WINDOW_S, now + CLOCK_MAY_ERR_S),
        )
        for rule, at in counted.fetchall():
            hits.setdefault(rule, []).append(at)
        let_in = "SELECT 1 FROM approvals WHERE who = ? AND community = ?"
        approved = approved or db.execute(let_in, (who, community)).fetchone() is not None
    times = {rule: tuple(sorted(found)) for rule, found in hits.items()}
    return Strikes(tuple(dict.fromkeys(holds)), times, approved)


def add_hit(db: sqlite3.Connection, hit: Hit) -> None:
    db.execute(
        """INSERT INTO rule_hits (community, who, rule, at, number, message)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (hit.community, hit.who, hit.rule, hit.at, hit.number, hit.message),
    )


def hold(db: sqlite3.Connection, whos: Sequence[bytes], held: Held) -> None:
    """Several stand side by side, so that one can be lifted without the others."""
    db.executemany(
        "INSERT OR REPLACE INTO holds (scope, who, kind, number, at, until) VALUES (?, ?, ?, ?, ?, ?)",
        [(held.scope, who, str(held.kind), held.number, held.at, held.until) for who in whos],
    )


def undo(db: sqlite3.Connection, community: CommunityId, number: int) -> None:
    """What a case brought about."""
    db.execute("DELETE FROM holds WHERE scope = ? AND number = ?", (community, number))
    db.execute("DELETE FROM rule_hits WHERE community = ? AND number = ?", (community, number))


def forget(db: sqlite3.Connection, whos: Sequence[bytes]) -> bool:
    """Of an erased person; whether a hold stays."""
    for who in whos:
        db.execute("DELETE FROM rule_hits WHERE who = ?", (who,))
        db.execute("DELETE FROM approvals WHERE who = ?", (who,))
    stays = "SELECT 1 FROM holds WHERE who = ?"
    return any(db.execute(stays, (who,)).fetchone() is not None for who in whos)


def drop_old(db: sqlite3.Connection, now: float) -> None:
    """At each start, and once a day."""
    db.execute("DELETE FROM holds WHERE until <= ?", (now,))
    db.execute("DELETE FROM rule_hits WHERE at <= ?", (now - LONGEST_WINDOW_S,))


def set_right(db: sqlite3.Connection, now: float) -> None:
    """At each start: what a clock wrote that was far ahead begins now, so that a pause of an hour is
    over in an hour and a hit fades as it should."""
    future = now + CLOCK_MAY_ERR_S
    db.execute("UPDATE holds SET until = ?1 + (until - at), at = ?1 WHERE at > ?2", (now, future))
    db.execute("UPDATE rule_hits SET at = ? WHERE at > ?", (now, future))


def _has_hit(
    db: sqlite3.Connection, who: bytes, community: CommunityId, rule: str, message: bytes
) -> bool:
    asked = "SELECT 1 FROM rule_hits WHERE who = ? AND community = ? AND rule = ? AND message = ?"
    return db.execute(asked, (who, community, rule, message)).fetchone() is not None


def _unblock(db: sqlite3.Connection, whos: Sequence[bytes]) -> bool:
    gone = "DELETE FROM holds WHERE who = ? AND scope = ? AND kind = ?"
    counts = [db.execute(gone, (who, INSTANCE, str(HoldKind.BLOCK))).rowcount for who in whos]
    return sum(counts) > 0


def _approve(
    db: sqlite3.Connection, who: bytes, community: CommunityId, by: PersonId, now: float
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO approvals (community, who, by, at) VALUES (?, ?, ?, ?)",
        (community, who, by, now),
    )


def _disapprove(db: sqlite3.Connection, whos: Sequence[bytes], community: CommunityId) -> bool:
    gone = "DELETE FROM approvals WHERE who = ? AND community = ?"
    return sum(db.execute(gone, (who, community)).rowcount for who in whos) > 0
