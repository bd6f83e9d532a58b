"""Matrix: from a sync's arrival to the first request that shows words, 500 encrypted rooms, and
whether anything that the bot wrote there can be read on the homeserver.

A real Synapse, and the whole bot in a process of its own, with a scripted engine; it takes the time
itself, from where a sync's answer has arrived whole. People are devices that write and read nothing
(`matrix_people`). 50 people are let in and talk, at random moments, 10 messages a second together;
the others of the 500 have each written once and were answered at the door. Prints a table and writes
bench/results/matrix.json.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import secrets
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bench import RESULTS
from bench.matrix_inside import TEXT
from bench.matrix_people import Bare, Peer, find_peer, joined, newcomer
from tests.matrix.conftest import swift_folder
from tests.matrix.synapse import Homeserver
from tests.matrix.wire import Wire, quoted, wired

ROOT = Path(__file__).parent.parent
PEOPLE = 50
RESTS_S = 2.0
"""A person's next message comes after so long at the earliest, so that none cuts an answer off."""
AT_ONCE = 8
"""Rooms that are made, or people who write, side by side while no time is taken."""
WITHIN_S = 120.0
INSIDE = os.environ.get("BENCH_INSIDE", "bench.matrix_inside")
DOOR = ("hello", "next", "next", "yes", "done")
NEAR_WORDS = {"m.reaction", "m.room.redaction"}
"""Never encrypted on Matrix: in them only ids, and signs that mean a command."""
SEALED = {"algorithm", "ciphertext", "sender_key", "session_id", "device_id", "m.relates_to"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second")
    parser.add_argument("--messages", type=int, default=200, help="in each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--events", type=int, default=10_000, help="that the bot has written")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(**vars(arguments)))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "matrix.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:28} {value if isinstance(value, str | list | dict) else round(value, 2)}")


async def measure(
    *, rate: float, messages: int, runs: int, rooms: int, events: int
) -> dict[str, Any]:
    began = time.monotonic()
    with swift_folder() as folder:
        homeserver = Homeserver(folder / "synapse")
        try:
            homeserver.start()
            async with wired(homeserver.url) as wire:
                found = await _measure(
                    homeserver, wire, folder, rate, messages, runs, rooms, events
                )
        finally:
            homeserver.end()
        written = count_events(folder / "synapse" / "homeserver.db")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {"machine": machine, **found, **written, "took_s": time.monotonic() - began}


async def _measure(  # noqa: PLR0917 - one after the other, as they are read
    homeserver: Homeserver,
    wire: Wire,
    folder: Path,
    rate: float,
    messages: int,
    runs: int,
    rooms: int,
    events: int,
) -> dict[str, Any]:
    name, password = "parlour", secrets.token_hex(8)
    account = str((await wire.register(name, password, homeserver.secret))["user_id"])
    keeper = await newcomer(homeserver, wire, "keeper")
    made = await keeper.wire.post("/createRoom", {"preset": "public_chat", "invite": [account]})
    home = str(made["room_id"])
    environ = environment(folder, homeserver.url, account, password)
    async with running(environ) as bot:
        await joined(keeper.wire, home, account)
        peer = await find_peer(keeper.wire, account)
        people = [await newcomer(homeserver, wire, f"person{number}") for number in range(rooms)]
        told(f"{len(people)} people")
        talking = people[:PEOPLE]
        await beside(talking, lambda one: let_in(one, bot, peer, home))
        told(f"{len(talking)} of them let in")
        p95s, p50s = [], []
        for run in range(runs):
            bot.times.clear()
            await talk(talking, bot, rate, messages, random.Random(run))
            p50s.append(statistics.median(bot.times))
            p95s.append(statistics.quantiles(bot.times, n=20)[-1])
            told(f"run {run + 1}: median {p50s[-1]:.1f} ms, 95 % {p95s[-1]:.1f} ms")
        await beside(people[PEOPLE:], lambda one: says(one, bot, peer))
        told(f"{rooms} rooms")
        sizes, written = [bot.memory_mb()], bot.said.total()
        restarted = await bot.ends()
        assert restarted == 0, f"the bot ended with {restarted}"
    async with running(environ) as bot:
        ready_s = await bot.is_ready()
        sizes.append(bot.memory_mb())
        told(f"ready again after {ready_s:.1f} s")
        await until_written(talking, bot, events - written)
        await bot.ends()
    return {
        "matrix.p50_ms": statistics.median(p50s),
        "matrix.p95_ms": statistics.median(p95s),
        "matrix.p95_ms_runs": p95s,
        "matrix.p95_ms_spread": max(p95s) - min(p95s),
        "rooms": rooms,
        "matrix.rss_mb": max(sizes),
        "matrix.rss_mb_runs": sizes,
        "matrix.restart_s": ready_s,
    }


# --- The bot's process, from outside ------------------------------------------------------------


