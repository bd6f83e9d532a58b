"""Pages that are full stay as they are, at whatever pace and in whatever pieces text comes."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drafts import Change, Draft, Open, Pace, Step, cut_pages

PROSE = ["a ", "lantern ", "the harbour. ", "Yes!\n", "“So?” ", "tide", "x" * 30, "。"]
SPACES = ["\n", "\n\n", "    ", "\t", "\u00a0", "\r\n"]
FENCES = ["```\n", "\n```py\n", "````\n"]
SIGNS = ["e\u0301", "👩\u200d🚀", "🇳🇱"]
WORDS = st.sampled_from([*PROSE, *SPACES, *FENCES, *SIGNS])
TEXTS = st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=300)
LIMITS = st.integers(min_value=1, max_value=120)


def bare(text: str) -> str:
    """What must survive every cut: everything but whitespace and fences, which are repeated."""
    return re.sub(r"\s|`{3,}(py)?", "", text)


def play(steps: list[Step]) -> list[str]:
    """What a platform shows after these steps."""
    pages: list[str] = []
    for step in steps:
        match step:
            case Open(page, text):
                assert page == len(pages)
                pages.append(text)
            case Change(page, text):
                # All but the last are final.
                assert page == len(pages) - 1
                assert pages[page] != text
                pages[page] = text
    return pages


@given(TEXTS, LIMITS)
def test_no_page_exceeds_the_limit_and_none_is_empty(text: str, limit: int) -> None:
    for page in cut_pages(text, limit):
        assert 0 < len(page) <= limit
        assert page.strip()


@given(TEXTS, LIMITS, st.data())
def test_a_full_page_stays_as_it_is_however_the_text_goes_on(
    text: str, limit: int, data: st.DataObject
) -> None:
    now = data.draw(st.integers(0, len(text)))
    early = cut_pages(text[:now], limit)
    assert cut_pages(text, limit)[: max(len(early) - 1, 0)] == early[:-1]


@given(st.text(alphabet="ab .\n\u0301👩\u200d\u00e9", max_size=300), LIMITS)
def test_only_whitespace_is_lost_at_cuts(text: str, limit: int) -> None:
    joined = "".join(cut_pages(text, limit))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)


@given(TEXTS, st.integers(min_value=40, max_value=120))
def test_with_fences_nothing_but_whitespace_and_repeated_fences_differs(
    text: str, limit: int
) -> None:
    assert bare("\n".join(cut_pages(text, limit))).replace("`", "") == bare(text).replace("`", "")


@given(
    st.lists(st.sampled_from(["let x = 1\n", "\n", "    return y\n", "word " * 5]), max_size=40),
    st.integers(min_value=40, max_value=120),
)
def test_a_code_block_over_many_pages_is_whole_on_each(lines: list[str], limit: int) -> None:
    pages = cut_pages("Look:\n```py\n" + "".join(lines) + "\n```\nDone.", limit)
    for page in pages:
        assert len(re.findall(r"^```", page, re.MULTILINE)) % 2 == 0


@given(TEXTS, LIMITS, st.lists(st.integers(0, 300), max_size=30), st.sampled_from([0.0, 1.0]))
def test_any_splitting_and_any_pace_gives_the_same_final_pages(
    text: str, limit: int, cuts: list[int], gap_s: float
) -> None:
    draft = Draft(Pace(page_chars=limit, gap_s=gap_s))
    steps: list[Step] = []
    for tick, cut in enumerate(sorted(cuts)):
        steps += draft.grow(text[:cut], now=tick * 0.3)
    steps += draft.grow(text, now=99.0)
    steps += draft.finish(now=99.1)
    assert tuple(play(steps)) == cut_pages(text, limit)
    assert draft.due_at is None


@given(TEXTS, st.lists(st.tuples(st.integers(0, 300), st.floats(0.01, 2)), max_size=30))
def test_a_page_is_changed_at_most_once_in_each_gap(
    text: str, growth: list[tuple[int, float]]
) -> None:
    draft = Draft(Pace(page_chars=50, gap_s=1.0))
    now = 0.0
    at: dict[int, list[float]] = {}
    for cut, passed in sorted(growth):
        now += passed
        for step in draft.grow(text[:cut], now):
            at.setdefault(step.page, []).append(now)
    for times in at.values():
        assert all(later >= earlier + 1.0 for earlier, later in pairwise(times))


def test_first_words_are_shown_at_once_and_later_ones_together_when_the_gap_is_over() -> None:
    draft = Draft(Pace(page_chars=100, gap_s=1.0))
    assert draft.grow("", now=9.0) == ()
    assert draft.grow("The", now=10.0) == (Open(0, "The"),)
    assert draft.catch_up(now=10.0) == ()
    assert draft.grow("The tide", now=10.4) == ()
    assert draft.grow("The tide turns", now=10.8) == ()
    assert draft.due_at == 11.0
    assert draft.catch_up(now=10.9) == ()
    assert draft.catch_up(now=11.0) == (Change(0, "The tide turns"),)
    assert draft.catch_up(now=15.0) == ()


def test_without_a_gap_each_growth_is_a_step() -> None:
    draft = Draft(Pace(page_chars=100, gap_s=0.0))
    assert draft.grow("a", now=1.0) == (Open(0, "a"),)
    assert draft.grow("a b", now=1.0) == (Change(0, "a b"),)
    assert draft.grow("a b ", now=1.0) == (), "a space at the end shows nothing new"
    assert draft.grow("a b c", now=1.0) == (Change(0, "a b c"),)


def test_finish_gives_the_whole_last_text_inside_the_gap_and_only_once() -> None:
    draft = Draft(Pace(page_chars=100, gap_s=60.0))
    draft.grow("One", now=1.0)
    draft.grow("One two", now=1.1)
    assert draft.finish(now=1.2) == (Change(0, "One two"),)
    assert draft.finish(now=1.3) == ()


def test_a_reply_without_words_opens_no_page() -> None:
    draft = Draft(Pace(page_chars=100, gap_s=0.0))
    assert draft.grow(" \n", now=1.0) == ()
    assert draft.finish(now=2.0) == ()


def test_a_page_that_overflows_is_finished_before_the_next_is_opened() -> None:
    draft = Draft(Pace(page_chars=20, gap_s=0.0))
    assert draft.grow("One evening. Then", now=1.0) == (Open(0, "One evening. Then"),)
    assert draft.grow("One evening. Then the light", now=2.0) == (
        Change(0, "One evening."),
        Open(1, "Then the light"),
    )


def test_what_was_released_is_never_taken_back() -> None:
    draft = Draft(Pace(page_chars=20, gap_s=0.0))
    draft.grow("One", now=1.0)
    with pytest.raises(ValueError, match="only grows"):
        draft.grow("Two", now=2.0)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        pytest.param("aaaa bbbb c\n\ndd.\nee ff gg", ("aaaa bbbb c", "dd.\nee ff gg"), id="paragraph"),
        pytest.param("aaaa bbbb c\ndd. ee ff gg", ("aaaa bbbb c", "dd. ee ff gg"), id="line"),
        pytest.param("aaaa bbbb c. dd ee ff gg", ("aaaa bbbb c.", "dd ee ff gg"), id="sentence"),
        pytest.param("aaaa “bbbb c?” dd ee ff gg", ("aaaa “bbbb c?”", "dd ee ff gg"), id="quoted"),
        pytest.param("aaaa bbbb c dd ee ff", ("aaaa bbbb c dd", "ee ff"), id="word"),
        pytest.param("a" * 40, ("a" * 16, "a" * 16, "a" * 8), id="character"),
        pytest.param("一二三四五六七八九十。二二三四五六七八", ("一二三四五六七八九十。", "二二三四五六七八"), id="cjk"),
    ],
)  # fmt: skip
def test_a_page_is_cut_at_the_best_place_in_its_second_half(
    text: str, pages: tuple[str, ...]
) -> None:
    assert cut_pages(text, limit=16) == pages


@pytest.mark.parametrize(
    "sign",
    ["e\u0301", "👩\u200d🚀", "👍🏽", "🇳🇱", "\ud83d\ude00", "🏴\U000e0067\U000e0062\U000e007f"],
)
def test_no_sign_is_cut_in_two(sign: str) -> None:
    for limit in range(2 * len(sign) + 2, 4 * len(sign) + 2):
        pages = cut_pages("x" + sign * 40, limit)
        assert all(page.count(sign) * len(sign) == len(page) for page in pages[1:])


def test_an_open_fence_is_closed_at_the_cut_and_opened_again_with_its_language() -> None:
    text = "Here:\n```py\nfirst = 1\nsecond = 2\n    third = 3\n```\nThat is all."
    assert cut_pages(text, limit=40) == (
        "Here:\n```py\nfirst = 1\nsecond = 2\n```",
        "```py\n    third = 3\n```\nThat is all.",
    )


def test_a_page_needs_room_for_one_character() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        cut_pages("a", limit=0)
