"""The engine beside its peers: one run, a table with targets, a JSON file and a picture.

Ours plays each load through the `Engine` protocol; beside it llama.cpp's own server, as it comes
and with the best flags, llama-cpp-python's high-level class, and llama-batched-bench as the limit
of this library on this machine. `bench/contest/` holds players, loads and figures.
"""

import argparse
import asyncio
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from bench import RESULTS
from bench.contest import overhead, quiet
from bench.contest.cast import Cast, demo_model
from bench.contest.chart import draw
from bench.contest.figures import figures
from bench.contest.loads import coming_back, crowd, intruder, long_talk, newcomer
from bench.contest.peers import PACKAGE, build_peers
from bench.contest.players import BenchError, Measured
from bench.contest.report import Report, as_json, table

QUICK_RUNS = 2


async def play_return(cast: Cast, runs: int) -> Measured:
    size = (coming_back.SLOTS, coming_back.CONTEXT)
    players = (
        cast.ours(*size),
        cast.llama_server(*size),
        cast.llama_server_best("return", *size),
        cast.ours(*size, warms=False),
        cast.high_level,
    )
    async with cast.on_stage(*players):
        return await coming_back.play(players, runs)


async def play_newcomer(cast: Cast, runs: int) -> Measured:
    size = (newcomer.SLOTS, newcomer.CONTEXT)
    players = (cast.ours(*size), cast.llama_server(*size))
    async with cast.on_stage(*players):
        return await newcomer.play(players, runs)


async def play_crowd(cast: Cast, runs: int) -> Measured:
    size = (crowd.SLOTS, crowd.CONTEXT)
    players = (
        cast.ours(*size),
        cast.llama_server(*size),
        cast.llama_server_best("crowd", *size),
    )
    async with cast.on_stage(*players):
        return await crowd.play(players, cast.limit, runs)


async def play_intruder(cast: Cast, runs: int) -> Measured:
    size = (intruder.SLOTS, intruder.CONTEXT)
    players = (cast.ours(*size), cast.llama_server(*size))
    async with cast.on_stage(*players):
        return await intruder.play(players, runs)


async def play_long_talk(cast: Cast, runs: int) -> Measured:
    # Tokens are counted, and come out the same each time: one run. A quick bench talks less.
    ours = cast.ours(long_talk.SLOTS, long_talk.CONTEXT)
    async with cast.on_stage(ours):
        return await long_talk.play(ours, 60 if runs <= QUICK_RUNS else 300)


async def play_overhead(cast: Cast, runs: int) -> Measured:
    # Started once, so that what is fastest here is known, and is not measured beside the loop.
    async with cast.on_stage(cast.ours(overhead.STREAMS, 4096)):
        pass
    return await overhead.play(cast.model, cast.tunings, min(runs, 3))


LOADS: dict[str, Callable[..., Awaitable[Measured]]] = {
    "return": play_return,
    "newcomer": play_newcomer,
    "crowd": play_crowd,
    "intruder": play_intruder,
    "long_talk": play_long_talk,
    "overhead": play_overhead,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", default=",".join(LOADS), help="of: %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="of each player, alternating")
    parser.add_argument("--quick", action="store_true", help="2 runs, and a long talk of 60 turns")
    arguments = parser.parse_args()
    loads = arguments.loads.split(",")
    unknown = [load for load in loads if load not in LOADS]
    if unknown:
        parser.error(f"no load is called '{unknown[0]}': {', '.join(LOADS)}")
    # An end from outside, too, must take the peers along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        report = asyncio.run(play(loads, QUICK_RUNS if arguments.quick else arguments.runs))
    except BenchError as exc:
        sys.exit(f"bench: {exc}")
    draw(report.series, report.machine, RESULTS / "engine.png")
    print(table(report))


async def play(loads: list[str], runs: int) -> Report:
    machine = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    report = Report(machine, datetime.now(UTC).date().isoformat())
    with tempfile.TemporaryDirectory() as folder:
        cast = Cast(demo_model(), build_peers(), Path(folder, "tunings.json"))
        for load in loads:
            noise = quiet.remark(await quiet.others_share())
            began = perf_counter()
            print(f"{load} …", file=sys.stderr, flush=True)
            measured = await LOADS[load](cast, runs)
            took = f"took {perf_counter() - began:.0f} s"
            series = {**report.series, **measured.series}
            report = replace(
                report,
                series=series,
                figures=figures(series),
                remarks={**report.remarks, load: [*noise, *measured.remarks, took]},
                setting={
                    "model": cast.model.name,
                    "versions": {PACKAGE: version(PACKAGE)},
                    "setup": cast.seen,
                },
            )
            # After each load: the whole takes half an hour, and may be ended before.
            RESULTS.mkdir(parents=True, exist_ok=True)
            (RESULTS / "engine.json").write_text(as_json(report))
    return report


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return " ".join([platform.machine(), *names[:1]])


if __name__ == "__main__":
    main()
