"""A community's rules, version by version (SAFETY M4), and what they did by day. SQL only.

The newest version holds. Nothing is changed once it is written: going back to an old one is a new
version with its text. What a text means is not known here.
"""

import hashlib
import sqlite3
from dataclasses import dataclass, field

from bot.events import CommunityId, PersonId
from bot.store.case_rows import Count, NewVersion, Overtaken, RuleVersion
from bot.store.database import Database, sound

_VERSION = "SELECT community, version, text, hash, by, at, note FROM rule_versions"
COUNTS_STAY_DAYS = 400
MOST_SEEN = 1_000
MOST_HELD = 10_000


@dataclass(frozen=True, slots=True)
class RuleBook:
    database: Database
    _holding: dict[CommunityId, RuleVersion | None] = field(default_factory=dict)
    _seen: dict[tuple[PersonId, CommunityId], int] = field(default_factory=dict)

    def look(self, moderator: PersonId, community: CommunityId, version: int) -> None:
        """They were just shown this version. In memory only, and for the latest who looked."""
        self._seen.pop((moderator, community), None)
        if len(self._seen) >= MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        self._seen[moderator, community] = version

    def seen(self, moderator: PersonId, community: CommunityId) -> int | None:
        """Which version they looked at last; None where it is not known any more."""
        return self._seen.get((moderator, community))

    async def holding(self, community: CommunityId) -> RuleVersion | None:
        """As `newest`, from memory once it was read: every message asks for it."""
        if community in self._holding:
            return self._holding[community]
        return await self.database.read(self._read, community)

    async def newest(self, community: CommunityId) -> RuleVersion | None:
        """None where nobody has written any."""
        return await self.database.read(newest, community)

    async def version(self, community: CommunityId, version: int) -> RuleVersion | None:
        return await self.database.read(_of, community, version)

    async def history(
        self, community: CommunityId, *, below: int | None = None, most: int = 10
    ) -> tuple[RuleVersion, ...]:
        """The newest first; `below` is the last number of the page before."""
        return await self.database.read(_history, community, below, most)

    async def add(self, new: NewVersion) -> RuleVersion | Overtaken:
        """Of two who change at once, the second is shown what the first did."""
        return await self.database.write(self._write, new)

    # Both on the house's thread, one after the other: what is remembered is what stands there.
    def _read(self, db: sqlite3.Connection, community: CommunityId) -> RuleVersion | None:
        if len(self._holding) >= MOST_HELD:
            self._holding.clear()
        self._holding[community] = found = newest(db, community)
        return found

    def _write(self, db: sqlite3.Connection, new: NewVersion) -> RuleVersion | Overtaken:
        self._holding.pop(new.community, None)
        return _add(db, new)

    async def damaged(self) -> tuple[tuple[CommunityId, int], ...]:
        """Versions whose text is not what was written (SAFETY M7)."""
        return await self.database.read(damaged)

    async def count(self, community: CommunityId, day: str, rule: str, *, is_dry: bool) -> None:
        """SAFETY M9: a day, as in 2026-01-31, and a rule; never who."""
        await self.database.write_lightly(_count, community, day, rule, is_dry)

    async def counts(self, community: CommunityId, since: str) -> tuple[Count, ...]:
        """By day and rule, from this day on."""
        return await self.database.read(_counts, community, since)


def newest(db: sqlite3.Connection, community: CommunityId) -> RuleVersion | None:
    return next(iter(_history(db, community, None, 1)), None)


def forget(db: sqlite3.Connection, account: PersonId) -> int:
    """INVARIANT I6: the rules stay, whose they were does not."""
    db.execute("UPDATE approvals SET by = NULL WHERE by = ?", (account,))
    return db.execute("UPDATE rule_versions SET by = NULL WHERE by = ?", (account,)).rowcount


def forget_counts(db: sqlite3.Connection, before: str) -> None:
    db.execute("DELETE FROM rule_counts WHERE day < ?", (before,))


def damaged(db: sqlite3.Connection) -> tuple[tuple[CommunityId, int], ...]:
    """Versions whose text is not what was written."""
    rows = db.execute("SELECT community, version, text, hash FROM rule_versions ORDER BY 1, 2")
    return tuple(
        (CommunityId(community), version)
        for community, version, text, hash_ in rows.fetchall()
        if _hash(text) != bytes(hash_)
    )


def _of(db: sqlite3.Connection, community: CommunityId, version: int) -> RuleVersion | None:
    row = db.execute(
        f"{_VERSION} WHERE community = ? AND version = ?", (community, version)
    ).fetchone()
    return None if row is None else _version(row)


def _history(
    db: sqlite3.Connection, community: CommunityId, below: int | None, most: int
) -> tuple[RuleVersion, ...]:
    rows = db.execute(
        f"{_VERSION} WHERE community = ?1 AND (?2 IS NULL OR version < ?2) ORDER BY version DESC LIMIT ?3",
        (community, below, most),
    )
    return tuple(_version(row) for row in rows.fetchall())


def _add(db: sqlite3.Connection, new: NewVersion) -> RuleVersion | Overtaken:
    latest = newest(db, new.community)
    held = latest.version if latest else 0
    if latest is not None and held != new.seen:
        return Overtaken(latest)
    text, note = sound(new.text), sound(new.note)
    db.execute(
        """INSERT INTO rule_versions (community, version, text, hash, by, at, note)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (new.community, held + 1, text, _hash(text), new.by, new.at, note),
    )
    return RuleVersion(new.community, held + 1, text, _hash(text), new.by, new.at, note)


def _count(
    db: sqlite3.Connection,
    community: CommunityId,
    day: str,
    rule: str,
    is_dry: bool,  # noqa: FBT001 - a column
) -> None:
    db.execute(
        """INSERT INTO rule_counts (community, day, rule, is_dry, count) VALUES (?, ?, ?, ?, 1)
        ON CONFLICT DO UPDATE SET count = count + 1""",
        (community, day, rule, is_dry),
    )


def _counts(db: sqlite3.Connection, community: CommunityId, since: str) -> tuple[Count, ...]:
    rows = db.execute(
        """SELECT day, rule, is_dry, count FROM rule_counts WHERE community = ? AND day >= ?
        ORDER BY day, rule, is_dry""",
        (community, since),
    )
    return tuple(Count(day, rule, bool(dry), count) for day, rule, dry, count in rows.fetchall())


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _version(row: tuple[str, int, str, bytes, str | None, float, str]) -> RuleVersion:
    community, version, text, hash_, by, at, note = row
    who = None if by is None else PersonId(by)
    return RuleVersion(CommunityId(community), version, text, bytes(hash_), who, at, note)
