"""What was written in direct rooms while the gateway was lost and could not be resumed.

Asked for once when a new session begins, in the rooms that were used last. A message that was
heard before is known to the vault, so it may well come twice from here.
"""

import asyncio
import logging
from collections.abc import Callable

from discord.http import Route

from bot.events import EventId, RoomId
from bot.platforms.base import LastHeard
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import channel_of, is_direct, time_of
from bot.platforms.discord.reading import Payload
from bot.platforms.discord.rest import Rest

log = logging.getLogger(__name__)

ROOMS = 200
LONGEST_S = 24 * 3600.0
"""What is older than a day is not answered any more."""
_AT_ONCE = 5
_MESSAGES = 50


class Missed:
    def __init__(self, rest: Rest, clock: Callable[[], float]) -> None:
        self._rest = rest
        self._clock = clock
        self._last: Bounded[RoomId, EventId] = Bounded()
        """Of each direct room, the last message that came from it."""
        self._before: LastHeard | None = None
        """What the last process knew; asked for once."""

    def catch_up_from(self, last_heard: LastHeard) -> None:
        self._before = last_heard

    def saw(self, room: RoomId, message: EventId) -> None:
        last = self._last.get(room)
        self._last.put(room, message if last is None else max(last, message, key=int))

    async def fetch(self, tell: Callable[[Payload], None]) -> None:
        """Tells of each message in the order of its room, the rooms side by side."""
        before, self._before = self._before, None
        for room, message in await before() if before else ():
            if is_direct(room):
                self.saw(room, message)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(room: RoomId, last: EventId) -> None:
            async with gate:
                await self._look(channel_of(room), last, tell)

        async with asyncio.TaskGroup() as group:
            for room, last in self._last.latest(ROOMS):
                group.create_task(look(room, last))

    async def _look(self, channel: str, last: EventId, tell: Callable[[Payload], None]) -> None:
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._rest.ask(route, params={"after": last, "limit": _MESSAGES})
        oldest = self._clock() - LONGEST_S
        for data in sorted(found or (), key=lambda one: int(one["id"])):
            try:
                if time_of(data["id"]) >= oldest:
                    tell(data)
            except Exception as error:  # noqa: BLE001 - one message must not hide the others
                log.warning("discord: a message was not understood: %s", type(error).__name__)
