"""Whose turn it is at one remote engine, and who yields to whom."""

import asyncio
from collections.abc import Callable

from bot.engine.remote.turns import TurnedAway, Turns, Urgency, Who
from bot.engine.shares import Share


class Line:
    """People at one engine: who has a turn, in which order, and who is let go."""

    def __init__(self, places: int) -> None:
        self.turns = Turns(places)
        self.began: list[str] = []
        self.moved = asyncio.Event()
        self._took: dict[str, Callable[[int], None]] = {}
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(
        self, *names: str, urgency: Urgency = Urgency.SOMEBODY_WAITS, of: str = ""
    ) -> None:
        """A name is `person` or `person/number`."""
        for name in names:
            self._ends[name] = asyncio.Event()
            who = Who(name, name.split("/")[0], urgency, Share(of))
            self._tasks[name] = asyncio.create_task(self._has_turn(name, who))
        await self.settle()

    def took(self, name: str, tokens: int) -> None:
        self._took[name](tokens)

    async def ends(self, name: str) -> None:
        self._ends[name].set()
        await self._tasks[name]
        await self.settle()

    async def goes_away(self, *names: str) -> None:
        for name in names:
            self._tasks[name].cancel()
        await asyncio.gather(*(self._tasks[name] for name in names), return_exceptions=True)
        await self.settle()

    async def close(self) -> None:
        await self.goes_away(*self._tasks)

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _has_turn(self, name: str, who: Who) -> None:
        try:
            async with self.turns.turn(who) as took:
                self._took[name] = took
                self.began.append(name)
                self.moved.set()
                await self._ends[name].wait()
        except TurnedAway:
            self.began.append(f"{name} turned away")


async def test_ten_requests_of_one_person_delay_nobody() -> None:
    line = Line(places=1)
    await line.comes(*(f"ada/{number}" for number in range(10)))
    await line.comes("ben", "cleo")
    assert [line.turns.place(key) for key in ("ada/1", "ben", "cleo", "ada/0")] == [0, 1, 2, None]
    await line.ends("ada/0")
    assert line.began == ["ada/0", "ben"]
    await line.comes("dora")
    await line.ends("ben")
    await line.ends("cleo")
    # Ada's next stands in line since her last one ended, which was before Dora came.
    assert line.began == ["ada/0", "ben", "cleo", "ada/1"]
    await line.ends("ada/1")
    assert line.began[-1] == "dora"
    await line.close()


async def test_the_last_place_is_kept_for_somebody_who_has_none() -> None:
    line = Line(places=3)
    await line.comes(*(f"ada/{number}" for number in range(5)))
    assert line.began == ["ada/0", "ada/1"]
    await line.comes("ben")
    assert line.began[-1] == "ben"
    await line.close()


async def test_what_nobody_waits_for_is_begun_when_nobody_waits() -> None:
    line = Line(places=1)
    await line.comes("ada")
    await line.comes("ben", urgency=Urgency.BACKGROUND)
    await line.comes("cleo")
    assert line.turns.place("ben") == 1
    await line.ends("ada")
    await line.ends("cleo")
    assert line.began == ["ada", "cleo", "ben"]
    await line.close()


async def test_background_work_leaves_a_place_free() -> None:
    line = Line(places=2)
    await line.comes("ada", "ben", urgency=Urgency.BACKGROUND)
    assert line.began == ["ada"]
    await line.comes("cleo")
    assert line.began == ["ada", "cleo"]
    await line.close()


async def test_warming_is_given_up_as_soon_as_somebody_waits() -> None:
    line = Line(places=1)
    await line.comes("ada", urgency=Urgency.WARMING)
    await line.comes("ben")
    assert line.began == ["ada", "ben"]
    await line.close()


async def test_a_turn_that_came_in_the_moment_of_leaving_goes_to_the_next() -> None:
    line = Line(places=1)
    async with line.turns.turn(Who("ada", "ada")):
        await line.comes("ben", "cleo")
    # Ben has been given the turn and has not noticed yet.
    await line.goes_away("ben")
    assert line.began == ["cleo"]
    await line.close()


async def test_a_turn_that_came_to_somebody_who_left_goes_to_the_next() -> None:
    line = Line(places=1)
    await line.comes("ada", "ben", "cleo", "dora")
    await line.goes_away("cleo")
    line._ends["ada"].set()
    line._tasks["ben"].cancel()
    await line.settle()
    assert line.began == ["ada", "dora"]
    await line.ends("dora")
    await line.comes("eve")
    assert line.began[-1] == "eve"
    await line.close()


async def test_a_pause_holds_everybody_until_all_pauses_are_over() -> None:
    line = Line(places=2)
    line.turns.pause(0.02)
    line.turns.pause(0)
    await line.comes("ada")
    assert line.began == []
    async with asyncio.timeout(10):
        await line.moved.wait()
    assert line.began == ["ada"]
    await line.close()


async def test_whoever_waits_at_a_lost_engine_is_told_to_look_elsewhere() -> None:
    line = Line(places=1)
    await line.comes("ada", "ben")
    line.turns.turn_away()
    await line.settle()
    assert line.began == ["ada", "ben turned away"]
    await line.close()


async def test_communities_share_a_full_engine_by_what_was_computed_for_each() -> None:
    line = Line(places=1)
    await line.comes("ada", "ben", "cleo", "dora", of="tea")
    await line.comes("eve", "finn", "gus", of="sea")
    assert [line.turns.place(key) for key in ("ben", "eve", "finn")] == [1, 0, 2]
    line.took("ada", 40)
    await line.ends("ada")
    line.took("eve", 400)
    await line.ends("eve")
    for _ in range(3):
        await line.ends(line.began[-1])
    # Ben, Cleo and Dora together had less than Eve.
    assert line.began == ["ada", "eve", "ben", "cleo", "dora", "finn"]
    await line.close()


async def test_whom_nobody_waits_for_has_no_part_in_the_shares() -> None:
    line = Line(places=1)
    await line.comes("ada", of="tea")
    await line.comes("warm", urgency=Urgency.WARMING, of="sea")
    await line.comes("background", urgency=Urgency.BACKGROUND, of="sea")
    await line.comes("ben", of="tea")
    await line.ends("ada")
    await line.ends("ben")
    assert line.began == ["ada", "ben", "background"]
    await line.close()
