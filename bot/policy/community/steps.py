"""Which step a hit brings, and what is in force: past times and now in, one answer out.

Times further ahead than a window or a pause is long were written by a clock that went ahead, and
count for nothing; nearer ones count as though they were now, so that a clock which is set back
shortens nothing.
"""

from collections.abc import Iterable, Sequence

from bot.policy.community.rule import Action, Pause, Rule, Step

HOUR_S = 3600.0


def step_of(rule: Rule, hits: Sequence[float], now: float) -> Step:
    """What this hit brings, after those that count still. Steps fade as hits grow old."""
    many = 1 + sum(counts_still(rule, at, now) for at in hits)
    return max((step for step in rule.steps if step.hits <= many), key=lambda step: step.hits)


def counts_still(rule: Rule, at: float, now: float) -> bool:
    window = rule.window_hours * HOUR_S
    return now - window < at <= now + window


def unknown_step(rule: Rule) -> Step:
    """INVARIANT I3: where it cannot be known how often. As strict for this message as any step
    could be; a pause or a lost door needs a reason that is known."""
    action = min(max(step.action for step in rule.steps), Action.REFUSE)
    return Step(1, action)


def in_force(pauses: Iterable[Pause], now: float) -> Pause | None:
    """The one that ends last."""
    still = [pause for pause in pauses if is_in_force(pause, now)]
    return max(still, key=lambda pause: pause.until, default=None)


def is_in_force(pause: Pause, now: float) -> bool:
    length = pause.until - pause.begun
    return pause.begun - length <= now < pause.until
