"""How a reply grows in a vault: opened, shown page by page, closed. Each is one transaction.

INVARIANT I7: what is shown is here before it is shown, so a crash finds either a reply of which
nothing was seen (its message waits again) or one whose pages and nonces are known. For a while
after the close the pages keep what they were to say, for a start that shows them once more.
"""

import sqlite3
from collections.abc import Sequence

from bot.events import CommunityId, EventId, PersonId, Rating, Room, RoomId, SessionId, TurnId
from bot.store import forks, indexing, notes
from bot.store.database import sound
from bot.store.rows import Gone, OpenReply, Page, Side, Stands, State, StoreError
from bot.store.scopes import may_remember

SHOWN_LAST_S = 120.0
"""An edit that waits longer for its platform than this is not looked for after a crash."""
_LAST_TURNS = 16
"""Nobody's whole talk is looked through for it, and the pages of older ones keep no words."""
_LOOKED_BACK = 256
_MOST_PAGES = 8


def open_reply(
    db: sqlite3.Connection,
    *,
    session: SessionId,
    answers: TurnId,
    nonce: str,
    note: str,
    now: float,
    quoted: Sequence[TurnId] = (),
    cited: Sequence[int] = (),
    remember: Rating | None = None,
) -> OpenReply:
    """The answered message takes its place in the talk, with the note that it had in its prompt.
    `quoted` are the turns whose words stand in that note, `cited` the facts: it goes with any of
    them. Where a crash left words that were perhaps seen, this is a further revision of them.
    `remember` is kept for a close after a crash."""
    place = db.execute("SELECT coalesce(max(place), 0) + 1 FROM turns").fetchone()[0]
    placed = db.execute(
        """UPDATE turns SET session = ?1, place = ?2, note = ?3,
            branch = (SELECT branch FROM sessions WHERE id = ?1) WHERE id = ?4 AND state = 'waiting'
            AND NOT EXISTS (SELECT 1 FROM replies WHERE replies.answers = turns.id)
            AND EXISTS (SELECT 1 FROM sessions WHERE id = ?1)""",
        (session, place, sound(note), answers),
    )
    if placed.rowcount == 0:
        raise Gone(f"turn {answers} does not wait for an answer any more")
    notes.keep(db, answers, quoted, cited)
    if (left := _left_of(db, answers)) is not None:
        db.execute(
            """UPDATE turns SET session = ?1, place = ?2, state = ?3,
                branch = (SELECT branch FROM sessions WHERE id = ?1) WHERE id = ?4""",
            (session, place + 1, State.OPEN, left),
        )
        reply = OpenReply(left, answers, nonce, remember)
        return _begin(db, reply, next_step(db, left), State.CUT, now)
    turn = db.execute(
        """INSERT INTO turns (session, branch, place, side, state, at, answers, room, is_direct,
            sponsor)
        SELECT session, branch, place + 1, ?, ?, ?, id, room, is_direct, sponsor FROM turns WHERE id = ?
        RETURNING id""",
        (Side.PERSONA, State.OPEN, now, answers),
    ).fetchone()[0]
    return _begin(db, OpenReply(TurnId(turn), answers, nonce, remember), 1, None, now)


def open_again(
    db: sqlite3.Connection,
    *,
    turn: TurnId,
    nonce: str,
    now: float,
    begun: str = "",
    remember: Rating | None = None,
) -> OpenReply:
    """A swipe: the revisions before stay; until this one is closed the turn is OPEN, outside the window.
    `begun` is what it goes on from, and was shown before. Where other branches go on from the turn,
    it is another one."""
    turn = forks.own(db, turn)
    row = db.execute(
        "SELECT state, answers FROM turns WHERE id = ? AND side = 'persona'", (turn,)
    ).fetchone()
    if row is None or row[1] is None:
        raise Gone(f"turn {turn} or what it answers is not there any more")
    if row[0] == State.OPEN:
        raise StoreError(f"turn {turn} is being written already: close that reply first")
    db.execute("UPDATE turns SET state = ? WHERE id = ?", (State.OPEN, turn))
    reply = OpenReply(turn, TurnId(row[1]), nonce, remember)
    return _begin(db, reply, next_step(db, turn), row[0], now, begun=begun)


