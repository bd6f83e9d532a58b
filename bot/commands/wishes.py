"""What a vault keeps of a person's wishes <-> the values that policy knows. Names and no rules."""

from collections.abc import Sequence
from datetime import tzinfo

from bot.commands.zones import zone_of
from bot.events import CommunityId, Rating
from bot.policy.facts import Own
from bot.policy.limits import Limits, told_last
from bot.policy.mature import MATURE_VERSION
from bot.policy.rest import BREAK_AFTER_S, Daily, Quiet, Talk, read_quiet
from bot.store.rows import INCOGNITO, Wishes

ZONE, SAFE_WORD, QUIET = "time zone", "safe word", "quiet hours"
LANGUAGE, PLATFORM_LANGUAGE = "language", "language of the platform"
PAUSED, TOLD_OF_PAUSE, TOLD_OF_DAY = "paused", "told of pause", "told of day"
CHECK_IN, BREAK_AFTER, SOFTENED = "check in", "break after", "soften"
STRETCH, DAY_UNTIL = "talk stretch", "talk day until"
CEILING, MATURE_IN = "ceiling", "mature in"
KEEP_DAYS = "keep days"
_AT, _TODAY = "talk at", "talk today"
_DAILY, _AFTER, _UNTIL = "daily", "daily after", "daily until"


def read_own(wishes: Wishes, talk: Talk, read_by_engine: Sequence[str]) -> Own:
    """As it stands with this message; `read_by_engine` is where limits were told before."""
    marks = wishes.marks
    told = [limit for limit in wishes.limits if limit.may_be_told]
    return Own(
        paused=bool(marks.get(PAUSED)),
        told_of_pause=bool(marks.get(TOLD_OF_PAUSE)),
        limits=Limits(
            hard=tuple(limit.text for limit in told if limit.is_hard),
            soft=tuple(limit.text for limit in told if not limit.is_hard),
        ),
        hard_limits=tuple(limit.text for limit in wishes.limits if limit.is_hard),
        told_limits=told_last(read_by_engine),
        safe_word=wishes.settings.get(SAFE_WORD, ""),
        is_incognito=is_incognito(wishes),
        softened=bool(marks.get(SOFTENED)),
        wants_check_in=bool(marks.get(CHECK_IN)),
        break_after_s=marks.get(BREAK_AFTER, BREAK_AFTER_S),
        daily_s=read_daily(wishes).on(talk.day_until),
        told_of_day=marks.get(TOLD_OF_DAY) == talk.day_until,
        talk=talk,
    )


def read_ceiling(wishes: Wishes, community: CommunityId) -> Rating:
    """How far this person wants to go here. What they opened as MATURE, they opened in one
    community, by the words that stand now (SAFETY A9, A10)."""
    if wishes.settings.get(MATURE_IN) == open_in(community):
        return Rating.MATURE
    return Rating(round(min(wishes.marks.get(CEILING, Rating.ROMANCE), Rating.ROMANCE)))


def open_in(community: CommunityId) -> str:
    return f"{MATURE_VERSION} {community}"


def is_incognito(wishes: Wishes) -> bool:
    return bool(wishes.marks.get(INCOGNITO))


def read_zone(wishes: Wishes, otherwise_s: float) -> tzinfo:
    return zone_of(wishes.settings.get(ZONE, ""), otherwise_s)


def read_quiet_hours(wishes: Wishes) -> Quiet | None:
    return read_quiet(wishes.settings.get(QUIET, ""))


def read_talk(wishes: Wishes) -> Talk:
    marks = wishes.marks
    return Talk(
        at=marks.get(_AT, 0.0),
        stretch_s=marks.get(STRETCH, 0.0),
        day_s=marks.get(_TODAY, 0.0),
        day_until=marks.get(DAY_UNTIL, 0.0),
    )


def talk_marks(talk: Talk) -> dict[str, float]:
    return {
        _AT: talk.at,
        STRETCH: talk.stretch_s,
        _TODAY: talk.day_s,
        DAY_UNTIL: talk.day_until,
    }


def read_daily(wishes: Wishes) -> Daily:
    marks = wishes.marks
    return Daily(marks.get(_DAILY, 0.0), marks.get(_AFTER, 0.0), marks.get(_UNTIL, 0.0))


def daily_marks(daily: Daily) -> dict[str, float]:
    return {_DAILY: daily.seconds, _AFTER: daily.after, _UNTIL: daily.until}
