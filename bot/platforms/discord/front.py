"""What comes in by Discord's own interface, told apart: the door in a community, what its
moderators set up, and everything else, which is the commands' and buttons' of the whole bot.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import replace

import discord

from bot.events import Event, EventId, Message, PersonId, Room, Say
from bot.platforms.discord.asked import Asked
from bot.platforms.discord.asker import FAILED, Data, Sponsor, author_of, code_of, room_of
from bot.platforms.discord.entrance import Entrance
from bot.platforms.discord.setting_up import SettingUp
from bot.platforms.discord.threads import Threads
from bot.platforms.discord.trusted import Trusted

log = logging.getLogger(__name__)


class Front:
    """Implements `Interactions`."""

    def __init__(
        self,
        *,
        asked: Asked,
        entrance: Entrance,
        setting_up: SettingUp,
        trusted: Trusted,
        sponsor: Sponsor,
        threads: Threads,
    ) -> None:
        self._asked = asked
        self._entrance = entrance
        self._setting_up = setting_up
        self._trusted = trusted
        self._sponsor = sponsor
        self._threads = threads

    async def take(self, interaction: discord.Interaction) -> Event | None:
        event = await self._take(interaction)
        guild, roles = interaction.guild_id, _roles_of(interaction)
        if guild is None or roles is None:
            return event
        self._trusted.saw(str(guild), str(interaction.user.id), roles)
        if isinstance(event, Message) and event.sign is None:
            return replace(event, sign=await self._trusted.sign_of(str(guild), roles))
        return event

    def tell(self, event: Event) -> None:
        self._asked.tell(event)
        if isinstance(event, Message):
            self._entrance.tell(event.id)

    def language_of(self, person: PersonId) -> str | None:
        return self._asked.language_of(person)

    async def answer(self, say: Say) -> tuple[bool, EventId | None]:
        is_answered, id_ = await self._entrance.answer(say)
        return (True, id_) if is_answered else await self._asked.answer(say)

    async def sent(self, say: Say, message: EventId | None) -> None:
        await self._entrance.sent(say, message)

    async def rest(self, room: Room) -> None:
        # Both look at once, before anything is awaited: what is asked in this moment does not rest.
        over = self._entrance.over(room.id)
        await self._asked.rest(room)
        for slot in over:
            await slot.give_up()

    async def _alone(self, interaction: discord.Interaction) -> Room | None:
        guild, channel = str(interaction.guild_id), str(interaction.channel_id)
        if interaction.guild_id is None or not self._threads.is_one(guild, channel):
            return None
        if interaction.type is discord.InteractionType.autocomplete:
            # Asked with each letter; what is suggested is everybody's.
            return None
        return await _within(1.0, self._threads.room(guild, channel))

    async def _take(self, interaction: discord.Interaction) -> Event | None:
        data: Data = interaction.data or {}
        author, place = author_of(interaction), room_of(interaction, self._sponsor)
        is_setup = self._setting_up.is_its(interaction, data, author, place)
        press = None
        if interaction.type is discord.InteractionType.component and not is_setup:
            press = self._entrance.read(str(data.get("custom_id")), place, author)
        if press is None and not is_setup:
            return await self._asked.take(interaction, await self._alone(interaction))
        if not self._asked.is_new(interaction, author):
            return None
        try:
            if press is not None:
                return await self._entrance.take(interaction, press, author, place)
            if found := await self._setting_up.take(interaction, data, author, place):
                return await self._asked.think(interaction, found[0], author, found[1])
        except FAILED as error:
            log.info("discord: an interaction was not acknowledged: code %s", code_of(error))
        return None


async def _within(seconds: float, looking: Awaitable[Room | None]) -> Room | None:
    """Discord waits for three seconds: without an answer others may be there."""
    try:
        async with asyncio.timeout(seconds):
            return await looking
    except TimeoutError:
        return None


def _roles_of(interaction: discord.Interaction) -> Sequence[str] | None:
    """As the interaction itself tells them; the library's roles leave out those it does not know."""
    if not isinstance(interaction.user, discord.Member):
        return None
    return [str(role) for role in interaction.user._roles]  # noqa: SLF001 - the ids, see above
