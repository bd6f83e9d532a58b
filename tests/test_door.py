"""The door: four screens, a clear yes, and nothing less than that."""

import hashlib
import re

import pytest

from bot.events import AgeLevel, Rating
from bot.languages.catalogue import say
from bot.languages.names import LANGUAGES
from bot.policy import door
from bot.policy.door import (
    DOOR_VERSION,
    INTIMATE,
    MEMORY,
    Door,
    Entered,
    Left,
    Step,
    Terms,
    answer_door,
    offer,
    open_door,
    screen,
)

TEXT_OF_VERSION = {"2": "db99c3985fa3", "3": "f08701df9abd"}
SALON = Terms("The Salon", Rating.ROMANCE)


def at(step: Step, chosen: frozenset[str] = frozenset()) -> Door:
    return Door(SALON, step, chosen)


def test_the_screens_say_what_must_be_said() -> None:
    words = "\n".join(screen(at(step)) for step in Step)
    for part in (
        *("software", "not with a human", "adults", "may not be suitable for some minors"),
        *("The Salon", "romance, without sexual content", "encrypted", "until you erase it"),
        *("The operator holds the machine", "Discord can read", "your own word"),
        *("`leave`", "`erase`", "`export`", "`stop`", "`red`", "`memory`", "`intimate`"),
    ):
        assert part in words
    assert len(Step) == 4


def test_who_goes_on_and_says_a_clear_yes_comes_in_and_nothing_more_is_agreed_to() -> None:
    opened, words = open_door(SALON)
    assert words == door.WHO_THIS_IS
    step: Door | Entered | Left = opened
    for said in ("next", "ok", "Yes!"):
        assert isinstance(step, Door)
        step, words = answer_door(step, said, SALON)
    assert step == at(Step.CHOOSE)
    assert answer_door(at(Step.CHOOSE), "done", SALON) == (Entered(), door.WELCOME)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "YES", " y ", "Yep", "yes, I agree", "I agree.", "Ｙｅｓ"),
        "I am 18 or older and I agree",
    ],
)
def test_a_yes_may_be_said_in_many_ways(text: str) -> None:
    assert answer_door(at(Step.CONFIRM), text, SALON)[0] == at(Step.CHOOSE)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ok", "sure", "maybe", "yes but I am not sure", "yes no", "yes?no"),
        *("I'm 25", "18", "next", "done", "👍", "yesterday", "memory"),
    ],
)
def test_an_unclear_answer_is_asked_again_and_never_a_yes(text: str) -> None:
    asked = at(Step.CONFIRM)
    assert answer_door(asked, text, SALON) == (asked, door.AGAIN_CONFIRM)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("text", ["no", "No thanks", "leave", "stop", "erase", "red"])
def test_every_screen_can_be_left_and_nothing_is_kept(text: str, step: Step) -> None:
    assert answer_door(at(step, frozenset({MEMORY})), text, SALON) == (Left(), door.LEFT)


@pytest.mark.parametrize("step", Step)
def test_every_screen_can_be_read_again_and_gone_back_from(step: Step) -> None:
    here = at(step, frozenset({MEMORY}))
    assert answer_door(here, "read", SALON) == (here, screen(here))
    before, words = answer_door(here, "back", SALON)
    assert isinstance(before, Door)
    assert before.step == max(step - 1, Step.WHO_THIS_IS)
    assert before.chosen == here.chosen
    assert words == screen(before)


def test_no_yes_skips_the_question() -> None:
    for step in (Step.WHO_THIS_IS, Step.WHAT_HOLDS_HERE):
        after, _ = answer_door(at(step), "yes", SALON)
        assert after == at(Step(step + 1))
        assert answer_door(at(step), "what?", SALON) == (at(step), door.AGAIN)


@pytest.mark.parametrize(
    ("said", "consents"),
    [
        ([], set()),
        (["memory"], {MEMORY}),
        (["memory", "Memory"], set()),
        (["intimate"], {MEMORY, INTIMATE}),
        (["memory", "intimate", "intimate memory"], {MEMORY}),
        (["intimate", "memory"], set()),
    ],
)
def test_each_consent_is_off_until_it_is_chosen_and_intimate_memory_needs_memory(
    said: list[str], consents: set[str]
) -> None:
    step: Door | Entered | Left = at(Step.CHOOSE)
    for word in said:
        assert isinstance(step, Door)
        step, words = answer_door(step, word, SALON)
        assert words == (screen(step) if isinstance(step, Door) else "")
    assert isinstance(step, Door)
    assert answer_door(step, "done", SALON)[0] == Entered(frozenset(consents))


@pytest.mark.parametrize("text", ["", "yes", "next", "everything", "memory and intimate"])
def test_an_unclear_choice_is_asked_again(text: str) -> None:
    here = at(Step.CHOOSE)
    assert answer_door(here, text, SALON) == (here, door.AGAIN_CHOOSE)


@pytest.mark.parametrize("step", Step)
def test_who_reads_while_the_rules_change_reads_the_new_ones_before_anything_else(
    step: Step,
) -> None:
    now = Terms("The Salon", Rating.GENERAL, AgeLevel.MODERATOR)
    for said in ("yes", "done", "next", "memory"):
        again, words = answer_door(at(step, frozenset({MEMORY})), said, now)
        assert again == Door(now, min(step, Step.WHAT_HOLDS_HERE))
        assert words.startswith(door.CHANGED)


def test_a_communitys_name_is_one_short_line() -> None:
    words = screen(Door(Terms("A\n\nvery " + "long " * 100, Rating.GENERAL), Step.WHAT_HOLDS_HERE))
    assert "A very long long" in words
    assert "long " * 30 not in words


def test_changed_words_ask_for_a_new_version() -> None:
    tables = sorted(door.CEILINGS.items()), sorted(door.AGE_LEVELS.items())
    text = door.WHO_THIS_IS + door.WHAT_HOLDS_HERE + door.CONFIRM + door.CHOOSE + repr(tables)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert TEXT_OF_VERSION[DOOR_VERSION] == digest, "raise DOOR_VERSION and add its digest here"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", Step)
def test_what_a_screen_offers_as_a_button_it_also_names_and_understands(
    step: Step, language: str
) -> None:
    """Nothing is offered that could not be typed, and each word means what it means in English."""
    named = re.findall(r"`([^`]*)`", say(screen(at(step)), language))
    in_english = offer(at(step), "en")
    for word, english in zip(offer(at(step), language), in_english, strict=True):
        assert word in named
        reached, _ = answer_door(at(step), word, SALON, language=language)
        assert reached == answer_door(at(step), english, SALON)[0]
    assert in_english[0] in {"next", "yes", "memory"}
    assert any(isinstance(answer_door(at(step), word, SALON)[0], Left) for word in in_english), (
        "every screen can be left by a button"
    )
