"""Answers to interactions: which of the bot's words belong to which, and how they go out.

Discord shows "thinking…" until an interaction has its answer, for fifteen minutes at most. Notices
fill that place, for the asker alone wherever others could read along. A persona's words never do:
they go the ordinary way, where a nonce keeps them single and edits are paced. Nothing here decides
what is said.
"""

import logging
from dataclasses import dataclass, field

import discord

from bot.events import Author, EventId, Room, RoomId, Say, Voice
from bot.platforms.discord.asker import FAILED, code_of
from bot.platforms.discord.buttons import Buttons
from bot.platforms.discord.names import PLATFORM, asked_id
from bot.platforms.discord.saying import Header
from bot.platforms.discord.slot import Slot

log = logging.getLogger(__name__)

_MOST_OPEN = 2000


@dataclass(slots=True)
class _Asked:
    slot: Slot
    room: Room
    author: Author
    is_told: bool = False
    """The bot has heard it, so what it says at the latest when it rests is the answer."""
    sent: dict[str, EventId] = field(default_factory=dict)


class Answering:
    def __init__(self, buttons: Buttons, header: Header) -> None:
        self._header = header
        self._buttons = buttons
        self._open: dict[EventId, _Asked] = {}

    def wait(
        self, interaction: discord.Interaction, room: Room, author: Author, *, is_thinking: bool
    ) -> EventId:
        """From now on, what answers this id is an answer to this interaction."""
        if len(self._open) >= _MOST_OPEN:
            del self._open[next(iter(self._open))]
        id_ = asked_id(interaction.id)
        self._open[id_] = _Asked(Slot(interaction, is_thinking), room, author)
        return id_

    def drop(self, id_: EventId) -> None:
        """It was not acknowledged after all: nothing comes of it."""
        self._open.pop(id_, None)

    def tell(self, id_: EventId) -> None:
        """Its event is on its way to the bot with nothing in between."""
        if asked := self._open.get(id_):
            asked.is_told = True

    def is_waited_for(self, room: RoomId) -> bool:
        return any(asked.room.id == room for asked in self._open.values())

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        """True, with the message's id: it went out as an interaction's answer."""
        asked = self._open.get(say.answers) if say.answers else None
        if asked is None:
            return False, None
        if say.nonce in asked.sent:
            return True, asked.sent[say.nonce]
        if say.voice is Voice.PERSONA or (say.room.is_direct and not asked.slot.is_kept):
            await asked.slot.give_up()
            return False, None
        try:
            rows, is_private = self._buttons.under(say, asked.author), not say.room.is_direct
            header = self._header(say)
            first, last = await asked.slot.say(say, rows, is_private=is_private, header=header)
        except FAILED as error:
            # Its time is over, or somebody has taken it away: said the ordinary way instead.
            log.info("%s: an answer was not taken: code %s", PLATFORM, code_of(error))
            self._open.pop(asked_id(asked.slot.interaction.id), None)
            return False, None
        asked.sent[say.nonce] = first
        await self._buttons.said(say, last)
        return True, first

    async def rest(self, room: RoomId) -> None:
        """All is said there: nobody is left with a place that is kept for nothing."""
        # Others may speak in a shared room, and what they were answered ends nothing here. In a
        # direct one whoever just asked is answered in an ordinary message, which looks the same.
        over = {
            id_: asked
            for id_, asked in self._open.items()
            if asked.room.id == room and (asked.is_told or asked.sent or asked.room.is_direct)
        }
        for id_ in over:
            del self._open[id_]
        for asked in over.values():
            await asked.slot.give_up()
