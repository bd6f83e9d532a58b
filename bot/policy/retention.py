"""SAFETY P6: how long what was said is kept, and whose clock is believed about it. Pure.

A clock that jumps ahead (an empty battery, a wrong year) would make everything old at once, and what
is forgotten does not come back when it is put right. So a gap between two looks at it, whether the
machine was off or the clock has jumped, counts only once the clock has gone on steadily for a while
of work; until then the time before the gap counts, and goes on from there.
"""

from dataclasses import dataclass

DAY_S = 86_400.0
LONGEST_DAYS = 3650
GAP_S = 2 * DAY_S
"""Shorter ones are believed: so much too early something may go."""
STEADY_S = 6 * 3600.0
"""Of work, in however many runs."""
_ONE_LOOK_S = 3600.0
"""What lies between two looks counts as work up to this."""


@dataclass(frozen=True, slots=True)
class Clock:
    at: float
    """As it stood at the last look."""
    believed: float
    steady_s: float = 0.0
    """For how long it has gone on since it was not believed."""


def stricter(operator_days: float, own_days: float) -> float:
    """0 is always, of each and of both."""
    return min((days for days in (operator_days, own_days) if days), default=0.0)


def read_clock(before: Clock | None, now: float) -> Clock:
    """The first look ever knows of no time before it, and believes nothing yet."""
    if before is None:
        return Clock(now, 0.0)
    passed = now - before.at
    if passed < 0:
        # It was put right, or is wrong now: either way nothing is later than it says.
        return Clock(now, min(before.believed, now), before.steady_s)
    is_believed = before.believed >= before.at
    if passed > GAP_S:
        return Clock(now, before.believed, 0.0 if is_believed else before.steady_s)
    steady = before.steady_s + min(passed, _ONE_LOOK_S)
    if is_believed or steady >= STEADY_S:
        return Clock(now, now)
    return Clock(now, before.believed + passed, steady)
