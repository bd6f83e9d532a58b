"""What happened in direct rooms while the gateway was lost and could not be resumed: what was written,
edited and taken away.

Asked for once when a new session begins, in the rooms that were used last. A message that was
heard before is known to the vault, so it may well come twice from here.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from discord.http import Route

from bot.events import EventId, RoomId
from bot.platforms.base import Known, LastHeard
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import channel_of, is_direct, time_of
from bot.platforms.discord.reading import Payload
from bot.platforms.discord.rest import Rest

log = logging.getLogger(__name__)

ROOMS = 200
LONGEST_S = 24 * 3600.0
"""What is older than a day is not answered any more."""
MESSAGES = 100
"""As many as Discord gives at once."""
_AT_ONCE = 5
_KEPT = 50


class Tell(Protocol):
    """Who hears what was missed, as if it were heard now."""

    def hear(self, name: str, data: Payload) -> None: ...


class Missed:
    def __init__(self, rest: Rest, clock: Callable[[], float]) -> None:
        self._rest = rest
        self._clock = clock
        self._known: Bounded[RoomId, Known] = Bounded()
        """Of each direct room, what came from it."""
        self._before: LastHeard | None = None
        """What the last process knew; asked for once."""

    def catch_up_from(self, last_heard: LastHeard) -> None:
        self._before = last_heard

    def saw(self, room: RoomId, message: EventId) -> None:
        known = self._known.get(room) or Known(room, message)
        last = max(known.last, message, key=int)
        self._known.put(room, Known(room, last, (*known.kept[-_KEPT:], message)))

    def known(self) -> tuple[Known, ...]:
        """To be taken before anything is heard from the new session: what comes from it is newer
        than what was missed."""
        return tuple(known for _, known in self._known.latest(ROOMS))

    async def fetch(self, known: Sequence[Known], tell: Tell) -> None:
        """Tells of each message in the order of its room, the rooms side by side."""
        before, self._before = self._before, None
        rooms = {one.room: one for one in (await before() if before else ()) if is_direct(one.room)}
        # The ones that were used last, if there are too many.
        rooms = dict(list(rooms.items())[-ROOMS:]) | {one.room: one for one in known}
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(room: Known) -> None:
            async with gate:
                await self._look(room, tell)

        async with asyncio.TaskGroup() as group:
            for room in rooms.values():
                group.create_task(look(room))

    async def _look(self, known: Known, tell: Tell) -> None:
        channel = channel_of(known.room)
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._rest.ask(route, params={"limit": MESSAGES})
        # The bot's own words at least are there.
        if not found:
            return
        for id_ in _gone(known, [str(one["id"]) for one in found]):
            tell.hear("MESSAGE_DELETE", {"id": id_, "channel_id": channel})
        oldest = self._clock() - LONGEST_S
        for data in sorted(found, key=lambda one: int(one["id"])):
            try:
                if int(data["id"]) > int(known.last):
                    if time_of(data["id"]) >= oldest:
                        tell.hear("MESSAGE_CREATE", data)
                elif _edited_at(data) > time_of(known.last):
                    tell.hear("MESSAGE_UPDATE", data)
            except Exception as error:  # noqa: BLE001 - one message must not hide the others
                log.warning("discord: a message was not understood: %s", type(error).__name__)


def _gone(known: Known, there: Iterable[str]) -> list[str]:
    """Of those that are as new as what Discord has shown, what it has not shown."""
    shown = set(there)
    oldest = min(map(int, shown), default=0) if len(shown) >= MESSAGES else 0
    return [id_ for id_ in known.kept if id_ not in shown and int(id_) >= oldest]


def _edited_at(data: Payload) -> float:
    edited = data.get("edited_timestamp")
    return datetime.fromisoformat(edited).timestamp() if edited else 0.0
