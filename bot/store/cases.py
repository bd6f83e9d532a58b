"""Cases (SAFETY M2): opened, appealed against, upheld, lifted. No words but those which people
attached themselves; who it is about is asked for by `case_lists` alone.

Whatever a case brings about (a pause, a hit) is one transaction with it, and so is what lifting it
takes back.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import CommunityId, PersonId, RoomId
from bot.store import case_lists, case_log, case_words, strikes
from bot.store.case_lists import Reader, Wanted
from bot.store.case_log import ACTOR, PERSON, Line
from bot.store.case_rows import (
    REPORT,
    Appeal,
    Attachment,
    Case,
    CaseState,
    NewCase,
    Standings,
    Step,
    Story,
)
from bot.store.database import Database, empty_log, sound
from bot.store.strikes import Who, Whos

_ENDED = (CaseState.UPHELD, CaseState.LIFTED)


@dataclass(slots=True)
class Cases:
    database: Database
    who: Who
    whos: Whos
    pepper: bytes = b""

    # --- What is told ------------------------------------------------------------------------

    async def page(self, wanted: Wanted, now: float) -> tuple[Case, ...]:
        return await self.database.read(Reader(self.pepper, now).page, wanted)

    async def story(self, community: CommunityId, number: int, now: float) -> Story | None:
        return await self.database.read(Reader(self.pepper, now).story, community, number)

    async def of_person(
        self, accounts: Sequence[PersonId], now: float, community: CommunityId | None = None
    ) -> tuple[Case, ...]:
        """Those that are about them, the newest first; None: of all communities."""
        return await self.database.read(Reader(self.pepper, now).of_person, accounts, community)

    async def standings(self, community: CommunityId) -> Standings:
        return await self.database.read(case_lists.standings, community)

    async def appeals(self, community: CommunityId) -> tuple[int, int]:
        """Those that were answered: how many were upheld, and how many cases were lifted."""
        return await self.database.read(case_lists.appeals, community)

    async def communities(self) -> tuple[CommunityId, ...]:
        return await self.database.read(case_lists.communities)

    async def faults(self) -> tuple[tuple[CommunityId, int], ...]:
        """SAFETY M7: see `case_log.faults`."""
        return await self.database.read(case_log.faults)

    # --- What is done ------------------------------------------------------------------------

    async def open(self, new: NewCase, words: str = "", by: PersonId | None = None) -> Case:
        """`words` are what `by` attached to a report of theirs."""
        return await self.database.write(self._open, new, words, by)

    async def note(
        self, community: CommunityId, number: int, text: str, by: PersonId, now: float
    ) -> bool:
        """A moderator's; False where there is no such case."""
        line = Line(number, Step.NOTE, now, sound(text), actor=by)
        return await self.database.write(_add, community, line, set(CaseState))

    async def appeal(self, appeal: Appeal) -> bool:
        """Once for each case, by whom it is about; False for anybody and anything else."""
        return await self.database.write(self._appeal, appeal)

    async def uphold(
        self, community: CommunityId, number: int, reason: str, by: PersonId, now: float
    ) -> bool:
        """False where no appeal waits; a report, which nobody appeals against, is looked at so."""
        line = Line(number, Step.UPHELD, now, sound(reason), actor=by)
        return await self.database.write(_uphold, community, line)

    async def lift(
        self, community: CommunityId, number: int, reason: str, by: PersonId, now: float
    ) -> bool:
        """Undone with all that it brought about; False where it was lifted already."""
        line = Line(number, Step.LIFTED, now, sound(reason), actor=by)
        return await self.database.write(_lift, community, line)

    async def appealed_in(self, community: CommunityId, number: int) -> RoomId | None:
        """Where its person is told how it ends; None where they have not appealed."""
        return await self.database.read(case_words.appealed_in, community, number)

    async def drop_words(self, now: float) -> None:
        """What was attached to cases that ended long ago; out of the write-ahead log, too."""
        if await self.database.write(case_words.drop_old, now):
            await self.database.read(empty_log)

    # --- On the house's thread ---------------------------------------------------------------

    def _open(self, db: sqlite3.Connection, new: NewCase, words: str, by: PersonId | None) -> Case:
        number = case_log.next_number(db, new.community)
        line = Line(
            number,
            Step.OPENED,
            new.at,
            sound(new.reason),
            rule=sound(new.rule),
            version=new.version,
            action=sound(new.action),
            until=new.until,
            is_direct=new.is_direct,
            person=new.person,
            actor=new.actor,
        )
        case_log.append(db, new.community, line)
        if words.strip() and by is not None:
            report = Attachment(new.community, number, REPORT, by, words)
            case_words.attach(db, report)
        if new.person is not None:
            for rule in new.hits:
                hit = strikes.Hit(
                    new.community, self.who(new.person), rule, new.at, number, new.message
                )
                strikes.add_hit(db, hit)
            if new.hold:
                hold = strikes.Held(new.community, new.hold, number, new.at, new.until)
                strikes.hold(db, self.whos(new.person), hold)
        opened = Reader(self.pepper, new.at).one(db, new.community, number)
        assert opened is not None, "it was just written"
        return opened

    def _appeal(self, db: sqlite3.Connection, appeal: Appeal) -> bool:
        community, number = appeal.community, appeal.number
        case = Reader(self.pepper, appeal.at).one(db, community, number)
        if case is None or case.person is None or case.person not in appeal.accounts:
            return False
        # Without an actor: whose step it is, its kind says.
        if not _add(db, community, Line(number, Step.APPEALED, appeal.at, ""), {CaseState.OPEN}):
            return False
        kind, words, room = case_words.APPEAL, appeal.words.strip(), appeal.room
        case_words.attach(db, Attachment(community, number, kind, case.person, words, room))
        return True


