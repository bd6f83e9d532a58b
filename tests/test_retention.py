"""SAFETY P6: what is older than is wished goes by itself, and a clock that jumps takes nothing away."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId
from bot.policy.retention import DAY_S, GAP_S, STEADY_S, Clock, read_clock, stricter
from bot.retention import Retention
from tests.conftest import HABITS, Parlour, running
from tests.fakes import noticed

OLD, NEW = "The marmalade stands behind the clock.", "The kettle sings."


@pytest.fixture
async def parlour(tmp_path: Path) -> AsyncIterator[Parlour]:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        # As messages are dated on paper.
        parlour.clock.now = 1_000_000.0
        yield parlour


def runner(parlour: Parlour, keep_days: int = 0) -> Retention:
    return Retention(
        parlour.house,
        keep_days=keep_days,
        forget=parlour.conversation.forget_computed,
        clock=parlour.clock,
    )


async def pass_days(parlour: Parlour, retention: Retention, days: int) -> None:
    for _ in range(days * 24):
        parlour.clock.pass_hours(1)
        await retention.tick()


async def kept(parlour: Parlour, person: str = "ada") -> str:
    async with parlour.house.vault(PersonId(f"paper:{person}")) as vault:
        assert vault is not None
        return str(await vault.export())


async def two_talks(parlour: Parlour, person: str = "ada") -> None:
    await parlour.let_in(person)
    await parlour.paper.say(OLD, person)
    await parlour.paper.say("/new", person)
    await parlour.paper.say(NEW, person)


async def test_what_is_too_old_goes_without_its_person_writing_and_the_talk_after_it(
    parlour: Parlour,
) -> None:
    await two_talks(parlour)
    assert "30 days" in noticed(await parlour.paper.say("/memory keep 30 days"))
    retention = runner(parlour)
    await pass_days(parlour, retention, 29)
    assert OLD in await kept(parlour)
    await pass_days(parlour, retention, 3)
    everything = await kept(parlour)
    # The second talk ended with it: nobody has gone on with it either.
    assert "marmalade" not in everything
    assert "kettle" not in everything


async def test_the_window_of_a_talk_that_goes_on_stays(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory keep 10")
    await parlour.paper.say(OLD)
    retention = runner(parlour)
    message = parlour.paper.message(NEW)
    await pass_days(parlour, retention, 8)
    parlour.paper.tell(replace(message, at=parlour.clock.now))
    await parlour.paper.rest(message.room.id)
    await pass_days(parlour, retention, 8)
    assert OLD in await kept(parlour)
    await parlour.paper.say("/new")
    await pass_days(parlour, retention, 1)
    everything = await kept(parlour)
    assert "marmalade" not in everything
    assert NEW in everything


async def test_nothing_goes_for_who_has_not_wished_it(parlour: Parlour) -> None:
    await two_talks(parlour)
    await two_talks(parlour, "ben")
    await parlour.paper.say("/memory keep 1 day", "ben")
    await pass_days(parlour, runner(parlour), 5)
    assert OLD in await kept(parlour)
    assert OLD not in await kept(parlour, "ben")


@pytest.mark.parametrize(("own", "operator"), [("3", 30), ("30", 3), ("always", 3)])
async def test_the_stricter_of_both_holds(tmp_path: Path, own: str, operator: int) -> None:
    habits = replace(HABITS, keep_days=operator)
    async with running(tmp_path / "data", ScriptedEngine(), habits=habits) as parlour:
        parlour.clock.now = 1_000_000.0
        await two_talks(parlour)
        assert "3 days" in noticed(await parlour.paper.say(f"/memory keep {own}"))
        retention = runner(parlour, operator)
        await pass_days(parlour, retention, 2)
        assert OLD in await kept(parlour)
        await pass_days(parlour, retention, 2)
        assert OLD not in await kept(parlour)


async def test_what_the_operator_sets_holds_for_everybody_and_a_shorter_time_at_the_next_start(
    parlour: Parlour,
) -> None:
    await two_talks(parlour)
    await pass_days(parlour, runner(parlour, 30), 5)
    assert OLD in await kept(parlour)
    await pass_days(parlour, runner(parlour, 3), 1)
    assert OLD not in await kept(parlour)


async def test_a_clock_that_jumps_takes_nothing_before_it_has_gone_on_for_a_while(
    parlour: Parlour,
) -> None:
    await two_talks(parlour)
    await parlour.paper.say("/memory keep 30 days")
    retention = runner(parlour)
    await pass_days(parlour, retention, 1)
    parlour.clock.pass_hours(365 * 24)
    await retention.tick()
    parlour.clock.pass_hours(1)
    await retention.tick()
    assert OLD in await kept(parlour)
    parlour.clock.pass_hours(-365 * 24)
    await pass_days(parlour, retention, 2)
    assert OLD in await kept(parlour), "it was put right in time"
    await pass_days(parlour, retention, 30)
    assert OLD not in await kept(parlour), "and what was put off for the wrong year is looked at"


async def test_after_the_machine_was_off_it_goes_with_the_first_hours(parlour: Parlour) -> None:
    await two_talks(parlour)
    await parlour.paper.say("/memory keep 30 days")
    await pass_days(parlour, runner(parlour), 1)
    parlour.clock.pass_hours(100 * 24)
    again = runner(parlour)
    await again.tick()
    assert OLD in await kept(parlour)
    await pass_days(parlour, again, 1)
    assert OLD not in await kept(parlour)


async def test_what_stands_in_no_way_is_told(parlour: Parlour) -> None:
    await parlour.let_in()
    assert "until you have it forgotten" in noticed(await parlour.paper.say("/memory keep"))
    for wrong in ("0 days", "4000", "-1", "soon", "30 days and more"):
        assert "number of days" in noticed(await parlour.paper.say(f"/memory keep {wrong}"))
    # Less than was meant would take words away, so a time that is not understood sets none.
    times = {"7 Tage": 7, "2 weeks": 14, "3 Monate": 90, "1 año": 365, "10日": 10, "5": 5}
    for time, days in times.items():
        await parlour.paper.say(f"/memory keep {time}")
        assert f"{days} days" in noticed(await parlour.paper.say("/memory keep"))
    for wrong in ("2 fortnights", "6 hours", "11 years", "3 m"):
        assert "number of days" in noticed(await parlour.paper.say(f"/memory keep {wrong}"))
    assert "5 days" in noticed(await parlour.paper.say("/memory keep"))
    await parlour.paper.say("/memory keep Always")
    assert "until you have it forgotten" in noticed(await parlour.paper.say("/memory keep"))


# --- The clock ----------------------------------------------------------------------------------


def looks(*times: float) -> Clock:
    clock: Clock | None = None
    for at in times:
        clock = read_clock(clock, at)
    assert clock is not None
    return clock


HOUR = 3600.0
BELIEVED = tuple(hour * HOUR for hour in range(10))


def test_a_clock_is_believed_once_it_has_gone_on_steadily() -> None:
    assert looks(0.0).believed == 0.0
    assert looks(1e9).believed == 0.0, "nobody knows how long it was before"
    assert looks(*BELIEVED).believed == BELIEVED[-1]


def test_what_passes_while_the_machine_is_off_for_a_night_counts() -> None:
    assert looks(*BELIEVED, BELIEVED[-1] + GAP_S).believed == BELIEVED[-1] + GAP_S


def test_a_longer_gap_counts_after_hours_of_work_in_however_many_runs() -> None:
    weeks = [BELIEVED[-1] + week * 7 * DAY_S for week in range(1, 5)]
    two_hours_each = [start + part * HOUR / 2 for start in weeks for part in range(5)]
    believed = [looks(*BELIEVED, *two_hours_each[:n]).believed for n in range(1, 21)]
    steady = int(STEADY_S / HOUR * 2)
    assert all(one < weeks[0] for one in believed[:steady])
    assert believed[-1] >= weeks[2], "who runs it two hours a week is three weeks behind at most"


def test_it_is_never_later_than_the_clock_says() -> None:
    for times in itertools.permutations([0.0, 5e5, 1e6, 2e6, 9e6]):
        assert looks(*BELIEVED, *times).believed <= times[-1]


@pytest.mark.parametrize(
    ("operator", "own", "holds"), [(0, 0, 0), (30, 0, 30), (0, 7, 7), (30, 7, 7), (7, 30, 7)]
)
def test_the_stricter_is_the_shorter_and_nothing_is_always(
    operator: float, own: float, holds: float
) -> None:
    assert stricter(operator, own) == holds
