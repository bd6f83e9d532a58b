"""What the platform leaves to others in this package: interactions, and the buttons under messages.

Who sets neither gets a bot that reads what is written and shows no buttons.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import discord

from bot.events import Author, Event, EventId, PersonId, Room, Say


class Interactions(Protocol):
    async def take(self, interaction: discord.Interaction) -> Event | None:
        """Acknowledges it in time; the event that it is, or None where all is said already."""

    def tell(self, event: Event) -> None:
        """Called with each event right before the bot is given it."""

    def language_of(self, person: PersonId) -> str | None:
        """Only interactions tell it; messages that are typed do not."""

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        """True, with the message's id: it was sent as the answer of an interaction."""

    async def sent(self, say: Say, message: EventId | None) -> None:
        """It went the ordinary way; None where it could not be delivered."""

    async def rest(self, room: Room) -> None:
        """All is said there."""


class Buttons(Protocol):
    def meet(self, room: Room, author: Author) -> None:
        """Somebody said something there."""

    def under(self, say: Say) -> Sequence[Any]:
        """The components that go out together with this."""

    async def said(self, say: Say, message: EventId) -> None:
        """It stands now, with what `under` gave."""

    async def show(self, room: Room, last: EventId) -> None:
        """The room rests: buttons stand under the persona's last message, and nowhere else."""


class NoInteractions:
    async def take(self, interaction: discord.Interaction) -> Event | None:
        del interaction
        return None

    def tell(self, event: Event) -> None:
        pass

    def language_of(self, person: PersonId) -> str | None:
        del person
        return None

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        del say
        return False, None

    async def sent(self, say: Say, message: EventId | None) -> None:
        pass

    async def rest(self, room: Room) -> None:
        pass


class NoButtons:
    def meet(self, room: Room, author: Author) -> None:
        pass

    def under(self, say: Say) -> Sequence[Any]:
        del say
        return ()

    async def said(self, say: Say, message: EventId) -> None:
        pass

    async def show(self, room: Room, last: EventId) -> None:
        pass
