"""Whose community is next: accounts, weights, and what is forgotten."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.shares import ONE_GROUP, Share, Shares, share_of


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    name: str
    share: Share = field(default=ONE_GROUP)


def several(share: Share, *names: str) -> list[Asked]:
    return [Asked(name, share) for name in names]


def names(asked: list[Asked]) -> str:
    return " ".join(one.name for one in asked)


def had(shares: Shares[Asked], share: Share, tokens: int) -> None:
    """One request of theirs, from its beginning to its end."""
    one = Asked("past", share)
    shares.line_up(share)
    shares.begin(one)
    shares.took(one, tokens)
    shares.end(one)


TEA, SEA = Share("tea"), Share("sea")


@pytest.mark.parametrize(
    ("tea", "sea", "before", "order"),
    [
        # Of equals first come first, and one after the other.
        (1.0, 1.0, (0, 0), "t1 s1 t2 s2 t3 s3"),
        # Three times the weight, three for one.
        (3.0, 1.0, (0, 0), "t1 s1 t2 t3 s2 s3"),
        # Who had more waits until the other has had as much.
        (1.0, 1.0, (400, 0), "s1 s2 s3 t1 t2 t3"),
        # And what was had weighs less for who weighs more.
        (4.0, 1.0, (400, 0), "s1 t1 t2 s2 t3 s3"),
    ],
)
def test_who_has_had_least_for_their_weight_is_next(
    tea: float, sea: float, before: tuple[int, int], order: str
) -> None:
    shares: Shares[Asked] = Shares()
    one, other = Share("tea", tea), Share("sea", sea)
    shares.line_up(one)
    shares.line_up(other)
    for share, tokens in zip((one, other), before, strict=True):
        begun = Asked("begun", share)
        if tokens:
            shares.begin(begun)
            shares.took(begun, tokens)
            shares.end(begun)
    waiting = [*several(one, "t1", "t2", "t3"), *several(other, "s1", "s2", "s3")]
    waiting = [waiting[at] for at in (0, 3, 1, 4, 2, 5)]
    assert names(shares.ordered(waiting)) == order


def test_a_community_that_was_alone_owes_nothing_to_one_that_comes() -> None:
    shares: Shares[Asked] = Shares()
    for _ in range(50):
        had(shares, TEA, 1000)
    shares.line_up(TEA)
    shares.line_up(SEA)
    waiting = [*several(TEA, "t1", "t2"), *several(SEA, "s1", "s2", "s3")]
    # One of theirs before, since their last was put down, and not fifty.
    assert names(shares.ordered(waiting)) == "s1 s2 t1 s3 t2"


def test_nobody_saves_up_for_later_by_staying_away() -> None:
    shares: Shares[Asked] = Shares()
    had(shares, SEA, 10)
    for _ in range(50):
        had(shares, TEA, 1000)
    begun = Asked("t0", TEA)
    shares.line_up(TEA)
    shares.begin(begun)
    shares.line_up(SEA)
    shares.line_up(TEA)
    waiting = [*several(SEA, *(f"s{n}" for n in range(20))), *several(TEA, "t1")]
    assert "t1" in names(shares.ordered(waiting)).split()[:12]


def test_what_a_request_did_not_take_is_given_back() -> None:
    shares: Shares[Asked] = Shares()
    for share in (TEA, SEA):
        shares.line_up(share)
    first, second = Asked("t0", TEA), Asked("s0", SEA)
    shares.begin(first)
    shares.begin(second)
    shares.took(first, 1)
    shares.end(first)
    shares.took(second, 100)
    assert names(shares.ordered([*several(SEA, "s1"), *several(TEA, "t1")])) == "t1 s1"


def test_what_was_never_let_in_counts_for_nobody() -> None:
    shares: Shares[Asked] = Shares()
    shares.line_up(TEA)
    shares.line_up(SEA)
    warming = Asked("warming", TEA)
    shares.took(warming, 10_000)
    shares.end(warming)
    assert names(shares.ordered([*several(TEA, "t1"), *several(SEA, "s1")])) == "t1 s1"


def test_without_weights_all_are_one_group_and_without_an_own_one_it_is_one() -> None:
    assert share_of("tea", None) == ONE_GROUP
    assert share_of("tea", {}) == Share("tea", 1.0)
    assert share_of("tea", {"tea": 3.0}) == Share("tea", 3.0)
    assert share_of("", {"tea": 3.0}) == Share("", 1.0)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 500)), max_size=60),
    st.dictionaries(st.sampled_from("abc"), st.floats(0.01, 1000)),
)
def test_everybody_who_waits_is_in_the_order_once_and_each_community_first_come_first(
    past: list[tuple[str, int]], weights: dict[str, float]
) -> None:
    shares: Shares[Asked] = Shares()
    for of, tokens in past:
        had(shares, share_of(of, weights), tokens)
    waiting = [Asked(f"{at}", share_of("abc"[at % 3], weights)) for at in range(12)]
    for one in waiting[:3]:
        shares.line_up(one.share)
    ordered = shares.ordered(waiting)
    assert sorted(ordered, key=waiting.index) == waiting
    for of in "abc":
        own = [waiting.index(one) for one in ordered if one.share.of == of]
        assert own == sorted(own)
