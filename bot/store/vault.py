"""One person's vault: all that the rest of the bot may ask of it. A table: under which name something
is asked for, and the function that does it, whose own lines say what it takes and gives.

Every call is one transaction on the vault's own thread. Any may raise StoreError, and Gone when
the vault was erased or the turn forgotten meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.events import PersonId, TurnId
from bot.store import (
    branches,
    heard,
    imports,
    indexing,
    looks,
    passing,
    recalled,
    replies,
    sessions,
    stories,
    turns,
    unsaid,
    vectors,
    work,
)
from bot.store import export as exported
from bot.store import facts as known
from bot.store import wishes as wished
from bot.store.calls import erases, reads, writes
from bot.store.database import Database, empty_log
from bot.store.rows import Waiting


class Vault:
    def __init__(self, person: PersonId, database: Database) -> None:
        self.person = person
        self._db = database
        self.known = KnownFacts(database)
        self.unsaid = Unsaid(database)
        self.branches = Branches(database)
        self.imports = Imports(database)
        self.index = Index(database)
        self.vectors = Vectors(database)
        self.work = Work(database)
        self.stories = Stories(database)

    # --- What came in ------------------------------------------------------------------------

    take_in = writes(turns.take_in)
    hear = writes(looks.hear)
    last_heard = reads(heard.last_heard)
    look = reads(looks.look)
    wait_again = writes(turns.wait_again)

    async def settle(self, turn: TurnId) -> None:
        """The message needs no reply: its words go, and that it was seen stays."""
        await self._db.write(turns.drop, [turn])

    async def waiting(self) -> tuple[Waiting, ...]:
        """The oldest first; not those whose reply is open (see `left_open`)."""
        return await self._db.read(turns.waiting, self.person)

    # --- The talk ----------------------------------------------------------------------------

    window = reads(turns.window)
    talk = reads(looks.talk)
    last_exchange = reads(turns.last_exchange)
    drop = erases(turns.drop)
    choose = writes(turns.choose)
    turn_of = reads(turns.turn_of)
    revise_turn = writes(turns.revise_turn)

    # --- A reply -----------------------------------------------------------------------------

    open_reply = writes(replies.open_reply)
    open_again = writes(replies.open_again)
    keep_shown = writes(replies.keep_shown)
    sent = writes(replies.sent)
    pages = reads(replies.pages)
    close_reply = writes(replies.close_reply)
    left_open = reads(replies.left_open)
    reopen = writes(replies.reopen)
    shown_last = reads(replies.shown_last)

    # --- Sessions, consents, marks -----------------------------------------------------------

    session = reads(sessions.open_session)
    begin_session = writes(sessions.begin_session)
    end_session = writes(sessions.end_session)
    trim = writes(sessions.trim)
    consent = reads(sessions.consent)
    give_consent = writes(sessions.give_consent)
    withdraw_consent = writes(sessions.withdraw_consent)
    mark = reads(sessions.mark)
    set_mark = writes(sessions.set_mark)
    set_incognito = erases(passing.set_incognito)

    async def pass_away(self, before: float | None, now: float) -> passing.Passed:
        passed = await self._db.write(passing.pass_away, before, now)
        if passed.turns:
            await self._db.read(empty_log)
        return passed

    # --- A person's own wishes ---------------------------------------------------------------

    wishes = reads(wished.wishes)
    set_marks = writes(wished.set_marks)
    drop_marks = writes(wished.drop_marks)
    set_setting = writes(wished.set_setting)
    limits = reads(wished.limits)
    add_limit = writes(wished.add_limit)
    remove_limit = writes(wished.remove_limit)
    reminders = reads(wished.reminders)
    add_reminder = writes(wished.add_reminder)
    move_reminder = writes(wished.move_reminder)
    remove_reminder = writes(wished.remove_reminder)
    export = reads(exported.export)


# --- Its parts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of the person."""

    _db: Database

    facts = reads(known.facts)
    find_facts = reads(known.find_facts)
    fact = reads(known.fact)
    add_fact = writes(known.add_fact)
    edit_fact = writes(known.edit_fact)
    pin_fact = writes(known.pin_fact)
    share_fact = writes(known.share_fact)


@dataclass(frozen=True, slots=True)
class Index:
    """By which words what was said is found again."""

    _db: Database

    catch_up = writes(indexing.catch_up)
    recall = reads(recalled.recall)


@dataclass(frozen=True, slots=True)
class Vectors:
    """What it means, where the host has a model for that."""

    _db: Database

    missing = reads(vectors.missing)
    keep = writes(vectors.keep)


@dataclass(frozen=True, slots=True)
class Imports:
    """What comes in as a file."""

    _db: Database

    stage = writes(imports.stage)
    next = reads(imports.next_piece)
    take = writes(imports.take)
    progress = reads(imports.progress)
    stop = erases(imports.stop)


@dataclass(frozen=True, slots=True)
class Stories:
    """What has happened so far, with each persona."""

    _db: Database

    story = reads(stories.story)
    tell = writes(stories.tell)
    materials = reads(stories.materials)
    keep_known = writes(stories.keep_known)
    untold = reads(stories.untold)


@dataclass(frozen=True, slots=True)
class Branches:
    """What goes on beside the talk, or was set aside."""

    _db: Database

    begin_at = writes(branches.begin_at)
    begin_back = writes(branches.begin_back)
    go_to = writes(branches.go_to)
    list = reads(branches.list_branches)
    forget = erases(branches.forget)
    undo = erases(branches.undo)
    shown_as = writes(branches.shown_as)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What of the talk the person has forgotten."""

    _db: Database

    forget = erases(unsaid.forget)
    forget_since = erases(unsaid.forget_since)
    forget_all = erases(unsaid.forget_all)
    forget_copies = writes(unsaid.forget_copies)
    kept = reads(unsaid.kept)
    place_of = reads(unsaid.place_of)
    said = reads(unsaid.said)
    others = reads(unsaid.others)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits to be made of what was said."""

    _db: Database

    take = writes(work.take)
    finish = writes(work.finish)
    put_back = writes(work.put_back)
    fail = writes(work.fail)
    parked = reads(work.parked)

    async def rewrite(self, stop: Callable[[], bool], *, most_mb: float) -> bool:
        """The file anew, where something was forgotten, so that nothing of it is left between its
        rows; nothing where it is larger than this. Whether it was done."""
        seen = await self._db.read(work.forgotten, most_mb)
        if not seen:
            # What was said to the bot itself, and dropped, leaves the log with this.
            await self._db.read(empty_log)
            return False
        if not await self._db.rewrite(stop):
            return False
        # A crash before this has it done once more.
        await self._db.write(work.note_rewritten, seen)
        return True
