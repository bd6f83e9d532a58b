"""SAFETY H4, H5: how long somebody has talked, where their day ends, when it is quiet, when a
reminder is due. Arithmetic on times that are passed in; a zone is passed in as a value.

A clock may be set back or forward, and a person may travel: each function says what it makes of
that. Nothing here knows who the person is, or what is said.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from unicodedata import normalize

MINUTE_S = 60.0
BREAK_AFTER_S = 90 * MINUTE_S
SILENCE_S = 15 * MINUTE_S
"""A longer silence ends a stretch of talk, and counts in nobody's day."""
LONGEST_DAY_S = 26 * 3600.0
"""The day on which clocks are put back has 25 hours."""
LATE_DAILY_S = 3600.0
LATE_ONCE_S = 7 * 86_400.0
"""What comes later than this (the bot was off, nobody was reached) does not come."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Counted seconds, not times of day, so that no clock can lengthen or shorten them."""

    at: float = 0.0
    """Of the message before."""
    stretch_s: float = 0.0
    """Of continuing talk, since it began or since a break was suggested."""
    day_s: float = 0.0
    day_until: float = 0.0
    """Where the person's day ends, as it was when the day began: whoever sets another time zone
    in the middle of a day makes that day neither shorter nor longer."""


def talk_on(talk: Talk, now: float, zone: tzinfo) -> Talk:
    """With a message that comes now."""
    silence = now - talk.at
    # A clock set back: how long the silence was is not known, so it counts nothing and ends no
    # stretch.
    goes_on = silence <= SILENCE_S and talk.at > 0
    more = max(0.0, silence) if goes_on else 0.0
    stretch = talk.stretch_s + more if goes_on else 0.0
    if _is_same_day(talk.day_until, now):
        return Talk(now, stretch, talk.day_s + more, talk.day_until)
    return Talk(now, stretch, 0.0, midnight_after(now, zone))


def _is_same_day(until: float, now: float) -> bool:
    # An end further away than any day is long was written by a clock that went ahead of time.
    return now < until <= now + LONGEST_DAY_S


def midnight_after(now: float, zone: tzinfo) -> float:
    return _timestamp(_local(now, zone).date() + timedelta(days=1), 0, zone)


@dataclass(frozen=True, slots=True)
class Daily:
    """The limit of today, and that of the days after: who loosens it does so from tomorrow on."""

    seconds: float = 0.0
    after: float = 0.0
    until: float = 0.0
    """Whose day's end `seconds` holds to."""

    def on(self, day_until: float) -> float:
        return self.seconds if day_until == self.until else self.after


def change_daily(daily: Daily, seconds: float, day_until: float) -> Daily:
    """0 is no limit. What is stricter holds at once."""
    now = daily.on(day_until)
    is_looser = now > 0 and (seconds == 0 or seconds > now)
    return Daily(now if is_looser else seconds, seconds, day_until)


# --- Quiet hours ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one minute of the day to another, perhaps over midnight."""

    begins: int
    ends: int


def quiet_until(quiet: Quiet | None, now: float, zone: tzinfo) -> float | None:
    """When it ends, where it is quiet now."""
    if quiet is None:
        return None
    local = _local(now, zone)
    minute = local.hour * 60 + local.minute
    over_midnight = quiet.ends < quiet.begins
    inside = (
        minute >= quiet.begins or minute < quiet.ends
        if over_midnight
        else quiet.begins <= minute < quiet.ends
    )
    return next_at(quiet.ends, now, zone) if inside else None


# --- Reminders --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder as somebody asked for it."""

    minute: int
    is_daily: bool
    text: str


def read_reminder(line: str) -> Wanted | None:
    """`20:00 stretch`, `daily 7:30 water the plants`."""
    found = _REMINDER.fullmatch(line.strip())
    minute = read_minute(found["time"]) if found else None
    if found is None or minute is None:
        return None
    return Wanted(minute, found["daily"] is not None, " ".join(found["text"].split()))


def read_quiet(line: str) -> Quiet | None:
    """`22:00-07:00`."""
    begins, _, ends = normalize("NFKC", line).replace("–", "-").partition("-")
    first, last = read_minute(begins.strip()), read_minute(ends.strip())
    return None if first is None or last is None or first == last else Quiet(first, last)


def read_minute(text: str) -> int | None:
    """`7:05` -> 425; also in full width, as Japanese keyboards write."""
    found = _TIME.fullmatch(normalize("NFKC", text))
    return int(found[1]) * 60 + int(found[2]) if found else None


def write_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def next_at(minute: int, now: float, zone: tzinfo, *, said_on: date | None = None) -> float:
    """The next time that clocks there show this minute; on a day after `said_on`, so that nothing
    is said twice in a day by a clock set back or in another zone.

    A minute that a day leaves out (clocks go forward) comes as much later as they jump; one that
    a day has twice counts the first time.
    """
    today = _local(now, zone).date()
    if said_on is not None and said_on > today + timedelta(days=1):
        said_on = None  # Written by a clock that went ahead of time.
    days = (today + timedelta(days=step) for step in range(4))
    times = (_timestamp(day, minute, zone) for day in days if said_on is None or day > said_on)
    return next(at for at in times if at > now)


def day_of(at: float, zone: tzinfo) -> date:
    return _local(at, zone).date()


def is_far(due: float, now: float) -> bool:
    """Further ahead than any reminder is set: the clock was set back since."""
    return due - now > 2 * LONGEST_DAY_S


def is_too_late(due: float, now: float, *, is_daily: bool) -> bool:
    return now - due > (LATE_DAILY_S if is_daily else LATE_ONCE_S)


# --- Below ------------------------------------------------------------------------------------

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_REMINDER = re.compile(
    r"(?P<daily>(?:daily|every day)\s+)?(?P<time>\d{1,2}[:：]\d\d)\s+(?P<text>\S.*)"
)


def _local(at: float, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at, zone)


def _timestamp(day: date, minute: int, zone: tzinfo) -> float:
    return datetime(
        day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone
    ).timestamp()
