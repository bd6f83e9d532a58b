"""What was said in other words is found by an embedding model, where there is one; its vectors go
with what they were made of.
"""

import asyncio
import math
import sqlite3
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bot.engine.base import EngineError, PromptTooLong
from bot.engine.scripted import ScriptedEngine
from bot.events import Rating, TurnId
from bot.jobs import QUIET_S, Jobs
from bot.memory.meaning import LENGTHS, Meaning, likeness, pack
from bot.memory.question import Question, ask_memory
from bot.memory.ranking import rank
from bot.memory.recall import Place, catch_up, recall
from bot.store.house import House
from bot.store.rows import Consent, Scope, Session, Side, Spot, State
from bot.store.vault import Vault
from tests.store_help import ADA, Clock, arrive, house_in, open_for

MEMORY = Consent("memory", "3", 0.0)
PLACE = Place(Scope("wren", None, None), Rating.GENERAL, None)
NAMES = {Side.PERSON: "Ada", Side.PERSONA: "Wren"}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FERRY = "I work on a ferry."
ASKED = "Which vessel employs you?"
OTHER = [f"Day {day} was grey." for day in range(40)]
ALIKE = (("ferry", "vessel"), ("tea", "drink"))


class Embedding(ScriptedEngine):
    """Words of one group mean the same; every other text points somewhere of its own."""

    def __init__(self, room: int = 10_000) -> None:
        super().__init__(lambda _: "I see.")
        self.room = room
        self.hangs, self.is_broken = asyncio.Event(), False
        self.hangs.set()
        self.asked: list[str] = []

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        await self.hangs.wait()
        if self.is_broken:
            raise EngineError("gone")
        self.asked += texts
        if (longest := max(map(len, texts))) > self.room:
            raise PromptTooLong(longest, self.room)
        return tuple(_vector(text) for text in texts)


def _vector(text: str) -> tuple[float, ...]:
    groups = [float(any(word in text for word in words)) for words in ALIKE]
    own = [0.0] * 64
    own[zlib.crc32(text.encode()) % 64] = 0.2
    length = math.hypot(*groups, *own)
    return tuple(part / length for part in (*groups, *own))


@dataclass
class Talked:
    house: House
    vault: Vault
    turns: list[TurnId]
    engine: Embedding
    meaning: Meaning
    clock: Clock

    async def fill(self) -> None:
        """All that is indexed gets its vector, by the job."""
        await catch_up(self.vault)
        jobs = Jobs(
            self.house,
            self.engine,
            [],
            is_at_work=lambda: False,
            clock=self.clock,
            meaning=self.meaning,
        )
        jobs.hear(ADA)
        self.clock.now += QUIET_S
        await jobs.tick()

    async def say(self, session: Session, *texts: str) -> list[TurnId]:
        turns = []
        for text in texts:
            turn = await arrive(self.vault, f"e-{text}", text)
            reply = await open_for(self.vault, session, turn)
            close = partial(self.vault.close_reply, reply, state=State.DONE, now=7.0)
            await close(text="I see.", remember=Rating.GENERAL)
            turns.append(turn)
        return turns

    async def begin(self) -> Session:
        begin = self.vault.begin_session
        return await begin(persona="wren", sponsor=None, now=1.0, head="", seed=7)

    async def found(self, text: str = ASKED) -> list[str]:
        question = ask_memory(text, names=NAMES, now=NOW)
        told = await recall(
            self.vault,
            question,
            PLACE,
            most=3,
            budget_s=60.0,
            least=0.4,
            meaning=self.meaning,
        )
        return [turn.text for turn in told.turns]

    async def count(self) -> int:
        def count(db: sqlite3.Connection) -> int:
            return int(db.execute("SELECT count(*) FROM vectors").fetchone()[0])

        return await self.vault._db.read(count)


@asynccontextmanager
async def talked_in(folder: Path) -> AsyncIterator[Talked]:
    """Somebody has spoken of a ferry, long ago, among other things; their talk has ended."""
    clock, engine = Clock(), Embedding()
    async with house_in(folder, clock=clock) as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.give_consent(MEMORY)
            meaning = Meaning(engine, "small.gguf")
            talked = Talked(house, vault, [], engine, meaning, clock)
            said = (*OTHER[:20], FERRY, *OTHER[20:])
            talked.turns = await talked.say(await talked.begin(), *said)
            await vault.end_session(9.0)
            await talked.fill()
            yield talked


@pytest.fixture
async def talked(tmp_path: Path) -> AsyncIterator[Talked]:
    async with talked_in(tmp_path) as talked:
        yield talked


async def test_what_was_said_in_other_words_is_found(talked: Talked) -> None:
    assert (await talked.found())[0] == FERRY
    talked.meaning = Meaning(talked.engine, "another.gguf")
    assert await talked.found() == [], "vectors of two models are not compared"


async def test_what_means_nothing_alike_brings_nothing_up(talked: Talked) -> None:
    assert await talked.found("Shall we drink something?") == []


