"""Reactions as buttons: to the persona's latest words the command that a sign is, to a question the
answer that a number is. Only the person whose direct room it is, each time they put one there.

A reaction is in clear text, also in an encrypted room. So a number says nothing of what it means:
that stands in the question. Latest words and questions are known since the start and no longer.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bot.events import Event, EventId, Message, Room, Say, Voice
from bot.platforms.base import PlatformError
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import channel_of, quoted
from bot.platforms.matrix.reading import Reaction, read_reaction, read_redaction, time_of
from bot.platforms.matrix.rooms import Rooms, author_in
from bot.platforms.matrix.sentences import SIGNS
from bot.platforms.matrix.setup import Words
from bot.platforms.matrix.signs import Signs
from bot.platforms.signs import NUMBERS, command_of, plain

SHOWN = ("🔁", "⬅️", "➡️", "⏩")
"""Under words that rest there is nothing to stop."""
TIMES = 2
"""How often they are shown in a room: under the greeting and under the first answer. Always would
be eight requests for each answer; from then on people put them there themselves."""
_SHOWN_BEFORE = "org.parlour.signs"


@dataclass(frozen=True, slots=True)
class _Question:
    message: EventId
    answers: tuple[str, ...]


class Reactions:
    """Implements `Door`."""

    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        *,
        prefix: str,
        words: Words,
        say: Callable[[Say], Awaitable[object]],
    ) -> None:
        self._line = line
        self._rooms = rooms
        self._prefix = prefix
        self._words = words
        self._say = say
        self._signs = Signs(line)
        self._latest: Bounded[str, EventId] = Bounded()
        """The persona's last message in each direct room."""
        self._questions: Bounded[str, _Question] = Bounded()
        self._pressed: Bounded[EventId, None] = Bounded()
        self._rested: Bounded[str, EventId] = Bounded()
        self._times: Bounded[str, int] = Bounded()

    async def take_in_room(self, room: str, source: Mapping[str, Any]) -> tuple[bool, Event | None]:
        if self._rooms.person_in(room) is None:
            return False, None
        match source.get("type"):
            case "m.reaction":
                return True, self._read(room, source)
            case "m.room.redaction":
                # A reaction that is taken back takes back nothing that was said.
                gone = read_redaction(source)
                is_own = source.get("sender") == self._rooms.own_id
                return is_own or (gone is not None and gone in self._pressed), None
            case _:
                return False, None

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        pass

    async def said(self, say: Say, message: EventId) -> None:
        room = channel_of(say.room.id)
        if not say.room.is_direct:
            return
        if say.voice is Voice.PERSONA:
            self._latest.put(room, message)
            await self._end_question(room)
        elif say.choices:
            question = _Question(message, say.choices[: len(NUMBERS)])
            self._questions.put(room, question)
            await self._signs.put(room, message, NUMBERS[: len(question.answers)])
        elif say.answers is not None:
            await self._end_question(room)

    async def rest(self, room: Room) -> None:
        where = channel_of(room.id)
        last = self._latest.get(where)
        if last is None or where in self._questions or self._rested.get(where) == last:
            return
        self._rested.put(where, last)
        # SAFETY A8: before a third one nothing is done at all.
        if await self._rooms.others_in(where) != set():
            return
        times = await self._times_shown(where)
        if times is None or times >= TIMES:
            return
        self._times.put(where, times + 1)
        await self._line.attempt("PUT", self._note(where), {"times": times + 1})
        if times == 0:
            await self._explain(room)
        if self._latest.get(where) == last:
            await self._signs.put(where, last, SHOWN)

    # --- Below -------------------------------------------------------------------------------

    def _read(self, room: str, source: Mapping[str, Any]) -> Message | None:
        reaction = read_reaction(source)
        if reaction is None or reaction.sender != self._rooms.person_in(room):
            return None
        if reaction.id in self._pressed or (text := self._meant(room, reaction)) is None:
            return None
        self._pressed.put(reaction.id, None)
        author = author_in(self._rooms, room, reaction.sender)
        return Message(reaction.id, self._rooms.room_of(room), author, text, time_of(source))

    def _meant(self, room: str, reaction: Reaction) -> str | None:
        question = self._questions.get(room)
        if question is not None and question.message == reaction.message:
            answers = zip(map(plain, NUMBERS), question.answers, strict=False)
            answer = dict(answers).get(plain(reaction.sign))
            if answer is not None:
                # It is answered once; its signs go with the bot's next words.
                self._questions.pop(room)
            return answer
        command = command_of(reaction.sign)
        is_latest = reaction.message == self._latest.get(room)
        return f"{self._prefix}{command}" if command and is_latest else None

    async def _end_question(self, room: str) -> None:
        """What stands under a question or under older words counts no more."""
        self._questions.pop(room)
        if self._signs.under(room) != self._latest.get(room):
            await self._signs.clear(room)

    async def _explain(self, room: Room) -> None:
        user = self._rooms.person_in(channel_of(room.id)) or ""
        author = author_in(self._rooms, channel_of(room.id), user)
        text = self._words(SIGNS.format(prefix=self._prefix), author)
        # A homeserver in trouble keeps nobody from what they came for.
        with suppress(PlatformError):
            await self._say(Say(room, text, uuid4().hex))

    async def _times_shown(self, room: str) -> int | None:
        """Kept with the bot's account, so that a start does not begin anew; None: not known."""
        if (times := self._times.get(room)) is not None:
            return times
        answer = await self._line.find(self._note(room))
        if answer is None or answer.status not in (200, 404):
            return None
        kept = answer.body.get("times") if answer.is_fine else 0
        return kept if isinstance(kept, int) else 0

    def _note(self, room: str) -> str:
        own = quoted(self._rooms.own_id)
        return f"/user/{own}/rooms/{quoted(room)}/account_data/{_SHOWN_BEFORE}"
