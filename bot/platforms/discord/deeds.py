"""The buttons and the list under a card: each is a command about what stands there, for whoever may.

Whether somebody may is looked at where commands are followed, as with a typed one; who is no
moderator at all is told so here, before a form is opened for nothing.
"""

import re

import discord

from bot.commands.declared import COMMANDS
from bot.events import Author, Room
from bot.platforms.discord.acknowledging import acknowledge
from bot.platforms.discord.asker import Data, Refused
from bot.platforms.discord.buttons import Words
from bot.platforms.discord.menus import make_form
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.text import Text

FOR_MODERATORS = Text("That is for the moderators of this community.")
_BY_NAME = {command.name: command for command in COMMANDS}
_QUOTED = re.compile(r"(?:#(?P<number>\d+))?[^“„«「]*[“„«「](?P<told>.*)[”“»」][^”“»」]*")
"""A line that shows something in the marks of any of our languages."""
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
        given = typed.removeprefix(command.name).split()
        if not command.may(author.role):
            raise Refused(FOR_MODERATORS)
        if len(given) >= len(command.parameters):
            return typed
        line = command.parameters[-1]
        custom_id = self._seal.sign(Press(Kind.FORM, typed), room.id, author.id)
        values = {line.name: stands_there(typed, interaction.message, line.most_chars)}
        form = make_form(command, (line,), custom_id, self._words, author, values)
        await acknowledge(interaction.response.send_modal, form)
        return ""


def stands_there(typed: str, message: discord.Message | None, most: int) -> str:
    """What a form that changes something begins with: what the message of its button quotes, since
    nothing is kept for a button. Nothing where that is more than the form takes, and may be cut."""
    quoted = [
        hit
        for line in (message.content if message else "").splitlines()
        if (hit := _QUOTED.fullmatch(line))
    ]
    match typed.split():
        case ["memory", "edit", number]:
            told = next((one["told"] for one in quoted if one["number"] == number), "")
        case ["story", "edit"]:
            told = " ".join(one["told"].strip() for one in quoted)
        case _:
            return ""
    return told.strip() if len(told.strip()) <= most else ""
