"""SAFETY A9: what is being answered now, and what ends it before its end.

Each message in the works stands here with its person, its community and the ceiling that its
reply is written under. Whoever brings about a `Fall` (a ceiling lowered, an age record taken
back, a lock, a sponsor lost) tells it here, and every reply above what is left stops within one
token, as it does for a newer message. It knows nothing of why.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.events import CommunityId, Message, PersonId, Rating, RoomId
from bot.policy.ceiling import Fall
from bot.scene import HOME


@dataclass(slots=True)
class _Flight:
    person: PersonId
    community: CommunityId
    stop: asyncio.Event
    ceiling: Rating = Rating.MATURE
    """Until it is known, the highest: what falls while a message is being decided counts, too."""
    has_fallen: bool = False


class Flights:
    def __init__(self) -> None:
        # One worker to a room, so a room has one message in the works at most.
        self._by_room: dict[RoomId, _Flight] = {}

    @contextmanager
    def under_way(self, message: Message, stop: asyncio.Event) -> Iterator[None]:
        """From before anything is read about the message until it is answered."""
        room = message.room
        self._by_room[room.id] = _Flight(message.author.id, room.sponsor or HOME, stop)
        try:
            yield
        finally:
            del self._by_room[room.id]

    def write_under(self, room: RoomId, ceiling: Rating) -> None:
        if flight := self._by_room.get(room):
            flight.ceiling = ceiling

    def has_fallen(self, room: RoomId) -> bool:
        flight = self._by_room.get(room)
        return flight is not None and flight.has_fallen

    def end(self, fall: Fall | None) -> None:
        if fall is None:
            return
        for flight in self._by_room.values():
            if (
                fall.person in (None, flight.person)
                and fall.community in (None, flight.community)
                and (fall.to is None or flight.ceiling > fall.to)
            ):
                flight.has_fallen = True
                flight.stop.set()
