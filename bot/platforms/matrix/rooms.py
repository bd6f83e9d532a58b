"""The rooms in which the bot is: which are direct ones and with whom, which belong to which community,
and whether what is said there stays between two.

Told by the sync, and asked of the homeserver where that is not enough: a sync may show a room half
made, and after a start it says nothing of members.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from bot.events import Author, CommunityId, Role, Room
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import community_id, direct_room, person_id, quoted, shared_room
from bot.platforms.matrix.places import Place

log = logging.getLogger(__name__)

_DIRECT = "m.direct"


class Rooms:
    def __init__(self, line: Line, own_id: str, sponsor: str) -> None:
        """`sponsor` is a room's id; empty: the only community, if it is only one."""
        self.own_id = own_id
        self._line = line
        self._sponsor = sponsor
        self._places: dict[str, Place] = {}
        self._people: dict[str, str] = {}
        """With whom the bot is in each direct room."""
        self._whole: set[str] = set()
        """Rooms of which all members are known."""
        self._one_at_a_time = asyncio.Lock()

    # --- What is told ------------------------------------------------------------------------

    def take(self, room: str, events: Iterable[Mapping[str, Any]]) -> Place:
        place = self._places.get(room)
        if place is None:
            place = self._places[room] = Place(room)
        for event in events:
            place.take(event)
        return place

    def missed_some(self, room: str) -> None:
        """Who came and went there meanwhile is to be asked for again."""
        self._whole.discard(room)

    def gone(self, room: str) -> Place | None:
        """The bot is there no more."""
        self._people.pop(room, None)
        self._whole.discard(room)
        return self._places.pop(room, None)

    # --- Direct rooms ------------------------------------------------------------------------

    async def load(self) -> None:
        """Which rooms are direct ones, as the account keeps it. Raises where it is not known."""
        answer = await self._line.ask("GET", self._account_data)
        if answer.status != 404 and not answer.is_fine:
            raise OSError(f"m.direct: status {answer.status}")
        for user, rooms in answer.body.items() if answer.is_fine else ():
            for room in rooms if isinstance(rooms, list) else ():
                self._people[str(room)] = str(user)

    def meant_direct(self, room: str, user: str) -> None:
        """Before the bot has joined: what is said there may be told at once."""
        self._people[room] = user

    async def make_direct(self, room: str, user: str) -> None:
        async with self._one_at_a_time:
            self._people[room] = user
            await self._keep_people()

    async def forget_direct(self, room: str) -> None:
        async with self._one_at_a_time:
            if self._people.pop(room, None) is not None:
                await self._keep_people()

    def person_in(self, room: str) -> str | None:
        """With whom it is a direct room; None for a shared one."""
        return self._people.get(room)

    def direct_with(self, user: str) -> str | None:
        """The newest direct room with somebody."""
        return next((r for r, one in reversed(self._people.items()) if one == user), None)

    async def others_in(self, room: str) -> set[str] | None:
        """Who is there or invited besides the bot and its person; None where that is not known.
        Whoever is invited may read along as soon as they like."""
        if room not in self._whole and not await self._ask_members(room):
            return None
        return self._places[room].present - {self.own_id, self._people.get(room, "")}

    async def _ask_members(self, room: str) -> bool:
        answer = await self._line.find(f"/rooms/{quoted(room)}/members?not_membership=leave")
        if answer is None or not answer.is_fine or room not in self._places:
            return False
        place = self._places[room]
        place.members.clear()
        for event in answer.body.get("chunk") or ():
            place.take(event)
        self._whole.add(room)
        return True

    # --- Encryption --------------------------------------------------------------------------

    async def is_encrypted(self, room: str) -> bool | None:
        """None where it is not known, and then nothing may be said."""
        place = self._places.get(room)
        if place is not None and place.is_encrypted:
            return True
        # Asked each time: nobody tells before the next sync that it was switched on.
        answer = await self._line.find(f"/rooms/{quoted(room)}/state/m.room.encryption")
        if answer is None or answer.status not in (200, 404):
            return None
        if place is not None and answer.is_fine:
            place.is_encrypted = True
        return answer.is_fine

    # --- Communities -------------------------------------------------------------------------

    def place(self, room: str) -> Place | None:
        return self._places.get(room)

    def places(self) -> tuple[Place, ...]:
        return tuple(self._places.values())

    def room_of(self, room: str) -> Room:
        if room in self._people:
            return direct_room(room, self.sponsor())
        return shared_room(room, self.community_of(room))

    def community_of(self, room: str) -> str:
        """The space that lists it, where the bot is in one; else the room itself."""
        spaces = (one.id for one in self._places.values() if one.is_space and room in one.rooms)
        return next(spaces, room)

    def communities(self) -> tuple[str, ...]:
        """Each by its space, or by its room."""
        shared = (room for room in self._places if room not in self._people)
        return tuple(dict.fromkeys(self.community_of(room) for room in shared))

    def rooms_of(self, community: str) -> tuple[str, ...]:
        """The room that it is called by comes first."""
        place = self._places.get(community)
        inside = [r for r in (place.rooms if place else ()) if r in self._places]
        return (community, *(room for room in inside if room not in self._people))

    def sponsor(self) -> CommunityId | None:
        """Of direct rooms where the person chose none."""
        if self._sponsor:
            return community_id(self._sponsor)
        communities = self.communities()
        return community_id(communities[0]) if len(communities) == 1 else None

    # --- Below -------------------------------------------------------------------------------

    @property
    def _account_data(self) -> str:
        return f"/user/{quoted(self.own_id)}/account_data/{_DIRECT}"

    async def _keep_people(self) -> None:
        people: dict[str, list[str]] = {}
        for room, user in self._people.items():
            people.setdefault(user, []).append(room)
        await self._line.attempt("PUT", self._account_data, people)


def author_in(rooms: Rooms, room: str, user: str) -> Author:
    """In direct rooms everybody is a member."""
    place = rooms.place(room)
    is_shared = place is not None and rooms.person_in(room) is None
    role = place.role_of(user) if place and is_shared else Role.MEMBER
    called = place.called.get(user) if place else ""
    return Author(person_id(user), called or user.removeprefix("@").partition(":")[0], role)
