"""Counted talk, days that end once, quiet hours, and times that clocks leave out or have twice."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.zones import name_zone, zone_of
from bot.policy.rest import (
    LONGEST_DAY_S,
    SILENCE_S,
    Daily,
    Quiet,
    Talk,
    Wanted,
    change_daily,
    day_of,
    is_far,
    midnight_after,
    next_at,
    quiet_until,
    read_quiet,
    read_reminder,
    talk_on,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2027, 1, 15, 12, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0


def at(text: str, zone: tzinfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def talk_for(minutes: int, began: float = NOON, zone: tzinfo = UTC) -> Talk:
    talk = Talk()
    for minute in range(minutes + 1):
        talk = talk_on(talk, began + 60 * minute, zone)
    return talk


# --- Continuing talk --------------------------------------------------------------------------


def test_talk_is_counted_in_seconds_between_messages() -> None:
    talk = talk_for(90)
    assert (talk.stretch_s, talk.day_s) == (90 * 60, 90 * 60)


def test_a_long_silence_ends_the_stretch_and_counts_nothing() -> None:
    talk = talk_on(talk_for(60), NOON + 2 * HOUR, UTC)
    assert (talk.stretch_s, talk.day_s) == (0, 60 * 60)


def test_a_clock_set_back_ends_no_stretch_and_counts_nothing_twice() -> None:
    talk = talk_for(60)
    talk = talk_on(talk, talk.at - HOUR, UTC)
    assert (talk.stretch_s, talk.day_s) == (60 * 60, 60 * 60)


def test_a_clock_set_back_over_midnight_gives_no_second_day() -> None:
    late = at("2027-01-15T23:30", UTC)
    talk = talk_for(60, late, UTC)
    assert talk.day_s < 60 * 60
    again = talk_on(talk, talk.at - HOUR, UTC)
    assert again.day_s >= talk.day_s


def test_a_clock_that_was_years_ahead_silences_nobody_for_years() -> None:
    ahead = talk_for(60, NOON + 5 * 365 * 24 * HOUR)
    assert talk_on(ahead, NOON, UTC).day_s == 0


def test_another_time_zone_in_the_middle_of_a_day_neither_ends_nor_lengthens_it() -> None:
    talk = talk_for(60, at("2027-01-15T12:00"), BERLIN)
    for zone in (ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")):
        moved = talk_on(talk, talk.at + 60, zone)
        assert (moved.day_s, moved.day_until) == (61 * 60, talk.day_until)
    assert talk_on(talk, talk.day_until, NEW_YORK).day_s == 0


@given(
    st.lists(st.floats(-1e9, 1e9), max_size=20),
    st.sampled_from([UTC, BERLIN, NEW_YORK, timezone(timedelta(hours=-12))]),
)
def test_no_clock_makes_talk_negative_or_a_day_endless(jumps: list[float], zone: tzinfo) -> None:
    talk, now = Talk(), NOON
    for jump in jumps:
        now = min(max(now + jump, 1e6), 4e9)
        before = talk
        talk = talk_on(talk, now, zone)
        assert 0 <= talk.stretch_s <= before.stretch_s + SILENCE_S
        assert 0 <= talk.day_s <= before.day_s + SILENCE_S
        assert now < talk.day_until <= now + LONGEST_DAY_S


# --- A daily limit ----------------------------------------------------------------------------


def test_a_stricter_daily_limit_holds_at_once_and_a_looser_one_from_tomorrow() -> None:
    today, tomorrow = 100.0, 200.0
    daily = change_daily(Daily(), 3600, today)
    assert daily.on(today) == 3600
    assert change_daily(daily, 1800, today).on(today) == 1800
    for looser in (7200.0, 0.0):
        changed = change_daily(daily, looser, today)
        assert (changed.on(today), changed.on(tomorrow)) == (3600, looser)


def test_a_daily_limit_loosened_twice_in_a_day_still_holds_that_day() -> None:
    daily = change_daily(change_daily(change_daily(Daily(), 3600, 1.0), 0, 1.0), 7200, 1.0)
    assert (daily.on(1.0), daily.on(2.0)) == (3600, 7200)


# --- Quiet hours ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "ends"),
    [
        ("2027-01-15T23:00", "2027-01-16T07:00"),
        ("2027-01-16T06:59", "2027-01-16T07:00"),
        ("2027-01-15T22:00", "2027-01-16T07:00"),
        ("2027-01-15T07:00", None),
        ("2027-01-15T21:59", None),
    ],
)
def test_quiet_hours_go_over_midnight(time: str, ends: str | None) -> None:
    quiet = read_quiet("22:00-07:00")
    assert quiet == Quiet(1320, 420)
    assert quiet_until(quiet, at(time), BERLIN) == (at(ends) if ends else None)


@pytest.mark.parametrize("text", ["", "22:00", "22-7", "25:00-07:00", "07:00-07:00", "a-b", "-"])
def test_what_is_no_pair_of_times_sets_no_quiet_hours(text: str) -> None:
    assert read_quiet(text) is None


# --- Reminders --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("20:00 stretch", Wanted(1200, is_daily=False, text="stretch")),
        ("7:05  water the   plants", Wanted(425, is_daily=False, text="water the plants")),
        ("daily 20:00 stretch", Wanted(1200, is_daily=True, text="stretch")),
        ("20:00", None),
        ("24:00 stretch", None),
        ("stretch at 20:00", None),
        ("at eight stretch", None),
        ("20:00:00 stretch", None),
    ],
)
def test_a_reminder_is_a_time_and_what_for(line: str, wanted: Wanted | None) -> None:
    assert read_reminder(line) == wanted


def test_a_reminder_is_due_at_the_next_such_time() -> None:
    assert next_at(1200, at("2027-01-15T19:59"), BERLIN) == at("2027-01-15T20:00")
    assert next_at(1200, at("2027-01-15T20:00"), BERLIN) == at("2027-01-16T20:00")


def test_a_time_that_a_day_leaves_out_comes_as_much_later_as_clocks_jump() -> None:
    due = next_at(2 * 60 + 30, at("2027-03-28T00:00"), BERLIN)
    assert datetime.fromtimestamp(due, BERLIN).isoformat() == "2027-03-28T03:30:00+02:00"
    assert next_at(150, due, BERLIN, said_on=date(2027, 3, 28)) == at("2027-03-29T02:30")


def test_a_time_that_a_day_has_twice_comes_once() -> None:
    due = next_at(2 * 60 + 30, at("2027-10-31T00:00"), BERLIN)
    assert datetime.fromtimestamp(due, BERLIN).fold == 0
    again = next_at(150, due, BERLIN, said_on=day_of(due, BERLIN))
    assert again == at("2027-11-01T02:30")


def test_what_was_said_today_is_not_said_again_by_a_clock_set_back_or_further_west() -> None:
    said = at("2027-01-15T20:00")
    day = day_of(said, BERLIN)
    assert next_at(1200, said - HOUR, BERLIN, said_on=day) == at("2027-01-16T20:00")
    due = next_at(1200, said + HOUR, NEW_YORK, said_on=day)
    assert due == at("2027-01-16T20:00", NEW_YORK)


def test_a_reminder_of_a_clock_that_was_years_ahead_is_set_anew() -> None:
    ahead = NOON + 3 * 365 * 24 * HOUR
    due = next_at(1200, ahead, BERLIN)
    assert is_far(due, NOON)
    assert next_at(1200, NOON, BERLIN, said_on=day_of(ahead, BERLIN)) - NOON < LONGEST_DAY_S


@given(
    st.integers(0, 1439),
    st.floats(0, 4e9),
    st.sampled_from([UTC, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
)
def test_what_is_due_is_always_ahead_and_within_two_days(
    minute: int, now: float, zone: tzinfo
) -> None:
    due = next_at(minute, now, zone)
    assert now < due <= now + LONGEST_DAY_S
    assert not is_far(due, now)
    later = next_at(minute, now, zone, said_on=day_of(now, zone))
    assert day_of(later, zone) > day_of(now, zone)


def test_midnight_is_the_persons_own() -> None:
    assert midnight_after(at("2027-01-15T23:30"), BERLIN) == at("2027-01-16T00:00")
    assert midnight_after(at("2027-01-15T23:30"), UTC) == at("2027-01-16T00:00", UTC)


# --- Time zones -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("+2", "+02:00"),
        ("UTC-3:30", "-03:30"),
        ("utc", "+00:00"),
        ("Mars/Olympus", None),
        ("+20", None),
        ("../../etc/passwd", None),
        ("/etc/localtime", None),
        ("a" * 64, None),
    ],
)
def test_a_time_zone_is_named_as_people_name_it(typed: str, name: str | None) -> None:
    assert name_zone(typed) == name


def test_a_zone_keeps_daylight_saving_and_a_lost_one_falls_back() -> None:
    zone = zone_of("Europe/Berlin", 0.0)
    winter, summer = at("2027-01-15T12:00", UTC), at("2027-07-15T12:00", UTC)
    offsets = [datetime.fromtimestamp(one, zone).utcoffset() for one in (winter, summer)]
    assert offsets == [timedelta(hours=1), timedelta(hours=2)]
    assert zone_of("Europe/Atlantis", 7200.0) == timezone(timedelta(hours=2))
    assert zone_of("-03:30", 0.0) == timezone(-timedelta(hours=3, minutes=30))
