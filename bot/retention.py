"""SAFETY P6: what is older than is wished goes by itself, whether or not its person ever writes again.

Asked every half minute; the clock and whose turn it is are looked at less often. It knows when to look
into whose vault, from the house; what goes, the vault knows.
"""

import logging
from collections.abc import Awaitable, Callable

from bot.commands.wishes import KEEP_DAYS
from bot.events import PersonId
from bot.policy.retention import DAY_S, Clock, read_clock, stricter
from bot.store.house import House

log = logging.getLogger(__name__)

LOOK_EVERY_S = 600.0
SOONEST_S = 6 * 3600.0
"""What becomes old meanwhile goes with the next look: nobody's vault is opened all the time."""
MOST = 200
"""People at one look; to open a vault takes some milliseconds."""


class Retention:
    def __init__(
        self,
        house: House,
        *,
        keep_days: int,
        forget: Callable[[PersonId], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        """`forget`: what was computed of somebody's talk."""
        self._house = house
        self._keep_days = keep_days
        self._forget = forget
        self._clock = clock
        self._looked: float | None = None

    async def tick(self) -> None:
        now = self._clock()
        if self._looked is not None and abs(now - self._looked) < LOOK_EVERY_S:
            return
        self._looked = now
        try:
            stood = await self._house.retention.clock()
            clock = read_clock(Clock(*stood) if stood else None, now)
            told = (clock.at, clock.believed, clock.steady_s)
            await self._house.retention.keep_clock(told, self._keep_days)
            people = await self._house.retention.due(now, MOST, everybody=self._keep_days > 0)
        except Exception as error:  # noqa: BLE001 - a disk that is full now is perhaps not at the next look
            log.warning("what is too old could not be looked for: %s", type(error).__name__)
            return
        for person in people:
            try:
                await self._look(person, clock)
            except Exception as error:  # noqa: BLE001 - one person's must not keep back the others'
                log.warning("what is too old was not forgotten: %s", type(error).__name__)

    async def _look(self, person: PersonId, clock: Clock) -> None:
        async with self._house.vault(person) as vault:
            if vault is None:
                return
            wishes = await vault.wishes()
            days = stricter(self._keep_days, wishes.marks.get(KEEP_DAYS, 0.0))
            before = clock.believed - days * DAY_S if days else None
            passed = await vault.pass_away(before, clock.believed)
        if passed.turns:
            await self._forget(person)
        looks = [] if passed.ends_at is None else [passed.ends_at]
        if days and passed.oldest is not None:
            looks.append(max(passed.oldest + days * DAY_S, clock.at + SOONEST_S))
        elif days:
            looks.append(clock.at + days * DAY_S)
        at = min(looks, default=None) if passed.is_all else clock.at
        await self._house.retention.look_at(person, at)
