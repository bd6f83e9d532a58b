"""The panel in a community's channel: its words, and its one button."""

import discord

from bot.events import Room
from bot.platforms.discord.buttons import Body
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.text import Text

BEGIN = Press(Kind.PANEL, "begin")

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
