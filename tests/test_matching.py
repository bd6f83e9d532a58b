"""Views take masks off, lists keep to word boundaries, and time stays linear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.lists import word_list
from bot.policy.matching import (
    LONGEST,
    bare,
    pattern,
    plain,
    sentences,
    views,
    without_quotes,
)


@pytest.mark.parametrize(
    "masked",
    [
        "LANTERN",
        "ｌａｎｔｅｒｎ",
        "l\u200ban\u2060tern",
        "l\u0301ante\u0308rn",
        "lаntеrn",
        "l4nt3rn",
        "l a n t e r n",
        "l.a.n.t.e.r.n",
        "l-a-n-t-e-r-n",
        "la*nt*ern",
        "lanteeeern",
        "🄻🄰🄽🅃🄴🅁🄽",
        "l\U000e0061antern",
        "𝓵𝓪𝓷𝓽𝓮𝓻𝓷",
        "l 4 n t 3 r n",
    ],
)
def test_a_mask_does_not_hide_a_word(masked: str) -> None:
    assert any(word_list(["lantern"]).found(view) for view in views(f"the {masked}, then"))


def test_words_spelled_out_with_wider_gaps_stay_words() -> None:
    assert "red lamp" in views("r e d   l a m p")


def test_ordinary_text_has_one_view() -> None:
    assert views("The lamp is lit, and 12 ships are at sea.") == (
        "the lamp is lit, and 12 ships are at sea.",
    )


def test_a_word_inside_a_word_is_not_found() -> None:
    words = word_list(["lamp", "low light"])
    assert words.found("a lamp!")
    assert words.found("in low light")
    assert not words.found("lamps and clamp")
    assert not words.found("yellow lights")


def test_japanese_words_are_found_without_gaps_and_katakana_runs_are_words() -> None:
    words = word_list(["キス", "恋人"])
    assert words.found(plain("彼女にキスして"))
    assert words.found(plain("私の恋人です"))
    assert not words.found(plain("テキストを読む"))


def test_a_stretched_word_keeps_the_doubled_letters_that_are_its_own() -> None:
    assert "a fifteen year old in school" in views("a fiiifteeen yeaaar old in schoool")


def test_an_age_in_a_disguised_word_keeps_its_digits() -> None:
    assert "15yo" in views("15y0")
    assert "15-year-old" in views("15-y34r-0ld")
    assert views("48歳です") == (plain("48歳です"),)


def test_a_word_of_a_hundred_thousand_letters_is_looked_at_once() -> None:
    assert len(views("ab" * 50_000 + "ccc")) <= 8


def test_a_number_alone_stays_a_number() -> None:
    assert views("room 15") == ("room 15",)


def test_a_call_is_reduced_to_its_letters() -> None:
    assert {bare(call) for call in ("RED!!", "r.e.d", "*red*", "reeeed", "r3d", " Red? ")} == {
        "red"
    }


def test_what_is_quoted_is_not_said() -> None:
    assert "lamp" not in without_quotes(plain('"a lamp" he said\n> a lamp\n```a lamp```'))
    assert "lamp" not in without_quotes(plain("「lamp」と『lamp』"))


def test_sentences_end_where_they_end() -> None:
    assert sentences("one. two! three") == ["one", "two", "three"]


@settings(deadline=None)  # The machine may be busy.
@given(st.text(max_size=300))
def test_every_text_has_views_and_none_of_them_holds_a_hidden_sign(text: str) -> None:
    for view in views(text):
        assert not set(view) & set("\u200b\u2060\ufeff\x00")


@pytest.mark.parametrize(
    "piece", ["a", "s e x ", "x*y*", "e\u0308\u0301", '"', "1 ", "\u200b", "((("]
)
def test_a_megabyte_is_cut_before_it_is_looked_at(piece: str) -> None:
    huge = piece * (1_000_000 // len(piece))
    assert all(len(view) <= 2 * LONGEST for view in views(huge))


def test_patterns_are_joined_as_alternatives() -> None:
    either = pattern("lamp", "ship")
    assert either.search("a ship")
    assert not either.search("a sea")
