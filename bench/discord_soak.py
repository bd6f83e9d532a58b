"""The long run on Discord: 50 people, 10 things a second at random, faults of every kind, kills.

The bot has a process of its own and is killed with -9; Discord is the loopback server of
tests/discord in this one. The engine is scripted and takes two to three seconds for a reply. In the
last two fifths nothing is killed, so that memory can grow; docs/discord.md says of what. Prints the account and adds it to
bench/results/soak.json.
"""

import argparse
import asyncio
import json
import logging
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import RESULTS
from bench.discord import environment
from bench.discord_account import account, acknowledged
from bench.discord_crowd import Crowd, reply_to
from tests.discord import DiscordServer, discord_server, pointed_at

PEOPLE = 50
RATE = 10.0
TOGETHER = 10
"""So many come in at once."""
KILLED_SHARE = 0.6
"""Of the time; after it the last process lives on."""
LOG = RESULTS / "soak-discord.log"
"""The bot's own, of all its processes: names and numbers, no words (INVARIANT I8)."""
BETWEEN_KILLS_S = 40.0
BETWEEN_FAULTS_S = 4.0
START_S = 60.0
SETTLES_S = 45.0
A_PIECE_S = 0.08
PATCH = "PATCH /channels/{}/messages/{}"
POST = "POST /channels/{}/messages"
MEMBER = "GET /guilds/{}/members/{}"
CALLBACK = "POST /interactions/{}/{}/callback"