def forget(db: sqlite3.Connection, accounts: Sequence[PersonId]) -> tuple[int, int]:
    """INVARIANT I6: who it was, and what they attached; the log stays whole. How many cases were
    about them, and how many lines they wrote as a moderator."""
    about = done = 0
    for account in accounts:
        counts = "SELECT count(*) FROM case_people WHERE person = ? AND part = ?"
        about += db.execute(counts, (account, PERSON)).fetchone()[0]
        done += db.execute(counts, (account, ACTOR)).fetchone()[0]
        db.execute("DELETE FROM case_people WHERE person = ?", (account,))
        db.execute("DELETE FROM case_words WHERE person = ?", (account,))
    return about, done


def _add(
    db: sqlite3.Connection, community: CommunityId, line: Line, states: set[CaseState]
) -> bool:
    """Where the case stands in one of these states."""
    row = db.execute(
        "SELECT state FROM cases WHERE community = ? AND number = ?", (community, line.number)
    ).fetchone()
    if row is None or row[0] not in states:
        return False
    case_log.append(db, community, line)
    if case_log.STATE_AFTER.get(line.step) in _ENDED:
        case_words.close(db, community, line.number, line.at)
    return True


def _uphold(db: sqlite3.Connection, community: CommunityId, line: Line) -> bool:
    row = db.execute(
        """SELECT action FROM case_log AS log JOIN cases
            ON cases.community = log.community AND cases.opened = log.seq
        WHERE cases.community = ? AND cases.number = ?""",
        (community, line.number),
    ).fetchone()
    is_report = row is not None and row[0] == REPORT
    states = {CaseState.APPEALED, CaseState.OPEN} if is_report else {CaseState.APPEALED}
    return _add(db, community, line, states)


def _lift(db: sqlite3.Connection, community: CommunityId, line: Line) -> bool:
    if not _add(db, community, line, set(CaseState) - {CaseState.LIFTED}):
        return False
    strikes.undo(db, community, line.number)
    return True
