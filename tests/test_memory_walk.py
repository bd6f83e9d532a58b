"""A short walk through what people do with memory; `make soak-memory` goes a long way."""

from pathlib import Path

from bench.memory_walk import Walk


async def test_i1_i5_p3_nothing_forgotten_or_elsewhere_is_seen_again(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "data", seed=8)
    await walk.run(120)
    assert walk.searches >= 3
    assert walk.gone, "something was forgotten"
    assert walk.recalled, "and something came up again, where it may"
