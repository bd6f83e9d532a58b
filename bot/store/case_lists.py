"""Cases as they are read: one, a page, a person's, and how many there are. SQL only."""

import base64
import hmac
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.events import CommunityId, PersonId
from bot.store import case_words
from bot.store.case_rows import Case, CaseState, Entry, Standings, Step, Story

LATEST_OF_PERSON = 200
"""Of each account of theirs, no more than so many are looked at."""
_COLUMNS = """SELECT cases.community, cases.number, cases.state, log.rule, log.version, log.action,
    log.reason, log.at, log.until, log.is_direct, whom.person, doer.person"""
_CASE = f"""{_COLUMNS} FROM cases
    JOIN case_log AS log ON log.community = cases.community AND log.seq = cases.opened
    LEFT JOIN case_people AS whom
        ON whom.community = cases.community AND whom.seq = cases.opened AND whom.part = 'person'
    LEFT JOIN case_people AS doer
        ON doer.community = cases.community AND doer.seq = cases.opened AND doer.part = 'actor'"""
# Begun with the person: they have few, the community has many.
_OF_PERSON = f"""{_COLUMNS} FROM case_people AS whom
    JOIN cases ON cases.community = whom.community AND cases.number = whom.number
        AND cases.opened = whom.seq
    JOIN case_log AS log ON log.community = cases.community AND log.seq = cases.opened
    LEFT JOIN case_people AS doer
        ON doer.community = cases.community AND doer.seq = cases.opened AND doer.part = 'actor'
    WHERE whom.person = ?1 AND whom.part = 'person'"""
# An open one whose time is over has expired: that is never written down.
_IN_STATE = {
    None: "",
    CaseState.OPEN: "AND cases.state = 'open' AND (log.until IS NULL OR log.until > :now)",
    CaseState.EXPIRED: "AND cases.state = 'open' AND log.until <= :now",
    CaseState.APPEALED: "AND cases.state = 'appealed'",
    CaseState.UPHELD: "AND cases.state = 'upheld'",
    CaseState.LIFTED: "AND cases.state = 'lifted'",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    community: CommunityId
    below: int | None = None
    """The last number of the page before."""
    state: CaseState | None = None
    most: int = 10


@dataclass(frozen=True, slots=True)
class Reader:
    """On the house's thread."""

    pepper: bytes
    now: float

    def page(self, db: sqlite3.Connection, wanted: Wanted) -> tuple[Case, ...]:
        """The newest first."""
        below = "" if wanted.below is None else "AND cases.number < :below"
        rows = db.execute(
            f"""{_CASE} WHERE cases.community = :community {below} {_IN_STATE[wanted.state]}
            ORDER BY cases.number DESC LIMIT :most""",
            {
                "community": wanted.community,
                "below": wanted.below,
                "most": wanted.most,
                "now": self.now,
            },
        )
        return tuple(self._case(row) for row in rows.fetchall())

    def one(self, db: sqlite3.Connection, community: CommunityId, number: int) -> Case | None:
        row = db.execute(
            f"{_CASE} WHERE cases.community = ? AND cases.number = ?", (community, number)
        ).fetchone()
        return None if row is None else self._case(row)

    def story(self, db: sqlite3.Connection, community: CommunityId, number: int) -> Story | None:
        case = self.one(db, community, number)
        if case is None:
            return None
        entries = db.execute(
            """SELECT log.step, log.reason, log.at, doer.person FROM case_log AS log
            LEFT JOIN case_people AS doer ON doer.community = log.community
                AND doer.seq = log.seq AND doer.part = 'actor'
            WHERE log.community = ? AND log.number = ? ORDER BY log.seq""",
            (community, number),
        )
        told = tuple(
            Entry(Step(step), reason, at, None if by is None else PersonId(by))
            for step, reason, at, by in entries.fetchall()
        )
        return Story(case, told, case_words.attached(db, community, number))

    def of_person(
        self,
        db: sqlite3.Connection,
        accounts: Sequence[PersonId],
        community: CommunityId | None = None,
    ) -> tuple[Case, ...]:
        """The newest first; None: of all communities."""
        found: list[Case] = []
        for account in accounts:
            rows = db.execute(
                f"""{_OF_PERSON} AND (?2 IS NULL OR whom.community = ?2)
                ORDER BY log.at DESC, cases.number DESC LIMIT ?3""",
                (account, community, LATEST_OF_PERSON),
            )
            found += [self._case(row) for row in rows.fetchall()]
        return tuple(sorted(found, key=lambda case: (case.at, case.number), reverse=True))

    def _case(self, row: tuple[Any, ...]) -> Case:
        # The columns stand in the order of the fields, and STRICT tables keep their types.
        case = Case(*row)
        state = CaseState(case.state)
        if state is CaseState.OPEN and case.until is not None and case.until <= self.now:
            state = CaseState.EXPIRED
        tag = "" if case.person is None else self._tag(case.community, case.person)
        return replace(case, state=state, is_direct=bool(case.is_direct), tag=tag)

    def _tag(self, community: CommunityId, person: PersonId) -> str:
        """SAFETY M9: the same person is seen to be the same, within one community and until they
        are erased, and nothing else of them is."""
        about = f"case tag {community} {person}".encode("utf-8", "replace")
        return base64.b32encode(hmac.digest(self.pepper, about, "sha256"))[:6].decode().lower()


def standings(db: sqlite3.Connection, community: CommunityId) -> Standings:
    states = db.execute(
        "SELECT state, count(*) FROM cases WHERE community = ? GROUP BY state", (community,)
    )
    version = db.execute(
        "SELECT max(version) FROM rule_versions WHERE community = ?", (community,)
    ).fetchone()[0]
    head = db.execute("SELECT hash FROM case_heads WHERE community = ?", (community,)).fetchone()
    return Standings(
        community,
        version or 0,
        {CaseState(state): count for state, count in states.fetchall()},
        "" if head is None else bytes(head[0]).hex()[:12],
    )


def appeals(db: sqlite3.Connection, community: CommunityId) -> tuple[int, int]:
    rows = db.execute(
        """SELECT cases.state, count(*) FROM case_log AS log JOIN cases
            ON cases.community = log.community AND cases.number = log.number
        WHERE log.community = ? AND log.step = 'appealed' GROUP BY cases.state""",
        (community,),
    )
    found = dict(rows.fetchall())
    return found.get(CaseState.UPHELD, 0), found.get(CaseState.LIFTED, 0)


def communities(db: sqlite3.Connection) -> tuple[CommunityId, ...]:
    """Those that have cases or rules."""
    rows = db.execute(
        "SELECT community FROM case_heads UNION SELECT community FROM rule_versions ORDER BY 1"
    )
    return tuple(CommunityId(row[0]) for row in rows.fetchall())
