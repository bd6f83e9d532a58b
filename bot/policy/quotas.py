"""A community's quotas: how much a person, a role or all of them may use.

Numbers in, a sentence out. Who counts, and where, is not known here; what is counted holds no words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.policy.community.rule import Quota
from bot.policy.community.where import POWER
from bot.policy.facts import Facts, Outcome, Verdict
from bot.text import SILENCE, Text

MINUTE_S = 60.0
PERSON, COMMUNITY = "person", "community"

A_MINUTE = Text(
    "This community takes {most} messages a minute from one person. It goes on in {seconds} s; this "
    "message was not kept."
)
ALL_A_MINUTE = Text(
    "This community takes {most} messages a minute from everybody together. It goes on in {seconds} "
    "s; this message was not kept."
)
A_DAY = Text(
    "That was as much talk as this community gives one person in a day. It goes on at {when}."
)
ALL_A_DAY = Text(
    "That was as much talk as this community has for everybody in a day. It goes on at {when}."
)
TOO_MANY_TALK = Text(
    "As many people are talking as this community has room for ({most}). Try again in some minutes."
)
NEXT_DAY = "00:00 UTC"


@dataclass(frozen=True, slots=True)
class Used:
    """By a person, or by a community as a whole; this message not counted."""

    times: tuple[float, ...] = ()
    """Of the last minute's messages, oldest first."""
    messages: int = 0
    tokens: int = 0
    """Both of this day, in UTC."""
    talking: int = 0
    """Of a community: others who have written within the last minutes."""


def quota_of(
    quotas: Sequence[Quota], roles: frozenset[str] | None, power_level: int | None = None
) -> Quota:
    """For one person. Of several roles the most generous counts, in each number by itself; what
    the platform does not tell leaves the strictest that it could be (INVARIANT I3)."""
    named = [quota for quota in quotas if quota.who not in (PERSON, COMMUNITY)]
    holds = {quota.who: _holds(quota.who, roles, power_level) for quota in named}
    held = [quota for quota in named if holds[quota.who]]
    chosen = held or [quota for quota in quotas if quota.who == PERSON] or [Quota()]
    unknown = [quota for quota in named if holds[quota.who] is None]
    return Quota(PERSON, **{name: _bound(name, chosen, unknown) for name in _NUMBERS})


def quota_for_all(quotas: Sequence[Quota]) -> Quota:
    return next((quota for quota in quotas if quota.who == COMMUNITY), Quota(COMMUNITY))


def used_up(own: Quota, used: Used, general: Quota, by_all: Used, now: float) -> Text:
    """What stands in the way of one more message, and when it goes on; empty: nothing."""
    if own.messages_a_minute and (wait := _wait(used.times, own.messages_a_minute, now)):
        return A_MINUTE.format(most=own.messages_a_minute, seconds=wait)
    if _is_spent(own, used):
        return A_DAY.format(when=NEXT_DAY)
    if general.messages_a_minute and (wait := _wait(by_all.times, general.messages_a_minute, now)):
        return ALL_A_MINUTE.format(most=general.messages_a_minute, seconds=wait)
    if _is_spent(general, by_all):
        return ALL_A_DAY.format(when=NEXT_DAY)
    if general.sessions and by_all.talking >= general.sessions:
        return TOO_MANY_TALK.format(most=general.sessions)
    return SILENCE


def not_now(facts: Facts) -> Verdict | None:
    """What the operator or a quota says, said as a refusal: care goes before it."""
    if not facts.not_now or not facts.text:
        return None
    return Verdict("not_now", "M1", Outcome.REFUSE, say=facts.not_now)


def _wait(times: Sequence[float], most: int, now: float) -> int:
    """Seconds until one more is taken; 0: now. Times of the near future, from before a clock was
    set back, count as now; those further ahead for nothing."""
    recent = [min(at, now) for at in times if abs(now - at) < MINUTE_S]
    if len(recent) < most:
        return 0
    return max(1, round(sorted(recent)[-most] + MINUTE_S - now))


def _is_spent(quota: Quota, used: Used) -> bool:
    by_messages = 0 < quota.messages_a_day <= used.messages
    return by_messages or 0 < quota.tokens_a_day <= used.tokens


_NUMBERS = ("messages_a_minute", "messages_a_day", "tokens_a_day", "waiting", "sessions")


def _holds(who: str, roles: frozenset[str] | None, power_level: int | None) -> bool | None:
    if who.startswith(POWER) and who.removeprefix(POWER).lstrip("-").isdecimal():
        return None if power_level is None else power_level >= int(who.removeprefix(POWER))
    return None if roles is None else who in roles


def _bound(name: str, chosen: Iterable[Quota], unknown: Iterable[Quota]) -> int:
    """0 is none: the most generous of what is chosen, and the least of what may hold beside."""
    found = [getattr(quota, name) for quota in chosen]
    bounds = [0 if 0 in found else max(found), *(getattr(quota, name) for quota in unknown)]
    return min((bound for bound in bounds if bound), default=0)
