"""Whose turn it is at one remote engine: so many at once, and the rest wait, fair by person and
by community (`shares.py`).

It knows people and their requests as names, not what is asked. A person's next request stands
in line from the moment when their last one ended, so ten requests of one person wait behind
everybody who came meanwhile. The last free place is kept for somebody who has none, and the work
that nobody waits for is begun only when nobody waits.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from itertools import count

from bot.engine.shares import ONE_GROUP, Share, Shares


class Urgency(IntEnum):
    SOMEBODY_WAITS = 0
    BACKGROUND = 1
    WARMING = 2
    """Given up again as soon as anybody has to wait for its place."""


@dataclass(frozen=True, slots=True)
class Who:
    key: str
    person: str
    urgency: Urgency = Urgency.SOMEBODY_WAITS
    share: Share = ONE_GROUP


class TurnedAway(Exception):
    """This engine has just failed: look for another one."""


@dataclass(slots=True, eq=False)
class _Waiting:
    who: Who
    arrived: int
    turn: asyncio.Future[None] = field(repr=False)

    @property
    def share(self) -> Share:
        return self.who.share


class Turns:
    def __init__(self, places: int) -> None:
        self.places = places
        self._numbers = count(1)
        self._waiting: list[_Waiting] = []
        self._at_work: Counter[str] = Counter()
        self._last_turn: dict[str, int] = {}
        self._shares: Shares[_Waiting] = Shares()
        self._warming: set[asyncio.Task[object]] = set()
        self._pauses = 0

    @asynccontextmanager
    async def turn(self, who: Who) -> AsyncIterator[Callable[[int], None]]:
        """Yields what is to be told how much was computed."""
        waited = await self._wait_for(who)
        task = asyncio.current_task()
        assert task is not None
        if who.urgency is Urgency.WARMING:
            self._warming.add(task)
        try:
            yield partial(self._shares.took, waited)
        finally:
            self._warming.discard(task)
            self._leave(waited)

    def place(self, key: str) -> int | None:
        """How many people come before this key; None if it does not wait here."""
        before: set[str] = set()
        for one in self._ordered(self._waiting):
            if one.who.key == key:
                return len(before - {one.who.person})
            before.add(one.who.person)
        return None

    def pause(self, seconds: float) -> None:
        """Nobody gets a turn for so long: the engine has asked for it."""
        self._pauses += 1
        asyncio.get_running_loop().call_later(seconds, self._go_on)

    def turn_away(self) -> None:
        """Whoever waits here is to wait elsewhere."""
        for waiting in self._waiting:
            if not waiting.turn.done():
                waiting.turn.set_exception(TurnedAway())
        self._waiting.clear()

    async def _wait_for(self, who: Who) -> _Waiting:
        turn = asyncio.get_running_loop().create_future()
        waiting = _Waiting(who, next(self._numbers), turn)
        if who.urgency is Urgency.SOMEBODY_WAITS and not self._waits_for(who.share):
            self._shares.line_up(who.share)
        self._waiting.append(waiting)
        self._give_turns()
        if not turn.done() and who.urgency is not Urgency.WARMING:
            for task in self._warming:
                task.cancel()
        try:
            await turn
        except asyncio.CancelledError:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                # Its turn had come in the same moment: somebody else is to have it.
                self._leave(waiting)
            raise
        return waiting

    def _waits_for(self, share: Share) -> bool:
        urgent = (one for one in self._waiting if one.who.urgency is Urgency.SOMEBODY_WAITS)
        return any(one.share.of == share.of for one in urgent)

    def _leave(self, waited: _Waiting) -> None:
        who = waited.who
        self._shares.end(waited)
        self._at_work[who.person] -= 1
        if not self._at_work[who.person]:
            del self._at_work[who.person]
        if any(who.person == one.who.person for one in self._waiting):
            self._last_turn[who.person] = next(self._numbers)
        else:
            self._last_turn.pop(who.person, None)
        if not self._waiting and not self._at_work:
            self._shares.close()
        self._give_turns()

    def _give_turns(self) -> None:
        while waiting := self._next():
            self._waiting.remove(waiting)
            self._at_work[waiting.who.person] += 1
            self._last_turn[waiting.who.person] = next(self._numbers)
            if waiting.who.urgency is Urgency.SOMEBODY_WAITS:
                self._shares.begin(waiting)
            waiting.turn.set_result(None)

    def _next(self) -> _Waiting | None:
        free = self.places - self._at_work.total()
        if self._pauses or free < 1:
            return None
        # With one place there is none to keep.
        open_to_all = free > 1 or self.places == 1
        may = [
            one
            for one in self._waiting
            # Whoever was cancelled stands here until their task has noticed.
            if not one.turn.done() and (open_to_all or self._may_take_the_last(one.who))
        ]
        return next(iter(self._ordered(may)), None)

    def _ordered(self, waiting: Iterable[_Waiting]) -> list[_Waiting]:
        """By urgency; of those for whom somebody waits, by their communities' shares."""
        turns = sorted(waiting, key=self._order)
        urgent = [one for one in turns if one.who.urgency is Urgency.SOMEBODY_WAITS]
        return self._shares.ordered(urgent) + turns[len(urgent) :]

    def _may_take_the_last(self, who: Who) -> bool:
        return who.urgency is Urgency.SOMEBODY_WAITS and not self._at_work[who.person]

    def _order(self, one: _Waiting) -> tuple[Urgency, int]:
        return (one.who.urgency, max(one.arrived, self._last_turn.get(one.who.person, 0)))

    def _go_on(self) -> None:
        self._pauses -= 1
        self._give_turns()
