"""What a message costs the store with 100 people in the house and with 100,000: the same.

Two houses, filled at once and not person by person; in each the same few people talk through the
whole path, with an engine that answers at once. Counted is the time inside the databases, the
house's and the vaults', and the whole message beside it. The houses take turns, so that what else
the machine does falls on both.
"""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import RESULTS
from bot.engine.scripted import ScriptedEngine
from bot.store.database import Database
from tests.conftest import Parlour, running

FEW, MANY = 100, 100_000
TALKERS = 8
ROUNDS = 40
SMALL_TALK = "The kettle sings, and the bus was late again."

INSERTS = (
    "INSERT INTO vaults (person, id, wrapped) VALUES ('paper:x' || :n, 'x' || :n, zeroblob(76))",
    "INSERT INTO guests VALUES ('paper:x' || :n, 'paper:tea')",
    "INSERT INTO alarms VALUES ('paper:x' || :n, 4e9 + :n)",
    "INSERT INTO locks VALUES (randomblob(32), 'age', 1)",
    "INSERT INTO approvals VALUES ('paper:tea', randomblob(32), 'paper:mo', 1)",
    "INSERT INTO usage VALUES ('2027-01-15', 'paper:tea', randomblob(32), 3, 90)",
    "INSERT INTO rule_hits VALUES (NULL, 'paper:tea', randomblob(32), 'flood', 1, 1, NULL)",
    "INSERT INTO age_records VALUES (randomblob(32), 'instance', 1, 'door', 'self', 1, 4e9, '1')",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), arguments.many, arguments.rounds))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    RESULTS.mkdir(parents=True, exist_ok=True)
    told = {"machine": machine, **figures}
    (RESULTS / "crowded_house.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


async def measure(folder: Path, many: int, rounds: int) -> dict[str, float]:
    """Milliseconds a message, medians; the ratio of the houses."""
    spent: dict[str, list[float]] = {"few": [], "many": []}
    whole: dict[str, list[float]] = {"few": [], "many": []}
    clock = Timed()
    async with AsyncExitStack() as stack:
        stack.enter_context(patch.object(Database, "read", clock.reading(Database.read)))
        houses: dict[str, Parlour] = {}
        for name, people in (("few", FEW), ("many", many)):
            async with running(folder / name, ScriptedEngine()) as empty:
                await fill(empty, people)
            # Opened with everybody in it.
            live = running(folder / name, ScriptedEngine(lambda _: "I see."))
            parlour = houses[name] = await stack.enter_async_context(live)
            for talker in range(TALKERS):
                await parlour.let_in(f"talker{talker}")
                await parlour.paper.say("/memory on", f"talker{talker}")
        for turn in range(rounds):
            order = ("few", "many") if turn % 2 else ("many", "few")
            for talker in range(TALKERS):
                for name in order:
                    clock.spent, began = 0.0, time.perf_counter()
                    await houses[name].paper.say(SMALL_TALK, f"talker{talker}")
                    spent[name].append(1000 * clock.spent)
                    whole[name].append(1000 * (time.perf_counter() - began))
    few, crowded = (statistics.median(spent[name]) for name in ("few", "many"))
    return {
        "people": float(many),
        "messages": float(len(spent["many"])),
        "store_few_ms": few,
        "store_many_ms": crowded,
        "store_ratio": crowded / few,
        "message_ratio": statistics.median(whole["many"]) / statistics.median(whole["few"]),
    }


async def fill(parlour: Parlour, people: int) -> None:
    """With people who are not here: of each a row in every table that has one for each person."""

    def write(db: sqlite3.Connection) -> None:
        numbers = [{"n": number} for number in range(people)]
        for statement in INSERTS:
            db.executemany(statement, numbers)

    await parlour.house._db.write(write)  # noqa: SLF001 - rows that no call of the house writes at once


class Timed:
    """What is asked of any database, from the asking to the answer."""

    def __init__(self) -> None:
        self.spent = 0.0

    def reading(self, read: Callable[..., Any]) -> Callable[..., Any]:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return await read(*args, **kwargs)
            finally:
                self.spent += time.perf_counter() - began

        return timed


if __name__ == "__main__":
    main()