class Bot:
    """What it tells: where it has said something, and how long that took."""

    def __init__(self, process: asyncio.subprocess.Process, began: float) -> None:
        self._process = process
        self._began = began
        self._changed = asyncio.Condition()
        self._ready_at = 0.0
        self._is_over = False
        self.said: Counter[str] = Counter()
        self.times: list[float] = []

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                match json.loads(line):
                    case {"ready": at}:
                        self._ready_at = at
                    case {"said": room, "ms": ms}:
                        self.said[room] += 1
                        if ms is not None:
                            self.times.append(ms)
                    case other:
                        raise AssertionError(f"the bot's process told {other!r}")
                self._changed.notify_all()
        async with self._changed:
            self._is_over = True
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(WITHIN_S), self._changed:
                await self._changed.wait_for(lambda: self._is_over or condition())
        except TimeoutError:
            raise AssertionError(f"not within {WITHIN_S:.0f} s: {what}") from None
        assert condition(), f"the bot ended before {what}"

    async def is_ready(self) -> float:
        """Seconds from its process's beginning until all was told that a start is told."""
        await self.until(lambda: self._ready_at > 0, "a bot that is ready")
        return self._ready_at - self._began

    def memory_mb(self) -> float:
        """At its highest."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024

    async def ends(self) -> int:
        with suppress(ProcessLookupError):
            self._process.terminate()
        return await self._process.wait()


@asynccontextmanager
async def running(environ: Mapping[str, str]) -> AsyncIterator[Bot]:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *INSIDE.split()),
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=None if os.environ.get("BENCH_LOUD") else asyncio.subprocess.DEVNULL,
    )
    bot = Bot(process, began)
    listening = asyncio.create_task(bot.listen())
    try:
        await bot.is_ready()
        yield bot
    finally:
        await bot.ends()
        await listening


def environment(folder: Path, url: str, account: str, password: str) -> dict[str, str]:
    """Of a whole bot with a scripted engine, which keeps everything in this folder."""
    return {
        **os.environ,
        "PARLOUR_DATA": f"{folder}/data",
        "PARLOUR_KEYS__MASTER_KEY_FILE": f"{folder}/key",
        "PARLOUR_CARE__PROTOCOL": f"{folder}/protocol.md",
        "PARLOUR_ENGINE__KIND": "scripted",
        "PARLOUR_MATRIX__ON": "true",
        "PARLOUR_MATRIX__HOMESERVER": url,
        "PARLOUR_MATRIX__USER": account,
        "PARLOUR_MATRIX_PASSWORD": password,
    }


# --- What people do -----------------------------------------------------------------------------


async def beside(people: Sequence[Bare], does: Callable[[Bare], Any]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one_does(one: Bare) -> None:
        async with gate:
            await does(one)

    async with asyncio.TaskGroup() as group:
        for one in people:
            group.create_task(one_does(one))


async def let_in(one: Bare, bot: Bot, peer: Peer, home: str) -> None:
    """Through the door, until the persona has greeted; as a guest of the community there is."""
    await one.wire.post(f"/join/{quoted(home)}", {})
    await one.meets(peer)
    for answer in DOOR:
        await is_answered(one, bot, answer)


async def says(one: Bare, bot: Bot, peer: Peer) -> None:
    await one.meets(peer)
    await is_answered(one, bot, "hello")


async def is_answered(one: Bare, bot: Bot, text: str) -> None:
    before = bot.said[one.room]
    await one.writes(text)
    await bot.until(lambda: bot.said[one.room] > before, f"an answer to {text!r}")


async def talk(
    people: Sequence[Bare], bot: Bot, rate: float, messages: int, chance: random.Random
) -> None:
    last: dict[str, float] = {}
    async with asyncio.TaskGroup() as group:
        for number in range(messages):
            await asyncio.sleep(chance.expovariate(rate))
            now = time.perf_counter()
            rested = [one for one in people if now - last.get(one.user, 0.0) > RESTS_S]
            one = chance.choice(rested or people)
            last[one.user] = now
            text = f"{TEXT} {number}, about the tide and the weather."
            # Nobody waits for the homeserver to take another's message.
            group.create_task(one.writes(text))
    await bot.until(lambda: len(bot.times) == messages, "an answer to every message")


async def until_written(people: Sequence[Bare], bot: Bot, events: int) -> None:
    """By everybody side by side, as fast as they are answered."""

    async def goes_on(one: Bare) -> None:
        number = 0
        while bot.said.total() < events:
            number += 1
            await is_answered(one, bot, "!help" if number % 2 else f"{TEXT} {number}, once more.")

    await beside(people[:AT_ONCE], goes_on)


def told(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)


# --- What the homeserver holds ------------------------------------------------------------------


def count_events(file: Path) -> dict[str, Any]:
    """Of the bot's, in encrypted rooms: what has words, and what of that can be read there."""
    of_rooms = "SELECT room_id FROM events WHERE type = 'm.room.encryption'"
    asked = (
        "SELECT events.type, event_json.json FROM events JOIN event_json USING (event_id) "
        f"WHERE events.room_id IN ({of_rooms}) AND events.state_key IS NULL "
        "AND events.sender LIKE '@parlour:%'"
    )
    kinds: Counter[str] = Counter()
    clear = 0
    with sqlite3.connect(file) as database:
        for kind, event in database.execute(asked):
            kinds[kind] += 1
            clear += is_clear(kind, json.loads(event)["content"])
    words = sum(count for kind, count in kinds.items() if kind not in NEAR_WORDS)
    return {"matrix.events": words, "matrix.clear_events": clear, "matrix.kinds": dict(kinds)}


def is_clear(kind: str, content: Mapping[str, Any]) -> bool:
    relation = content.get("m.relates_to", {})
    holds_ids_only = set(relation) <= {"rel_type", "event_id", "key", "m.in_reply_to"}
    match kind:
        case "m.room.encrypted":
            return not (set(content) <= SEALED and holds_ids_only)
        case "m.reaction":
            return not (set(content) <= {"m.relates_to"} and holds_ids_only)
        case "m.room.redaction":
            return not set(content) <= {"redacts"}
        case _:
            return True


if __name__ == "__main__":
    main()
