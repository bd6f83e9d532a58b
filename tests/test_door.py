"""The door: two screens, a clear yes, and nothing less than that."""

import hashlib

import pytest

from bot.events import Rating
from bot.policy import door
from bot.policy.door import DOOR_VERSION, Door, Entered, Left, answer_door, open_door

TEXT_OF_VERSION = {"1": "aad78925cc1f"}


def at_the_question() -> Door:
    opened, _ = open_door("The Salon", Rating.ROMANCE)
    asked, words = answer_door(opened, "next")
    assert isinstance(asked, Door)
    assert words == door.CONFIRM
    return asked


def test_the_first_screen_says_what_must_be_said() -> None:
    _, words = open_door("The Salon", Rating.ROMANCE)
    for part in (
        *("software", "not with a human", "adults", "may not be suitable for some minors"),
        *("The Salon", "romance, without sexual content", "encrypted", "until you erase it"),
        *(
            "The operator holds the machine",
            "Discord can read",
            "`leave`",
            "`erase`",
            "`stop`",
            "`red`",
        ),
    ):
        assert part in words


def test_next_and_a_clear_yes_let_an_adult_in() -> None:
    assert answer_door(at_the_question(), "Yes!") == (Entered(DOOR_VERSION), door.WELCOME)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "YES",
        " y ",
        "Yep",
        "yes, I agree",
        "I agree.",
        "Ｙｅｓ",
        "I am 18 or older and I agree",
    ],
)
def test_a_yes_may_be_said_in_many_ways(text: str) -> None:
    assert isinstance(answer_door(at_the_question(), text)[0], Entered)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "sure",
        "maybe",
        "yes but I am not sure",
        "yes no",
        "yes?no",
        "I'm 25",
        "18",
        "next",
        "👍",
        "yesterday",
    ],
)
def test_an_unclear_answer_is_asked_again_and_never_a_yes(text: str) -> None:
    asked = at_the_question()
    assert answer_door(asked, text) == (asked, door.AGAIN_CONFIRM)


@pytest.mark.parametrize(
    "text", ["no", "No thanks", "leave", "stop", "erase", "I don't agree", "red"]
)
def test_a_no_leaves_from_either_screen_and_nothing_is_kept(text: str) -> None:
    opened, _ = open_door("The Salon", Rating.ROMANCE)
    assert answer_door(opened, text) == (Left(), door.LEFT)
    assert answer_door(at_the_question(), text) == (Left(), door.LEFT)


def test_the_first_screen_can_be_read_again_and_no_yes_skips_the_question() -> None:
    first, words = open_door("The Salon", Rating.ROMANCE)
    assert answer_door(at_the_question(), "read") == (first, words)
    asked, _ = answer_door(first, "yes")
    assert asked == at_the_question()
    assert answer_door(first, "what?") == (first, door.AGAIN_FIRST)


def test_a_communitys_name_is_one_short_line() -> None:
    opened, words = open_door("A\n\nvery " + "long " * 100, Rating.GENERAL)
    assert len(opened.community) <= 80
    assert "\n" not in opened.community
    assert opened.community in words


def test_changed_words_ask_for_a_new_version() -> None:
    text = door.WHAT_THIS_IS + door.CONFIRM + repr(sorted(door.CEILINGS.items()))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert TEXT_OF_VERSION[DOOR_VERSION] == digest, "raise DOOR_VERSION and add its digest here"
