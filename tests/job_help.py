"""What the tests of work in the background share: a kind that keeps what it was asked, a vault with a
runner, and processes that are killed at their statements. The soak goes through all of these.
"""

import asyncio
import itertools
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.engine.base import Part, Sampling
from bot.engine.scripted import ScriptedEngine
from bot.events import Rating, TurnId
from bot.jobs import QUIET_S, Jobs
from bot.kinds import Question, Trial
from bot.store import work
from bot.store.house import House
from bot.store.rows import Consent, Session, State
from bot.store.vault import Vault
from bot.store.work_rows import Batch, Portion, Write
from bot.store.work_tables import comes_with_each_turn
from tests.store_help import ADA, Clock, arrive, begin, house_in, open_for

MEMORY = Consent("memory", "3", 0.0)
PORTION = Portion(fewest=2, most=4, behind=0)


@dataclass
class Making:
    """A kind that keeps, as a mark, which turns it was asked about, and how often."""

    name: str = "making"
    version: int = 1
    portion: Portion = PORTION
    trials: Sequence[Trial] = ()
    seen: list[Batch] = field(default_factory=list)
    is_garbled: Callable[[Batch], bool] = lambda _: False

    def ask(self, batch: Batch) -> Question | None:
        self.seen.append(batch)
        said = tuple(Part("user", one.text) for one in batch.said)
        return Question(said, Sampling(temperature=0.0, max_tokens=8))

    def read(self, batch: Batch, answer: str) -> Write | None:
        if not answer or self.is_garbled(batch):
            return None
        return partial(keep, [one.text for one in batch.said])


def keep(texts: Sequence[str], db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT INTO marks (name, value) VALUES (?, 1)
        ON CONFLICT DO UPDATE SET value = value + 1""",
        (f"made {'|'.join(texts)}",),
    )


async def made(vault: Vault) -> dict[str, float]:
    marks = (await vault.wishes()).marks
    return {name[5:]: times for name, times in marks.items() if name.startswith("made ")}


async def has_kind(vault: Vault) -> None:
    """As a step of the migrations would, for a kind that a test brings along."""

    def add(db: sqlite3.Connection) -> None:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'making_comes'").fetchone():
            for statement in comes_with_each_turn("making"):
                db.execute(statement)

    await vault._db.write(add)
    await vault.give_consent(MEMORY)


async def say(vault: Vault, session: Session, *texts: str) -> list[TurnId]:
    """Each an own message with the same short answer."""
    turns = []
    for text in texts:
        turn = await arrive(vault, f"e-{text}", text)
        reply = await open_for(vault, session, turn)
        await vault.close_reply(
            reply, state=State.DONE, text=f"re {text}", now=7.0, remember=Rating.GENERAL
        )
        turns.append(turn)
    return turns


@dataclass
class Shop:
    house: House
    vault: Vault
    session: Session
    clock: Clock
    engine: ScriptedEngine
    kind: Making
    jobs: Jobs
    busy: list[str] = field(default_factory=list)

    async def quietly(self) -> None:
        """Somebody has written, and then was quiet for long enough."""
        self.jobs.hear(ADA)
        self.clock.now += QUIET_S
        await self.jobs.tick()


@asynccontextmanager
async def shop_in(folder: Path, engine: ScriptedEngine | None = None) -> AsyncIterator[Shop]:
    clock, engine, kind = Clock(), engine or ScriptedEngine(), Making()
    async with house_in(folder, clock=clock) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await has_kind(vault)
            session = await vault.session() or await begin(vault)
        busy: list[str] = []
        jobs = Jobs(house, engine, [kind], is_at_work=lambda: bool(busy), clock=clock)
        yield Shop(house, vault, session, clock, engine, kind, jobs, busy)


async def indexed(vault: Vault) -> int:
    count = "SELECT count(*) FROM indexed"
    total: int = await vault._db.read(lambda db: db.execute(count).fetchone()[0])
    return total


async def marked(vault: Vault) -> bool:
    return await vault.mark(work.FORGOTTEN) is not None


# --- Killed ---

WORKER = """
import asyncio, os, sys
from pathlib import Path
from bot.store import database
from tests.job_help import shop_in

steps = int(sys.argv[2])
transaction = database.in_transaction

def step(*_):
    global steps
    steps -= 1
    if steps == 0:
        os.kill(os.getpid(), 9)

def counted(db, work):
    db.set_trace_callback(step)
    try:
        return transaction(db, work)
    finally:
        db.set_trace_callback(None)
        step()

async def main():
    async with shop_in(Path(sys.argv[1])) as shop:
        database.in_transaction = counted
        await shop.quietly()

asyncio.run(main())
"""


async def kill_at_steps(folder: Path, *, every: int) -> int:
    """Kills a process at its statements; another then comes to the end. How many were killed until
    one was not."""
    whole = folder / "whole"
    async with shop_in(whole) as shop:
        turns = await say(shop.vault, shop.session, "a", "b", "c", "d", "e")
        await shop.vault.drop(turns[:1])
        await shop.vault.end_session(9.0)
    states = [await finished(whole, folder / "unharmed")]
    for step in itertools.count(every, every):
        data = folder / str(step)
        shutil.copytree(whole, data)
        command = [sys.executable, "-c", WORKER, str(data), str(step)]
        died = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
        states.append(await finished(data, folder / f"{step} finished"))
        assert states[-1] == states[0], f"killed at step {step}"
        if died.returncode != -signal.SIGKILL:
            break
    return len(states) - 2


async def finished(folder: Path, copy: Path) -> tuple[dict[str, float], object]:
    """Once all is done that a new process finds to do."""
    shutil.copytree(folder, copy)
    async with shop_in(copy) as shop:
        await shop.quietly()
    return await final_state(copy)


LEFT = "SELECT * FROM work WHERE kind = 'making'"


async def final_state(folder: Path) -> tuple[dict[str, float], object]:
    async with house_in(folder) as house, house.vault(ADA) as vault:
        assert vault is not None
        assert not await marked(vault)
        assert await vault._db.read(lambda db: db.execute(LEFT).fetchall()) == []
        at = "SELECT turn, spot, rating FROM indexed"
        return await made(vault), await vault._db.read(lambda db: db.execute(at).fetchall())
