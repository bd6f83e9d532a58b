"""SAFETY A9, A11: what is being answered now, and what ends it before its end.

Each message in the works stands here with its account, its person, its community and the ceiling
that its reply is written under. Whoever brings about a `Fall` (a ceiling lowered, an age record
taken back, a lock, a sponsor lost) tells it here, and every reply above what is left stops within
one token, as it does for a newer message. Accounts of one person fall together.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.events import CommunityId, Message, PersonId, Rating, RoomId
from bot.policy.ceiling import Fall
from bot.scene import sponsor_of
from bot.sentences import FELL, NO_GUEST_ANY_MORE
from bot.store.house import House
from bot.text import SILENCE, Text


@dataclass(slots=True)
class _Flight:
    account: PersonId
    person: PersonId
    """Whose account it was when this began: it may be parted or joined before the end."""
    community: CommunityId
    stop: asyncio.Event
    ceiling: Rating = Rating.MATURE
    """Until it is known, the highest: what falls while a message is being decided counts, too."""
    told: Text = SILENCE


class Flights:
    def __init__(self, house: House) -> None:
        self._house = house
        # One worker to a room, so a room has one message in the works at most.
        self._by_room: dict[RoomId, _Flight] = {}

    @contextmanager
    def under_way(self, message: Message, stop: asyncio.Event) -> Iterator[None]:
        """From before anything is read about the message until it is answered."""
        account, room = message.author.id, message.room
        person = self._house.links.person_of(account)
        sponsor = sponsor_of(account, room, self._house)
        self._by_room[room.id] = _Flight(account, person, sponsor, stop)
        try:
            yield
        finally:
            del self._by_room[room.id]

    def are_any(self) -> bool:
        return bool(self._by_room)

    def write_under(self, room: RoomId, community: CommunityId, ceiling: Rating) -> None:
        if flight := self._by_room.get(room):
            flight.community, flight.ceiling = community, ceiling

    def told(self, room: RoomId) -> Text:
        """Why it ended; silence where nothing has fallen."""
        flight = self._by_room.get(room)
        return flight.told if flight else SILENCE

    def end(self, fall: Fall | None, told: Text = SILENCE) -> None:
        """With words of its own, or those that are told of every such fall."""
        if fall is None:
            return
        for flight in self._by_room.values():
            if (
                self._is_of(flight, fall)
                and fall.community in (None, flight.community)
                and (fall.to is None or flight.ceiling > fall.to)
            ):
                flight.told = told or (NO_GUEST_ANY_MORE if fall.account else FELL)
                flight.stop.set()

    def _is_of(self, flight: _Flight, fall: Fall) -> bool:
        if fall.account is not None:
            return fall.account == flight.account
        if fall.person is None:
            return True
        person_of = self._house.links.person_of
        return person_of(fall.person) in (flight.person, person_of(flight.account))


def lost_sponsor(account: PersonId, community: CommunityId) -> Fall:
    """SAFETY A11: only this account is nobody's guest there; another of theirs may still be one."""
    return Fall(account=account, community=community)
