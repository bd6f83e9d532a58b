"""Discord, opened and closed: logged in before, and everything that was begun ended after."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord

from bot.platforms.base import Locker, PlatformError
from bot.platforms.discord import Discord
from bot.platforms.discord.chosen import make_choices
from bot.platforms.discord.joining import Interface, join
from bot.platforms.discord.names import PLATFORM
from bot.platforms.discord.setup import Setup
from bot.platforms.discord.supervise import supervise
from bot.platforms.tasks import open_tasks, resting


@asynccontextmanager
async def open_discord(
    setup: Setup, locker: Locker, interface: Interface | None = None
) -> AsyncIterator[Discord]:
    """Logged in for as long as the block lasts; the gateway is open while events are read. Without
    an interface there are no commands and no buttons.

    Raises PlatformError where Discord refuses the token."""
    # Below it, the library writes down what is said, and in whose rooms.
    logging.getLogger("discord").setLevel(logging.ERROR)
    async with discord.Client(intents=discord.Intents.none()) as rest:
        now = asyncio.get_running_loop().time
        if trouble := await supervise(lambda: rest.login(setup.token), now=now, until_done=True):
            raise PlatformError(trouble)
        async with open_tasks(PLATFORM) as tasks:
            platform = Discord(setup, rest, tasks.group, tasks.start, make_choices(locker))
            if interface is not None:
                join(platform, rest, setup, interface, tasks.start)
            async with resting(platform.rest_everywhere):
                yield platform
