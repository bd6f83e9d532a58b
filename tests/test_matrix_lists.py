"""Policy lists, read: whom a rule names, and what ends one. Without a homeserver."""

from typing import Any

import pytest

from bot.platforms.matrix.chosen import NOTHING, Chosen, read_chosen, write_chosen
from bot.platforms.matrix.lists import ROOM, SERVER, USER, List, matches
from bot.platforms.matrix.places import Place
from bot.platforms.matrix.steps import (
    NOT_FITTING,
    STEPS,
    Answer,
    Control,
    read_file,
    read_sign,
    read_words,
)
from bot.text import Text

ADA, BEN = "@ada:example.org", "@ben:matrix.example.org:8448"


def rule(kind: str, entity: Any, *, event: str = "$1", advice: str = "m.ban") -> dict[str, Any]:
    content = {"entity": entity, "recommendation": advice, "reason": "spam"}
    return {"type": kind, "state_key": f"rule:{entity}", "event_id": event, "content": content}


@pytest.mark.parametrize(
    ("kind", "entity", "named"),
    [
        (USER, ADA, {ADA}),
        (USER, "@a*:example.org", {ADA}),
        (USER, "@???:example.org", {ADA}),
        (USER, "*", {ADA, BEN}),
        (USER, "@ada", set()),
        (SERVER, "example.org", {ADA}),
        (SERVER, "EXAMPLE.org", {ADA}),
        (SERVER, "*.example.org", {BEN}),
        (SERVER, "matrix.example.org", {BEN}),
        (ROOM, ADA, set()),
    ],
)
def test_a_rule_names_whom_its_pattern_fits(kind: str, entity: str, named: set[str]) -> None:
    one = List()
    assert one.take(rule(kind, entity)) is not None
    assert {user for user in (ADA, BEN) if one.names(user)} == named


def test_a_room_is_named_by_its_id_or_its_alias() -> None:
    one = List()
    one.take(rule(ROOM, "#caves-*:example.org"))
    assert one.names_room("!abc", "#caves-3:example.org")
    assert not one.names_room("!abc", "")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"entity": ADA},
        {"entity": ADA, "recommendation": "m.warn"},
        {"entity": 7, "recommendation": "m.ban"},
        {"entity": "", "recommendation": "m.ban"},
        {"entity": "a" * 256, "recommendation": "m.ban"},
        None,
        [],
    ],
)
def test_what_bans_nobody_takes_an_earlier_rule_back(content: Any) -> None:
    one = List()
    first = rule(USER, ADA)
    one.take(first)
    assert one.take({**first, "event_id": "$2", "content": content}) is None
    assert not one.names(ADA)
    assert len(one) == 0


def test_who_is_named_twice_is_named_until_both_are_gone() -> None:
    one = List()
    one.take(rule(USER, ADA, event="$1"))
    one.take({**rule(USER, ADA, event="$2"), "state_key": "another"})
    one.redacted("$1")
    assert one.names(ADA)
    one.redacted("$2")
    assert not one.names(ADA)


def test_a_rule_that_says_the_same_again_is_not_new() -> None:
    one = List()
    assert one.take(rule(USER, ADA, event="$1")) is not None
    assert one.take(rule(USER, ADA, event="$2")) is None


def test_no_pattern_takes_longer_than_the_product_of_the_lengths() -> None:
    """One that a matcher which tries everything would never come to an end with."""
    assert not matches("*a" * 127 + "b", "a" * 255)
    assert matches("*a" * 127 + "*", "a" * 255)


# --- Rooms ------------------------------------------------------------------------------------


def place(id_: str, *, space: bool = False, powers: dict[str, int] | None = None) -> Place:
    made = Place(id_)
    kind = {"type": "m.space"} if space else {}
    made.take({"type": "m.room.create", "state_key": "", "sender": "@maker:a", "content": kind})
    levels = {"users": powers or {}}
    made.take({"type": "m.room.power_levels", "state_key": "", "content": levels})
    return made


def lists(space: Place, room: str, sender: str, *, via: bool = True) -> None:
    content = {"via": ["a"]} if via else {}
    child = {"type": "m.space.child", "state_key": room, "sender": sender, "content": content}
    space.take(child)


