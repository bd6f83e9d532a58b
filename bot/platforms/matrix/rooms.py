"""The rooms in which the bot is: which are direct ones and with whom, which belong to which community,
and whether what is said there stays between two.

Told by the sync, and asked of the homeserver where that is not enough: a sync may show a room half
made, and after a start it says nothing of members.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.events import Author, CommunityId, Role, Room
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import community_id, direct_room, person_id, quoted, shared_room
from bot.platforms.matrix.places import Place

log = logging.getLogger(__name__)

_DIRECT = "m.direct"
_TRIES = 3


class Rooms:
    def __init__(self, line: Line, own_id: str, sponsor: str) -> None:
        """`sponsor` is a room's id; empty: the only community, if it is only one."""
        self.own_id = own_id
        self._line = line
        self._sponsor = sponsor
        self._places: dict[str, Place] = {}
        self._people: dict[str, str] = {}
        """With whom the bot is in each direct room."""
        self._spaces: set[str] = set()
        self._came_by: Bounded[str, str] = Bounded()
        """By whose door the person of a direct room came into it last."""
        self.asides: set[str] = set()
        """Rooms that are read and are nobody's community: policy lists."""
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
        if place.is_space:
            self._spaces.add(room)
        if place.made_for and place.made_by == self.own_id:
            # The homeserver may tell of a room before it answers to its making.
            self._people.setdefault(room, place.made_for)
        return place

    def missed_some(self, room: str) -> None:
        """Who came and went there meanwhile is to be asked for again."""
        self._whole.discard(room)

    def gone(self, room: str) -> Place | None:
        """The bot is there no more."""
        self._people.pop(room, None)
        self._spaces.discard(room)
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
        return next(iter(self.all_direct_with(user)), None)

    def all_direct_with(self, user: str) -> list[str]:
        """The newest first."""
        return [room for room, one in reversed(self._people.items()) if one == user]

    async def others_in(self, room: str) -> set[str] | None:
        """Who is there or invited besides the bot and its person; None where that is not known.
        Whoever is invited may read along as soon as they like."""
        for _ in range(_TRIES):
            if room in self._whole or await self._ask_members(room):
                break
        else:
            return None
        return self._places[room].present - {self.own_id, self._people.get(room, "")}

    async def _ask_members(self, room: str) -> bool:
        if (place := self._places.get(room)) is None:
            return False
        told = place.told
        answer = await self._line.find(f"/rooms/{quoted(room)}/members?not_membership=leave")
        if answer is None or not answer.is_fine or told != place.told:
            # Who has come while it was asked may not be in the answer.
            return False
        place.members.clear()
        for event in answer.body.get("chunk") or ():
            place.take(event)
        self._whole.add(room)
        return True

    def known_people(self) -> set[str]:
        """Of whom anything was told: in direct rooms, and in others."""
        there = {user for place in self._places.values() for user in place.present}
        return (there | set(self._people.values())) - {self.own_id}

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

    def came_by(self, room: str, community: str) -> None:
        """Until they are in: from then on they are the guest of whom they have chosen."""
        self._came_by.put(room, community)

    def is_in(self, room: str) -> None:
        self._came_by.pop(room)

    def room_of(self, room: str) -> Room:
        if room not in self._people:
            return shared_room(room, self.community_of(room))
        if (door := self._came_by.get(room)) is not None:
            return replace(direct_room(room, community_id(door)), is_their_choice=True)
        return direct_room(room, self.sponsor())

    def community_of(self, room: str) -> str:
        """The outermost space that it is in, of those that have the bot; else the room itself."""
        inside, found = {room}, room
        while (around := self._space_of(found)) is not None and around not in inside:
            inside.add(found := around)
        return found

    def communities(self) -> tuple[str, ...]:
        """Each by its space, or by its room."""
        return tuple(dict.fromkeys(map(self.community_of, self._shared())))

    def rooms_of(self, community: str) -> tuple[str, ...]:
        """The room that it is called by comes first."""
        inside = (room for room in self._shared() if self.community_of(room) == community)
        return tuple(dict.fromkeys((community, *inside)))

    def sponsor(self) -> CommunityId | None:
        """Of direct rooms where the person chose none."""
        if self._sponsor:
            return community_id(self._sponsor)
        communities = self.communities()
        return community_id(communities[0]) if len(communities) == 1 else None

    # --- Below -------------------------------------------------------------------------------

    def _shared(self) -> list[str]:
        """What the bot has made itself is for two, before it is known for whom, too."""
        return [
            room
            for room, place in self._places.items()
            if room not in self._people and room not in self.asides and place.made_by != self.own_id
        ]

    def _space_of(self, room: str) -> str | None:
        """Of several always the same one."""
        place = self._places.get(room)
        spaces = (self._places[space] for space in self._spaces)
        return min((s.id for s in spaces if place is not None and s.lists(place)), default=None)

    @property
    def _account_data(self) -> str:
        return f"/user/{quoted(self.own_id)}/account_data/{_DIRECT}"

    async def _keep_people(self) -> None:
        people: dict[str, list[str]] = {}
        for room, user in self._people.items():
            people.setdefault(user, []).append(room)
        await self._line.attempt("PUT", self._account_data, people)


def author_in(rooms: Rooms, room: str, user: str) -> Author:
    """In direct rooms everybody is a member. A space's rules are its own moderators' to set: who made
    one of its rooms moderates nothing by that."""
    place, whole = rooms.place(room), rooms.place(rooms.community_of(room))
    is_shared = whole is not None and rooms.person_in(room) is None
    role = whole.role_of(user) if whole and is_shared else Role.MEMBER
    called = place.called.get(user) if place else ""
    return Author(person_id(user), called or user.removeprefix("@").partition(":")[0], role)
