"""INVARIANT I7: killed in earnest at random moments, work and files come to the same end. A few kills
of each; `make soak` does hundreds and tells in which steps they fell."""

import asyncio
import random
from pathlib import Path

from tests import killing


def test_work_that_is_killed_at_random_moments_comes_to_the_same_end(tmp_path: Path) -> None:
    asyncio.run(killing.talk_in(tmp_path / "whole"))
    kill = killing.kill_at_random
    fell = kill(killing.JOBS, tmp_path / "whole", tmp_path, kills=3, chance=random.Random(7))
    assert fell.total() == 3


def test_a_file_that_is_cut_by_kills_is_taken_whole_or_not_at_all_and_never_twice(
    tmp_path: Path,
) -> None:
    asyncio.run(killing.newcomer_in(tmp_path / "whole"))
    text = asyncio.run(killing.export_of(tmp_path / "whole", tmp_path / "exported"))
    for name, file in (("other's", killing.tavern()), ("own", text)):
        work, chance = killing.importing_of(file), random.Random(7)
        fell = killing.kill_at_random(
            work, tmp_path / "whole", tmp_path / name, kills=2, chance=chance
        )
        assert fell.total() == 2
