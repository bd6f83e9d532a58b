"""Text appears in whole characters, and never a stop string or its beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.spelling import Spelling


def spell(pieces: list[bytes], *stop: str) -> list[str]:
    spelling = Spelling(stop)
    shown = []
    for piece in pieces:
        shown.append(spelling.feed(piece))
        if spelling.stopped:
            return shown
    return [*shown, spelling.finish()]


def test_a_character_in_four_tokens_appears_once_it_is_whole() -> None:
    assert spell([bytes([byte]) for byte in "🌱".encode()]) == ["", "", "", "🌱", ""]


def test_half_a_character_at_the_end_is_never_shown() -> None:
    assert "".join(spell([b"leaf ", "🌱".encode()[:2]])) == "leaf "


def test_a_stop_string_across_three_tokens_is_not_shown_and_ends_the_reply() -> None:
    assert spell([b"Good night\n", b"You", b": more"], "\nYou:") == ["Good night", "", ""]


def test_what_only_looked_like_a_stop_string_is_shown_after_all() -> None:
    assert "".join(spell([b"one\n", b"Yo", b"gurt"], "\nYou:")) == "one\nYogurt"


def test_what_was_held_at_the_end_of_the_reply_is_shown() -> None:
    assert spell([b"one\nYou"], "\nYou:") == ["one", "\nYou"]


def test_the_first_of_several_stop_strings_ends_the_text() -> None:
    assert "".join(spell([b"one two three"], "three", "two")) == "one "


def test_an_empty_stop_string_stops_nothing() -> None:
    assert "".join(spell([b"words"], "")) == "words"


def test_marks_stand_where_tokens_and_characters_end_together() -> None:
    spelling = Spelling(())
    for piece in (b"a", "🌱".encode()[:2], "🌱".encode()[2:], b"bc"):
        spelling.feed(piece)
    assert spelling.marks == [(0, 0), (1, 1), (3, 2), (4, 4)]


@given(
    st.text(alphabet="ab\n🌱é", max_size=40),
    st.lists(st.text(alphabet="ab\n🌱", min_size=1, max_size=4), max_size=3),
    st.integers(1, 7),
)
def test_however_it_is_cut_the_text_before_the_first_stop_is_shown(
    text: str, stops: list[str], size: int
) -> None:
    data = text.encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    shown = "".join(spell(pieces, *stops))
    assert not any(stop in shown for stop in stops)
    assert text.startswith(shown)
    if not any(stop in text for stop in stops):
        assert shown == text


@pytest.mark.parametrize("broken", [b"\xff", b"\xc3("])
def test_bytes_that_are_no_text_become_replacement_characters(broken: bytes) -> None:
    assert "\ufffd" in "".join(spell([b"a", broken, b"b"]))
