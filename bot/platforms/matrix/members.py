"""In which communities somebody is: asked of the homeserver, believed for a moment (SAFETY A4, A11).

A banned person is no member. Who goes on talking is asked for again before the moment is over, so
that their words need not wait for it. With more communities than can be asked in time, those where the
person was met come first.
"""

import asyncio
from collections.abc import Callable

from bot.events import CommunityId, PersonId
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import community_id, quoted, user_of
from bot.platforms.matrix.ports import Watch
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.setup import Start

HOLDS_S = 15.0
AGAIN_S = 5.0
"""Older than this, what is believed is asked for again beside what is said."""
MOST_COMMUNITIES = 50
_AT_ONCE = 10


class Members:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        now: Callable[[], float],
        watch: Callable[[], Watch],
        start: Start,
    ) -> None:
        self._watch = watch
        self._start = start
        self._line = line
        self._rooms = rooms
        self._now = now
        self._known: Bounded[tuple[str, str], tuple[float, bool]] = Bounded()
        self._met: Bounded[tuple[str, str], None] = Bounded()
        self._asking: set[tuple[str, str]] = set()
        """Of whom it is asked beside what is said."""

    def met(self, room: str, user: str) -> None:
        self._met.put((self._rooms.community_of(room), user), None)

    def changed(self, room: str, user: str) -> None:
        """Somebody came or went: what was known is old."""
        self._known.pop((self._rooms.community_of(room), user))

    def forget(self, user: str) -> None:
        """Where they were met, and what was said of them."""
        for community in self._rooms.communities():
            self._known.pop((community, user))
            self._met.pop((community, user))

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        found, user = self._rooms.communities(), user_of(person)
        asked = sorted(found, key=lambda one: (one, user) not in self._met)[:MOST_COMMUNITIES]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(community: str) -> bool | None:
            async with gate:
                return await self._is_in(community, user)

        answers = await asyncio.gather(*map(ask, asked))
        there = [community_id(one) for one, is_in in zip(asked, answers, strict=True) if is_in]
        # Where something stayed open and nobody has said yes, nothing is known of the person.
        if not there and (None in answers or len(asked) < len(found)):
            return None
        return tuple(there)

    async def _is_in(self, community: str, user: str) -> bool | None:
        is_there = await self._is_member(community, user)
        if not is_there:
            return is_there
        if not await self._watch().ready(community):
            # INVARIANT I3: whose lists are not known may have put them out.
            return None
        if self._watch().is_barred(user, community):
            return False
        self._watch().saw(user, community)
        return True

    async def _is_member(self, community: str, user: str) -> bool | None:
        key = (community, user)
        until, is_in = self._known.get(key) or (0.0, False)
        if self._now() >= until:
            return await self._ask(community, user)
        if until - self._now() < HOLDS_S - AGAIN_S and key not in self._asking:
            self._asking.add(key)
            self._start(self._ask_again(community, user))
        return is_in

    async def _ask_again(self, community: str, user: str) -> None:
        try:
            await self._ask(community, user)
        finally:
            self._asking.discard((community, user))

    async def _ask(self, community: str, user: str) -> bool | None:
        key, asked_at = (community, user), self._now()
        before = self._known.get(key)
        first, *inside = self._rooms.rooms_of(community)
        membership = await self._membership(first, user)
        # Who is in one of a space's rooms is its guest, unless the space has banned them.
        for room in inside if membership in ("", "leave") else ():
            if await self._membership(room, user) == "join":
                membership = "join"
                break
        if membership is None:
            return None
        # Who came or went while it was asked may not be in the answer.
        if self._known.get(key) is before:
            self._known.put(key, (asked_at + HOLDS_S, membership == "join"))
        return membership == "join"

    async def _membership(self, room: str, user: str) -> str | None:
        """Empty where they never were there; None where nothing is known."""
        path = f"/rooms/{quoted(room)}/state/m.room.member/{quoted(user)}"
        answer = await self._line.find(path)
        if answer is None or answer.status not in (200, 404):
            return None
        return str(answer.body.get("membership") or "") if answer.is_fine else ""