async def test_words_alone_are_enough_where_the_model_is_late_or_gone(talked: Talked) -> None:
    talked.engine.hangs.clear()
    assert await talked.meaning.of(ASKED, 0.001) is None
    talked.engine.hangs.set()
    talked.engine.is_broken = True
    assert (await talked.found("What of the ferry work?"))[0] == FERRY
    assert await talked.found() == []


async def test_i5_a_vector_goes_with_its_turn(talked: Talked) -> None:
    before = await talked.count()
    ferry = talked.turns[20]
    await talked.vault.drop([ferry])
    assert await talked.count() == before - 1
    assert await talked.found() == []


async def test_i5_an_edited_turn_is_compared_by_its_new_words(talked: Talked) -> None:
    ferry = talked.turns[20]
    await talked.vault.revise_turn(ferry, "Day 99 was grey.", 8.0, Rating.GENERAL)
    assert await talked.found() == []
    await talked.fill()
    assert await talked.found() == []
    await talked.vault.revise_turn(ferry, FERRY, 9.0, Rating.GENERAL)
    await talked.fill()
    assert (await talked.found())[0] == FERRY


async def test_i5_what_was_edited_while_the_model_read_it_gets_no_vector(talked: Talked) -> None:
    ferry = talked.turns[20]
    await talked.vault.revise_turn(ferry, "I work on a vessel.", 8.0, Rating.GENERAL)
    await catch_up(talked.vault)
    made = await talked.meaning.make(await talked.meaning.missing(talked.vault))
    before = await talked.count()
    await talked.vault.revise_turn(ferry, "I rest.", 9.0, Rating.GENERAL)
    await catch_up(talked.vault)
    await talked.meaning.keep(talked.vault, made)
    assert await talked.count() == before
    await talked.fill()
    assert await talked.found() == []


async def test_a10_without_the_consent_there_is_no_vector(talked: Talked) -> None:
    assert await talked.count() > 0
    await talked.vault.withdraw_consent("memory")
    assert await talked.count() == 0


async def test_another_model_makes_all_of_them_anew(talked: Talked) -> None:
    before = await talked.count()
    talked.meaning = Meaning(talked.engine, "another.gguf")
    talked.engine.asked.clear()
    await talked.fill()
    assert await talked.count() == before == len(talked.engine.asked)
    assert (await talked.found())[0] == FERRY


async def test_p4_addresses_are_masked_before_the_model_reads_them(talked: Talked) -> None:
    await talked.say(await talked.begin(), "Write to ada@example.org.")
    await talked.fill()
    await talked.found("Is it ada@example.org?")
    assert not any("example.org" in text for text in talked.engine.asked)


async def test_a_text_that_is_too_long_is_read_from_its_beginning(talked: Talked) -> None:
    talked.engine.room = LENGTHS[1]
    await talked.say(await talked.begin(), f"{FERRY} {'And on. ' * 500}")
    before = await talked.count()
    await talked.fill()
    assert await talked.count() == before + 2
    assert [len(t) for t in talked.engine.asked if FERRY in t][-2:] == [*LENGTHS[:2]]


async def test_an_engine_that_fails_leaves_the_work_for_later(talked: Talked) -> None:
    await talked.say(await talked.begin(), "The tea is hot.")
    talked.engine.is_broken = True
    before = await talked.count()
    await talked.fill()
    assert await talked.count() == before
    talked.engine.is_broken = False
    await talked.fill()
    assert await talked.count() == before + 2


def test_both_ways_are_weighed_together() -> None:
    """Of two that share as many words, the one that means the same comes first."""
    turns = {1: Spot(Side.PERSON, 0.0), 500: Spot(Side.PERSON, 0.0)}

    def order(alike: dict[int, float]) -> list[int]:
        question = Question({"lake": 1.0})
        look = lambda spots: {spot: turns[spot] for spot in spots if spot in turns}  # noqa: E731 - one line
        return [one.spot for one in rank(question, {"lake": [1, 500]}, 1_000, look, alike)]

    assert order({}) == [500, 1]
    assert order({1: 0.9, 500: 0.1, 30: 0.0}) == [1, 500]


def test_vectors_of_another_length_are_not_compared() -> None:
    asked = np.full(4, 0.5, np.float32)
    same, other = pack(asked), pack(-asked)
    alike = likeness(asked, [(3, same), (4, other)])
    assert alike == pytest.approx({3: 1.0, 4: -1.0}, abs=0.02)
    assert likeness(asked, [(3, same[:2])]) == {}
    assert likeness(asked, []) == {}


def test_a_byte_for_each_number_is_enough() -> None:
    chance = np.random.default_rng(7)
    both = chance.standard_normal((200, 2, 384)).astype(np.float32)
    both[:, 1] += both[:, 0]
    both /= np.linalg.norm(both, axis=2, keepdims=True)
    for one, other in both:
        alike = likeness(one, [(1, pack(other))])
        assert alike[1] == pytest.approx(float(one @ other), abs=0.01)
