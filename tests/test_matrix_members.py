"""SAFETY A4, A11 on Matrix: the homeserver's word on somebody's membership is believed in one place, for
a minute at most, and who goes on talking does not wait for it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from bot.events import CommunityId, PersonId
from bot.guests import AHEAD_S, HOLDS_S, Guests
from bot.platforms.matrix.line import Answer
from bot.platforms.matrix.members import Members
from bot.platforms.matrix.names import community_id
from bot.platforms.matrix.ports import NoWatch
from bot.platforms.matrix.rooms import Rooms
from tests.fakes import Clock, PaperPlatform

HOME, ADA = "!harbour:example.org", "@ada:example.org"
PERSON, HARBOUR = PersonId(f"matrix:{ADA}"), community_id(HOME)


class PaperLine:
    """Says what Ada's membership is, once it may; None: nothing is answered."""

    def __init__(self) -> None:
        self.membership: str | None = "join"
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def find(self, path: str) -> Answer | None:
        assert "m.room.member" in path
        self.asked += 1
        membership = self.membership
        await self.may_answer.wait()
        return None if membership is None else Answer(200, {"membership": membership})


class Town(PaperPlatform):
    """Who is where is Matrix's to say; nothing else of it is wanted here."""

    def __init__(self) -> None:
        super().__init__()
        self.line = PaperLine()
        line: Any = self.line
        rooms = Rooms(line, "@parlour:example.org", HOME)
        rooms.take(HOME, ())
        self.members = Members(line, rooms, NoWatch)

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        return await self.members.communities(person)


class Bench:
    def __init__(self) -> None:
        self.clock, self.town = Clock(), Town()
        self.line = self.town.line
        self.guests = Guests(self.clock)

    def is_guest(self, *, ahead: bool = False) -> Awaitable[bool | None]:
        return self.guests.is_guest(self.town, PERSON, HARBOUR, ahead=ahead)


@pytest.mark.parametrize("every_s", [1.0, 5.0, 14.0, 44.0, 59.0])
@pytest.mark.parametrize("looks_ahead", [True, False])
async def test_a4_who_left_unheard_is_out_within_a_minute_however_they_talk(
    every_s: float, *, looks_ahead: bool
) -> None:
    bench = Bench()
    assert await bench.is_guest()
    left_at = bench.clock.now
    bench.line.membership = "leave"
    while bench.clock.now - left_at < HOLDS_S:
        bench.clock.now += every_s
        if looks_ahead:
            await bench.is_guest(ahead=True)
        is_guest = await bench.is_guest()
        assert is_guest is False or bench.clock.now - left_at < HOLDS_S
    assert await bench.is_guest() is False
    assert HOLDS_S <= 60.0, "SAFETY A4"


async def test_who_goes_on_talking_is_asked_for_ahead_and_waits_for_nothing() -> None:
    bench = Bench()
    assert await bench.is_guest()
    for _ in range(20):
        bench.clock.now += 14.0
        bench.line.may_answer.clear()
        ahead = asyncio.ensure_future(bench.is_guest(ahead=True))
        await asyncio.sleep(0)
        async with asyncio.timeout(0):
            assert await bench.is_guest(), "nobody waits for an answer that has not come"
        bench.line.may_answer.set()
        assert await ahead
    assert bench.line.asked == 1 + 20 * 14 // 56, "asked when it is soon old, and not before"


async def test_a11_what_was_found_ahead_counts_from_the_next_message_on() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.line.membership = "ban"
    bench.clock.now += AHEAD_S
    assert await bench.is_guest()
    assert await bench.is_guest(ahead=True) is False
    assert await bench.is_guest() is False


async def test_a_homeserver_that_is_silent_ahead_ends_nothing_before_its_time() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.line.membership = None
    bench.clock.now += AHEAD_S
    assert await bench.is_guest(ahead=True)
    assert await bench.is_guest()
    bench.clock.now += HOLDS_S - AHEAD_S
    assert await bench.is_guest(ahead=True) is None
    assert await bench.is_guest() is None


async def test_a11_who_leaves_while_it_is_asked_is_not_kept_by_an_older_answer() -> None:
    bench = Bench()
    assert await bench.is_guest()
    bench.clock.now += AHEAD_S
    bench.line.may_answer.clear()
    ahead = asyncio.ensure_future(bench.is_guest(ahead=True))
    await asyncio.sleep(0)
    bench.guests.left(PERSON)
    bench.line.membership = "leave"
    bench.line.may_answer.set()
    await ahead
    assert await bench.is_guest() is False
