"""Prompts only grow; what changes with the moment stays with its turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.base import Part, Prompt
from bot.events import PersonId, TurnId
from bot.memory.window import first_turn_kept
from bot.prompt import HONEST, card_alone, compose, write_head, write_note
from bot.store.rows import Side, State, Turn

ADA = PersonId("paper:ada")


def turn(number: int, side: Side, text: str, note: str = "") -> Turn:
    return Turn(TurnId(number), side, State.DONE, text, note)


def prompt_of(said: list[Turn]) -> Prompt:
    return compose(person=ADA, card="card", head="head", turns=said, adapter="brogue")


turns = st.lists(
    st.tuples(st.sampled_from(Side), st.text(min_size=1, max_size=20), st.text(max_size=10)),
    max_size=12,
).map(lambda rows: [turn(n, *row) for n, row in enumerate(rows, start=1)])


@given(turns, turns)
def test_more_talk_only_adds_parts_at_the_end(before: list[Turn], after: list[Turn]) -> None:
    short = prompt_of(before)
    long = prompt_of([*before, *after])
    assert long.parts[: len(short.parts)] == short.parts


def test_the_card_is_shared_and_nothing_else_is() -> None:
    prompt = prompt_of([turn(1, Side.PERSON, "hi")])
    assert [part.text for part in prompt.parts if part.shared] == ["card"]


def test_a_card_alone_is_nobodys_and_begins_every_prompt_with_it() -> None:
    card, prompt = card_alone("card", adapter="brogue"), prompt_of([turn(1, Side.PERSON, "hi")])
    assert (card.key, card.person) == ("", "")
    assert prompt.parts[:1] == card.parts
    assert prompt.adapter == card.adapter == "brogue"
    assert (prompt.key, prompt.person) == (ADA, ADA)


def test_two_messages_of_one_side_are_parted() -> None:
    said = [turn(1, Side.PERSON, "one"), turn(2, Side.PERSON, "two")]
    prompt = prompt_of(said)
    texts = [Part("user", "one"), Part("user", "\n\n"), Part("user", "two")]
    assert prompt.parts[-3:] == tuple(texts)


def test_a_note_stands_before_its_message() -> None:
    note = write_note(reminder="Be brief.", lore=["The lamp is old."], hints=["Be gentle."])
    assert note == "[The lamp is old. Be gentle. Be brief.]"
    prompt = prompt_of([turn(1, Side.PERSON, "hi", note)])
    assert [part.text for part in prompt.parts[-2:]] == [f"{note}\n\n", "hi"]


def test_without_anything_to_note_there_is_no_note() -> None:
    assert write_note(reminder="", lore=[], hints=[]) == ""


def test_the_head_names_the_person_and_the_greeting() -> None:
    head = write_head(person_name="Ada", greeting="Come in.")
    assert "Ada" in head
    assert "Come in." in head


@pytest.mark.parametrize("greeting", ["", "Come in."])
def test_a_persona_is_told_to_make_no_memories_up(greeting: str) -> None:
    assert HONEST in write_head(person_name="Ada", greeting=greeting)


def talk(count: int) -> list[Turn]:
    sides = (Side.PERSON, Side.PERSONA)
    return [turn(n, sides[n % 2], "words") for n in range(count)]


def test_a_trim_keeps_the_newest_turns_that_fit_and_begins_with_the_person() -> None:
    assert first_turn_kept(talk(10), [10] * 10, budget=45) == TurnId(6)


def test_a_trim_keeps_the_newest_message_whatever_it_costs() -> None:
    assert first_turn_kept(talk(3), [10, 10, 1000], budget=5) == TurnId(2)


def test_where_everything_fits_nothing_is_trimmed() -> None:
    assert first_turn_kept(talk(4), [10] * 4, budget=1000) is None
    assert first_turn_kept([], [], budget=10) is None
