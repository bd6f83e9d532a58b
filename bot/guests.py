"""SAFETY A4, A11: whose guest somebody is now. Asked of the platform, and believed for a minute.

No answer means no. It knows nothing of what follows from it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.events import CommunityId, PersonId
from bot.platforms.base import Platform

HOLDS_S = 60.0
AHEAD_S = 45.0
"""Older than this it is asked for again while nobody waits, so that who goes on talking or types never
does."""
MOMENT_S = 5.0
"""As long holds a no: who has just joined a community is not kept waiting for it."""
ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class _Answer:
    at: float
    communities: tuple[CommunityId, ...]


class Guests:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[PersonId, _Answer] = {}
        self._changes = 0

    async def communities(
        self, platform: Platform, account: PersonId
    ) -> tuple[CommunityId, ...] | None:
        """Those that could be its sponsor, as it is now; None where there is no answer."""
        now = self._clock()
        changes = self._changes
        found: tuple[CommunityId, ...] | None = None
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(ANSWER_S):
                found = await platform.communities(account)
        self._known = {who: one for who, one in self._known.items() if _holds(one, now, HOLDS_S)}
        if found is not None and changes == self._changes:
            # Of the time of asking. What changed meanwhile may not be in it: that is not kept.
            self._known[account] = _Answer(now, found)
        return found

    async def is_guest(
        self, platform: Platform, account: PersonId, sponsor: CommunityId, *, ahead: bool = False
    ) -> bool | None:
        """`ahead` of a message: nobody waits for it."""
        known = self._known.get(account)
        if known is not None:
            is_in = sponsor in known.communities
            holds = AHEAD_S if ahead else HOLDS_S
            if _holds(known, self._clock(), holds if is_in else MOMENT_S):
                return is_in
        found = await self.communities(platform, account)
        if found is None and ahead and account in self._known:
            # What is believed still holds.
            found = self._known[account].communities
        return None if found is None else sponsor in found

    def left(self, account: PersonId) -> None:
        """What was known is old, and so is what is being asked: the next look asks again."""
        self._changes += 1
        self._known.pop(account, None)


def _holds(answer: _Answer, now: float, within: float) -> bool:
    """A clock that was set back makes nothing last longer."""
    return 0 <= now - answer.at < within
