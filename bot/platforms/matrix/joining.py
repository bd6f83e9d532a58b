"""Invitations: accepted one after the other, in bounds. It says nothing.

Anybody may open a direct room with the bot: whether they are answered there is decided elsewhere.
Into other rooms it follows operators, and whoever invites it into a room of a space that it is in; or
anybody, where the operator has chosen so.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import BROKEN_LINE, Line
from bot.platforms.matrix.names import quoted
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.setup import Setup
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)

WAITING = 100
"""Invitations that may wait; what comes beyond is left unanswered, and may be made again."""
EACH = 5
"""Rooms that one person may open within the time below."""
WITHIN_S = 600.0
_TRIES = 5


class Joined(Protocol):
    async def __call__(self, room: str, inviter: str, *, is_direct: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wanted:
    room: str
    inviter: str
    is_direct: bool
    via: str = ""
    """A homeserver that is in it."""


class Joining:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        setup: Setup,
        start: Start,
        *,
        now: Callable[[], float],
        joined: Joined,
    ) -> None:
        self._setup = setup
        self._line = line
        self._rooms = rooms
        self._start = start
        self._now = now
        self._joined = joined
        self._waiting: deque[_Wanted] = deque()
        self._known: set[str] = set()
        self._meanwhile: dict[str, Sequence[Mapping[str, Any]]] = {}
        """Invitations into rooms that are being joined already."""
        self._times: Bounded[str, tuple[float, ...]] = Bounded()
        self._is_at_it = False

    def invited(self, room: str, state: Sequence[Mapping[str, Any]]) -> None:
        """The homeserver repeats them; each is followed once."""
        mine = [one for one in state if one.get("state_key") == self._rooms.own_id]
        if not mine:
            return
        if room in self._known:
            # It may come just after a try for which there was none yet.
            self._meanwhile[room] = state
            return
        inviter = str(mine[-1].get("sender"))
        content = mine[-1].get("content")
        is_direct = isinstance(content, Mapping) and content.get("is_direct") is True
        if not is_direct and not self._leads(inviter, room):
            log.warning(
                "matrix: an invitation into a room was left: it is by nobody in matrix.operators, "
                "and no space that has the bot lists that room (matrix.rooms_by)"
            )
            return
        if not self._may(inviter) or len(self._waiting) >= WAITING:
            log.warning("matrix: an invitation was left: too many at once")
            return
        self._add(_Wanted(room, inviter, is_direct))

    def follow(self, room: str, via: str, person: str | None) -> None:
        """In the place of one that was upgraded; with whom it was a direct one."""
        if room not in self._known:
            self._add(_Wanted(room, person or "", person is not None, via))

    def _add(self, wanted: _Wanted) -> None:
        self._known.add(wanted.room)
        self._waiting.append(wanted)
        if not self._is_at_it:
            self._is_at_it = True
            self._start(self._work())

    def _leads(self, inviter: str, room: str) -> bool:
        """Whoever has the power to list rooms in a space is trusted with them."""
        if not self._setup.rooms_by_operators or inviter in self._setup.operators:
            return True
        return any(place.is_space and room in place.rooms for place in self._rooms.places())

    def _may(self, inviter: str) -> bool:
        now = self._now()
        times = tuple(at for at in self._times.get(inviter) or () if now - at < WITHIN_S)
        if len(times) >= EACH:
            return False
        self._times.put(inviter, (*times, now))
        return True

    async def _work(self) -> None:
        try:
            while self._waiting:
                wanted = self._waiting.popleft()
                if wanted.is_direct:
                    self._rooms.meant_direct(wanted.room, wanted.inviter)
                is_in = False
                try:
                    if is_in := await self._join(wanted):
                        await self._joined(wanted.room, wanted.inviter, is_direct=wanted.is_direct)
                    elif wanted.is_direct:
                        await self._rooms.forget_direct(wanted.room)
                finally:
                    self._known.discard(wanted.room)
                    came = self._meanwhile.pop(wanted.room, None)
                    if came is not None and not is_in:
                        self.invited(wanted.room, came)
        finally:
            # No await since the last look at what waits.
            self._is_at_it = False

    async def _join(self, wanted: _Wanted) -> bool:
        via = f"?via={quoted(wanted.via)}" if wanted.via else ""
        for number in range(_TRIES):
            try:
                answer = await self._line.ask("POST", f"/join/{quoted(wanted.room)}{via}", {})
            except BROKEN_LINE:
                await asyncio.sleep(2.0**number)
                continue
            if answer.is_fine:
                return True
            if not answer.may_pass:
                log.info("matrix: an invitation was not followed: %s", answer.code)
                return False
            await asyncio.sleep(answer.wait_s)
        return False
