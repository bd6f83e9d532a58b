"""SAFETY A8: what is for two stays between two, and encrypted. Where it would not, the bot says why it
is silent, once, and nothing else.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bot.events import Say
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import quoted
from bot.platforms.matrix.rooms import Rooms, author_in
from bot.platforms.matrix.saying import Saying, words
from bot.platforms.matrix.sentences import (
    ALONE_AGAIN,
    CAME_OPEN,
    CROWDED,
    NOT_ENCRYPTED,
    UNREADABLE,
)
from bot.platforms.matrix.setup import Words
from bot.platforms.tasks import Start
from bot.text import Text

log = logging.getLogger(__name__)

_ENCRYPTION: Mapping[str, Any] = {"algorithm": "m.megolm.v1.aes-sha2"}


class Privacy:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        saying: Saying,
        start: Start,
        say: Words,
    ) -> None:
        self._line = line
        self._rooms = rooms
        self._saying = saying
        self._start = start
        self._words = say
        self._crowded: set[str] = set()
        self._told: Bounded[tuple[str, Text], None] = Bounded()

    def is_crowded(self, room: str) -> bool:
        return room in self._crowded

    async def look(self, room: str) -> bool:
        """Whether a third one is in this direct room, as far as is known."""
        others = await self._rooms.others_in(room)
        if others and room not in self._crowded:
            self._crowded.add(room)
            self._start(self._say(room, CROWDED))
        elif others is not None and not others and room in self._crowded:
            self._crowded.discard(room)
            self._start(self._say(room, ALONE_AGAIN))
        return room in self._crowded

    def forget(self, room: str) -> None:
        self._crowded.discard(room)

    def unreadable(self, room: str, sender: str) -> None:
        """Said once, until something could be read again."""
        if self._rooms.person_in(room) == sender and not self.is_crowded(room):
            self._start(self._say_once(room, UNREADABLE))

    def readable(self, room: str) -> None:
        self._told.pop((room, UNREADABLE))
        self._told.pop((room, CAME_OPEN))

    async def see_to_encryption(self, room: str, user: str) -> bool:
        """A direct room is always encrypted: where the bot may, it switches that on itself."""
        if await self._rooms.is_encrypted(room) is not False:
            return True
        path = f"/rooms/{quoted(room)}/state/m.room.encryption"
        answer = await self._line.attempt("PUT", path, _ENCRYPTION)
        if answer is not None and answer.is_fine:
            return True
        await self._say_openly(room, user)
        return False

    async def came_open(self, room: str, user: str) -> None:
        """Clear text where it should be encrypted is nobody's word: a homeserver could write it."""
        if await self._rooms.is_encrypted(room) is False:
            await self.see_to_encryption(room, user)
        else:
            await self._say_once(room, CAME_OPEN)

    async def _say_once(self, room: str, text: Text) -> None:
        if (room, text) not in self._told:
            self._told.put((room, text), None)
            await self._say(room, text)

    async def _say(self, room: str, text: Text) -> None:
        say = Say(self._rooms.room_of(room), self._in_their_language(room, text), uuid4().hex)
        await self._saying.say(say, is_for_all=True)

    async def _say_openly(self, room: str, user: str) -> None:
        """One fixed sentence, which holds nothing of anybody's, and only where nothing is encrypted."""
        if (room, NOT_ENCRYPTED) in self._told or await self._rooms.is_encrypted(room) is not False:
            return
        self._told.put((room, NOT_ENCRYPTED), None)
        content = words(
            self._words(NOT_ENCRYPTED, author_in(self._rooms, room, user)), is_persona=False
        )
        path = f"/rooms/{quoted(room)}/send/m.room.message/{uuid4().hex}"
        await self._line.attempt("PUT", path, content)

    def _in_their_language(self, room: str, text: Text) -> str:
        return self._words(text, author_in(self._rooms, room, self._rooms.person_in(room) or ""))
