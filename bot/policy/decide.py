"""One pure function: facts in, one decision out. The strictest rule wins, whatever the order.

A rule that breaks refuses on its own behalf, under its name and without its reasons, which might
hold a person's words (INVARIANTS I3, I8).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.policy import care, door_rules, floor
from bot.policy.ceiling import ceiling
from bot.policy.community.layer import community_rules
from bot.policy.crisis import crisis
from bot.policy.facts import BESIDE, Care, Decision, Effect, Facts, Outcome, Verdict
from bot.policy.matching import forget_views
from bot.policy.quotas import not_now
from bot.text import SILENCE, Text

LOCK = Effect.LOCK_UNDER_18

Rule = Callable[[Facts], Verdict | Sequence[Verdict] | None]

RULES: tuple[Rule, ...] = (
    crisis,
    care.safe_word,
    care.paused,
    care.day_is_over,
    door_rules.another_bot,
    door_rules.not_spoken_to,
    door_rules.says_under_18,
    door_rules.locked,
    door_rules.not_a_guest,
    door_rules.no_consent,
    door_rules.no_age_record,
    floor.romance_with_somebody_under_18,
    floor.somebody_under_18_in_the_story,
    floor.romance_after_it_was_closed,
    floor.serious_harm,
    floor.sexual_content,
    community_rules,
    not_now,
    care.own_limits,
    care.disclosure_is_due,
    care.break_is_due,
    care.asks_what_this_is,
    care.says_goodbye,
)

BROKEN = Text(
    "Something in me does not work as it should, so I would rather not answer that. Please tell the operator."
)


def decide(facts: Facts, rules: Sequence[Rule] = RULES) -> Decision:
    try:
        spoken = [verdict for rule in rules for verdict in _ask(rule, facts)]
    finally:
        forget_views()
    verdicts = _one_care(sorted(_unpunished(spoken), key=_strictest_first))
    strictest = max((verdict.outcome for verdict in verdicts), default=Outcome.ALLOW)
    return Decision(strictest, tuple(verdicts), ceiling(facts))


def _ask(rule: Rule, facts: Facts) -> Sequence[Verdict]:
    try:
        said = rule(facts)
    except Exception:  # noqa: BLE001 - whatever broke, the answer is the stricter one (I3)
        name = getattr(rule, "__name__", "unnamed rule")
        return (Verdict(name, "I3", Outcome.REFUSE, say=BROKEN),)
    return (said,) if isinstance(said, Verdict) else said or ()


def _unpunished(verdicts: list[Verdict]) -> list[Verdict]:
    """SAFETY C1, C3, C4: no community's rule is heard of words that care answers, nor of those of
    somebody who is locked for them. What remains refuses already."""
    unharmed = {Care.CRISIS, Care.SAFE_WORD, Care.SOFTEN}
    if not any(verdict.care in unharmed or LOCK in verdict.effects for verdict in verdicts):
        return verdicts
    return [verdict for verdict in verdicts if verdict.ruling is None]


_PRECEDENCE = ("C3", "A2", "A11", "C1", "H5", "L1", "L3", "L4", "L5", "M1", "A1", "A4")


def _strictest_first(verdict: Verdict) -> tuple[int, int, int, str, str]:
    known = verdict.number in _PRECEDENCE
    place = _PRECEDENCE.index(verdict.number) if known else len(_PRECEDENCE)
    # Of a community's rules the firmest first, and each in its place whatever the order.
    ruling = verdict.ruling
    firmness = -ruling.action if ruling else 0
    return -verdict.outcome, place, firmness, verdict.rule, ruling.rule if ruling else ""


def _one_care(verdicts: list[Verdict]) -> list[Verdict]:
    """SAFETY C3: in a crisis nothing else is said for care; else one thing, and what is due.

    What falls silent keeps its outcome and its effects.
    """
    kinds = [verdict.care for verdict in verdicts if verdict.care is not None]
    if not kinds:
        return verdicts
    if Care.CRISIS not in kinds and any(LOCK in verdict.effects for verdict in verdicts):
        # Who is locked is told so, kindly, and nothing beside it.
        return [
            replace(verdict, care=None, say=SILENCE if verdict.care else verdict.say)
            for verdict in verdicts
        ]
    answers = [kind for kind in Care if kind in kinds and kind not in BESIDE]
    if Care.CRISIS in answers:
        kept = {Care.CRISIS}
    elif answers:
        # A break is no subject while somebody asks, slows down or says goodbye.
        kept = {answers[0], Care.DISCLOSURE}
    else:
        kept = set(BESIDE)
    return [
        verdict
        if verdict.care in kept or verdict.care is None
        else replace(verdict, care=None, say=SILENCE)
        for verdict in verdicts
    ]
