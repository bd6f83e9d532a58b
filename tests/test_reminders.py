"""Reminders: only those that the person set, no more often, at the time of their own clock."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.rhythm import MOST_REMINDERS
from bot.engine.scripted import ScriptedEngine
from bot.events import Action, EventId, PersonId, Voice
from bot.reminders import Reminders
from tests.conftest import HABITS, Parlour, running
from tests.fakes import Clock, noticed

BEGIN = datetime(2027, 1, 15, 12, 0, tzinfo=UTC).timestamp()


def reminders_of(parlour: Parlour) -> Reminders:
    return Reminders(
        parlour.house,
        [parlour.paper],
        is_at_work=parlour.dispatch.is_at_work,
        habits=HABITS,
        clock=parlour.clock,
    )


async def come(parlour: Parlour, hours: float, step: float = 0.5) -> list[str]:
    """Time passes; the reminders that came."""
    reminders = reminders_of(parlour)
    before = len(parlour.paper.shown)
    for _ in range(round(hours / step)):
        parlour.clock.pass_hours(step)
        await reminders.tick()
    return [one.text for one in parlour.paper.shown[before:] if one.voice is Voice.NOTICE]


@pytest.fixture
async def noon(parlour: Parlour) -> Parlour:
    parlour.clock.now = BEGIN
    await parlour.let_in()
    return parlour


async def test_a_reminder_comes_once_at_its_time(noon: Parlour) -> None:
    assert "once, at 20:00" in noticed(await noon.paper.say("/remind 20:00 stretch"))
    assert not await come(noon, 7.5)
    (said,) = await come(noon, 0.5)
    assert "20:00: stretch" in said
    assert not await come(noon, 72)
    assert "no reminders" in noticed(await noon.paper.say("/remind"))


async def test_a_daily_one_comes_once_a_day(noon: Parlour) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    assert len(await come(noon, 24 * 5)) == 5


@pytest.mark.parametrize("word", ["mute", "/mute", "/remind off", "/leave"])
async def test_one_word_silences_them_all(noon: Parlour, word: str) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    await noon.paper.say("/remind 21:00 water the plants")
    assert noticed(await noon.paper.say(word))
    assert not await come(noon, 48)


async def test_a11_none_comes_to_who_is_nobodys_guest_and_none_goes_by_a_silent_platform(
    noon: Parlour,
) -> None:
    ada = PersonId("paper:ada")
    await noon.paper.say("/remind daily 20:00 stretch")
    noon.paper.places[ada] = None
    assert not await come(noon, 8)
    noon.paper.places[ada] = (noon.paper.tea,)
    assert len(await come(noon, 1)) == 1, "no answer is no no"
    await noon.paper.leave()
    assert not await come(noon, 48)


async def test_one_of_them_is_taken_away_by_its_number(noon: Parlour) -> None:
    await noon.paper.say("/remind 20:00 stretch")
    await noon.paper.say("/remind 21:00 water the plants")
    assert "1: once at 20:00: stretch" in noticed(await noon.paper.say("/remind"))
    await noon.paper.say("/remind off 1")
    assert "no reminder with that number" in noticed(await noon.paper.say("/remind off 1"))
    (said,) = await come(noon, 24)
    assert "plants" in said


async def test_it_comes_across_a_restart_and_not_twice(tmp_path: Path) -> None:
    clock = Clock(BEGIN)
    async with running(tmp_path / "data", ScriptedEngine(), clock=clock) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/remind 20:00 stretch")
    clock.pass_hours(9)
    async with running(tmp_path / "data", ScriptedEngine(), clock=clock) as parlour:
        await reminders_of(parlour).tick()
        assert len(parlour.paper.shown) == 1
    async with running(tmp_path / "data", ScriptedEngine(), clock=clock) as parlour:
        assert not await come(parlour, 48)


async def test_quiet_hours_hold_it_back_until_they_end(noon: Parlour) -> None:
    assert "From 22:00 to 07:00" in noticed(await noon.paper.say("/quiet 22:00-7:00"))
    said = noticed(await noon.paper.say("/remind daily 23:00 stretch"))
    assert "when they end, at 07:00" in said
    assert not await come(noon, 18.5)
    assert len(await come(noon, 0.5)) == 1
    assert len(await come(noon, 24 * 3)) == 3


async def test_it_goes_by_the_persons_clock_with_daylight_saving(noon: Parlour) -> None:
    assert "Europe/Berlin" in noticed(await noon.paper.say("/timezone Berlin"))
    await noon.paper.say("/remind daily 20:00 stretch")
    assert not await come(noon, 6.5)
    assert len(await come(noon, 0.5)) == 1
    noon.clock.now = datetime(2027, 7, 1, 12, 0, tzinfo=UTC).timestamp()
    await reminders_of(noon).tick()
    assert not await come(noon, 5.5)
    assert len(await come(noon, 0.5)) == 1


async def test_a_time_that_clocks_leave_out_still_comes_once(noon: Parlour) -> None:
    noon.clock.now = datetime(2027, 3, 27, 12, 0, tzinfo=UTC).timestamp()
    await noon.paper.say("/timezone Europe/Berlin")
    await noon.paper.say("/remind daily 2:30 stretch")
    assert len(await come(noon, 24)) == 1
    assert len(await come(noon, 24)) == 1


async def test_a_clock_set_back_neither_doubles_nor_loses_it(noon: Parlour) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    assert len(await come(noon, 8.5)) == 1
    noon.clock.pass_hours(-3)
    assert not await come(noon, 20)
    # A year back, the age record is one of the future and holds for nobody (SAFETY A4).
    noon.clock.pass_hours(-24 * 365)
    assert not await come(noon, 48)
    await noon.let_in()
    assert len(await come(noon, 48)) == 2


async def test_another_time_zone_after_it_came_does_not_double_it(noon: Parlour) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    assert len(await come(noon, 8.5)) == 1
    await noon.paper.say("/timezone America/New_York")
    assert not await come(noon, 24)
    assert len(await come(noon, 24)) == 1


@pytest.mark.parametrize("rest", ["/pause", "I am 15 years old"])
async def test_nobody_is_called_in_a_pause_or_locked_out(noon: Parlour, rest: str) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    await noon.paper.say(rest)
    assert not await come(noon, 72)


async def test_nothing_is_left_of_it_after_erasing(noon: Parlour) -> None:
    await noon.paper.say("/remind daily 20:00 stretch")
    exported = json.loads(noticed(await noon.paper.say("/export")))
    assert exported["reminders"][0]["text"] == "stretch"
    await noon.paper.say("/erase confirm")
    assert not await noon.house.alarms(noon.clock() + 1e9, 1e12)
    assert not await come(noon, 48)


async def test_a_thousand_reminders_are_bounded_kindly(noon: Parlour) -> None:
    for number in range(MOST_REMINDERS):
        await noon.paper.say(f"/remind 20:0{number % 10} thing {number}")
    assert "as many as I can keep" in noticed(await noon.paper.say("/remind 20:00 one more"))
    assert "at most 120" in noticed(await noon.paper.say("/remind 20:00 " + "word " * 1000))


@pytest.mark.parametrize("typed", ["25:00 stretch", "20:00", "tomorrow stretch", "stretch 20:00"])
async def test_what_is_no_reminder_is_explained(noon: Parlour, typed: str) -> None:
    assert "/remind 20:00 stretch" in noticed(await noon.paper.say(f"/remind {typed}"))


async def test_what_may_not_light_up_on_any_screen_is_no_reminder(noon: Parlour) -> None:
    assert "any screen" in noticed(await noon.paper.say("/remind 20:00 write a sex scene"))
    assert not await come(noon, 24)


async def test_a_platform_that_fails_is_tried_again_and_shows_it_once(
    noon: Parlour, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await noon.paper.say("/remind 13:00 marmalade")
    do = noon.paper.do

    async def shows_and_fails(action: Action) -> EventId | None:
        await do(action)
        raise ConnectionError("marmalade")

    monkeypatch.setattr(noon.paper, "do", shows_and_fails)
    assert len(await come(noon, 1)) == 1
    assert not await come(noon, 1)
    monkeypatch.setattr(noon.paper, "do", do)
    assert not await come(noon, 24)
    assert caplog.messages
    assert not any("marmalade" in message for message in caplog.messages)


async def test_whom_no_platform_reaches_is_reminded_once_one_does(noon: Parlour) -> None:
    await noon.paper.say("/remind 20:00 stretch")
    unreached = Reminders(
        noon.house, [], is_at_work=lambda _: False, habits=HABITS, clock=noon.clock
    )
    noon.clock.pass_hours(9)
    await unreached.tick()
    assert len(await come(noon, 0.5)) == 1


async def test_while_a_reply_is_written_it_waits(noon: Parlour) -> None:
    await noon.paper.say("/remind 13:00 stretch")
    busy = Reminders(
        noon.house, [noon.paper], is_at_work=lambda _: True, habits=HABITS, clock=noon.clock
    )
    noon.clock.pass_hours(1.5)
    before = len(noon.paper.shown)
    await busy.tick()
    assert len(noon.paper.shown) == before
    assert len(await come(noon, 0.5)) == 1
