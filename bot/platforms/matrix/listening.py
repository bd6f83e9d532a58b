"""What the sync tells -> events in a queue, in the order in which they came.

It remembers, in bounded memories, who wrote what lately: what comes twice is told once, and a
redaction does not say whose words it takes away. It asks nobody and says nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.events import Author, Deleted, Edited, Event, EventId, Message, Role, Room, Typing
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.files import Files
from bot.platforms.matrix.machines import Machines
from bot.platforms.matrix.reading import (
    Said,
    read_redaction,
    read_said,
    read_typing,
    time_of,
    without_name,
)
from bot.platforms.matrix.rooms import Rooms, author_in

log = logging.getLogger(__name__)

WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Heard:
    source: Mapping[str, Any]
    """As it was sent, decrypted."""
    is_sealed: bool = False
    """It came encrypted."""


@dataclass(frozen=True, slots=True)
class Taken:
    """All before it has been taken in: from here on the homeserver is asked next time."""

    since: str


class Listening:
    def __init__(
        self,
        rooms: Rooms,
        clock: Callable[[], float],
        *,
        files: Files,
        machines: Machines,
        operators: frozenset[str],
        answer_missed_s: float,
        is_own: Callable[[EventId], bool],
        is_barred: Callable[[str, str], bool],
        note_thread: Callable[[EventId, EventId], None],
        came_open: Callable[[str, str], None],
        find_sender: Callable[[str, EventId, Callable[[str], None]], None],
    ) -> None:
        """`is_barred` is given a shared room and somebody in it; `came_open` hears of clear text in
        a direct room; `find_sender` asks whose a message is and calls back, now or later or never."""
        self._rooms = rooms
        self._clock = clock
        self._files = files
        self._machines = machines
        self._operators = operators
        self._answer_missed_s = answer_missed_s
        self._is_own = is_own
        self._is_barred = is_barred
        self._note_thread = note_thread
        self._came_open = came_open
        self._find_sender = find_sender
        self._events: asyncio.Queue[Event | Taken | None] = asyncio.Queue(WAITING)
        self._heard: Bounded[EventId, tuple[str, int]] = Bounded()
        """Who said it, and with what words."""
        self._typing: Bounded[str, frozenset[str]] = Bounded()

    async def next(self) -> Event | Taken | None:
        """None: there will be no more."""
        return await self._events.get()

    async def end(self) -> None:
        await self._events.put(None)

    def put(self, event: Event | Taken) -> None:
        if self._events.full():
            log.error("matrix: %s events wait already, one was let go", WAITING)
        else:
            self._events.put_nowait(event)

    def hear(self, room: str, batch: Sequence[Heard]) -> None:
        """In the order in which they were said."""
        read = [(one, read_said(one.source)) for one in batch]
        for number, (one, said) in enumerate(read):
            try:
                if said is not None:
                    after = (later for _, later in read[number + 1 :])
                    self._hear_said(room, one, said, is_past=self._is_past(said, after))
                elif one.source.get("type") == "m.room.redaction":
                    self._hear_redaction(room, one.source)
            except Exception as error:  # noqa: BLE001 - one event must not hide the others
                log.warning("matrix: an event was not understood: %s", type(error).__name__)

    def hear_typing(self, room: str, source: Mapping[str, Any]) -> None:
        """Of direct rooms only: in others nobody types to the bot."""
        user = self._rooms.person_in(room)
        now = frozenset(read_typing(source))
        before = self._typing.get(room) or frozenset()
        self._typing.put(room, now)
        if user is not None and user in now - before:
            self.put(Typing(self._rooms.room_of(room), self.author(room, user)))

    def author(self, room: str, user: str) -> Author:
        author = author_in(self._rooms, room, user)
        if self._is_out(room, user):
            return replace(author, role=Role.MEMBER)
        is_operator = user in self._operators and self._rooms.person_in(room) is None
        return replace(author, role=Role.OPERATOR) if is_operator else author

    # --- Below -------------------------------------------------------------------------------

    def _is_out(self, room: str, user: str) -> bool:
        return self._rooms.person_in(room) is None and self._is_barred(room, user)

    def _hear_said(self, room: str, one: Heard, said: Said, *, is_past: bool) -> None:
        person = self._rooms.person_in(room)
        if said.sender == self._rooms.own_id or said.is_generated:
            # Another bot of this kind: two of them would never come to an end.
            return
        if person is not None and said.sender != person:
            return
        if person is not None and not one.is_sealed:
            self._came_open(room, said.sender)
            return
        words, before = hash(said.text), self._heard.get(said.id)
        if said.is_edit:
            if before is None and person is None:
                return
            # A homeserver lets anybody change anybody's encrypted words.
            if before is not None and (before[0] != said.sender or before[1] == words):
                return
            self._heard.put(said.id, (said.sender, words))
            where, author = self._rooms.room_of(room), self.author(room, said.sender)
            self.put(Edited(where, author, said.id, self._text(room, said), said.at))
            return
        if before is not None:
            return
        attached = self._files.attached(room, said, is_sealed=one.is_sealed)
        if person is None and not self._is_for_bot(said):
            return
        self._heard.put(said.id, (said.sender, words))
        if said.thread is not None:
            self._note_thread(said.id, said.thread)
        self.put(
            Message(
                id=said.id,
                room=self._rooms.room_of(room),
                author=self._writer(room, said),
                text=self._text(room, said),
                at=said.at,
                # SAFETY M6: policy hears them (C3), and answers nothing else.
                addresses_bot=not self._is_out(room, said.sender),
                reply_to=said.reply_to,
                is_past=is_past,
                attached=attached,
            )
        )

    def _writer(self, room: str, said: Said) -> Author:
        is_shared = self._rooms.person_in(room) is None
        is_bot = is_shared and self._machines.is_one(said.sender, said.reply_to)
        return replace(self.author(room, said.sender), is_bot=is_bot)

    def _hear_redaction(self, room: str, source: Mapping[str, Any]) -> None:
        message, at = read_redaction(source), time_of(source)
        if message is None or self._is_own(message):
            return
        self._files.forget(room, message)

        def tell(sender: str) -> None:
            if sender != self._rooms.own_id:
                where: Room = self._rooms.room_of(room)
                self.put(Deleted(where, self.author(room, sender), message, at))

        if (before := self._heard.get(message)) is not None:
            tell(before[0])
        elif (person := self._rooms.person_in(room)) is not None:
            tell(person)
        else:
            self._find_sender(room, message, tell)

    def _is_past(self, said: Said, after: Any) -> bool:
        """Something newer of the same person came with it, and it is too old to be answered."""
        if said.is_edit or self._clock() - said.at < self._answer_missed_s:
            return False
        return any(one and one.sender == said.sender and not one.is_edit for one in after)

    def _is_for_bot(self, said: Said) -> bool:
        if said.reply_to is not None and self._is_own(said.reply_to):
            return True
        own = self._rooms.own_id
        return own in said.mentions if said.mentions is not None else own in said.text

    def _text(self, room: str, said: Said) -> str:
        if self._rooms.person_in(room) is not None:
            return said.text
        own, place = self._rooms.own_id, self._rooms.place(room)
        called = place.called.get(own, "") if place else ""
        return without_name(said.text, (own, called, own[1:].partition(":")[0]))
