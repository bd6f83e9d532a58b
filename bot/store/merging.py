"""One vault's contents into another, when two accounts become one person (SAFETY A2, C2, L3).

One transaction: all of it is there afterwards, or nothing. Of everything that binds, the stricter
holds; nothing that was said is lost. It runs before anybody can read the vault.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.events import PersonId, TurnId
from bot.store import replies
from bot.store.database import in_transaction
from bot.store.fact_merging import merge_facts
from bot.store.keys import FileKey
from bot.store.rows import OpenReply, State
from bot.store.story_merging import merge_stories
from bot.store.wish_merging import merge_marks, merge_wishes


@dataclass(frozen=True, slots=True)
class Other:
    """The vault to take in: of the newest version, and closed."""

    file: Path
    key: FileKey
    id: str
    account: PersonId


def merge(db: sqlite3.Connection, other: Other, now: float) -> None:
    """Nothing where it was done before."""
    done = f"merged {other.id}"
    if db.execute("SELECT 1 FROM marks WHERE name = ?", (done,)).fetchone() is not None:
        return
    secret = f"x'{other.key.secret.hex()}'"
    db.execute("ATTACH DATABASE ? AS other KEY ?", (str(other.file), secret))
    try:
        in_transaction(db, lambda: _merge(db, done, other.account, now))
    finally:
        db.execute("DETACH DATABASE other")


def _merge(db: sqlite3.Connection, done: str, account: PersonId, now: float) -> None:
    turns_before = _merge_talk(db, account, now)
    merge_facts(db, turns_before)
    merge_stories(db)
    merge_wishes(db, account)
    # A consent holds where both have given it, to the same words (SAFETY A10).
    db.execute(
        """DELETE FROM main.consents WHERE NOT EXISTS (SELECT 1 FROM other.consents AS theirs
            WHERE theirs.kind = main.consents.kind AND theirs.version = main.consents.version)"""
    )
    for kind, rating in (("memory", 0), ("intimate memory", 2)):
        _empty_notes(db, kind, rating)
        for table in ("to_index", "set_aside", "sources", "facts", "stories"):
            db.execute(
                f"""DELETE FROM main.{table} WHERE rating >= ?
                AND NOT EXISTS (SELECT 1 FROM main.consents WHERE kind = ?)""",  # noqa: S608 - parts of queries that stand in this package
                (rating, kind),
            )
    merge_marks(db)
    # Where one of them talked incognito, both do from now on.
    db.execute(
        """UPDATE main.sessions SET ended = ? WHERE ended IS NULL AND room IS NULL AND is_incognito = 0
            AND EXISTS (SELECT 1 FROM main.marks WHERE name = 'incognito')""",
        (now,),
    )
    db.execute("INSERT INTO main.marks (name, value) VALUES (?, ?)", (done, now))


def _empty_notes(db: sqlite3.Connection, kind: str, rating: int) -> None:
    """Theirs came with their turns, and a consent that only they had given ends without a trigger
    here (SAFETY A10)."""
    found = db.execute(
        """SELECT quotes.turn, quoted FROM main.quotes
        LEFT JOIN main.to_index ON to_index.turn = quoted
        LEFT JOIN main.set_aside ON set_aside.turn = quoted
        WHERE coalesce(to_index.rating, set_aside.rating, 0) >= ?
        AND NOT EXISTS (SELECT 1 FROM main.consents WHERE kind = ?)""",
        (rating, kind),
    ).fetchall()
    db.executemany("UPDATE main.turns SET note = '' WHERE id = ?", [row[:1] for row in found])
    db.executemany("DELETE FROM main.quotes WHERE turn = ? AND quoted = ?", found)


# --- The talk -----------------------------------------------------------------------------------


def _merge_talk(db: sqlite3.Connection, account: PersonId, now: float) -> int:
    """Theirs stands in sessions of its own, which have ended; mine goes on where it is. By how much
    the numbers of their turns were shifted."""
    for reply in db.execute("SELECT turn, answers FROM main.replies").fetchall():
        _end(db, TurnId(reply[0]), TurnId(reply[1]), now)
    # Of all that ever were: a number that was dropped is not used again either.
    counted = dict(db.execute("SELECT name, seq FROM main.sqlite_sequence").fetchall())
    turns, sessions = counted.get("turns", 0), counted.get("sessions", 0)
    places = db.execute("SELECT coalesce(max(place), 0) FROM main.turns").fetchone()[0]
    # SAFETY P6: what their incognito session said ends here; its triggers are those of its own file.
    db.execute("UPDATE other.sessions SET ended = ? WHERE is_incognito <> 0", (now,))
    shift = {"turns": turns, "sessions": sessions, "places": places, "account": account, "now": now}
    shift["imports"] = counted.get("imports", 0)
    db.execute(
        """INSERT INTO main.sessions (id, persona, sponsor, began, ended, head, first_place, seed,
            room, branch, last_branch)
        SELECT id + :sessions, persona, sponsor, began, coalesce(ended, :now), head,
            first_place + :places, seed, room, branch, last_branch
        FROM other.sessions ORDER BY id""",
        shift,
    )
    # Each came with a first branch, which theirs may have forgotten.
    db.execute("DELETE FROM main.branch_parts WHERE session > :sessions", shift)
    db.execute(
        """INSERT INTO main.branch_parts (session, branch, part, upto)
        SELECT session + :sessions, branch, part, upto + :places FROM other.branch_parts""",
        shift,
    )
    db.execute(
        """INSERT INTO main.turns (id, session, place, side, state, chosen, note, at, answers, room,
            is_direct, sponsor, event_id, author_name, author_role, author_is_bot, addresses_bot,
            reply_to, account, branch)
        SELECT id + :turns, session + :sessions, place + :places, side, state, chosen, note, at,
            answers + :turns, room, is_direct, sponsor, event_id, author_name, author_role,
            author_is_bot, addresses_bot, reply_to, coalesce(account, :account), branch
        FROM other.turns ORDER BY id""",
        shift,
    )
    db.execute(
        """INSERT INTO main.revisions (turn, step, text, at)
        SELECT turn + :turns, step, text, at FROM other.revisions""",
        shift,
    )
    db.execute(
        """INSERT INTO main.pages (turn, step, number, nonce, text, event_id)
        SELECT turn + :turns, step, number, nonce, text, event_id FROM other.pages""",
        shift,
    )
    db.execute(
        """INSERT INTO main.replies (turn, step, answers, nonce, state_before, remember)
        SELECT turn + :turns, step, answers + :turns, nonce, state_before, remember
        FROM other.replies""",
        shift,
    )
    for reply in db.execute("SELECT turn, answers FROM main.replies").fetchall():
        _end(db, TurnId(reply[0]), TurnId(reply[1]), now)
    # Their places are others here: what was indexed there is indexed anew, behind what is mine.
    db.execute(
        """INSERT INTO main.to_index (turn, rating)
        SELECT turn + :turns, max(rating) FROM
            (SELECT turn, rating FROM other.indexed UNION ALL SELECT turn, rating FROM other.to_index)
        WHERE turn + :turns IN (SELECT id FROM main.turns) GROUP BY turn""",
        shift,
    )
    db.execute(
        """INSERT INTO main.set_aside (turn, rating)
        SELECT turn + :turns, rating FROM other.set_aside
        WHERE turn + :turns IN (SELECT id FROM main.turns)""",
        shift,
    )
    db.execute(
        """INSERT INTO main.quotes (turn, quoted)
        SELECT turn + :turns, quoted + :turns FROM other.quotes""",
        shift,
    )
    db.execute("INSERT OR IGNORE INTO main.seen SELECT room, event_id FROM other.seen")
    _merge_imports(db, shift)
    return int(turns)


def _merge_imports(db: sqlite3.Connection, shift: Mapping[str, object]) -> None:
    """A file that is being taken there is taken here."""
    db.execute(
        """INSERT INTO main.imports SELECT id + :imports, at, total, taken, left_out, known
        FROM other.imports""",
        shift,
    )
    db.execute(
        """INSERT INTO main.import_talks
        SELECT import + :imports, number, persona, sponsor, room, session + :sessions
        FROM other.import_talks""",
        shift,
    )
    db.execute(
        """INSERT INTO main.import_parts SELECT import + :imports, number, talk, content
        FROM other.import_parts""",
        shift,
    )


def _end(db: sqlite3.Connection, turn: TurnId, answers: TurnId, now: float) -> None:
    """A reply in the making is not written on: what was shown, or is on its way, stays, and `again`
    asks anew."""
    shown = [page.text for page in replies.pages(db, turn)]
    if not shown:
        replies.abandon(db, turn)
        db.execute("UPDATE main.turns SET state = ? WHERE id = ?", (State.DONE, answers))
        return
    nonce = db.execute("SELECT nonce FROM main.replies WHERE turn = ?", (turn,)).fetchone()[0]
    reply = OpenReply(turn, answers, nonce)
    replies.close_reply(db, reply, state=State.CUT, text="\n".join(shown), now=now)
