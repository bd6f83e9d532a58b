"""The long run: kills the bot at random moments, for as long as it is told to.

Each round is an instance that is talked to, killed ten times and then read. Before them a process that
makes something of a talk in the background is killed at each of its statements, one after the other,
and at random moments; and so is one that takes a file in. In which steps those kills fell is told.
Prints a table and writes bench/results/soak.json. Later parts add their own load and faults.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
from pathlib import Path

from bench import RESULTS
from tests import killing
from tests.job_help import kill_at_steps
from tests.talk import LONGEST_S, Tally, kill_many

KILLS_A_ROUND = 10
KILLS_OF_JOBS, KILLS_OF_IMPORTS = 200, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--model", choices=list(LONGEST_S), default="scripted")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        jobs_killed = asyncio.run(kill_at_steps(Path(folder), every=1))
    print(f"killed at {jobs_killed} steps of a job, each time with the same end", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        fell = kill_at_random(Path(folder), chance)
    began, total = time.monotonic(), Tally()
    while time.monotonic() - began < arguments.minutes * 60:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder, "data")
            tally = kill_many(data, KILLS_A_ROUND, chance, model=arguments.model)
        total.kills += tally.kills
        total.shown += tally.shown
        total.lost += tally.lost
        total.doubled += tally.doubled
        print(f"{total.kills} kills, {total.shown} answers shown, {total.lost} lost", flush=True)
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seed": seed,
        "model": arguments.model,
        "minutes": round((time.monotonic() - began) / 60, 2),
        "kills": total.kills,
        "jobs_killed": jobs_killed,
        "killed_at_random": fell,
        "kills_lost": total.lost,
        "lost": total.lost,
        "doubled": total.doubled,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "soak.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    if total.lost or total.doubled:
        raise SystemExit("something was lost or doubled: run again with this seed to see where")


def kill_at_random(folder: Path, chance: random.Random) -> dict[str, dict[str, int]]:
    """Work and files; how many kills fell in which step. It raises where one led to another end."""
    asyncio.run(killing.talk_in(folder / "talk"))
    asyncio.run(killing.newcomer_in(folder / "newcomer"))
    own = asyncio.run(killing.export_of(folder / "newcomer", folder / "exported"))
    told: dict[str, dict[str, int]] = {}
    for name, work, whole, kills in (
        ("jobs", killing.JOBS, "talk", KILLS_OF_JOBS),
        ("sillytavern", killing.importing_of(killing.tavern()), "newcomer", KILLS_OF_IMPORTS),
        ("own export", killing.importing_of(own), "newcomer", KILLS_OF_IMPORTS),
    ):
        fell = killing.kill_at_random(
            work, folder / whole, folder / name, kills=kills, chance=chance
        )
        told[name] = dict(fell.most_common())
        print(f"{name}: {kills} kills at random moments, each with the same end", flush=True)
        for step, many in told[name].items():
            print(f"  {many:4} {step}", flush=True)
    return told


if __name__ == "__main__":
    main()
