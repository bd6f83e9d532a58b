"""What the platform leaves to others in this package: interactions, and the row of buttons.

Who sets neither gets a bot that reads what is written and shows no buttons.
"""

from typing import Protocol

import discord

from bot.events import Event, EventId, Room, Say


class Interactions(Protocol):
    async def take(self, interaction: discord.Interaction) -> Event | None:
        """Acknowledges it in time; the event that it is, or None where all is said already."""

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        """True, with the message's id: it was sent as the answer of an interaction."""


class Row(Protocol):
    async def show(self, room: Room, last: EventId) -> None:
        """The room rests: buttons stand under the persona's last message, and nowhere else."""


class NoInteractions:
    async def take(self, interaction: discord.Interaction) -> Event | None:
        del interaction
        return None

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        del say
        return False, None


class NoRow:
    async def show(self, room: Room, last: EventId) -> None:
        pass
