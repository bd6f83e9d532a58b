"""How large a bite of a prompt may be, from what steps took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.worker.calls import part
from bot.engine.worker.pace import FIRST, LEAST, Pace, split


def paced(token_s: float, reply_s: float, pause_s: float = 0.3) -> Pace:
    pace = Pace(pause_s)
    for _ in range(20):
        pace.took(reply_s, read=0, replies=8)
        pace.took(reply_s + 64 * token_s, read=64, replies=8)
    return pace


def test_the_first_bite_is_small_and_the_next_ones_follow_the_machine() -> None:
    assert Pace(0.3).bite(replies=3) == FIRST
    assert paced(token_s=0.001, reply_s=0.05).bite(replies=8) > 150
    assert paced(token_s=0.01, reply_s=0.05).bite(replies=8) < 30


def test_a_step_stays_within_the_pause() -> None:
    for token_s in (0.0001, 0.001, 0.01):
        pace = paced(token_s, reply_s=0.04)
        assert 0.04 + pace.bite(replies=8) * token_s <= 0.3


def test_where_replies_alone_fill_the_pause_reading_still_goes_on() -> None:
    bite = paced(token_s=0.01, reply_s=0.8).bite(replies=8)
    assert bite * 0.01 >= 0.7
    assert paced(token_s=1.0, reply_s=0.0).bite(replies=1) == LEAST


def test_two_models_at_work_share_the_pause() -> None:
    pace = paced(token_s=0.001, reply_s=0.0)
    assert pace.bite(replies=0, share=0.5) <= pace.bite(replies=0) // 2 + 1


def test_a_few_tokens_are_no_measure() -> None:
    pace = paced(token_s=0.001, reply_s=0.05)
    before = pace.bite(replies=1)
    pace.took(0.2, read=3, replies=1)
    assert pace.bite(replies=1) == before


@given(st.integers(1, 600), st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_nobody_gets_more_than_they_want_and_the_rest_get_the_same(
    room: int, wanted: list[int]
) -> None:
    given_out = split(room, wanted)
    assert all(0 <= got <= want for got, want in zip(given_out, wanted, strict=True))
    assert sum(given_out) <= room
    # What nobody could be given equally is less than one for each.
    assert min(room, sum(wanted)) - sum(given_out) < len(wanted)
    short = {got for got, want in zip(given_out, wanted, strict=True) if got < want}
    assert len(short) <= (1 if room >= len(wanted) else 2)


def test_a_short_prompt_is_read_whole_and_long_ones_share_the_rest() -> None:
    assert split(85, [3000, 10, 3000]) == [37, 10, 37]
    assert split(85, [80] * 16) == [5] * 16
    assert split(3, [50] * 5) == [1, 1, 1, 0, 0]
    assert split(500, []) == []


@pytest.mark.parametrize(
    ("depths", "weights_in_cells", "sizes"),
    [
        ([], 10.0, []),
        ([100, 110, 120], 1000.0, [3]),
        ([100, 110, 120, 3000], 1000.0, [3, 1]),
        ([100, 110, 120, 3000], 1e9, [4]),
        ([100, 3000, 110, 120], 1000.0, [1, 1, 2]),
        ([100, 3000, 110, 120], 7000.0, [4]),
        ([10, 20, 1500, 1600, 4000], 500.0, [2, 2, 1]),
    ],
)
def test_neighbours_are_computed_together_and_deep_ones_apart_where_that_costs_less(
    depths: list[int], weights_in_cells: float, sizes: list[int]
) -> None:
    assert part(depths, weights_in_cells) == sizes


@given(st.lists(st.integers(1, 4000), max_size=12), st.integers(1, 20000))
def test_no_single_cut_and_no_single_call_costs_less(depths: list[int], weights: int) -> None:
    def cost(sizes: list[int]) -> int:
        begins = [sum(sizes[:at]) for at in range(len(sizes))]
        return sum(
            weights + size * max(depths[begin : begin + size])
            for begin, size in zip(begins, sizes, strict=True)
        )

    chosen = part(depths, weights)
    assert sum(chosen) == len(depths)
    others = [[at, len(depths) - at] for at in range(1, len(depths))]
    if depths:
        others += [[len(depths)], [1] * len(depths)]
    assert all(cost(chosen) <= cost(other) for other in others)