def keep_shown(db: sqlite3.Connection, reply: OpenReply, texts: Sequence[str]) -> None:
    """All pages as they are about to be shown; to be awaited before they are. Those that are
    unchanged cost nothing."""
    step = _step(db, reply)
    db.executemany(
        """INSERT INTO pages (turn, step, number, nonce, text) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET text = excluded.text WHERE text <> excluded.text""",
        [
            (reply.turn, step, number, reply.page_nonce(number), sound(text))
            for number, text in enumerate(texts)
        ],
    )
    # A page that was sent stays known, also when it is not shown any more, until it is removed.
    db.execute(
        "DELETE FROM pages WHERE turn = ? AND step = ? AND number >= ? AND event_id IS NULL",
        (reply.turn, step, len(texts)),
    )


def sent(db: sqlite3.Connection, reply: OpenReply, number: int, event_id: EventId) -> None:
    """May come after the close: the last page's id is often learned last."""
    db.execute(
        "UPDATE pages SET event_id = ? WHERE turn = ? AND number = ? AND nonce = ?",
        (event_id, reply.turn, number, reply.page_nonce(number)),
    )


def pages(db: sqlite3.Connection, turn: TurnId) -> tuple[Page, ...]:
    """Of the revision in the making, or else of the chosen one."""
    rows = db.execute(
        """SELECT number, nonce, text, event_id FROM pages
        WHERE turn = ?1 AND step = coalesce((SELECT step FROM replies WHERE turn = ?1),
            (SELECT chosen FROM turns WHERE id = ?1))
        ORDER BY number""",
        (turn,),
    )
    return tuple(
        Page(number, nonce, text, None if event is None else EventId(event))
        for number, nonce, text, event in rows.fetchall()
    )


def close_reply(
    db: sqlite3.Connection,
    reply: OpenReply,
    *,
    state: State,
    text: str,
    now: float,
    remember: Rating | None = None,
) -> None:
    """The final text, the states, the counter and what memory is to take in, together; `text` stands
    behind what the reply was begun with. Nothing said and nothing shown: the reply is taken away
    again, and its message counts as answered all the same. `remember` is the rating of what was
    said; None where none of it is to be recalled."""
    if state not in {State.DONE, State.CUT}:
        raise StoreError(f"a reply is closed as done or cut, not as {state}")
    _step(db, reply)
    if not may_remember(db, reply.answers):
        remember = None
    if not text and not pages(db, reply.turn):
        abandon(db, reply.turn)
    else:
        _end(db, reply, state=state, text=text, now=now)
        db.execute(
            """INSERT INTO marks (name, value) VALUES ('replies', 1)
            ON CONFLICT DO UPDATE SET value = value + 1"""
        )
    db.execute("UPDATE turns SET state = ? WHERE id = ?", (State.DONE, reply.answers))
    indexing.queue(db, [reply.answers, reply.turn], remember)


def left_open(db: sqlite3.Connection) -> tuple[OpenReply, ...]:
    """Replies that a crash left: to be closed as cut, or reopened if nothing was shown."""
    rows = db.execute("SELECT turn, answers, nonce, remember FROM replies ORDER BY turn")
    return tuple(
        OpenReply(TurnId(t), TurnId(a), nonce, None if rating is None else Rating(rating))
        for t, a, nonce, rating in rows.fetchall()
    )


def reopen(db: sqlite3.Connection, reply: OpenReply, now: float) -> None:
    """Nothing is known to have been shown: its message waits again, and a swipe gives the turn back
    as it was. What was about to be shown has perhaps been seen, so it stays: as an answer that was
    cut, to which the next one is a further revision."""
    _step(db, reply)
    if perhaps := pages(db, reply.turn):
        text = "\n".join(page.text for page in perhaps)
        _end(db, reply, state=State.CUT, text=text, now=now)
    else:
        abandon(db, reply.turn)
    waits = db.execute(
        """UPDATE turns SET session = NULL, place = NULL, note = ''
        WHERE id = ? AND state = 'waiting'""",
        (reply.answers,),
    )
    if waits.rowcount:
        # Outside the talk, until its message is in it again.
        db.execute(
            "UPDATE turns SET session = NULL, place = NULL WHERE answers = ?", (reply.answers,)
        )


