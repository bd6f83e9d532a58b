"""Talks that come in as files: offered, agreed to, and taken in pieces beside the messages.

Until the person has agreed, nothing of a file is written anywhere; from then on it waits in their
vault, and a start after a crash goes on with it. Between two pieces as much time is left to
others as a piece has taken, and within one it steps aside while somebody is being answered.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.commands.wishes import read_zone
from bot.events import PersonId, Rating
from bot.histories.values import History
from bot.policy.histories import rate
from bot.remembering import catch_up
from bot.store.house import House
from bot.store.imports import Incoming, IncomingTalk
from bot.store.rows import StoreError
from bot.store.vault import Vault

log = logging.getLogger(__name__)

OFFERED_S = 15 * 60.0
MOST_OFFERED = 400_000
"""Lines in memory at once, some 200 MB: of more, the oldest file has to be attached again."""
LEAST_OFFERED = 5_000
"""So much counts one that holds no talk."""
AT_ONCE = 200
"""Lines that are taken before the answer comes."""
BETWEEN = 5
"""Lines that are looked at between two looks at who is being answered: some 10 ms."""
LOOK_S = 0.01
PATIENCE_S = 0.1
"""A message is with the model by then, which may write for long."""


class Importing:
    def __init__(
        self,
        house: House,
        clock: Callable[[], float],
        utc_offset_s: float = 0.0,
        *,
        is_at_work: Callable[[], bool] = lambda: False,
    ) -> None:
        """`utc_offset_s`: of the operator's clock, for who has named no time zone; `is_at_work`:
        whether anybody is being answered."""
        self._house, self._clock, self._utc_offset_s = house, clock, utc_offset_s
        self._is_at_work = is_at_work
        self._offers: dict[PersonId, tuple[float, History]] = {}
        # One entry for a person at most.
        self._wanted: dict[PersonId, None] = {}
        self._comes = asyncio.Event()

    def offer(self, person: PersonId, history: History) -> None:
        self.withdraw(person)
        self._offers[person] = (self._clock(), history)
        while sum(max(one.count, LEAST_OFFERED) for _, one in self._offers.values()) > MOST_OFFERED:
            del self._offers[next(iter(self._offers))]

    def offered(self, person: PersonId) -> History | None:
        at, history = self._offers.get(person, (0.0, None))
        if history is not None and abs(self._clock() - at) > OFFERED_S:
            self.withdraw(person)
            return None
        return history

    def withdraw(self, person: PersonId) -> None:
        self._offers.pop(person, None)

    async def begin(self, vault: Vault, history: History) -> None:
        """What is short is taken when this returns."""
        self.withdraw(vault.person)
        talks = await asyncio.to_thread(_incoming, history)
        await vault.imports.stage(talks, self._clock())
        if history.count > AT_ONCE:
            self._want(vault.person)
            return
        while await take_next(vault, self._utc_offset_s):
            pass
        await self._let_age(vault.person)

    async def run(self) -> None:
        """Whatever waits, one piece after the other, the people in turns; until it is cancelled."""
        for person in await self._house.left_open():
            self._want(person)
        while True:
            await self._comes.wait()
            for person in list(self._wanted):
                began = time.monotonic()
                if not await self._take_one(person):
                    self._wanted.pop(person, None)
                # Pacing, and no waiting for anything: others have their turn.
                await asyncio.sleep(time.monotonic() - began)
            if not self._wanted:
                self._comes.clear()

    def _want(self, person: PersonId) -> None:
        self._wanted[person] = None
        self._comes.set()

    async def _let_age(self, person: PersonId) -> None:
        """SAFETY P6: what came in may be older than anything that was there."""
        await self._house.retention.look_at(person, self._clock())

    async def _step_aside(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while self._is_at_work() and time.monotonic() < until:  # noqa: ASYNC110 - pacing: it goes on whatever comes
            await asyncio.sleep(LOOK_S)

    async def _take_one(self, person: PersonId) -> bool:
        """Whether more may wait."""
        try:
            async with self._house.vault(person) as vault:
                more = vault and await take_next(vault, self._utc_offset_s, self._step_aside)
            if not more:
                await self._let_age(person)
            return bool(more)
        except asyncio.CancelledError:
            self._house.leave_unfinished(person)
            raise
        except StoreError as error:
            # The next start goes on with it; what was taken is whole.
            log.warning("a file could not be taken further: %s", error)
            self._house.leave_unfinished(person)
            return False


async def _at_once() -> None:
    """Somebody waits for this very piece."""


async def take_next(
    vault: Vault,
    utc_offset_s: float = 0.0,
    step_aside: Callable[[], Awaitable[None]] = _at_once,
) -> bool:
    """One piece; False where none waits."""
    piece = await vault.imports.next()
    if piece is None:
        return False
    zone = read_zone(await vault.wishes(), utc_offset_s)
    ratings: list[Rating | None] = []
    for first in range(0, len(piece.lines), BETWEEN):
        await step_aside()
        ratings += await asyncio.to_thread(_rate, piece.lines[first : first + BETWEEN])
    await step_aside()
    await vault.imports.take(piece, ratings)
    # What was said meanwhile is indexed with it, and learned from as what is said here is.
    goes_on = True
    while goes_on:
        await step_aside()
        goes_on = await catch_up(vault, zone)
    return True


def _incoming(history: History) -> list[IncomingTalk]:
    return [
        IncomingTalk(
            talk.persona,
            talk.sponsor,
            talk.room,
            [Incoming(one.side, one.texts, one.chosen, one.at) for one in talk.lines],
        )
        for talk in history.talks
    ]


def _rate(lines: Sequence[Incoming]) -> list[Rating | None]:
    """Of several answers to the same the strictest: none where one may not be kept."""
    rated: list[Rating | None] = []
    for line in lines:
        each = [rate(text) for text in line.texts]
        kept = [one for one in each if one is not None]
        rated.append(max(kept) if len(kept) == len(each) else None)
    return rated
