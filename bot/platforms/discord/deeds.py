"""The buttons under a card: each is a command about what stands there, for whoever may.

Whether somebody may is looked at where commands are followed, as with a typed one; who is no
moderator at all is told so here, before a form is opened for nothing.
"""

import discord

from bot.commands.declared import COMMANDS
from bot.events import Author, Room
from bot.platforms.discord.asker import Refused
from bot.platforms.discord.buttons import DEEDS, Words
from bot.platforms.discord.menus import make_form
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.text import Text

FOR_MODERATORS = Text("That is for the moderators of this community.")
_BY_NAME = {command.name: command for command in COMMANDS if command.name in DEEDS}


class Deeds:
    def __init__(self, seal: Seal, words: Words) -> None:
        self._seal = seal
        self._words = words

    def read(self, custom_id: str, room: Room) -> str:
        """The command, without the prefix; empty for what is no button of a card's."""
        press = self._seal.read(custom_id, room.id, EVERYBODY)
        return press.words if press is not None and press.kind is Kind.DEED else ""

    async def begin(
        self, interaction: discord.Interaction, typed: str, author: Author, room: Room
    ) -> str:
        """The command to be followed; empty where a form asks for its words first. Raises Refused."""
        command = _BY_NAME[typed.split(maxsplit=1)[0]]
        if not command.may(author.role):
            raise Refused(FOR_MODERATORS)
        if len(command.parameters) == 1:
            return typed
        line = command.parameters[-1]
        custom_id = self._seal.sign(Press(Kind.FORM, typed), room.id, author.id)
        form = make_form(command, (line,), custom_id, self._words, author)
        await interaction.response.send_modal(form)
        return ""
