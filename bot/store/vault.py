"""One person's vault: what the rest of the bot may ask of it. What each call does, as SQL, stands
in `looks`, `heard`, `turns`, `replies`, `sessions`, `passing`, `wishes` and `export`; what is known of
the person is asked of its `known`, what goes on beside the talk of its `branches`, and what is
forgotten of the talk is its `unsaid`.

Every call is one transaction on the vault's own thread. Any may raise StoreError, and Gone when
the vault was erased or the turn forgotten meanwhile.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.events import (
    CommunityId,
    EventId,
    Message,
    PersonId,
    Rating,
    Room,
    RoomId,
    SessionId,
    TurnId,
)
from bot.store import export, heard, looks, passing, replies, sessions, turns, wishes
from bot.store.branches import Branches
from bot.store.database import Database, empty_log
from bot.store.imports import Imports
from bot.store.index import Index
from bot.store.known import KnownFacts
from bot.store.rows import (
    Consent,
    Exchange,
    Limit,
    Look,
    OpenReply,
    Page,
    Reminder,
    Session,
    Stands,
    State,
    Turn,
    Waiting,
    Wishes,
)
from bot.store.stories import Stories
from bot.store.unsaid import Unsaid
from bot.store.vectors import Vectors
from bot.store.work import Work


class Vault:
    def __init__(self, person: PersonId, database: Database) -> None:
        self.person = person
        self.known = KnownFacts(database)
        self.unsaid = Unsaid(database)
        self._db = database
        self.branches = Branches(database)
        self.imports = Imports(database)
        self.index = Index(database)
        self.vectors = Vectors(database)
        self.work = Work(database)
        self.stories = Stories(database)

    # --- What came in ------------------------------------------------------------------------

    async def take_in(self, message: Message) -> TurnId | None:
        """The message waits from now on. None when it was seen before, whatever became of it."""
        return await self._db.write(turns.take_in, message)

    async def hear(self, message: Message, *, unless: str) -> tuple[bool, TurnId | None]:
        """Whether it is new, and its turn: as `take_in`, but under the mark `unless` only that it
        came is kept, and none of its words."""
        return await self._db.write(looks.hear, message, unless)

    async def last_heard(
        self, platform: str
    ) -> tuple[tuple[RoomId, EventId, tuple[EventId, ...]], ...]:
        return await self._db.read(heard.last_heard, platform)

    async def look(self, room: Room, event_id: EventId, sponsor: CommunityId) -> Look:
        return await self._db.read(looks.look, room, event_id, sponsor)

    async def settle(self, turn: TurnId) -> None:
        """The message needs no reply: its words go, and that it was seen stays."""
        await self._db.write(turns.drop, [turn])

    async def wait_again(self, turn: TurnId) -> None:
        """For a message that is done and has no answer."""
        await self._db.write(turns.wait_again, turn)

    async def waiting(self) -> tuple[Waiting, ...]:
        """The oldest first; not those whose reply is open (see `left_open`)."""
        return await self._db.read(turns.waiting, self.person)

    # --- The talk ----------------------------------------------------------------------------

    async def window(self, session: SessionId) -> tuple[Turn, ...]:
        """In the order of the talk; without the message that is being answered."""
        return await self._db.read(turns.window, session)

    async def talk(self, shared: RoomId | None = None) -> tuple[Session, tuple[Turn, ...]] | None:
        """The open session and its window; None where none is open. `shared` as `Room` tells it,
        here and below."""
        return await self._db.read(looks.talk, shared)

    async def last_exchange(self, session: SessionId) -> Exchange | None:
        return await self._db.read(turns.last_exchange, session)

    async def drop(self, turn_ids: Sequence[TurnId]) -> None:
        await self._db.write(turns.drop, turn_ids)
        await self._db.read(empty_log)

    async def choose(self, turn: TurnId, step: int) -> Turn | None:
        return await self._db.write(turns.choose, turn, step)

    async def turn_of(self, room: RoomId, event_id: EventId) -> Turn | None:
        return await self._db.read(turns.turn_of, room, event_id)

    async def revise_turn(
        self, turn: TurnId, text: str, now: float, rating: Rating = Rating.MATURE
    ) -> None:
        """`rating`: the ceiling that it is said under now."""
        await self._db.write(turns.revise_turn, turn, text, now, rating)

    # --- A reply -----------------------------------------------------------------------------

    async def open_reply(
        self,
        *,
        session: SessionId,
        answers: TurnId,
        nonce: str,
        note: str,
        now: float,
        quoted: Sequence[TurnId] = (),
        remember: Rating | None = None,
        cited: Sequence[int] = (),
    ) -> OpenReply:
        return await self._db.write(
            replies.open_reply,
            session=session,
            answers=answers,
            nonce=nonce,
            note=note,
            now=now,
            quoted=quoted,
            remember=remember,
            cited=cited,
        )

    async def open_again(
        self,
        *,
        turn: TurnId,
        nonce: str,
        now: float,
        begun: str = "",
        remember: Rating | None = None,
    ) -> OpenReply:
        """A swipe: a further revision of a persona's turn, from the start or from `begun` on."""
        again = partial(replies.open_again, remember=remember)
        return await self._db.write(again, turn=turn, nonce=nonce, now=now, begun=begun)

    async def keep_shown(self, reply: OpenReply, pages: Sequence[str]) -> None:
        """All pages as they are about to be shown; to be awaited before they are."""
        await self._db.write(replies.keep_shown, reply, pages)

    async def sent(self, reply: OpenReply, page_number: int, event_id: EventId) -> None:
        await self._db.write(replies.sent, reply, page_number, event_id)

    async def pages(self, turn: TurnId) -> tuple[Page, ...]:
        return await self._db.read(replies.pages, turn)

    async def close_reply(
        self,
        reply: OpenReply,
        *,
        state: State,
        text: str,
        now: float,
        remember: Rating | None = None,
    ) -> None:
        """`remember`: what was said is to be found again, and has this rating."""
        await self._db.write(
            replies.close_reply, reply, state=state, text=text, now=now, remember=remember
        )

    async def left_open(self) -> tuple[OpenReply, ...]:
        """Replies that a crash left: to be closed as cut, or reopened if nothing was shown."""
        return await self._db.read(replies.left_open)

    async def reopen(self, reply: OpenReply, now: float) -> None:
        """What was perhaps seen of it stays, as an answer that was cut."""
        await self._db.write(replies.reopen, reply, now)

    async def shown_last(self, until: float) -> tuple[Stands, ...]:
        return await self._db.read(replies.shown_last, until)

    # --- Sessions, consents, marks -----------------------------------------------------------

    async def session(self, shared: RoomId | None = None) -> Session | None:
        return await self._db.read(sessions.open_session, shared)

    async def begin_session(
        self,
        *,
        persona: str,
        sponsor: CommunityId | None,
        now: float,
        head: str,
        seed: int,
        shared: RoomId | None = None,
    ) -> Session:
        """Ends the one before there. The seed has at most 63 bits."""
        return await self._db.write(
            sessions.begin_session,
            persona=persona,
            sponsor=sponsor,
            now=now,
            head=head,
            seed=seed,
            shared=shared,
        )

    async def end_session(self, now: float, sponsor: CommunityId | None = None) -> bool:
        """In every room; with a sponsor only what goes on under it. Whether anything did."""
        return await self._db.write(sessions.end_session, now, sponsor)

    async def set_incognito(self, now: float, *, is_on: bool) -> None:
        """Every private session from now on; the one that goes on ends (SAFETY P6)."""
        await self._db.write(passing.set_incognito, now, is_on=is_on)
        await self._db.read(empty_log)

    async def pass_away(self, before: float | None, now: float) -> passing.Passed:
        """What was said before then, but for the window of a talk that goes on, and all that was made
        of it; None: nothing is old. And an incognito session that nobody goes on with."""
        passed = await self._db.write(passing.pass_away, before, now)
        if passed.turns:
            await self._db.read(empty_log)
        return passed

    async def trim(self, session_id: SessionId, first_turn: TurnId, head: str) -> None:
        await self._db.write(sessions.trim, session_id, first_turn, head)

    async def consent(self, kind: str) -> Consent | None:
        return await self._db.read(sessions.consent, kind)

    async def give_consent(self, consent: Consent) -> None:
        await self._db.write(sessions.give_consent, consent)

    async def withdraw_consent(self, kind: str) -> None:
        await self._db.write(sessions.withdraw_consent, kind)

    async def mark(self, name: str) -> float | None:
        """`replies` is counted by the vault itself, with each reply's close."""
        return await self._db.read(sessions.mark, name)

    async def set_mark(self, name: str, value: float) -> None:
        await self._db.write(sessions.set_mark, name, value)

    # --- A person's own wishes ---------------------------------------------------------------

    async def wishes(self) -> Wishes:
        return await self._db.read(wishes.wishes)

    async def set_marks(self, marks: Mapping[str, float]) -> None:
        await self._db.write(wishes.set_marks, marks)

    async def drop_marks(self, *names: str) -> None:
        await self._db.write(wishes.drop_marks, *names)

    async def set_setting(self, name: str, value: str) -> None:
        """An empty value takes it away."""
        await self._db.write(wishes.set_setting, name, value)

    async def limits(self) -> tuple[Limit, ...]:
        return await self._db.read(wishes.limits)

    async def add_limit(self, limit: Limit, most: int) -> bool:
        """False where there are as many as there may be."""
        return await self._db.write(wishes.add_limit, limit, most)

    async def remove_limit(self, id_: int | None) -> int:
        """None: all of them. How many went."""
        return await self._db.write(wishes.remove_limit, id_)

    async def reminders(self) -> tuple[Reminder, ...]:
        return await self._db.read(wishes.reminders)

    async def add_reminder(self, reminder: Reminder, most: int) -> bool:
        return await self._db.write(wishes.add_reminder, reminder, most)

    async def move_reminder(self, id_: int, due: float, said_on: str) -> None:
        await self._db.write(wishes.move_reminder, id_, due, said_on)

    async def remove_reminder(self, id_: int | None) -> int:
        return await self._db.write(wishes.remove_reminder, id_)

    async def export(self) -> dict[str, object]:
        return await self._db.read(export.export)
