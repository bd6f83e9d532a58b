"""Matrix, opened and closed: logged in before, and everything that was begun ended after."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.platforms.base import Locker, PlatformError
from bot.platforms.matrix import Matrix
from bot.platforms.matrix.device import close_client
from bot.platforms.matrix.furnishing import furnish
from bot.platforms.matrix.line import BROKEN_LINE, Line
from bot.platforms.matrix.login import log_in
from bot.platforms.matrix.names import PLATFORM, quoted
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.supervise import Pauses
from bot.platforms.tasks import open_tasks, resting

log = logging.getLogger(__name__)

STATUS = "Software that plays roles. Adults only."
"""SAFETY H1: what it is stands beside its name, where the homeserver shows that."""


@asynccontextmanager
async def open_matrix(setup: Setup, locker: Locker) -> AsyncIterator[Matrix]:
    """Logged in for as long as the block lasts; what is said is heard while events are read.

    Raises PlatformError where the homeserver refuses the bot."""
    client, line = await _log_in(setup, locker)
    try:
        sponsor = await _find_sponsor(line, setup)
        async with open_tasks(PLATFORM) as tasks:
            platform = Matrix(
                setup,
                client,
                line,
                locker=locker,
                group=tasks.group,
                start=tasks.start,
                sponsor=sponsor,
            )
            await furnish(platform, setup, locker, tasks.start, asyncio.get_running_loop().time)
            tasks.start(_show_what_it_is(line, platform.rooms.own_id))
            async with resting(platform.rest_everywhere):
                yield platform
    finally:
        await close_client(client)


async def _log_in(setup: Setup, locker: Locker) -> tuple[Any, Line]:
    """A homeserver that is away is waited for."""
    pauses = Pauses(setup.first_pause_s)
    while True:
        try:
            client, line, _ = await log_in(setup, locker)
        except BROKEN_LINE as error:
            log.warning("matrix: %s does not answer (%s)", setup.homeserver, type(error).__name__)
            await asyncio.sleep(pauses.next_s())
        else:
            return client, line


async def _find_sponsor(line: Line, setup: Setup) -> str:
    """Its id: rooms are named by an alias, too."""
    if not setup.sponsor.startswith("#"):
        return setup.sponsor
    answer = await line.find(f"/directory/room/{quoted(setup.sponsor)}")
    if answer is None or not answer.is_fine:
        raise PlatformError(f"matrix.sponsor: the homeserver finds no room {setup.sponsor}")
    return str(answer.body["room_id"])


async def _show_what_it_is(line: Line, own_id: str) -> None:
    body = {"presence": "online", "status_msg": STATUS}
    await line.attempt("PUT", f"/presence/{quoted(own_id)}/status", body)
