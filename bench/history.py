"""A history of 100,000 turns that comes in as a file, through the commands that a person types, in a
process of its own: how long it takes, what memory, and whether anybody else waits for it.

Another program's file first, then the bot's own export of it. Somebody else writes all the while.
Prints a table and writes bench/results/history.json.
"""

import argparse
import asyncio
import json
import os
import platform
import queue
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import RESULTS, planted
from bench.memory import FIXTURE_DEPTH, NAMES, NEVER_LATE_S
from bot.events import CommunityId, PersonId, Rating
from bot.memory.question import ask_memory
from bot.memory.recall import Place, recall
from bot.store.house import House
from bot.store.keys import read_master_key
from bot.store.rows import Scope, Side
from tests.talk import DOOR, ROOT, environment

BETWEEN_S = 0.2
"""Between an answer to somebody else and their next message."""
ADA, BEN = "ada", "ben"
BETWEEN_LOOKS_S = 5.0
LONGEST_S = 1800.0
FIRST = 1_500_000_000.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    arguments = parser.parse_args()
    talk = planted.plant(filler=arguments.turns)
    figures: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "turns": len(talk.said),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "history.jsonl"
        file.write_text(as_tavern(talk), "utf-8")
        figures["file_mb"] = file.stat().st_size / 1e6
        figures |= taken(folder, talk, file)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "history.json").write_text(json.dumps(figures, indent=2) + "\n")
    for key, value in figures.items():
        print(f"{key:36} {value:.2f}" if isinstance(value, float) else f"{key:36} {value}")


def as_tavern(talk: planted.Planted) -> str:
    rows: list[dict[str, object]] = [{"user_name": "Ada", "character_name": "Wren"}]
    for one in talk.said:
        is_user = one.side is Side.PERSON
        told = datetime.fromtimestamp(FIRST + one.at, UTC)
        rows.append(
            {
                "name": "Ada" if is_user else "Wren",
                "is_user": is_user,
                "is_system": False,
                "send_date": told.isoformat().replace("+00:00", "Z"),
                "mes": one.text,
                "extra": {},
            }
        )
    return "\n".join(json.dumps(row) for row in rows)


def taken(folder: Path, talk: planted.Planted, file: Path) -> dict[str, object]:
    figures: dict[str, object] = {}
    data = folder / "data"
    with parlour(data) as (process, ada, ben):
        for one in (ada, ben):
            for line in DOOR:
                os.write(one.pen, f"{line}\n".encode())
        ada.ask("/memory on", "Memory is on")
        with timed("before", figures, process, ben):
            time.sleep(BETWEEN_LOOKS_S)
        with timed("preview", figures, process, ben):
            ada.ask(f"/import < '{file}'", "Messages in that file")
        with timed("import", figures, process, ben):
            began = time.perf_counter()
            ada.ask("/import yes", "Taken so far")
            figures["import.yes_s"] = time.perf_counter() - began
            while "All of it is done" not in (told := ada.ask("/import", "Taken")):
                print(told.splitlines()[0], flush=True)
                time.sleep(BETWEEN_LOOKS_S)
        print(told.splitlines()[0])
        figures["vault_mb"] = size_of(data)
        with timed("export", figures, process, ben):
            exported = ada.ask("/export", "everything that is kept", "\n  }\n")
        kept = json.loads(exported[exported.index("* {") + 2 :])["turns"]
        figures["export.turns"] = sum(turn["room"] == "import" for turn in kept)
        figures["export.mb"] = len(exported) / 1e6
    recalled = asyncio.run(recalls(data, talk))
    figures |= recalled
    with parlour(data) as (process, ada, ben):
        for one in (ada, ben):
            one.ask("/who", "You are with")
        with timed("forget", figures, process, ben):
            ada.ask("/memory forget all", "forget all confirm")
            told = ada.ask("/memory forget all confirm", "Forgotten")
        figures["forgotten"] = int(told.partition("messages: ")[2].partition(";")[0])
        with timed("anew", figures, process, ben):
            os.kill(process.pid, signal.SIGUSR1)
            while size_of(data) > 5:
                time.sleep(0.5)
        figures["forgotten_mb"] = size_of(data)
    return figures


# --- The other side of the pipes ----------------------------------------------------------------


