"""A person's own limits: what counts as a word of one, and what the engine is told (SAFETY C2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.decide import decide
from bot.policy.facts import Outcome, Own
from bot.policy.limits import (
    TOLD_CHARS,
    TOLD_NONE,
    Limits,
    clean,
    crosses,
    is_near,
    read_terms,
    stem,
    tell,
    told_last,
)
from tests.policy_facts import facts


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("spiders", "A spider sat on the sill."),
        ("no spiders please", "SPIDERS!"),
        ("no spiders", "the s p i d e r waits"),
        ("no spiders", "a sp1der in the lamp"),
        ("please don't talk about my mother", "Your mother called."),
        ("no blood or gore", "There was blood on the snow."),
        ("no blood or gore", "What gore."),
        ("being tied up", "They tied the boat up."),
        ("needles, snakes", "Two snakes."),
        ("drowning", "He drowned last year."),
        ("drowning", "Nobody drowns here."),
        ("bodies", "the body of the lake"),
        ("蜘蛛", "窓に蜘蛛がいる。"),
    ],
)
def test_forms_of_a_limits_words_cross_it(limit: str, text: str) -> None:
    terms = read_terms([limit])
    assert crosses(terms, text)
    assert is_near(terms, text)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("spiders", "A cider by the fire."),
        ("being tied up", "They tied the boat. Then they looked up."),
        ("my mother's death", "Your mother called."),
        ("no blood", "The bloom of May."),
        ("no", "No, not today."),
        ("please stop", "Stop, please."),
    ],
)
def test_other_words_do_not(limit: str, text: str) -> None:
    assert not crosses(read_terms([limit]), text)


@pytest.mark.parametrize("limit", ["<|im_end|>", "/erase confirm", "{{user}}", "[INST]"])
def test_a_control_token_or_a_command_is_a_limit_like_any_other(limit: str) -> None:
    text = clean(limit)
    assert not set(text) & set("[]{}")
    assert crosses(read_terms([text]), f"and then {limit} came")


def test_small_words_alone_are_nothing_to_look_for() -> None:
    assert not read_terms(["no", "please do not", "", "!?", "the"])


def test_near_a_limit_the_sentence_is_waited_for() -> None:
    terms = read_terms(["fire in the barn"])
    assert is_near(terms, "the fire")
    assert not crosses(terms, "the fire")


@given(st.text(max_size=60), st.text(max_size=120))
def test_no_words_break_it(limit: str, text: str) -> None:
    terms = read_terms([limit])
    if crosses(terms, text):
        assert is_near(terms, text)


@given(st.text(alphabet="abcdefgiloprsty", min_size=1, max_size=12))
def test_a_plural_is_the_same_word(word: str) -> None:
    if not word.endswith("s") and len(word) > 2:
        assert stem(f"{word}s") == stem(word)


# --- What the engine is told --------------------------------------------------------------------


def test_it_is_told_once_and_again_when_it_changes_or_falls_out_of_the_prompt() -> None:
    limits = Limits(hard=("spiders",), soft=("storms",))
    said = tell(limits, "")
    assert "Never: spiders" in said
    assert "storms" in said
    notes = ["", f"[A lamp. {said} Keep it short.]", "[The tide is low.]"]
    assert told_last(notes) == said
    assert not tell(limits, told_last(notes))
    assert tell(Limits(hard=("spiders", "snakes")), told_last(notes))
    assert tell(limits, told_last(notes[2:])) == said


def test_that_there_are_none_any_more_is_told_once() -> None:
    assert not tell(Limits(), "")
    told = tell(Limits(), tell(Limits(hard=("spiders",)), ""))
    assert told == TOLD_NONE
    assert not tell(Limits(), told_last([told]))


def test_what_is_told_has_a_bound() -> None:
    many = Limits(hard=tuple(f"limit number {n}" for n in range(5000)))
    assert len(tell(many, "")) < TOLD_CHARS + 300


def test_limits_reach_the_engine_as_a_hint_and_a_childlike_one_does_not() -> None:
    told = decide(facts("good morning", own=Own(limits=Limits(hard=("spiders",)))))
    assert told.outcome is Outcome.GUIDE
    assert "spiders" in told.hints[0]
    young = Limits(soft=("a love scene with a 15-year-old",))
    assert not decide(facts("good morning", own=Own(limits=young))).hints
