"""A short walk through what people do with memory; `make soak-memory` goes a long way."""

from pathlib import Path

from bench.memory_walk import Walk

MET = (
    "recalled",
    "a note",
    "the beginning of a prompt",
    "a summary",
    "a fact",
    "found by a model",
    "shared",
    "a vector",
    "set aside",
)


async def test_i1_i5_p3_nothing_forgotten_or_elsewhere_is_seen_again(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "data", seed=42)
    await walk.run(150)
    assert walk.searches >= 3
    assert walk.world.gone, "something was forgotten"
    missing = [what for what in MET if not walk.met[what]]
    assert not missing, "of each kind something came up, where it may"
