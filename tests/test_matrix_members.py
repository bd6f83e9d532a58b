"""SAFETY A4, A11 on Matrix: how long the homeserver's word on somebody's membership is believed, and
that who goes on talking does not wait for it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.events import PersonId
from bot.platforms.matrix.line import Answer
from bot.platforms.matrix.members import AGAIN_S, HOLDS_S, Members
from bot.platforms.matrix.ports import NoWatch
from bot.platforms.matrix.rooms import Rooms
from tests.fakes import Clock

HOME, ADA = "!harbour:example.org", "@ada:example.org"
PERSON = PersonId(f"matrix:{ADA}")


class PaperLine:
    """Says what Ada's membership is, once it may."""

    def __init__(self) -> None:
        self.membership = "join"
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def find(self, path: str) -> Answer:
        assert "m.room.member" in path
        self.asked += 1
        membership = self.membership
        await self.may_answer.wait()
        return Answer(200, {"membership": membership})


class Bench:
    def __init__(self) -> None:
        self.line, self.clock = PaperLine(), Clock(100.0)
        line: Any = self.line
        rooms = Rooms(line, "@parlour:example.org", HOME)
        rooms.take(HOME, ())
        self.beside: list[asyncio.Future[None]] = []
        self.members = Members(line, rooms, self.clock, NoWatch, self._start)

    def _start(self, work: Awaitable[None]) -> None:
        self.beside.append(asyncio.ensure_future(work))

    async def is_guest(self) -> bool:
        return bool(await self.members.communities(PERSON))

    async def settled(self) -> None:
        await asyncio.gather(*self.beside)


async def test_who_goes_on_talking_is_asked_for_beside_it() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.clock.now += AGAIN_S
    assert await bench.is_guest()
    assert bench.line.asked == 1
    bench.clock.now += 1.0
    bench.line.may_answer.clear()
    assert await bench.is_guest(), "nobody waits for an answer that has not come"
    assert await bench.is_guest()
    await asyncio.sleep(0)
    assert bench.line.asked == 2, "asked once"
    bench.line.may_answer.set()
    await bench.settled()
    bench.clock.now += AGAIN_S
    assert await bench.is_guest()
    assert bench.line.asked == 2


async def test_a11_nothing_is_believed_longer_than_before() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.line.membership = "leave"
    bench.clock.now += HOLDS_S
    assert not await bench.is_guest()


async def test_a11_what_was_found_beside_counts_from_the_next_message_on() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.line.membership = "ban"
    bench.clock.now += AGAIN_S + 1.0
    assert await bench.is_guest()
    await bench.settled()
    assert not await bench.is_guest()


async def test_a11_who_leaves_while_it_is_asked_is_not_kept_by_an_older_answer() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.clock.now += AGAIN_S + 1.0
    bench.line.may_answer.clear()
    assert await bench.is_guest()
    await asyncio.sleep(0)
    bench.members.changed(HOME, ADA)
    bench.line.membership = "leave"
    bench.line.may_answer.set()
    await bench.settled()
    assert not await bench.is_guest()
