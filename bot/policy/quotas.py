"""A community's quotas: how much a person, a role or all of them may use.

Numbers in, a sentence out. Who counts, and where, is not known here; what is counted holds no words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.policy.community.rule import Quota
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


def quota_of(quotas: Sequence[Quota], roles: frozenset[str] | None) -> Quota:
    """For one person. Of several roles the most generous counts, in each number by itself; roles
    that the platform does not tell are not held (INVARIANT I3)."""
    held = [quota for quota in quotas if quota.who in (roles or ())]
    general = [quota for quota in quotas if quota.who == PERSON]
    chosen = held or general
    if not chosen:
        return Quota()
    return Quota(
        PERSON,
        messages_a_minute=_most(one.messages_a_minute for one in chosen),
        messages_a_day=_most(one.messages_a_day for one in chosen),
        tokens_a_day=_most(one.tokens_a_day for one in chosen),
        waiting=_most(one.waiting for one in chosen),
        sessions=_most(one.sessions for one in chosen),
    )


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


def _most(numbers: Iterable[int]) -> int:
    found = list(numbers)
    return 0 if 0 in found else max(found)
