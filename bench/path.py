"""What the path costs beside the model: from a message to the engine call, starting, memory.

200 people at 200 consoles write at random moments, 10 messages a second together; the engine is
scripted. The same on Discord, as `discord` measures it. Prints a table and writes bench/results/path.json.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bench import RESULTS, discord
from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine, repeat_back
from bot.events import Role
from bot.operate.metrics import Metrics
from bot.personas import load_personas
from bot.platforms.console import Console
from bot.scene import Habits
from bot.settings import Config
from bot.store.house import House
from bot.store.keys import make_master_key

ROOT = Path(__file__).parent.parent
DISCORD_PEOPLE = 50
DISCORD_MESSAGES = 200
DOOR = ("hello", "next", "next", "yes", "done")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second")
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    p95s, p50s = [], []
    for run in range(arguments.runs):
        times = asyncio.run(talk(arguments.people, arguments.rate, arguments.messages, seed=run))
        p50s.append(statistics.median(times))
        p95s.append(statistics.quantiles(times, n=20)[-1])
    d_p95s = []
    for run in range(arguments.runs):
        times = asyncio.run(
            discord.path(DISCORD_PEOPLE, arguments.rate, DISCORD_MESSAGES, seed=run)
        )
        d_p95s.append(statistics.quantiles(times, n=20)[-1])
    starts, sizes = zip(*(start_and_size() for _ in range(5)), strict=True)
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "console.p50_ms": statistics.median(p50s),
        "console.p95_ms": statistics.median(p95s),
        "console.p95_ms_runs": p95s,
        "console.p95_ms_spread": max(p95s) - min(p95s),
        "discord.p95_ms": statistics.median(d_p95s),
        "discord.p95_ms_runs": d_p95s,
        "discord.p95_ms_spread": max(d_p95s) - min(d_p95s),
        "discord.rss_mb": asyncio.run(discord.memory()),
        "start_s": statistics.median(starts),
        "start_s_runs": list(starts),
        "rss_mb": max(sizes),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "path.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(f"on {figures['machine']}")
    print(f"{arguments.people} people, {arguments.rate:g} messages a second, {arguments.runs} runs")
    print(f"message to engine call, 50 %   {figures['console.p50_ms']:8.2f} ms")
    spread = f"{min(p95s):.2f} to {max(p95s):.2f}"
    print(f"message to engine call, 95 %   {figures['console.p95_ms']:8.2f} ms   ({spread})")
    spread = f"{min(d_p95s):.2f} to {max(d_p95s):.2f}"
    print(f"Discord: {DISCORD_PEOPLE} people, {arguments.rate:g} messages a second")
    print(f"message to first words, 95 %   {figures['discord.p95_ms']:8.2f} ms   ({spread})")
    print(f"memory with 1,000 guilds       {figures['discord.rss_mb']:8.1f} MB")
    print(f"start to the first answer      {figures['start_s']:8.2f} s")
    print(f"memory at its highest          {figures['rss_mb']:8.1f} MB")


async def talk(people: int, rate: float, messages: int, *, seed: int) -> list[float]:
    """Milliseconds from a line in the pipe to the engine's being asked."""
    chance = random.Random(seed)
    written: dict[str, float] = {}
    times: list[float] = []

    def asked(prompt: Prompt) -> str:
        times.append((time.perf_counter() - written[prompt.parts[-1].text]) * 1000)
        return repeat_back(prompt)

    with tempfile.TemporaryDirectory() as folder, seats(people) as (consoles, pens):
        house = await House.open(
            Path(folder, "data"),
            make_master_key(Path(folder, "key")),
            open_vaults=Config().store.open_vaults,
            idle_s=Config().store.idle_s,
            clock=time.time,
        )
        conversation = Conversation(
            house=house,
            engine=ScriptedEngine(asked),
            personas=load_personas(ROOT / "personas"),
            habits=Habits("wren", 256, "", 3 * 3600.0, 0.0),
            metrics=Metrics(),
            clock=time.time,
        )
        dispatch = Dispatch(conversation, waiting=8, rooms=people, stop_s=10.0)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(dispatch.run(consoles))
                for pen in pens:
                    pen.write("\n".join(DOOR) + "\n")
                    pen.flush()
                    await asyncio.sleep(0.02)
                for number in range(messages):
                    await asyncio.sleep(chance.expovariate(rate))
                    text = f"This is message {number}, about the tide and the weather."
                    written[text] = time.perf_counter()
                    pen = chance.choice(pens)
                    pen.write(text + "\n")
                    pen.flush()
                for pen in pens:
                    pen.close()
        finally:
            await house.close()
    assert len(times) == messages, "every message reached the engine"
    return times


@contextmanager
def seats(people: int) -> Iterator[tuple[list[Console], Sequence[IO[str]]]]:
    consoles, pens, ends = [], [], []
    with Path(os.devnull).open("w") as nowhere:
        for number in range(people):
            reading, writing = os.pipe()
            # A console holds only the number of its pipe: the pipe must be held here.
            ends.append(os.fdopen(reading))
            consoles.append(
                Console(
                    person=f"person{number}",
                    community="tea",
                    role=Role.MEMBER,
                    page_chars=4000,
                    stdin=ends[-1],
                    stdout=nowhere,
                )
            )
            pens.append(os.fdopen(writing, "w"))
        yield consoles, pens
        for end in ends:
            end.close()


def start_and_size() -> tuple[float, float]:
    """Seconds from the command to its first answer; megabytes at the highest, without a model."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot", "chat", "--data", f"{folder}/data"]
        environment = {**os.environ, "PARLOUR_KEYS__MASTER_KEY_FILE": f"{folder}/key"}
        began = time.perf_counter()
        with subprocess.Popen(
            [*command, "--model", "scripted"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("hello\n")
            process.stdin.flush()
            process.stdout.readline()
            started = time.perf_counter() - began
            for text in (*DOOR[1:], "How is the sea?", "And the lamp?"):
                process.stdin.write(text + "\n")
            process.stdin.flush()
            while "And the lamp?" not in process.stdout.readline():
                pass
            status = Path(f"/proc/{process.pid}/status").read_text()
            process.stdin.close()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return started, int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
