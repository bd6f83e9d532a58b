"""Text as it arrives -> text that can be kept, matched and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clean import clean_message, clean_name, clean_text, clean_title
from tests.fakes import PaperPlatform


@pytest.mark.parametrize(
    ("arrived", "kept"),
    [
        ("hello", "hello"),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("half \ud83d a pair", "half � a pair"),
        ("left \u202e over\u202c", "left  over"),
        ("\u05e9\u05dc\u05d5\u05dd\u200f!", "\u05e9\u05dc\u05d5\u05dd\u200f!"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_what_no_reader_could_have_meant_is_taken_away(arrived: str, kept: str) -> None:
    assert clean_text(arrived) == kept


@given(st.text(alphabet=st.characters()))
def test_clean_text_can_always_be_encoded_and_is_clean_already(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned


@given(st.text())
def test_a_name_is_one_short_line_and_never_empty(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned == cleaned.strip()
    assert 0 < len(cleaned) <= 40
    assert "\n" not in cleaned


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Harbour", "Harbour"),
        ("**Harbour**\n# of `tea`", "Harbour # of tea"),
        ("# Tea", "Tea"),
        ("<@123> [tea](https://example.org)", "123 tea (https example.org)"),
        ("@everyone", "everyone"),
        ("> - tea_and_||biscuits||", "tea and biscuits"),
        ("tea \u202eand\u2066 toast\u200b", "tea and toast"),
        ("👩\u200d👧 tea", "👩\u200d👧 tea"),
        ("tea " * 30, "tea tea tea tea tea tea tea tea tea tea"),
        ("\u200b\u200d \u2060", ""),
        ("****", ""),
    ],
)
def test_what_a_community_is_called_is_one_short_line_that_draws_nothing(
    written: str, shown: str
) -> None:
    assert clean_title(written) == shown


@given(st.text())
def test_what_a_community_is_called_holds_no_markup_whatever_was_written(name: str) -> None:
    cleaned = clean_title(name)
    assert len(cleaned) <= 40
    assert not set(cleaned) & set("\\`*_~|<>[]@\n")
    assert clean_title(cleaned) == cleaned


def test_a_long_message_shows_that_it_was_longer() -> None:
    message = PaperPlatform().message("x" * 1000)
    assert len(clean_message(message, 100).text) == 101
    assert clean_message(message, 1000).text == message.text
