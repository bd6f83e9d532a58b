"""What happened where somebody is alone with the bot while the gateway was lost and could not be
resumed: what was written, edited and taken away, in direct rooms and in the threads in their place.

Asked for once when a new session begins, in the rooms that were used last; in a thread once its
guild is there, since only then Discord has said that it is one. A message that was heard before is
known to the vault, so it may well come twice from here.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from discord.http import Route

from bot.events import Author, Deleted, Event, EventId, RoomId
from bot.platforms.base import Known, LastHeard
from bot.platforms.bounded import Bounded
from bot.platforms.discord.listening import Listening
from bot.platforms.discord.names import channel_of, time_of
from bot.platforms.discord.reading import Payload
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.threads import alone_in

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

    def gone(self, known: Known, message: str) -> None:
        """Taken away, of those that were known there."""


class Missed:
    def __init__(self, rest: Rest, clock: Callable[[], float]) -> None:
        self._rest = rest
        self._clock = clock
        self._known: Bounded[RoomId, Known] = Bounded()
        """Of each of these rooms, what came from it."""
        self._before: LastHeard | None = None
        """What the last process knew; asked for once."""
        self._wanted: dict[RoomId, tuple[Known, ...]] = {}
        """Not asked for yet. Of one room several people's vaults may know."""

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

    async def learn(self, known: Sequence[Known]) -> None:
        """Where there is something to ask for."""
        before, self._before = self._before, None
        rooms: dict[RoomId, tuple[Known, ...]] = {}
        for one in await before() if before else ():
            # The one that was used last stands last.
            rooms[one.room] = (*rooms.pop(one.room, ()), one)
        self._wanted |= rooms | {one.room: (one,) for one in known}

    async def fetch(self, among: Callable[[RoomId], bool], tell: Tell) -> None:
        """Tells of each message in the order of its room, the rooms side by side."""
        # The ones that were used last, if there are too many.
        rooms = [room for room in self._wanted if among(room)][-ROOMS:]
        asked = [self._wanted.pop(room) for room in rooms]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(known: Sequence[Known]) -> None:
            async with gate:
                await self._look(known, tell)

        async with asyncio.TaskGroup() as group:
            for known in asked:
                group.create_task(look(known))

    async def _look(self, known: Sequence[Known], tell: Tell) -> None:
        channel, last = channel_of(known[0].room), max((one.last for one in known), key=int)
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._rest.ask(route, params={"limit": MESSAGES})
        # The bot's own words at least are there.
        if not found:
            return
        there = [str(one["id"]) for one in found]
        for one in known:
            for id_ in _gone(one, there):
                tell.gone(one, id_)
        oldest = self._clock() - LONGEST_S
        for data in sorted(found, key=lambda one: int(one["id"])):
            try:
                if int(data["id"]) > int(last):
                    if time_of(data["id"]) >= oldest:
                        tell.hear("MESSAGE_CREATE", data)
                elif _edited_at(data) > time_of(last):
                    tell.hear("MESSAGE_UPDATE", data)
            except Exception as error:  # noqa: BLE001 - one message must not hide the others
                log.warning("discord: a message was not understood: %s", type(error).__name__)


@dataclass(frozen=True, slots=True)
class InDirect:
    """Implements `Tell` for direct rooms."""

    listening: Listening

    def hear(self, name: str, data: Payload) -> None:
        self.listening.hear(name, data)

    def gone(self, known: Known, message: str) -> None:
        channel = channel_of(known.room)
        self.listening.hear("MESSAGE_DELETE", {"id": message, "channel_id": channel})


@dataclass(frozen=True, slots=True)
class InThreads:
    """Implements `Tell` for a guild's threads: they are heard as the gateway would tell of them."""

    guild: str
    heard: Callable[[str, Payload], None]
    put: Callable[[Event], None]
    clock: Callable[[], float]
    only_who_mentions: str | None = None
    """What the gateway would withhold is not read from here either (the message content intent)."""

    def hear(self, name: str, data: Payload) -> None:
        mentions = {str(one.get("id")) for one in data.get("mentions") or ()}
        if "author" in data and self.only_who_mentions not in {None, *mentions}:
            return
        self.heard(name, {**data, "guild_id": self.guild})

    def gone(self, known: Known, message: str) -> None:
        channel = channel_of(known.room)
        if known.person is None:
            self.hear("MESSAGE_DELETE", {"id": message, "channel_id": channel})
            return
        # Discord does not say who is there. Whose vault has it, wrote it.
        room = alone_in(self.guild, channel, is_gated=False)
        author = Author(known.person, "")
        self.put(Deleted(room, author, EventId(message), self.clock()))


def _gone(known: Known, there: Iterable[str]) -> list[str]:
    """Of those that are as new as what Discord has shown, what it has not shown."""
    shown = set(there)
    oldest = min(map(int, shown), default=0) if len(shown) >= MESSAGES else 0
    return [id_ for id_ in known.kept if id_ not in shown and int(id_) >= oldest]


def _edited_at(data: Payload) -> float:
    edited = data.get("edited_timestamp")
    return datetime.fromisoformat(edited).timestamp() if edited else 0.0
