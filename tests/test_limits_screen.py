"""A person's hard limits, kept by the screen however the words come (SAFETY C2, L7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Rating
from bot.policy.limits import crosses, read_terms
from bot.policy.screen import Screen

HARD = ["no spiders", "being tied up", "蜘蛛"]
TERMS = read_terms(HARD)


def show(pieces: list[str]) -> tuple[str, Screen]:
    screen = Screen(Rating.GENERAL, persona_name="Wren", hard_limits=HARD)
    shown = "".join(screen.feed(piece) for piece in pieces) + screen.finish()
    return shown, screen


@given(
    st.lists(
        st.sampled_from(
            ["spider", "Spiders", "s p i d e r", "tied", "tying", "up", "蜘蛛", "lamp", "the", "sp",
             " ", " ", " ", ". ", "! ", "\n", "\u200b", "*"],
        ),
        max_size=40,
    ).map("".join),
    st.lists(st.integers(1, 9), max_size=40),
)  # fmt: skip
def test_nothing_that_crosses_is_shown_however_it_is_cut(text: str, sizes: list[int]) -> None:
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    shown, screen = show([*pieces, rest])
    assert not crosses(TERMS, shown)
    assert text.startswith(shown)
    assert screen.blocked is not None or shown == text


@pytest.mark.parametrize(
    "text", ["Two spiders sit there.", "They tied him up.", "窓に蜘蛛がいる。"]
)
def test_what_is_stopped_says_whose_limit_it_was(text: str) -> None:
    shown, screen = show(["The night is calm. ", text])
    assert shown in ("The night is calm. ", "The night is calm. They ")
    assert screen.blocked is not None
    assert (screen.blocked.number, screen.blocked.rule) == ("C2", "own_limits")


def test_without_limits_nothing_waits_for_them() -> None:
    screen = Screen(Rating.GENERAL, persona_name="Wren")
    assert screen.feed("Some spiders ") == "Some spiders "