@dataclass
class Person:
    """One end of a pipe each way."""

    pen: int
    paper: int
    heard: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def listen(self) -> None:
        """Answers are written whole, so one read that ends with a line end is one answer or more."""
        rest = b""
        while piece := os.read(self.paper, 1 << 20):
            rest += piece
            if rest.endswith(b"\n"):
                self.heard.put(rest.decode())
                rest = b""

    def ask(self, line: str, until: str = "", end: str = "") -> str:
        """The first answer that holds these words, and what comes behind it up to this end."""
        os.write(self.pen, f"{line}\n".encode())
        while until not in (told := self.heard.get(timeout=LONGEST_S)):
            if line.startswith("/"):
                print(f"{line}: {told[:200]}", flush=True)
        while not told.endswith(end):
            told += self.heard.get(timeout=LONGEST_S)
        return told


@contextmanager
def parlour(data: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Person, Person]]:
    people, theirs, arguments = [], [], []
    for name in (ADA, BEN):
        reading, pen = os.pipe()
        paper, writing = os.pipe()
        people.append(Person(pen, paper))
        theirs += [reading, writing]
        arguments.append(f"{name}:{reading}:{writing}")
    command = [sys.executable, "-m", "bench.history_inside", str(data), *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment(data), pass_fds=theirs) as process:
        for end in theirs:
            os.close(end)
        for one in people:
            threading.Thread(target=one.listen, daemon=True).start()
        try:
            yield process, people[0], people[1]
        finally:
            for one in people:
                os.close(one.pen)
            process.wait(60)


@contextmanager
def timed(
    name: str, figures: dict[str, object], process: "subprocess.Popen[bytes]", other: Person
) -> Iterator[None]:
    """How long it took, the memory at its highest, and how long somebody else waited for answers."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    ended = threading.Event()
    times: list[float] = []

    def write() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            other.ask(f"How is the tide at {began}?", f"tide at {began}?")
            times.append(1000 * (time.perf_counter() - began))
            ended.wait(BETWEEN_S)

    writing = threading.Thread(target=write)
    began = time.perf_counter()
    writing.start()
    try:
        yield
    finally:
        figures[f"{name}.s"] = time.perf_counter() - began
        ended.set()
        writing.join()
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    figures[f"{name}.rss_mb"] = int(line.split()[1]) / 1024
    figures[f"{name}.other_p50_ms"] = statistics.median(times)
    if len(times) > 1:
        figures[f"{name}.other_p95_ms"] = statistics.quantiles(times, n=20)[-1]
    figures[f"{name}.other_most_ms"] = max(times)
    for key, value in figures.items():
        if key.startswith(name):
            print(f"{key:36} {value:.2f}", flush=True)


def size_of(data: Path) -> float:
    vaults = [one for one in data.rglob("*.db*") if one.is_file() and "house" not in one.name]
    return max((one.stat().st_size for one in vaults), default=0) / 1e6


async def recalls(data: Path, talk: planted.Planted) -> dict[str, object]:
    """What is recalled of it afterwards, and how fast."""
    times: list[float] = []
    hits: list[bool] = []
    key = read_master_key(Path(f"{data}.key"))
    house = await House.open(data, key, open_vaults=2, idle_s=600.0, clock=time.time)
    place = Place(Scope("wren", CommunityId("console:home"), None), Rating.GENERAL, None)
    try:
        async with house.vault(PersonId(f"console:{ADA}")) as vault:
            assert vault is not None
            for asked in talk.asked:
                began = time.perf_counter()
                now = datetime.fromtimestamp(FIRST + talk.said[-1].at + planted.DAY_S, UTC)
                question = ask_memory(asked.text, names=NAMES, now=now, before=asked.before)
                found = await recall(
                    vault, question, place, most=FIXTURE_DEPTH, budget_s=NEVER_LATE_S
                )
                times.append(1000 * (time.perf_counter() - began))
                hits.append(talk.said[asked.answer].text in {one.text for one in found.turns})
    finally:
        await house.close()
    return {
        "recall.r8": statistics.fmean(hits),
        "recall.p50_ms": statistics.median(times),
        "recall.p95_ms": statistics.quantiles(times, n=20)[-1],
    }


if __name__ == "__main__":
    main()
