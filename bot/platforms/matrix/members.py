"""In which communities somebody is: asked of the homeserver, each time anew (SAFETY A4, A11).

A banned person is no member. How long an answer is believed is decided elsewhere, and in one place.
With more communities than can be asked in time, those where the person was found come first.
"""

import asyncio
from collections.abc import Callable

from bot.events import CommunityId, PersonId
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import community_id, quoted, user_of
from bot.platforms.matrix.ports import Watch
from bot.platforms.matrix.rooms import Rooms

MOST_COMMUNITIES = 50
_AT_ONCE = 10


class Members:
    def __init__(self, line: Line, rooms: Rooms, watch: Callable[[], Watch]) -> None:
        self._watch = watch
        self._line = line
        self._rooms = rooms
        self._met: Bounded[tuple[str, str], None] = Bounded()

    def forget(self, user: str) -> None:
        """Where they were found."""
        for community in self._rooms.communities():
            self._met.pop((community, user))

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        found, user = self._rooms.communities(), user_of(person)
        asked = sorted(found, key=lambda one: (one, user) not in self._met)[:MOST_COMMUNITIES]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(community: str) -> bool | None:
            async with gate:
                return await self.is_in(community, user)

        answers = await asyncio.gather(*map(ask, asked))
        there = [community_id(one) for one, is_in in zip(asked, answers, strict=True) if is_in]
        # Where something stayed open and nobody has said yes, nothing is known of the person.
        if not there and (None in answers or len(asked) < len(found)):
            return None
        return tuple(there)

    async def is_in(self, community: str, user: str) -> bool | None:
        """None where that is not known."""
        is_there = await self._is_member(community, user)
        if not is_there:
            self._met.pop((community, user))
            return is_there
        if not await self._watch().ready(community):
            # INVARIANT I3: whose lists are not known may have put them out.
            return None
        if self._watch().is_barred(user, community):
            return False
        self._met.put((community, user), None)
        self._watch().saw(user, community)
        return True

    async def _is_member(self, community: str, user: str) -> bool | None:
        first, *inside = self._rooms.rooms_of(community)
        membership = await self._membership(first, user)
        # Who is in one of a space's rooms is its guest, unless the space has banned them.
        for room in inside if membership in ("", "leave") else ():
            if await self._membership(room, user) == "join":
                return True
        return None if membership is None else membership == "join"

    async def _membership(self, room: str, user: str) -> str | None:
        """Empty where they never were there; None where nothing is known."""
        path = f"/rooms/{quoted(room)}/state/m.room.member/{quoted(user)}"
        answer = await self._line.find(path)
        if answer is None or answer.status not in (200, 404):
            return None
        return str(answer.body.get("membership") or "") if answer.is_fine else ""
