"""A person's own pauses, days and breaks beside every other rule (SAFETY C1, C3, H1, H5)."""

from typing import Any

import pytest

from bot.policy.care import BREAK, DAY_IS_OVER, PAUSED, resting
from bot.policy.decide import decide
from bot.policy.facts import Care, Decision, Effect, Outcome, Own
from bot.policy.rest import BREAK_AFTER_S, Talk
from tests.policy_facts import NOW, facts

HOUR = 3600.0
OVER = Own(daily_s=HOUR, talk=Talk(NOW, 0.0, HOUR, NOW + HOUR))
LONG = Own(talk=Talk(NOW, BREAK_AFTER_S, BREAK_AFTER_S, NOW + HOUR))
RESTING = {
    "paused": Own(paused=True),
    "paused and told": Own(paused=True, told_of_pause=True),
    "over": OVER,
    "over and told": Own(daily_s=HOUR, told_of_day=True, talk=OVER.talk),
}


def cares(decision: Decision) -> list[Care | None]:
    return [verdict.care for verdict in decision.care]


@pytest.mark.parametrize("own", RESTING.values(), ids=RESTING)
@pytest.mark.parametrize(
    ("text", "care"),
    [("I want to die", Care.CRISIS), ("red", Care.SAFE_WORD), ("yellow", Care.SOFTEN)],
)
def test_crisis_and_the_safe_word_are_heard_in_every_rest(own: Own, text: str, care: Care) -> None:
    assert cares(decide(facts(text, own=own))) == [care]


@pytest.mark.parametrize("own", RESTING.values(), ids=RESTING)
@pytest.mark.parametrize("text", ["hello", "are you human?", "goodbye", "a sex scene"])
def test_everything_else_gets_one_notice_or_silence(own: Own, text: str) -> None:
    decision = decide(facts(text, own=own, disclosed_at=None))
    assert decision.outcome >= Outcome.REFUSE
    assert not decision.care
    is_told = own.told_of_pause or own.told_of_day
    assert decision.say == ("" if is_told else PAUSED if own.paused else decision.say)
    assert bool(decision.say) is not is_told


@pytest.mark.parametrize("own", RESTING.values(), ids=RESTING)
def test_an_age_locks_in_every_rest_and_is_answered(own: Own) -> None:
    decision = decide(facts("I'm 15", own=own))
    assert Effect.LOCK_UNDER_18 in decision.effects
    assert "for adults" in decision.say


@pytest.mark.parametrize("own", RESTING.values(), ids=RESTING)
def test_a_command_that_would_have_the_persona_speak_is_told_why_not(own: Own) -> None:
    assert resting(facts("new", own=own))
    assert not resting(facts("new"))


def test_in_a_room_that_does_not_speak_to_it_nothing_is_said_or_noted() -> None:
    aside: dict[str, Any] = {"is_direct": False, "addresses_bot": False}
    for own in RESTING.values():
        decision = decide(facts("a sex scene", own=own, **aside))
        assert decision.outcome is Outcome.IGNORE
        assert not decision.say
        assert not decision.effects & {Effect.TOLD_OF_PAUSE, Effect.TOLD_OF_DAY}


def test_wishes_that_cannot_be_looked_up_bring_silence_and_a_command_says_why() -> None:
    # INVARIANT I3: perhaps they are paused and told so, or this crosses a limit of theirs.
    decision = decide(facts("hello", own=None))
    assert decision.outcome is Outcome.IGNORE
    assert not decision.say
    assert resting(facts("hello", own=None))


def test_a_break_stands_in_front_of_the_answer_beside_the_disclosure() -> None:
    decision = decide(facts("go on", own=LONG, disclosed_at=None))
    assert decision.outcome is Outcome.ALLOW
    assert cares(decision) == [Care.DISCLOSURE, Care.BREAK]
    assert decision.care[1].say == BREAK.format(minutes=90)


@pytest.mark.parametrize("text", ["goodbye", "are you human?", "red", "I want to die"])
def test_a_break_is_no_subject_beside_anything_else(text: str) -> None:
    assert Care.BREAK not in cares(decide(facts(text, own=LONG)))


def test_a_day_that_is_over_says_how_long_it_was() -> None:
    assert decide(facts("hello", own=OVER)).say == DAY_IS_OVER.format(minutes=60)


def test_who_is_not_in_meets_the_door_and_no_daily_limit() -> None:
    decision = decide(facts("hello", own=OVER, consented=False))
    assert {verdict.rule for verdict in decision.verdicts} == {"no_consent"}


@pytest.mark.parametrize("text", ["ren", "REN!", "ren, please", "stop. ren"])
def test_a_word_of_ones_own_is_called_alone(text: str) -> None:
    assert cares(decide(facts(text, own=Own(safe_word="ren")))) == [Care.SAFE_WORD]


@pytest.mark.parametrize("text", ["Wren", "Wren, please", "ask ren for the key", "brenda", ""])
def test_a_word_of_ones_own_inside_a_name_or_a_sentence_is_talk(text: str) -> None:
    assert decide(facts(text, own=Own(safe_word="ren"))).outcome is Outcome.ALLOW
