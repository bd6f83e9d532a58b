"""What the gateway tells -> events in a queue, in the order in which they came.

It remembers, in bounded memories, who wrote what lately: a deletion does not say whose it was, an
edit is one only where the words have changed, and what was replayed is told once.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.events import (
    Author,
    Deleted,
    Edited,
    Event,
    EventId,
    Role,
    Room,
    RoomId,
)
from bot.platforms.bounded import Bounded
from bot.platforms.discord.files import fetch, read_attached
from bot.platforms.discord.names import is_direct
from bot.platforms.discord.reading import (
    Own,
    Payload,
    read_edit,
    read_message,
    read_typing,
    room_of,
)

log = logging.getLogger(__name__)

WAITING = 10_000


class Listening:
    def __init__(
        self,
        own: Callable[[], Own],
        role: Callable[[Payload], Role],
        clock: Callable[[], float],
        *,
        is_own: Callable[[EventId], bool],
        saw: Callable[[RoomId, EventId], None],
        find_author: Callable[[str, Callable[[Author], None]], None],
    ) -> None:
        """`find_author` asks who is in a direct channel and calls back, now or later or never."""
        self._own = own
        self._role = role
        self._clock = clock
        self._is_own = is_own
        self._saw = saw
        self._find_author = find_author
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(WAITING)
        self._heard: Bounded[EventId, tuple[Room, Author, int]] = Bounded()
        self._people: Bounded[RoomId, Author] = Bounded()
        """With whom the bot is in each direct room."""

    async def next(self) -> Event | None:
        """None: there will be no more."""
        return await self._events.get()

    async def end(self) -> None:
        await self._events.put(None)

    def put(self, event: Event) -> None:
        if self._events.full():
            log.error("discord: %s events wait already, one was let go", WAITING)
        else:
            self._events.put_nowait(event)

    def hear(self, name: str, data: Payload, alone: Room | None = None) -> None:
        """`alone`: in a thread for one person and the bot."""
        match name:
            case "MESSAGE_CREATE":
                self._hear_message(data, alone)
            case "MESSAGE_UPDATE":
                self._hear_edit(data, alone)
            case "MESSAGE_DELETE":
                self._hear_deletion(str(data["id"]), data)
            case "MESSAGE_DELETE_BULK":
                for id_ in data.get("ids") or ():
                    self._hear_deletion(str(id_), data)
            case "TYPING_START":
                self._hear_typing(data)
            case _:
                # Others are for the library alone.
                pass

    def _hear_message(self, data: Payload, alone: Room | None = None) -> None:
        message = read_message(data, replace(self._own(), alone=alone), self._role)
        if message is None or message.id in self._heard:
            return
        message = replace(message, attached=read_attached(data.get("attachments"), fetch))
        self._heard.put(message.id, (message.room, message.author, hash(message.text)))
        if is_direct(message.room.id):
            self._people.put(message.room.id, message.author)
        if message.room.is_direct:
            self._saw(message.room.id, message.id)
        self.put(message)

    def _hear_edit(self, data: Payload, alone: Room | None) -> None:
        edited: Edited | None = read_edit(data, replace(self._own(), alone=alone), self._role)
        if edited is None:
            return
        before = self._heard.get(edited.id)
        words = hash(edited.text)
        if before is not None:
            if before[2] == words:
                return
            # Of one that was not heard yet nothing is noted: it may have been missed, and come.
            self._heard.put(edited.id, (edited.room, edited.author, words))
        self.put(edited)

    def _hear_deletion(self, id_: str, data: Mapping[str, Any]) -> None:
        message, at = EventId(id_), self._clock()
        if self._is_own(message):
            return
        if (before := self._heard.get(message)) is not None:
            room, author, _ = before
            self.put(Deleted(room, author, message, at))
            return
        room = room_of(data, self._own())
        if not is_direct(room.id):
            # Nobody's that was told: what was not heard needs no forgetting here.
            return
        if (author_there := self._people.get(room.id)) is not None:
            self.put(Deleted(room, author_there, message, at))
            return

        def told(author: Author) -> None:
            self._people.put(room.id, author)
            self.put(Deleted(room, author, message, at))

        self._find_author(str(data["channel_id"]), told)

    def _hear_typing(self, data: Payload) -> None:
        typing = read_typing(data, self._own())
        # Who types is warmed for where they are known; of others nothing can be prepared.
        if typing is not None:
            self.put(typing)
