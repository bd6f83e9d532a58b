"""Discord, opened and closed: logged in before, and everything that was begun ended after."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

import discord

from bot.platforms.base import PlatformError
from bot.platforms.discord import Discord
from bot.platforms.discord.joining import Interface, join
from bot.platforms.discord.setup import Setup
from bot.platforms.discord.supervise import supervise

log = logging.getLogger(__name__)

_LAST_EDITS_S = 5.0


@asynccontextmanager
async def open_discord(setup: Setup, interface: Interface | None = None) -> AsyncIterator[Discord]:
    """Logged in for as long as the block lasts; the gateway is open while events are read. Without
    an interface there are no commands and no buttons.

    Raises PlatformError where Discord refuses the token."""
    # Below it, the library writes down what is said, and in whose rooms.
    logging.getLogger("discord").setLevel(logging.ERROR)
    failure: Exception | None = None
    async with discord.Client(intents=discord.Intents.none()) as rest:
        now = asyncio.get_running_loop().time
        if trouble := await supervise(lambda: rest.login(setup.token), now=now, until_done=True):
            raise PlatformError(trouble)
        async with asyncio.TaskGroup() as group:
            tasks = _Tasks(group)
            platform = Discord(setup, rest, group, tasks.start)
            if interface is not None:
                join(platform, rest, setup, interface, tasks.start)
            try:
                yield platform
            # Raised below as it is: a group of tasks would wrap it.
            except Exception as error:  # noqa: BLE001 - see above
                failure = error
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_EDITS_S):
                    await platform.rest_everywhere()
            await tasks.cancel()
    if failure is not None:
        raise failure


class _Tasks:
    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[None]) -> None:
        task = self._group.create_task(_guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        # A turn of the loop, so that each of them has begun: what never began cannot be ended.
        await asyncio.sleep(0)
        for task in self._running:
            task.cancel()


async def _guarded(work: Awaitable[None]) -> None:
    """One task that breaks must not end the others."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("discord: something was not done: %s", type(error).__name__)
