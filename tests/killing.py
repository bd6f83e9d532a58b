"""Work that is killed in earnest (`kill -9`) at random moments, in processes of their own, and what the
next start makes of what is left. Each process tells which step it is at, so that a kill that hit
nothing is not counted. The tests take a few of these, the soak all.
"""

import asyncio
import json
import multiprocessing
import random
import shutil
import signal
import sqlite3
import time
import zlib
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Timer
from typing import Any

from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.extracting import FactFinding
from bot.histories.reading import read_history
from bot.histories.values import History
from bot.importing import AT_ONCE, Importing, take_next
from bot.jobs import QUIET_S, Jobs
from bot.memory.extraction import TOLD
from bot.memory.meaning import Meaning
from bot.memory.recall import catch_up
from bot.personas import load_personas
from bot.store import database
from bot.store.house import House
from bot.store.vault import Vault
from bot.store.work import FORGOTTEN
from bot.story import StoryTelling
from tests.conftest import PERSONAS
from tests.job_help import MEMORY, say
from tests.store_help import ADA, Clock, begin, house_in

Step = Callable[[str], None]
"""Told which step begins."""

_NOWHERE: Step = lambda _: None  # noqa: E731 - a value, and no function of its own
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.killing"])
MOST_TRIES = 20
"""Of one kill: how often it may come too late before the work is found to be over too soon."""
BEYOND = 1.2
"""Some come too late, which tells how long it takes by now."""
BETWEEN, READING = "between two steps", "reading the file"


@dataclass(frozen=True)
class Work:
    """What is killed, and how it is seen that nothing came of it but what would have come."""

    do: Callable[[House, Step], Coroutine[Any, Any, None]]
    steps: Sequence[tuple[str, str, str]]
    """Functions that are steps: in which module they stand, what they are called there, and here."""
    resume: Callable[[House], Coroutine[Any, Any, None]]
    """What the next start does. It sees to it that there is nothing, or all."""


def kill_at_random(
    work: Work, whole: Path, folder: Path, *, kills: int, chance: random.Random
) -> Counter[str]:
    """In which steps they fell. `whole` is the data folder before the work."""
    (folder / "unharmed").mkdir(parents=True)
    at, took_s = _killed(work, _copy(whole, folder / "unharmed" / "data"), after_s=3600.0)
    assert at is None
    wanted = asyncio.run(_resumed(work, folder / "unharmed" / "data"))
    fell: Counter[str] = Counter()
    for number in range(kills):
        for _ in range(MOST_TRIES):
            data = _copy(whole, folder / "data")
            at, lived_s = _killed(work, data, after_s=chance.uniform(0.0, took_s * BEYOND))
            if at is not None:
                break
            # The machine may be quicker by now, or slower.
            took_s = lived_s
        else:
            raise AssertionError("the work was over before every kill")
        fell[at] += 1
        state = asyncio.run(_resumed(work, data))
        assert state == wanted, f"kill {number}, while it was at: {at}"
    return fell


def _copy(whole: Path, to: Path) -> Path:
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(whole, to)
    return to


def _killed(work: Work, data: Path, *, after_s: float) -> tuple[str | None, float]:
    """The step that it was at, and how long it lived; no step where it came to its end before."""
    here, there = _SERVER.Pipe(duplex=False)
    process = _SERVER.Process(target=_run, args=(work, data, there))
    process.start()
    there.close()
    # Its first step: from here on it may be killed.
    at, began = here.recv(), time.monotonic()
    killer = Timer(after_s, process.kill)
    killer.start()
    with suppress(EOFError):
        while True:
            at = here.recv()
    lived_s = time.monotonic() - began
    process.join()
    killer.cancel()
    here.close()
    assert process.exitcode in (0, -signal.SIGKILL)
    return (at if process.exitcode else None), lived_s


def _run(work: Work, data: Path, there: Connection) -> None:
    for module, name, step in work.steps:
        named, _, inside = module.partition(":")
        place = getattr(import_module(named), inside) if inside else import_module(named)
        setattr(place, name, _told(getattr(place, name), step, there))
    transaction = database.in_transaction

    def told(db: sqlite3.Connection, todo: Callable[[], Any]) -> Any:
        try:
            return transaction(db, todo)
        finally:
            there.send(BETWEEN)

    database.in_transaction = told  # type: ignore[assignment] # told of no type of its own
    asyncio.run(_work(work, data, there.send))


