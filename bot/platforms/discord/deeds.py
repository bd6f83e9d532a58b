"""The buttons and the list under a card: each is a command about what stands there, for whoever may.

Whether somebody may is looked at where commands are followed, as with a typed one; who is no
moderator at all is told so here, before a form is opened for nothing.
"""

import re

import discord

from bot.commands.declared import COMMANDS
from bot.events import Author, Room
from bot.platforms.discord.asker import Data, Refused
from bot.platforms.discord.buttons import Words
from bot.platforms.discord.menus import make_form
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.text import Text

FOR_MODERATORS = Text("That is for the moderators of this community.")
_BY_NAME = {command.name: command for command in COMMANDS}
_PICKED = re.compile(r"\d{1,12}")


class Deeds:
    def __init__(self, seal: Seal, words: Words) -> None:
        self._seal = seal
        self._words = words

    def read(self, data: Data, room: Room, author: Author) -> str:
        """The command, without the prefix; empty for what is no button or list of a card's."""
        custom_id = str(data.get("custom_id"))
        press = self._seal.read(custom_id, room.id, EVERYBODY)
        press = press or self._seal.read(custom_id, room.id, author.id)
        match press:
            case Press(Kind.DEED, words):
                return words
            case Press(Kind.PICK, words):
                picked = str(next(iter(data.get("values") or ()), ""))
                return f"{words} {picked}" if _PICKED.fullmatch(picked) else ""
            case _:
                return ""

    async def begin(
        self, interaction: discord.Interaction, typed: str, author: Author, room: Room
    ) -> str:
        """The command to be followed; empty where a form asks for its words first. Raises Refused."""
        first, second, *_ = [*typed.split(), ""]
        command = _BY_NAME.get(first) or _BY_NAME[f"{first} {second}"]
        if not command.may(author.role):
            raise Refused(FOR_MODERATORS)
        if len(command.parameters) == 1:
            return typed
        line = command.parameters[-1]
        custom_id = self._seal.sign(Press(Kind.FORM, typed), room.id, author.id)
        form = make_form(command, (line,), custom_id, self._words, author)
        await interaction.response.send_modal(form)
        return ""