def test_a_space_has_a_room_where_the_room_or_its_moderator_says_so() -> None:
    space, room = place("!space", space=True), place("!room", powers={"@mod:a": 50})
    lists(space, "!room", "@stranger:a")
    assert not space.lists(room)
    lists(space, "!room", "@mod:a")
    assert space.lists(room)
    lists(space, "!room", "@stranger:a")
    parent = {"type": "m.space.parent", "state_key": "!space", "sender": "@mod:a"}
    room.take({**parent, "content": {"via": ["a"]}})
    assert space.lists(room)
    room.take({**parent, "content": {}})
    assert not space.lists(room)
    lists(space, "!room", "@mod:a", via=False)
    assert not space.lists(room)
    assert not room.lists(space), "a room is no space"


# --- What moderators choose -------------------------------------------------------------------


@pytest.mark.parametrize(
    "chosen",
    [
        NOTHING,
        Chosen(entrance="!a", trusted=10, lists=("!c",), panel="$d", panel_in="!a"),
        Chosen(trusted=0),
    ],
)
def test_what_was_chosen_is_read_back_as_it_was(chosen: Chosen) -> None:
    assert read_chosen(write_chosen(chosen)) == chosen


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"[]",
        b"{}",
        write_chosen(NOTHING).replace(b'"panel"', b'"other"'),
        write_chosen(Chosen(trusted=10)).replace(b"10", b"1000"),
        write_chosen(Chosen(trusted=10)).replace(b"10", b"true"),
        write_chosen(Chosen(lists=("!c",))).replace(b"!c", b"c"),
        write_chosen(Chosen(entrance="!a")).replace(b'"!a"', b"7"),
    ],
)
def test_what_is_damaged_is_nothing(damaged: bytes) -> None:
    assert read_chosen(damaged) is None


def at(name: str) -> int:
    return next(number for number, step in enumerate(STEPS) if step.name == name)


@pytest.mark.parametrize(
    ("step", "typed", "read"),
    [
        ("ceiling", "general", Answer("general")),
        ("ceiling", " !General ", Answer("general")),
        ("ceiling", "2", Answer("romance")),
        ("ceiling", "4", None),
        ("ceiling", "general, please", None),
        ("ceiling", "next", Control.NEXT),
        ("mature", "self-attested", None),
        ("mature", "1", Answer("platform")),
        ("entrance", "#door:example.org", Answer(rooms=("#door:example.org",))),
        ("entrance", "!a !b", None),
        ("lists", "!a, #b:c !a", Answer(rooms=("!a", "#b:c"))),
        ("lists", " ".join(f"!{n}" for n in range(11)), None),
        ("lists", "none", Answer("none")),
        ("trusted", "power 10", Answer(power=10)),
        ("trusted", "power 0", None),
        ("trusted", "power 101", None),
        ("trusted", "10", None),
        ("trusted", "1", Answer("nobody")),
        ("panel", "", None),
    ],
)
def test_an_answer_is_a_word_a_number_or_a_room(step: str, typed: str, read: object) -> None:
    assert read_words(at(step), typed) == read


def test_a_sign_is_the_option_of_its_number_with_its_colour_or_without() -> None:
    assert read_sign(at("ceiling"), "2\ufe0f\u20e3") == Answer("romance")
    assert read_sign(at("ceiling"), "2\u20e3") == Answer("romance")
    assert read_sign(at("ceiling"), "9\ufe0f\u20e3") is None
    assert read_sign(at("ceiling"), "➡️") is Control.NEXT
    assert read_sign(at("ceiling"), "👍") is None


def test_a_file_says_what_would_be_answered() -> None:
    content = b"""
    entrance = "none"
    ceiling = "general"
    trusted = 10
    lists = ["#bans:example.org", "!other"]
    panel = "no"
    """
    read = read_file(content)
    assert not isinstance(read, Text)
    assert [(step.name, answer) for step, answer in read] == [
        ("entrance", Answer("none")),
        ("ceiling", Answer("general")),
        ("trusted", Answer(power=10)),
        ("lists", Answer(rooms=("#bans:example.org", "!other"))),
        ("panel", Answer("no")),
    ]
    assert read_file(b"lists = []") == ((STEPS[at("lists")], Answer("none")),)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"ceiling: general",
        b"words = 1",
        b"ceiling = true",
        b'ceiling = "none"',
        b'ceiling = "next"',
        b"trusted = 0",
        b"entrance = {}",
    ],
)
def test_a_file_that_does_not_fit_changes_nothing_and_its_words_are_not_repeated(
    content: bytes,
) -> None:
    read = read_file(content)
    assert isinstance(read, Text)
    assert read.endswith("Nothing has changed.")
    assert "general" not in read


def test_what_does_not_fit_in_a_file_is_named() -> None:
    assert read_file(b'panel = "perhaps"') == NOT_FITTING.format(name="panel")
