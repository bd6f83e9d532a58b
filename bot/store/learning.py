"""How facts are learned from turns: what was found in one becomes a fact, or one more source of a fact
that is known; nothing of what the person forgot, and nothing that they have not agreed to.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.events import Rating, TurnId
from bot.store.fact_rows import Draft, Origin
from bot.store.facts import add_source, insert
from bot.store.forgetting import fold, is_forgotten
from bot.store.rows import FROM_FILE
from bot.store.scopes import ScopeRow, make_scope, may_keep, scope_of
from bot.store.work_rows import Write

_NOT = "not "


@dataclass(frozen=True, slots=True)
class _There:
    """A fact of the same slot and subject."""

    id: int
    value: str
    """Folded."""
    said: int
    last_at: float
    """When it was said last."""
    is_own: bool
    """The person wrote it, and it has no source."""


def learn(
    db: sqlite3.Connection,
    turn: TurnId,
    drafts: Sequence[Draft],
    *,
    origin: Origin,
    now: float,
) -> int:
    """From what the person said in this turn; how many were taken in. None of a turn that is not to
    be recalled: what it is rated stands in the index, or in what waits for it."""
    row = db.execute(
        """SELECT turns.session, coalesce(indexed.rating, to_index.rating), turns.room, turns.at
        FROM turns
        LEFT JOIN indexed ON indexed.turn = turns.id LEFT JOIN to_index ON to_index.turn = turns.id
        WHERE turns.id = ? AND turns.side = 'person' AND turns.session IS NOT NULL""",
        (turn,),
    ).fetchone()
    if row is None or row[1] is None or not may_keep(db, rating := Rating(row[1])):
        return 0
    known = make_scope(db, scope_of(db, row[0]))
    after = db.execute("SELECT learns_after FROM scopes WHERE id = ?", (known.id,)).fetchone()[0]
    if turn <= after:
        return 0
    from_file_at = row[3] if row[2] == FROM_FILE else None
    learner = _Learner(db, known, turn, rating, origin, now, from_file_at)
    return sum(learner.take(draft) for draft in drafts)


def learn_all(
    db: sqlite3.Connection, drafts: Mapping[TurnId, Sequence[Draft]], *, origin: Origin, now: float
) -> int:
    """What was found in these turns, in the order of the talk; how much of it was taken in."""
    return sum(learn(db, turn, drafts[turn], origin=origin, now=now) for turn in sorted(drafts))


def found_by_model(drafts: Mapping[TurnId, Sequence[Draft]], now: float) -> Write:
    """For work: what is to be written together with its end."""

    def write(db: sqlite3.Connection) -> None:
        learn_all(db, drafts, origin=Origin.MODEL, now=now)

    return write


@dataclass(frozen=True, slots=True)
class _Learner:
    db: sqlite3.Connection
    known: ScopeRow
    turn: TurnId
    rating: Rating
    origin: Origin
    now: float
    from_file_at: float | None
    """When it was said, of what came in with a file."""

    def take(self, draft: Draft) -> bool:
        if self.origin is Origin.MODEL and self._has_rule_for(draft):
            # Of the same words, by a rule that is seldom wrong.
            return False
        there = _there(self.db, self.known, draft)
        value = draft.value
        if draft.ends:
            # "I am no longer a nurse" says nothing of who was none; and it is a statement itself.
            if not any(one.value == fold(value) and one.said < self.turn for one in there):
                return False
            value = f"{_NOT}{value}"
        if is_forgotten(self.db, self.known, draft.slot, draft.subject, value):
            return False
        if self._comes_late(draft, value, there):
            return False
        goes_on = [
            one
            for one in there
            if one.value == fold(value)
            and not (draft.is_alone and _is_parted(one, self.turn, there))
        ]
        if any(one.is_own for one in goes_on):
            # Their own word for it stands, and needs no source.
            return False
        id_ = (
            goes_on[-1].id
            if goes_on
            else insert(
                self.db,
                self.known,
                (draft.slot, draft.subject, value),
                sentence=draft.quote,
                origin=self.origin,
                rating=self.rating,
                now=self.now,
                is_alone=draft.is_alone,
            )
        )
        add_source(self.db, id_, self.turn, draft.quote, self.rating)
        return True

    def _comes_late(self, draft: Draft, value: str, there: Sequence[_There]) -> bool:
        """A file tells of before: what it says ends nothing that was said since."""
        if self.from_file_at is None or not (draft.is_alone or draft.ends):
            return False
        return any(one.value != fold(value) and one.last_at > self.from_file_at for one in there)

    def _has_rule_for(self, draft: Draft) -> bool:
        """Of the same slot, or of the same words in another one."""
        rows = self.db.execute(
            """SELECT slot, value FROM sources JOIN facts ON facts.id = fact
            WHERE turn = ? AND origin = ?""",
            (self.turn, Origin.RULE),
        ).fetchall()
        return any(slot == draft.slot or fold(value) == fold(draft.value) for slot, value in rows)


def _is_parted(one: _There, turn: TurnId, there: Sequence[_There]) -> bool:
    """Whether something else was said in between: what holds again is a fact of its own."""
    first, last = sorted((one.said, turn))
    return any(other.value != one.value and first < other.said < last for other in there)


def _there(db: sqlite3.Connection, known: ScopeRow, draft: Draft) -> list[_There]:
    rows = db.execute(
        """SELECT id, value, said,
            coalesce((SELECT max(at) FROM sources JOIN turns ON turns.id = turn WHERE fact = facts.id),
                valid_from),
            origin = 'person' AND NOT EXISTS
            (SELECT 1 FROM sources WHERE fact = facts.id)
        FROM facts WHERE scope = ? AND slot = ? AND subject = ? ORDER BY said, id""",
        (known.id, draft.slot, draft.subject),
    )
    return [
        _There(id_, fold(value), said, last_at, bool(own))
        for id_, value, said, last_at, own in rows.fetchall()
    ]
