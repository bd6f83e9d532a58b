"""How large a bite of a prompt may be, from what steps took."""

from hypothesis import given
from hypothesis import strategies as st

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


@given(st.integers(1, 600), st.lists(st.integers(1, 3000), max_size=20))
def test_what_is_shared_out_is_all_of_it_and_nobody_gets_more_than_they_want(
    room: int, wanted: list[int]
) -> None:
    given_out = split(room, wanted)
    assert sum(given_out) == min(room, sum(wanted))
    assert all(0 <= got <= want for got, want in zip(given_out, wanted, strict=True))
    # Whoever did not get all that they want got no less than anybody else, but for a token.
    short = [got for got, want in zip(given_out, wanted, strict=True) if got < want]
    assert all(max(given_out) - got <= max(1, len(wanted)) for got in short)
