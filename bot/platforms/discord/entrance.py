"""The door in a community's channel: the panel's button, and the screens that follow for the presser
alone, until the persona greets in the direct message.

A press becomes what its presser would have said in their direct room, as a guest of this community;
what the bot answers to it goes out here, and what a persona says goes there. Nothing in it is kept
beyond memory (SAFETY A1), and it does not know what the screens say.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import discord

from bot.events import Author, EventId, Message, PersonId, Role, Room, RoomId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.discord import names
from bot.platforms.discord.acknowledging import acknowledge
from bot.platforms.discord.asked import NOT_FOR_YOU, OLDER, ONE_MOMENT
from bot.platforms.discord.asker import FAILED, code_of
from bot.platforms.discord.buttons import Buttons, Words
from bot.platforms.discord.panel import BEGIN
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.platforms.discord.slot import Slot
from bot.platforms.discord.threads import Threads, alone_in, may_open
from bot.text import Text

log = logging.getLogger(__name__)

WRITTEN = Text("Your conversation has begun in our direct messages.")
CLOSED = Text(
    "You are in, and my first message cannot reach you: please allow direct messages from this "
    "server's members in its privacy settings, and then write to me."
)
NO_WAY = Text("I cannot open a direct message with you now. Please try again in a little while.")
OPEN = Text("To our direct messages")
CLOSED_HERE = Text(
    "You are in, and my first message cannot reach you: please allow direct messages from this "
    "server's members in its privacy settings, and then write to me. Or we talk in a private thread "
    "of this channel: who may manage threads on this server can read it, too."
)
IN_THREAD = Text("Open a private thread")
NO_THREAD = Text("I could not open a thread here. Please allow direct messages, and write to me.")
INSTEAD = Press(Kind.DOOR, "thread")
"""No word that is said at the door: it is told apart before."""

_MOST_OPEN = 2000

OpenDirect = Callable[[str], Awaitable[str | None]]
"""The channel of the direct messages with this user, without writing there."""


@dataclass(slots=True)
class _Asked:
    slot: Slot
    author: Author
    place: RoomId
    """Where the screens are shown."""
    room: Room | None = None
    """Their direct room, once it is known."""
    is_told: bool = False
    sent: dict[str, EventId] = field(default_factory=dict)


class Entrance:
    def __init__(
        self,
        *,
        seal: Seal,
        buttons: Buttons,
        words: Words,
        prefix: str,
        open_direct: OpenDirect,
        threads: Threads,
    ) -> None:
        self._seal = seal
        self._buttons = buttons
        self._words = words
        self._prefix = prefix
        self._open_direct = open_direct
        self._threads = threads
        self._open: dict[EventId, _Asked] = {}
        self._direct: Bounded[PersonId, str] = Bounded()
        self._used: Bounded[EventId, None] = Bounded()
        """Screens that were answered."""

    def read(self, custom_id: str, place: Room, author: Author) -> Press | None:
        """None for what is no press of this door's."""
        press = self._seal.read(custom_id, place.id, EVERYBODY)
        if press == BEGIN:
            return press
        press = self._seal.read(custom_id, place.id, author.id)
        return press if press is not None and press.kind is Kind.DOOR else None

    async def take(
        self, interaction: discord.Interaction, press: Press, author: Author, place: Room
    ) -> Message | None:
        """Raises what Discord answers when it does not take the acknowledgement."""
        id_ = names.asked_id(interaction.id)
        if place.is_direct or interaction.message is None:
            await self._tell(interaction, NOT_FOR_YOU, author)
            return None
        shown = EventId(str(interaction.message.id))
        if press == INSTEAD and shown not in self._used:
            # Before anything is awaited: a second press finds the first.
            self._used.put(shown, None)
            return await self._open_thread(interaction, author, place)
        if press != BEGIN and self._is_old(shown, author):
            await acknowledge(interaction.response.edit_message, view=None)
            await interaction.followup.send(self._words(OLDER, author), ephemeral=True)
            return None
        if shown in self._used or any(one.author.id == author.id for one in self._open.values()):
            # The second answer would go to a screen that nobody has read.
            await self._tell(interaction, ONE_MOMENT, author)
            return None
        # From here on, before anything is awaited, a second press finds this one.
        if len(self._open) >= _MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[id_] = asked = _Asked(Slot(interaction, is_kept=False), author, place.id)
        try:
            await self._acknowledge(asked, shown, press)
        except BaseException:
            # Who was shown a failure tries again, so what is not acknowledged is not done.
            self._open.pop(id_, None)
            self._used.pop(shown)
            raise
        channel = self._direct.get(author.id) or await self._open_direct(names.user_of(author.id))
        if channel is None:
            self._open.pop(id_, None)
            self._used.pop(shown)
            await self._follow_up(asked, self._words(NO_WAY, author))
            return None
        self._direct.put(author.id, channel)
        asked.room = replace(names.direct_room(channel, place.sponsor), is_their_choice=True)
        words = f"{self._prefix}{press.words}" if press == BEGIN else press.words
        # In a direct room everybody is a member, whatever they may do in the community.
        member = Author(author.id, author.name, Role.MEMBER, author.is_bot, author.language)
        return Message(id_, asked.room, member, words, names.time_of(id_))

    def tell(self, id_: EventId) -> None:
        """Its event is on its way to the bot with nothing in between."""
        if asked := self._open.get(id_):
            asked.is_told = True

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        """True, with the message's id: it went out here."""
        asked = self._open.get(say.answers) if say.answers else None
        if asked is None or say.voice is Voice.PERSONA:
            return False, None
        if say.nonce in asked.sent:
            return True, asked.sent[say.nonce]
        rows = self._buttons.choices(say.choices, asked.place, asked.author.id, Kind.DOOR)
        try:
            _, last = await asked.slot.say(say, rows, is_private=True)
        except FAILED as error:
            # Its fifteen minutes are over, or it was taken away: said in the direct message instead.
            log.info("discord: the door's words were not taken: code %s", code_of(error))
            self._open.pop(names.asked_id(asked.slot.interaction.id), None)
            return False, None
        asked.sent[say.nonce] = last
        if say.choices:
            await self._buttons.stand_elsewhere(say.room, last)
        return True, last

    async def sent(self, say: Say, message: EventId | None) -> None:
        """A persona's words have gone to the direct message; None: they could not be delivered."""
        asked = self._open.get(say.answers) if say.answers else None
        if asked is None or say.voice is not Voice.PERSONA:
            return
        if message is None and may_open(asked.slot.interaction):
            await self._offer_thread(asked)
            return
        text = CLOSED if message is None else WRITTEN
        where = f"https://discord.com/channels/@me/{names.channel_of(say.room.id)}"
        label = self._words(OPEN, asked.author)
        link: discord.ui.Button[discord.ui.View] = discord.ui.Button(label=label, url=where)
        await self._follow_up(asked, self._words(text, asked.author), link)

    def over(self, room: RoomId) -> list[Slot]:
        """All is said there: where nothing more comes."""
        ids = [
            id_
            for id_, asked in self._open.items()
            if asked.is_told and asked.room and asked.room.id == room
        ]
        return [self._open.pop(id_).slot for id_ in ids]

    # --- Where direct messages are closed -------------------------------------------------------

    async def _offer_thread(self, asked: _Asked) -> None:
        custom_id = self._seal.sign(INSTEAD, asked.place, asked.author.id)
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=self._words(IN_THREAD, asked.author), custom_id=custom_id
        )
        await self._follow_up(asked, self._words(CLOSED_HERE, asked.author), button)

    async def _open_thread(
        self, interaction: discord.Interaction, author: Author, place: Room
    ) -> Message | None:
        """The session begins there anew, with the persona's greeting. The parent's age restriction
        is read with the first word: until then nothing is open that it would close."""
        await acknowledge(interaction.response.edit_message, view=None)
        parent, user = names.channel_of(place.id), names.user_of(author.id)
        thread = await self._threads.open(parent, user, author)
        text = NO_THREAD if thread is None else f"<#{thread}>"
        said = self._words(text, author) if isinstance(text, Text) else text
        await interaction.followup.send(said, ephemeral=True)
        if thread is None:
            return None
        id_ = names.asked_id(interaction.id)
        member = replace(author, role=Role.MEMBER)
        room = alone_in(str(interaction.guild_id), thread, is_gated=False)
        return Message(id_, room, member, f"{self._prefix}new", names.time_of(id_))

    # --- Below ----------------------------------------------------------------------------------

    def _is_old(self, shown: EventId, author: Author) -> bool:
        channel = self._direct.get(author.id)
        return channel is not None and self._buttons.is_old(
            names.direct_room(channel, None).id, shown
        )

    async def _acknowledge(self, asked: _Asked, shown: EventId, press: Press) -> None:
        if press == BEGIN:
            await acknowledge(asked.slot.interaction.response.defer, ephemeral=True, thinking=True)
            asked.slot.is_kept = True
            return
        self._used.put(shown, None)
        await acknowledge(asked.slot.interaction.response.edit_message, view=None)

    async def _tell(self, interaction: discord.Interaction, text: Text, author: Author) -> None:
        await acknowledge(
            interaction.response.send_message, self._words(text, author), ephemeral=True
        )

    async def _follow_up(
        self,
        asked: _Asked,
        text: str,
        button: discord.ui.Button[discord.ui.View] | None = None,
    ) -> None:
        """For show: the talk itself goes on elsewhere."""
        view = discord.utils.MISSING
        if button is not None:
            view = discord.ui.View(timeout=None)
            view.add_item(button)
            view.stop()
        try:
            await asked.slot.interaction.followup.send(text, view=view, ephemeral=True, wait=True)
        except FAILED as error:
            log.info("discord: a word at the door was not taken: code %s", code_of(error))
        else:
            asked.slot.is_kept = False
