"""A short walk through what people do with memory; `make soak-memory` goes a long way."""

from pathlib import Path

from bench.memory_walk import Walk

MET = ("recalled", "a note", "the beginning of a prompt", "a fact", "shared", "found by a model")


async def test_i1_i5_p3_nothing_forgotten_or_elsewhere_is_seen_again(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "data", seed=8)
    await walk.run(120)
    assert walk.searches >= 3
    assert walk.world.gone, "something was forgotten"
    missing = [what for what in (*MET, "a summary", "a vector", "set aside") if not walk.met[what]]
    assert not missing, "of each kind something came up, where it may"
