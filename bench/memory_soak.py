"""The long walk through what people do with memory.

Prints a table and writes bench/results/memory_soak.json; says the seed with which what it found is
found again.
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
from bench.memory_walk import Walk
from bench.memory_world import Seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder, "data"), seed)
        found = ""
        try:
            asyncio.run(walk.run(arguments.steps))
        except* Seen as seen:
            found = "; ".join(str(one) for one in seen.exceptions)
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seed": seed,
        "minutes": round((time.monotonic() - began) / 60, 2),
        "steps": walk.world.done,
        "canaries_forgotten": len(walk.world.gone),
        "searches": walk.searches,
        "found": found,
        "met": walk.met,
        "done": walk.counts,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "memory_soak.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    if found:
        raise SystemExit(f"run again with --seed {seed} --steps {walk.world.done} to see where")


if __name__ == "__main__":
    main()