def _told(function: Callable[..., Any], step: str, there: Connection) -> Callable[..., Any]:
    def told(*args: Any, **named: Any) -> Any:
        there.send(step)
        return function(*args, **named)

    return told


async def _work(work: Work, data: Path, step: Step) -> None:
    async with house_in(data, clock=Clock()) as house:
        step(BETWEEN)
        await work.do(house, step)


async def _resumed(work: Work, data: Path) -> object:
    async with house_in(data, clock=Clock()) as house:
        await work.resume(house)
        async with house.vault(ADA) as vault:
            assert vault is not None
            return await _state(vault)


_STATE = (
    """SELECT slot, subject, value, sentence, origin, valid_to, superseded_by IS NULL,
        (SELECT json_group_array(turn) FROM sources WHERE fact = facts.id)
    FROM facts ORDER BY slot, subject, value""",
    """SELECT text, (SELECT json_group_array(turn) FROM summarised WHERE summary = summaries.id)
    FROM summaries ORDER BY text""",
    "SELECT turn, spot, rating, side FROM indexed ORDER BY turn",
    "SELECT spot, count(*) FROM words GROUP BY spot",
    "SELECT turn, rating FROM to_index ORDER BY turn",
    "SELECT kind, turn, tries, lease, parked FROM work ORDER BY kind, turn",
    "SELECT spot, vector FROM vectors ORDER BY spot",
    "SELECT name FROM marks ORDER BY name",
    "SELECT * FROM import_parts",
    """SELECT persona, side, turns.at, text, step = chosen FROM turns
    JOIN sessions ON sessions.id = session JOIN revisions ON turn = turns.id
    ORDER BY place, step""",
    "SELECT count(*) FROM sessions",
)


async def _state(vault: Vault) -> object:
    """All that is made, without numbers that are drawn and times at which it was done."""
    return await vault._db.read(lambda db: [db.execute(one).fetchall() for one in _STATE])


# --- What is made of a talk when nobody waits -----------------------------------------------------


SAID = (
    "My sister Mara keeps the lighthouse at Rye, and she comes to visit on Friday.",
    "I live in Porto, and the river is wide there in the spring.",
    "We want to plant an apple tree together behind the old mill.",
    "I lost my blue scarf at the market this morning, near the baker.",
    "The baker keeps what he finds in a green box until noon on every Saturday.",
    "I have moved: I live in Lisbon now, close to the harbour.",
)
_FACTS = {
    "1: I live in Lisbon.": ((1, "home", "I live in Lisbon", "Lisbon"),
                             (3, "job", "I work as a gardener", "gardener")),
    "1: Good evening!": ((3, "pet", "My cat is called Pepper", "Pepper"),),
    f"1: {SAID[0]}": ((2, "home", "I live in Porto", "Porto"),
                      (3, "plan", "We want to plant an apple tree together", "plant an apple tree")),
}  # fmt: skip
"""What a good model finds, its trials included."""


class Able(ScriptedEngine):
    """Finds facts, tells stories and knows meanings, a moment for each word."""

    def __init__(self, step: Step) -> None:
        super().__init__(self._says, before_piece=self._pause)
        self._step = step

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        self._step("asking what words mean")
        await asyncio.sleep(0.001)
        return tuple(tuple(float(zlib.crc32(f"{n}{text}".encode()) % 99) for n in range(8)) for text in texts)  # fmt: skip

    def _says(self, prompt: Prompt) -> str:
        asked = prompt.parts[-1].text
        if prompt.parts[0].text == TOLD:
            self._step("asking for facts")
            found = next((found for begin, found in _FACTS.items() if asked.startswith(begin)), ())
            keys = ("source", "slot", "quote", "value")
            return json.dumps([dict(zip(keys, one, strict=True)) for one in found])
        self._step("asking for the story")
        return " ".join(line for line in SAID[::3] if line in asked)

    async def _pause(self, _count: int) -> None:
        await asyncio.sleep(0.001)


async def _make_all(house: House, step: Step) -> None:
    engine, clock = Able(step), Clock()
    jobs = Jobs(
        house,
        engine,
        [StoryTelling(load_personas(PERSONAS), engine.context_tokens), FactFinding()],
        is_at_work=lambda: False,
        clock=clock,
        meaning=Meaning(engine, "able"),
    )
    jobs.hear(ADA)
    clock.now += QUIET_S
    await jobs.tick()


