"""INVARIANT I7: a crash at any instruction loses no message and answers none twice."""

import random
from pathlib import Path

import pytest

from tests.talk import kill_many


@pytest.mark.live
def test_ten_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    """The soak does hundreds."""
    tally = kill_many(tmp_path / "data", rounds=10, chance=random.Random(7))
    assert tally.shown > 0
    assert tally.lost == 0
    assert tally.doubled == 0