def shown_last(db: sqlite3.Connection, until: float) -> tuple[Stands, ...]:
    """What messages of the last replies before then were to say in the end: of each its own
    revision, whichever is chosen; the latest first. Not those of a reply in the making, nor where
    what was answered is not there any more."""
    rows = db.execute(
        """WITH last AS (SELECT * FROM revisions WHERE at <= :until
            AND turn > (SELECT max(id) FROM turns) - :turns)
        SELECT turns.room, turns.is_direct, turns.sponsor, said.account, pages.event_id, pages.text
        FROM last JOIN pages USING (turn, step) JOIN turns ON turns.id = pages.turn
        JOIN turns AS said ON said.id = turns.answers
        WHERE pages.text <> '' AND pages.event_id IS NOT NULL AND turns.state <> 'open'
            AND last.at >= :since
                + coalesce((SELECT max(at) FROM last WHERE at < :until), :until)
        ORDER BY last.at DESC, last.step DESC, number DESC LIMIT :most""",
        {"until": until, "since": -SHOWN_LAST_S, "turns": _LAST_TURNS, "most": _MOST_PAGES},
    )
    found: dict[tuple[str, str], Stands] = {}
    for room, is_direct, sponsor, account, event, text in rows.fetchall():
        where = Room(
            RoomId(room), bool(is_direct), None if sponsor is None else CommunityId(sponsor)
        )
        of = None if account is None else PersonId(account)
        # One message may have had two revisions, one after the other: the newer counts.
        found.setdefault((room, event), Stands(where, of, EventId(event), text))
    return tuple(found.values())


def abandon(db: sqlite3.Connection, turn: TurnId) -> None:
    """Takes the open revision away, and the turn too if it is the only one."""
    step, before = db.execute(
        "SELECT step, state_before FROM replies WHERE turn = ?", (turn,)
    ).fetchone()
    if before is None:
        db.execute("DELETE FROM turns WHERE id = ?", (turn,))
    else:
        db.execute("DELETE FROM revisions WHERE turn = ? AND step = ?", (turn, step))
        db.execute("UPDATE turns SET state = ? WHERE id = ?", (before, turn))


def next_step(db: sqlite3.Connection, turn: TurnId) -> int:
    row = db.execute("SELECT coalesce(max(step), 0) + 1 FROM revisions WHERE turn = ?", (turn,))
    return int(row.fetchone()[0])


def _begin(
    db: sqlite3.Connection,
    reply: OpenReply,
    step: int,
    before: str | None,
    now: float,
    *,
    begun: str = "",
) -> OpenReply:
    db.execute(
        "INSERT INTO revisions (turn, step, text, at) VALUES (?, ?, ?, ?)",
        (reply.turn, step, sound(begun), now),
    )
    db.execute(
        """INSERT INTO replies (turn, step, answers, nonce, state_before, remember)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (reply.turn, step, reply.answers, reply.nonce, before, reply.remember),
    )
    return reply


def _end(db: sqlite3.Connection, reply: OpenReply, *, state: State, text: str, now: float) -> None:
    step = _step(db, reply)
    db.execute(
        "UPDATE revisions SET text = text || ?, at = ? WHERE turn = ? AND step = ?",
        (sound(text), now, reply.turn, step),
    )
    # The turn keeps the time of its opening, so that the talk's times stay in order.
    db.execute("UPDATE turns SET state = ?, chosen = ? WHERE id = ?", (state, step, reply.turn))
    db.execute("DELETE FROM replies WHERE turn = ?", (reply.turn,))
    # The revisions have the text; twice for longer than it is of use would be more to forget.
    db.execute(
        """UPDATE pages SET text = '' WHERE text <> '' AND turn NOT IN (SELECT turn FROM replies)
            AND turn BETWEEN (SELECT max(id) FROM turns) - ? AND (SELECT max(id) FROM turns) - ?""",
        (_LOOKED_BACK, _LAST_TURNS),
    )


def _left_of(db: sqlite3.Connection, answers: TurnId) -> TurnId | None:
    """What was perhaps seen of an answer before a crash: see `reopen`."""
    row = db.execute("SELECT id FROM turns WHERE answers = ?", (answers,)).fetchone()
    return None if row is None else TurnId(row[0])


def _step(db: sqlite3.Connection, reply: OpenReply) -> int:
    row = db.execute(
        "SELECT step FROM replies WHERE turn = ? AND nonce = ?", (reply.turn, reply.nonce)
    ).fetchone()
    if row is None:
        raise Gone(f"the reply in turn {reply.turn} was closed or forgotten meanwhile")
    return int(row[0])
