"""What was said in other words is found by an embedding model, where there is one; its vectors go
with what they were made of.
"""

import asyncio
import sqlite3
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.engine.base import EngineError, PromptTooLong
from bot.engine.scripted import ScriptedEngine
from bot.events import Rating, TurnId
from bot.jobs import QUIET_S, Jobs
from bot.memory.meaning import LENGTHS, Meaning, closely, pack, roughly, signs
from bot.memory.question import Question, ask_memory
from bot.memory.ranking import rank
from bot.memory.recall import Place, catch_up, recall
from bot.store.house import House
from bot.store.rows import Consent, Scope, Session, Side, Spot, State
from bot.store.vault import Vault
from bot.store.vectors import BLOCK, Alike
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
    about = next((words[0] for words in ALIKE if any(word in text for word in words)), text)
    vector = 3.0 * _somewhere(about) + _somewhere(text)
    return tuple((vector / np.linalg.norm(vector)).tolist())


def _somewhere(text: str) -> npt.NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(text.encode())).standard_normal(64)


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

    def order(alike: Alike) -> list[int]:
        question = Question({"lake": 1.0})
        look = lambda spots: {spot: turns[spot] for spot in spots if spot in turns}  # noqa: E731 - one line
        return [one.spot for one in rank(question, {"lake": [1, 500]}, 1_000, look, alike)]

    assert order(Alike()) == [500, 1]
    assert order(Alike({1: 0.9, 500: 0.1, 30: 0.0})) == [1, 500]
    rough = {500: 0.9, 1: 0.8, 30: 0.0}
    assert order(Alike(rough)) == [500, 1]
    assert order(Alike(rough, lambda _: {1: 0.7, 500: 0.6})) == [1, 500], "the vectors decide"


def test_what_stands_out_is_told_on_one_scale_whatever_the_models_own_is() -> None:
    turns = {spot: Spot(Side.PERSON, 0.0) for spot in range(50)}
    rough = {spot: 3.0 - spot / 10 for spot in turns}

    def apart(scale: float, shift: float) -> list[float]:
        close = lambda spots: {spot: shift - scale * spot for spot in spots}  # noqa: E731 - one line
        ranked = rank(Question({}), {}, 50, lambda _: turns, Alike(rough, close))
        return [one.apart for one in ranked]

    assert apart(0.01, 0.5) == pytest.approx(apart(0.002, 0.9))
    assert apart(0.01, 0.5) == pytest.approx([rough[spot] for spot in turns])


def test_the_signs_of_a_vector_tell_roughly_how_near_it_comes() -> None:
    chance = np.random.default_rng(7)
    kept = chance.standard_normal((40, 100)).astype(np.float32)
    asked = kept[21] + kept[5] / 2
    blocks = [
        (
            block,
            b"".join(signs(kept[4 * block + at]) if at < 4 else bytes(13) for at in range(BLOCK)),
        )
        for block in range(10)
    ]
    like = roughly(asked, blocks)
    places = {BLOCK * (number // 4) + number % 4: number for number in range(40)}
    assert set(like) == set(places), "where there is nothing, nothing is told"
    assert [places[spot] for spot in like][:2] == [21, 5]
    assert list(like.values()) == sorted(like.values(), reverse=True)
    assert np.mean(list(like.values())) == pytest.approx(0.0, abs=1e-5)
    assert np.std(list(like.values())) == pytest.approx(1.0)


def test_vectors_of_another_length_are_not_compared() -> None:
    asked = np.full(4, 0.5, np.float32)
    same, other = pack(asked), pack(-asked)
    assert closely(asked, [(3, same.vector), (4, other.vector)]) == {3: 1.0, 4: -1.0}
    assert closely(asked, [(3, same.vector[:2])]) == {}
    assert closely(asked, []) == {}
    assert roughly(asked, [(3, same.signs)]) == {}
    assert roughly(asked, []) == {}