@dataclass
class Bot:
    """The whole bot in a process that may be killed; its folder stays."""

    server: DiscordServer
    folder: Path
    log: Path | None = None
    """In the folder, where none is named."""
    process: asyncio.subprocess.Process | None = None
    kills: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    """Megabytes of the process that lives now, one a second."""

    async def start(self) -> None:
        self.sizes.clear()
        before = self.server.gateway.counted["identify"]
        with (self.log or self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.discord_soak", "--serve", self.server.base),
                cwd=Path(__file__).parent.parent,
                env=environment(str(self.folder), self.server.token),
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_S):
            while self.server.gateway.counted["identify"] == before:
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        assert self.process is not None
        self.kills.append(self.server.world.now())
        self.process.kill()
        await self.process.wait()
        # Discord lets a session go whose client does not come back; a new process cannot resume it.
        self.server.gateway.sessions.clear()

    async def stop(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.terminate()
        await self.process.wait()

    def end(self) -> None:
        """Whatever happened: no process is left behind."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def measure(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            assert self.process is not None
            with suppress(OSError, ValueError):
                status = Path(f"/proc/{self.process.pid}/status").read_text()
                (line,) = [one for one in status.splitlines() if one.startswith("VmRSS")]
                self.sizes.append(int(line.split()[1]) / 1024)


@dataclass
class Faults:
    server: DiscordServer
    chance: random.Random
    did: Counter[str] = field(default_factory=Counter)
    lost: list[tuple[float, float]] = field(default_factory=list)
    """From when to when nobody listened at the gateway."""

    async def make(self) -> None:
        server = self.server
        kinds: dict[str, tuple[int, Callable[[], None]]] = {
            "gateway dropped": (3, server.drop_gateway),
            "gateway closed with 4000": (1, partial(server.close_gateway, 4000)),
            "asked to reconnect": (1, server.ask_to_reconnect),
            "session lost": (1, partial(server.invalidate, resumable=False)),
            "frame cut": (1, server.cut_next),
            "5xx": (9, self._fail),
            "line broken in an answer": (2, self._break_off),
        }
        weights = [weight for weight, _ in kinds.values()]
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / BETWEEN_FAULTS_S))
            name = self.chance.choices(list(kinds), weights)[0]
            kinds[name][1]()
            self.did[name] += 1

    def _fail(self) -> None:
        route = self.chance.choice((PATCH, POST, MEMBER, CALLBACK))
        self.server.fail(route, self.chance.choice((500, 502, 503)))

    def _break_off(self) -> None:
        self.server.break_off(
            self.chance.choice((PATCH, POST, CALLBACK)), done=self.chance.random() < 0.5
        )

    async def watch(self) -> None:
        began: float | None = None
        while True:
            await asyncio.sleep(0.01)
            gateway, now = self.server.gateway, self.server.world.now()
            is_there = any(one.line in gateway.lines for one in gateway.sessions.values())
            if not is_there and began is None:
                began = now - 0.02
            elif is_there and began is not None:
                self.lost.append((began, now))
                began = None


async def soak(minutes: float, chance: random.Random, folder: Path) -> dict[str, Any]:
    async with discord_server() as server:
        server.guild("Harbour")
        bot, faults, crowd = Bot(server, folder, LOG), Faults(server, chance), Crowd(server, chance)
        await bot.start()
        people = [server.person(f"Person{number}") for number in range(PEOPLE)]
        for at in range(0, PEOPLE, TOGETHER):
            await asyncio.gather(*map(crowd.come_in, people[at : at + TOGETHER]))
        server.limit_edits()
        # Others spend this one too, so that no header tells of it before a 429 does.
        server.limit(PATCH, 2, window_s=2.5, scope="shared")
        server.limit(POST, 5, window_s=5.0)
        began = time.monotonic()
        print(f"{PEOPLE} people are in", file=sys.stderr)
        beside = [asyncio.create_task(one) for one in (bot.measure(), faults.watch())]
        acting = asyncio.create_task(_act(crowd, chance))
        failing = asyncio.create_task(faults.make())
        try:
            await _kill(bot, chance, until=began + minutes * 60 * KILLED_SHARE)
            await asyncio.sleep(max(0.0, began + minutes * 60 - time.monotonic()))
            await _ended(acting, failing)
            await _settle(crowd)
            await bot.stop()
        finally:
            await _ended(*beside, acting, failing)
            bot.end()
        seconds = time.monotonic() - began
        told = account(crowd, bot.kills, faults.lost)
        in_time = acknowledged(crowd, faults.lost)
        statuses = Counter(one.status for one in server.requests)
        for example in (*told.examples[:20], *in_time.examples[:20]):
            print(example, file=sys.stderr)
        return {
            "minutes": round(seconds / 60, 1),
            "people": PEOPLE,
            "done_a_second": round((sum(crowd.did.values())) / (minutes * 60), 1),
            "did": dict(crowd.did),
            "faults": dict(faults.did),
            "answers_429": statuses[429],
            "kills": len(bot.kills),
            "messages": told.messages,
            "answers": told.answers,
            "unanswered": told.unanswered,
            "answered_by_the_bot_itself": dict(told.answered_by_the_bot_itself),
            "doubled": told.doubled,
            "written_anew": told.written_anew,
            "interactions": len(crowd.asked),
            "interactions_late": in_time.late,
            "interactions_late_while_nobody_listened": in_time.late_while_lost,
            "interaction_longest_s": round(in_time.longest_s, 2),
            "edits_a_second": told.edits_a_second,
            "last_edit_not_whole": told.not_whole,
            "cut_by_kills": told.cut_by_kills,
            **_memory(bot.sizes),
        }


async def _act(crowd: Crowd, chance: random.Random) -> None:
    due = time.monotonic()
    while True:
        due += chance.expovariate(RATE)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await crowd.act()


async def _kill(bot: Bot, chance: random.Random, *, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        pause = min(left, chance.uniform(0.5, 1.5) * min(BETWEEN_KILLS_S, left))
        await asyncio.sleep(pause)
        await bot.kill()
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await bot.start()


async def _settle(crowd: Crowd) -> None:
    """Until everybody has their answer, and nothing is on the way any more."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLES_S):
            now = crowd.server.world.now
            while not all(one.is_free(now()) and one.is_quiet(now()) for one in crowd.everybody):
                await asyncio.sleep(0.2)


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def _memory(sizes: list[float]) -> dict[str, float]:
    """Of the last process. At its start few vaults are open, so what it gains until they all are is
    no leak; from the half of its life on it should gain little."""
    half = len(sizes) // 2
    return {
        "memory_seconds": len(sizes),
        "memory_start_mb": round(_mean(sizes[:10]), 1),
        "memory_half_mb": round(_mean(sizes[half : half + 10]), 1),
        "memory_end_mb": round(_mean(sizes[-10:]), 1),
    }


def _mean(sizes: list[float]) -> float:
    return sum(sizes) / len(sizes) if sizes else 0.0


# --- The bot's process --------------------------------------------------------------------------


@contextmanager
def _slow_script() -> Iterator[None]:
    from bot.engine.scripted import ScriptedEngine  # noqa: PLC0415 - only the child is the bot

    def made(**chosen: Any) -> ScriptedEngine:
        async def before_piece(_count: int) -> None:
            # It keeps an account of every prompt for tests: no memory of the bot's.
            engine.prompts.clear()
            engine.warmed.clear()
            engine.held.clear()
            await asyncio.sleep(A_PIECE_S)

        engine = ScriptedEngine(
            lambda prompt: reply_to(prompt.parts[-1].text), before_piece=before_piece, **chosen
        )
        return engine

    with patch("bot.engine.scripted.ScriptedEngine", made):
        yield


def _serve(base: str) -> int:
    from bot.__main__ import main as parlour  # noqa: PLC0415 - only the child is the bot

    # By the clock of the stories that are told of what went wrong.
    logging.basicConfig(level=logging.INFO, format="%(created).2f %(message)s")
    logging.getLogger("discord").setLevel(logging.WARNING)
    with pointed_at(base), _slow_script():
        if not Path(os.environ["PARLOUR_CARE__PROTOCOL"]).exists():
            parlour(["protocol", "--contact", "care@example.org"])
        return parlour(["run"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--serve", metavar="BASE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return _serve(arguments.serve)
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    RESULTS.mkdir(parents=True, exist_ok=True)
    LOG.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(soak(arguments.minutes, random.Random(seed), Path(folder)))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    figures = {"machine": machine, "seed": seed, **figures}
    file = RESULTS / "soak.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, "discord": figures}, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    wanted_0 = ("unanswered", "doubled", "interactions_late", "last_edit_not_whole")
    return 1 if any(figures[name] for name in wanted_0) else 0


if __name__ == "__main__":
    sys.exit(main())
