"""The panel in a community's channel: its words, and its one button."""

import discord

from bot.events import PersonId, Room
from bot.platforms.discord.buttons import Body
from bot.platforms.discord.signing import Kind, Press, Seal
from bot.text import Text

BEGIN = Press(Kind.PANEL, "begin")
EVERYBODY = PersonId("discord:everybody")
"""Whoever sees the panel may press it."""

PANEL = Text(
    "Here is the door to private conversations with personas. They are played by software, and they "
    "are for adults. Press the button: what comes next is shown to you alone."
)
LABEL = Text("Begin")


def panel_rows(seal: Seal, place: Room, label: str) -> list[Body]:
    """The panel's button, good for everybody in that channel and nowhere else."""
    custom_id = seal.sign(BEGIN, place.id, EVERYBODY)
    button = {"type": 2, "style": discord.ButtonStyle.primary.value, "label": label}
    return [{"type": 1, "components": [button | {"custom_id": custom_id}]}]
