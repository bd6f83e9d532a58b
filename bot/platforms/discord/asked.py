"""An interaction -> an event, acknowledged before anything else is done about it.

A slash command becomes what somebody would have typed, a button the command or the word that it
is: all of them are read where every message is. It decides nothing; whatever it cannot make an
event of gets a sentence.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

import discord
from discord import app_commands

from bot.commands.declared import COMMANDS, Declaration
from bot.events import (
    AgeSign,
    Author,
    Event,
    EventId,
    Message,
    PersonId,
    Role,
    Room,
    Say,
)
from bot.platforms.bounded import Bounded
from bot.platforms.discord import names
from bot.platforms.discord.acknowledging import acknowledge
from bot.platforms.discord.answering import Answering
from bot.platforms.discord.asker import (
    FAILED,
    Data,
    Refused,
    Sponsor,
    author_of,
    code_of,
    files_of,
    gate_of,
    name_of,
    room_of,
    typing_in,
    values_of,
)
from bot.platforms.discord.buttons import Buttons, Words
from bot.platforms.discord.deeds import Deeds
from bot.platforms.discord.files import fetch, read_attached
from bot.platforms.discord.menus import asked_parts, filled_in, make_form
from bot.platforms.discord.native import ON_MESSAGE, as_typed
from bot.platforms.discord.on_message import OnMessage
from bot.platforms.discord.saying import Header
from bot.platforms.discord.signing import Kind, Press, Seal
from bot.platforms.discord.suggestions import Asker, Suggestions
from bot.text import Text

log = logging.getLogger(__name__)

NOT_FOR_YOU = Text("This button is not for you, or it no longer holds. You can write instead.")
OLDER = Text("Those buttons belong to an older message. Please use the ones under the newest.")
ONE_MOMENT = Text("One moment: what you pressed before is still being done.")
UNKNOWN = Text("I do not have this command any more. Please write `help`, which lists them all.")
TOO_LATE = Text("Discord did not wait long enough for me. Please try that once more.")
NOT_HERE = Text("I answer where the two of us are alone, or in a server that has me.")

_EXPIRED = 10062
_BY_NAME: Mapping[str, Declaration] = {command.name: command for command in COMMANDS}
STOP = Press(Kind.COMMAND, "stop")
_PRESSES = (Kind.COMMAND, Kind.WORD)


class Asked:
    """What the platform hands interactions to, and the answers to them."""

    def __init__(
        self,
        *,
        seal: Seal,
        buttons: Buttons,
        suggestions: Suggestions,
        words: Words,
        sponsor: Sponsor,
        prefix: str,
        header: Header = lambda _: None,
    ) -> None:
        self._seal = seal
        self._buttons = buttons
        self._answering = Answering(buttons, header)
        self._suggestions = suggestions
        self._words = words
        self._sponsor = sponsor
        self._prefix = prefix
        self._on_message = OnMessage(seal, buttons, words, self.think, prefix)
        self._deeds = Deeds(seal, words)
        self._restricted: frozenset[int] = frozenset()
        self._seen: Bounded[int, None] = Bounded()
        self._used: Bounded[EventId, None] = Bounded()
        """Messages of which one of the offered words was said already."""
        self._languages: Bounded[PersonId, str] = Bounded()

    def trust(self, restricted: frozenset[int]) -> None:
        """SAFETY A5: the commands that Discord itself gives to adults only."""
        self._restricted = restricted

    async def take(
        self, interaction: discord.Interaction, alone: Room | None = None
    ) -> Event | None:
        """The event that it is; None where all is said already. `alone`: in a thread for two."""
        author, room = author_of(interaction), alone or room_of(interaction, self._sponsor)
        if alone is not None:
            author = replace(author, role=Role.MEMBER)
        if not self.is_new(interaction, author):
            return None
        try:
            try:
                event = await self._take(interaction, author, room)
            except Refused as refused:
                await self._say_privately(interaction, refused.text, author)
                return None
        except FAILED as error:
            # Who was shown a failure tries again, so what is not acknowledged is not done.
            log.info("discord: an interaction was not acknowledged: code %s", code_of(error))
            self._answering.drop(names.asked_id(interaction.id))
            if interaction.message is not None:
                self._used.pop(EventId(str(interaction.message.id)))
            if code_of(error) == _EXPIRED and room.is_direct:
                await self._say_too_late(interaction, author)
            return None
        if event is not None:
            self._buttons.meet(room, author)
        return event

    def is_new(self, interaction: discord.Interaction, author: Author) -> bool:
        """The gateway tells again what it is not sure to have told. Whoever asked for it first
        takes it, and the language that it tells is known from then on."""
        if interaction.id in self._seen:
            return False
        self._seen.put(interaction.id, None)
        self._languages.put(author.id, author.language or "")
        return True

    def language_of(self, person: PersonId) -> str | None:
        """Only interactions tell it; messages that are typed do not."""
        return self._languages.get(person) or None

    def tell(self, event: Event) -> None:
        """To be called with each event right before the bot is given it."""
        if isinstance(event, Message):
            self._answering.tell(event.id)

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        return await self._answering.answer(say)

    async def rest(self, room: Room) -> None:
        await self._answering.rest(room.id)

    async def _take(
        self, interaction: discord.Interaction, author: Author, room: Room
    ) -> Event | None:
        if interaction.type is discord.InteractionType.autocomplete:
            await self._suggest(interaction, author, room)
            return None
        if interaction.context.private_channel:
            # Others may be there, whatever the channel looks like.
            raise Refused(NOT_HERE)
        match interaction.type:
            case discord.InteractionType.application_command:
                return await self._take_command(interaction, author, room)
            case discord.InteractionType.component:
                return await self._take_press(interaction, author, room)
            case discord.InteractionType.modal_submit:
                return await self._take_form(interaction, author, room)
            case _:
                return None

    # --- Commands -----------------------------------------------------------------------------

    async def _take_command(
        self, interaction: discord.Interaction, author: Author, room: Room
    ) -> Event | None:
        data: Data = interaction.data or {}
        if data.get("type") == ON_MESSAGE:
            return await self._on_message.take(interaction, data, author, room)
        command = _BY_NAME.get(name_of(data))
        if command is None:
            raise Refused(UNKNOWN)
        values = values_of(data)
        if parts := asked_parts(command, values):
            begun = as_typed(command, values if len(parts) == 1 else {}, prefix="")
            custom_id = self._seal.sign(Press(Kind.FORM, begun), room.id, author.id)
            form = make_form(command, parts, custom_id, self._words, author, values)
            await acknowledge(interaction.response.send_modal, form)
            return None
        text = as_typed(command, values, self._prefix)
        is_signed = command.is_age_restricted and int(data.get("id", 0)) in self._restricted
        through = gate_of(interaction)
        message = await self.think(interaction, text, author, room)
        if is_signed and (room.is_direct or through):
            message = replace(message, sign=AgeSign.NSFW, through=through)
        return replace(message, attached=read_attached(files_of(data), fetch))

    async def _take_form(
        self, interaction: discord.Interaction, author: Author, room: Room
    ) -> Event | None:
        data: Data = interaction.data or {}
        press = self._seal.read(str(data.get("custom_id")), room.id, author.id)
        if press is None or press.kind is not Kind.FORM:
            raise Refused(NOT_FOR_YOU)
        begun = self._on_message.filled(press.words, room)
        text = f"{self._prefix}{begun} {filled_in(data)}"
        return await self.think(interaction, text, author, room)

    # --- Buttons ------------------------------------------------------------------------------

    async def _take_press(
        self, interaction: discord.Interaction, author: Author, room: Room
    ) -> Event | None:
        data: Data = interaction.data or {}
        if deed := self._deeds.read(data, room, author):
            typed = await self._deeds.begin(interaction, deed, author, room)
            return (
                await self.think(interaction, self._prefix + typed, author, room) if typed else None
            )
        press = self._seal.read(str(data.get("custom_id")), room.id, author.id)
        if press is None or press.kind not in _PRESSES or interaction.message is None:
            raise Refused(NOT_FOR_YOU)
        if press == STOP:
            # Whatever it stands under, and whatever is under way: what is being written stops.
            return await self._follow(interaction, self._prefix + press.words, author, room)
        message = EventId(str(interaction.message.id))
        if self._buttons.is_old(room.id, message):
            await acknowledge(interaction.response.edit_message, view=None)
            await interaction.followup.send(self._words(OLDER, author), ephemeral=True)
            return None
        if press.kind is Kind.COMMAND:
            if self._answering.is_waited_for(room.id):
                raise Refused(ONE_MOMENT)
            return await self._follow(interaction, self._prefix + press.words, author, room)
        if message in self._used:
            # Pressed twice: the second answer would go to a screen that nobody has read.
            raise Refused(ONE_MOMENT)
        self._used.put(message, None)
        await acknowledge(interaction.response.edit_message, view=None)
        self._buttons.lost(room.id, message)
        return self._as_message(interaction, press.words, author, room)

    async def _follow(
        self, interaction: discord.Interaction, text: str, author: Author, room: Room
    ) -> Message:
        # First, so that of two presses at once one finds the other.
        event = self._as_message(interaction, text, author, room)
        await acknowledge(interaction.response.defer)
        return event

    # --- What all of them do ------------------------------------------------------------------

    async def think(
        self,
        interaction: discord.Interaction,
        text: str,
        author: Author,
        room: Room,
    ) -> Message:
        """Its answer takes the place that is kept for it."""
        await acknowledge(interaction.response.defer, ephemeral=not room.is_direct, thinking=True)
        message = self._as_message(interaction, text, author, room, is_thinking=True)
        pressed = interaction.message
        return replace(message, card=EventId(str(pressed.id))) if pressed is not None else message

    def _as_message(
        self,
        interaction: discord.Interaction,
        text: str,
        author: Author,
        room: Room,
        *,
        is_thinking: bool = False,
    ) -> Message:
        id_ = self._answering.wait(interaction, room, author, is_thinking=is_thinking)
        return Message(id_, room, author, text, names.time_of(str(interaction.id)))

    async def _say_privately(
        self, interaction: discord.Interaction, text: Text, author: Author
    ) -> None:
        """Seen by nobody else, also where nobody else is: it is about a press and no talk."""
        await acknowledge(
            interaction.response.send_message, self._words(text, author), ephemeral=True
        )

    async def _suggest(self, interaction: discord.Interaction, author: Author, room: Room) -> None:
        data: Data = interaction.data or {}
        found: list[tuple[str, str]] = []
        if typing := typing_in(data):
            asker, command = Asker(author, room), name_of(data)
            found = await self._suggestions.suggest(command, *typing, asker)
        choices = [app_commands.Choice(name=name, value=value) for name, value in found]
        await acknowledge(interaction.response.autocomplete, choices)

    async def _say_too_late(self, interaction: discord.Interaction, author: Author) -> None:
        if isinstance(interaction.channel, discord.DMChannel | discord.PartialMessageable):
            try:
                await interaction.channel.send(self._words(TOO_LATE, author))
            except FAILED as error:
                log.info("discord: a message was not delivered: code %s", code_of(error))
