"""What is chosen in the menu of a message: one's own words are forgotten, and the persona's latest
ones are opened in a form, to be said another way, or reported; any of both is remembered, or
gone on from.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord

from bot.commands.declared import COMMANDS
from bot.events import Author, Deleted, Event, EventId, Message, Room
from bot.platforms.discord import names
from bot.platforms.discord.acknowledging import acknowledge
from bot.platforms.discord.asker import Data, Refused, chosen_message
from bot.platforms.discord.buttons import Buttons, Words
from bot.platforms.discord.menus import make_form
from bot.platforms.discord.native import BRANCH, EDIT, FORGET, REMEMBER, REPORT, find_menu
from bot.platforms.discord.signing import Kind, Press, Seal
from bot.text import Text

GONE = Text("I do not have this command any more. Please write `help`, which lists them all.")
FORGOTTEN = Text("If I kept this message, I forget it now. Here it stays until you delete it.")
NOT_YOUR_OWN_WORDS = Text("Only what you wrote yourself can be forgotten like this.")
EDIT_IT_YOURSELF = Text(
    "What you wrote yourself you can edit on Discord as any message of yours: I take it over."
)
ONLY_THE_LATEST = Text(
    "Only my latest answer can be put in other words. If this is it, `/reword` and the words do it."
)
ONLY_THE_LATEST_IS_REPORTED = Text(
    "Only my latest answer can be reported from its menu. `/report reply alone` and what is wrong "
    "tells the moderators of another one, without showing it to them."
)
NEWER_BY_NOW = Text(
    "There is a newer answer by now, so nothing was reported. Please choose the one that you mean."
)
_BY_NAME = {command.name: command for command in COMMANDS}
_REPORT = _BY_NAME["report reply"]
_IN_REPLY = {REMEMBER: _BY_NAME["remember"].name, BRANCH: _BY_NAME["branch"].name}
Think = Callable[[discord.Interaction, str, Author, Room], Awaitable[Message]]
"""Acknowledges, and makes an event of what would be typed."""
_ABOUT = "#"
"""Between a command and the message that a form is about."""
_REWORD = _BY_NAME["reword"]


class OnMessage:
    def __init__(
        self, seal: Seal, buttons: Buttons, words: Words, think: Think, prefix: str
    ) -> None:
        self._think = think
        self._prefix = prefix
        self._seal = seal
        self._buttons = buttons
        self._words = words

    async def take(
        self, interaction: discord.Interaction, data: Data, author: Author, room: Room
    ) -> Event | None:
        """Raises Refused."""
        match find_menu(str(data.get("name"))):
            case menu if menu == FORGET:
                return await self._forget(interaction, data, author, room)
            case menu if menu == EDIT:
                await self._edit(interaction, data, author, room)
                return None
            case menu if menu in _IN_REPLY:
                # As a reply to that message with the command in it.
                typed = f"{self._prefix}{_IN_REPLY[menu]}"
                asked = await self._think(interaction, typed, author, room)
                return replace(asked, reply_to=EventId(chosen_message(data).id))
            case menu if menu == REPORT:
                await self._report(interaction, data, author, room)
                return None
            case _:
                raise Refused(GONE)

    def filled(self, begun: str, room: Room) -> str:
        """Of a form's id, the command; raises Refused where the message it is about is no more the
        latest: another one would be taken for it."""
        command, _, about = begun.partition(_ABOUT)
        if about and not self._buttons.is_latest(room.id, EventId(about)):
            raise Refused(NEWER_BY_NOW)
        return command

    async def _forget(
        self, interaction: discord.Interaction, data: Data, author: Author, room: Room
    ) -> Event:
        message = chosen_message(data)
        if message.written_by != author.id:
            raise Refused(NOT_YOUR_OWN_WORDS)
        said = self._words(FORGOTTEN, author)
        await acknowledge(interaction.response.send_message, said, ephemeral=True)
        return Deleted(room, author, EventId(message.id), names.time_of(str(interaction.id)))

    async def _edit(
        self, interaction: discord.Interaction, data: Data, author: Author, room: Room
    ) -> None:
        """What is written into the form comes as the command would, and is judged as it is."""
        message = chosen_message(data)
        if message.written_by == author.id:
            raise Refused(EDIT_IT_YOURSELF)
        if not self._buttons.is_latest(room.id, EventId(message.id)):
            raise Refused(ONLY_THE_LATEST)
        custom_id = self._seal.sign(Press(Kind.FORM, _REWORD.name), room.id, author.id)
        line = _REWORD.parameters[-1]
        values = {line.name: message.text}
        form = make_form(_REWORD, (line,), custom_id, self._words, author, values)
        await acknowledge(interaction.response.send_modal, form)

    async def _report(
        self, interaction: discord.Interaction, data: Data, author: Author, room: Room
    ) -> None:
        """SAFETY M5: whether the answer goes along is chosen in the form."""
        message = chosen_message(data)
        if not self._buttons.is_latest(room.id, EventId(message.id)):
            raise Refused(ONLY_THE_LATEST_IS_REPORTED)
        press = Press(Kind.FORM, f"{_REPORT.name}{_ABOUT}{message.id}")
        custom_id = self._seal.sign(press, room.id, author.id)
        form = make_form(_REPORT, _REPORT.parameters, custom_id, self._words, author)
        await acknowledge(interaction.response.send_modal, form)