async def _make_the_rest(house: House) -> None:
    await _make_all(house, _NOWHERE)
    async with house.vault(ADA) as vault:
        assert vault is not None
        assert await vault.mark(FORGOTTEN) is None
        assert await vault.work.parked() == {}


JOBS = Work(
    _make_all,
    (
        ("bot.store.vault:Index", "catch_up", "indexing"),
        ("bot.store.vault:Work", "take", "taking work"),
        ("bot.store.vault:Work", "finish", "writing what was made"),
        ("bot.store.vault:Vectors", "keep", "keeping vectors"),
        ("bot.store.database", "rewrite", "writing the file anew"),
    ),
    _make_the_rest,
)


async def talk_in(folder: Path) -> None:
    """Two talks that have ended, something of which was forgotten."""
    async with house_in(folder) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.give_consent(MEMORY)
            for number, texts in enumerate((SAID, (*SAID[::-1], "Forget this."))):
                session = await begin(vault)
                turns = await say(vault, session, *(f"{text}{' ' * number}" for text in texts))
                await vault.end_session(9.0)
            await vault.drop(turns[-1:])


# --- A talk that comes in as a file ---------------------------------------------------------------


LINES = AT_ONCE + 20


def tavern(count: int = LINES) -> str:
    rows: list[dict[str, object]] = [{"user_name": "Ada", "character_name": "Wren"}]
    for n in range(count):
        text = f"Line {n} of an old talk about tea, {SAID[n % len(SAID)]}"
        rows.append({"is_user": n % 2 == 0, "send_date": 1_700_000_000 + 60 * n, "mes": text})
    return "\n".join(json.dumps(row) for row in rows)


async def _take_file(text: str, house: House, step: Step) -> None:
    step(READING)
    history = read_history(text, UTC, 2e9)
    assert isinstance(history, History)
    importing_now = Importing(house, Clock())
    async with house.vault(ADA) as vault:
        assert vault is not None
        await importing_now.begin(vault, history)
    await _go_on(importing_now, house)


async def _go_on(importing_now: Importing, house: House) -> None:
    """As the bot does it beside everything else, until nothing waits."""
    running = asyncio.create_task(importing_now.run())
    async with house.vault(ADA) as vault:
        assert vault is not None
        while await vault.imports.next() is not None:
            await asyncio.sleep(0.002)
        # The last piece may be taken and not indexed.
        await take_next(vault)
        while await catch_up(vault):
            pass
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _take_the_rest(text: str, house: House) -> None:
    """Nothing of it, or all of it; and nothing twice when the person hands it in again."""
    async with house.vault(ADA) as vault:
        assert vault is not None
        is_there = await vault.imports.progress() is not None
        count = "SELECT count(*) FROM turns"
        before = await vault._db.read(lambda db: db.execute(count).fetchone()[0])
        assert is_there or before == 0
    if is_there:
        await _go_on(Importing(house, Clock()), house)
        async with house.vault(ADA) as vault:
            assert vault is not None
            assert await vault._db.read(lambda db: db.execute(count).fetchone()[0]) == LINES
    await _take_file(text, house, _NOWHERE)
    async with house.vault(ADA) as vault:
        assert vault is not None
        assert await vault._db.read(lambda db: db.execute(count).fetchone()[0]) == LINES


def importing_of(text: str) -> Work:
    steps = (
        ("bot.store.vault:Imports", "stage", "staging"),
        ("bot.importing", "_rate", "looking at words"),
        ("bot.store.vault:Imports", "take", "taking a piece"),
        ("bot.store.vault:Index", "catch_up", "indexing"),
    )
    return Work(partial(_take_file, text), steps, partial(_take_the_rest, text))


async def newcomer_in(folder: Path) -> None:
    async with house_in(folder) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.give_consent(MEMORY)


async def export_of(whole: Path, folder: Path) -> str:
    """Our own file of what the other program's was taken into."""
    async with house_in(_copy(whole, folder)) as house:
        await _take_file(tavern(), house, _NOWHERE)
        async with house.vault(ADA) as vault:
            assert vault is not None
            return json.dumps(await vault.export())
