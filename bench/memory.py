"""What recall finds, and what it costs: on LoCoMo, on planted things, with 10,000 and 100,000 turns.

Prints a table and writes bench/results/memory.json. With --tried, each rule of the ranking is taken
away in turn, and what that costs is told with its 95 % interval.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from bench import RESULTS, locomo, planted
from bench.memory_talk import tokens_of_a_talk
from bench.recall_vaults import SCOPE, fill, vault_at
from bot.engine.embedded import EmbeddedEngine
from bot.engine.scripted import ScriptedEngine
from bot.engine.setup import Setup
from bot.events import Rating
from bot.memory.meaning import Meaning
from bot.memory.notes import write_memory
from bot.memory.question import Question, ask_memory
from bot.memory.ranking import RULES, Rules, rank
from bot.memory.recall import Place, recall
from bot.operate.models import find_model
from bot.settings import Config
from bot.store.recalled import Look, Wanted
from bot.store.rows import Side
from bot.store.vault import Vault
from bot.store.vectors import Alike

DEPTHS = (5, 10, 20)
FIXTURE_DEPTH = 8
PLACE = Place(SCOPE, Rating.GENERAL, None)
NAMES = {Side.PERSON: "Ada", Side.PERSONA: "Wren"}
NEVER_LATE_S = 60.0
NUMBERS = 384
LOT = 500

Change = tuple[str, Rules]
Found = list[tuple[tuple[float, ...], int]]
"""Of each question, the shares at each depth, and its talk's number."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("locomo", type=Path, nargs="?", help="locomo10.json")
    parser.add_argument("--tried", action="store_true")
    parser.add_argument("--embedding", type=Path, help="LoCoMo with this model (.gguf), too")
    arguments = parser.parse_args()
    figures: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    }
    with tempfile.TemporaryDirectory() as folder:
        if arguments.locomo:
            talks = locomo.read(arguments.locomo)
            figures |= asyncio.run(on_locomo(talks, Path(folder)))
            if arguments.embedding:
                figures |= asyncio.run(with_meaning(talks, arguments.embedding, Path(folder)))
            if arguments.tried:
                asyncio.run(tell_tried(talks, Path(folder)))
        figures |= asyncio.run(on_planted(Path(folder)))
        figures |= asyncio.run(tokens_of_a_talk(300))
        for turns, name in ((10_000, "10k"), (100_000, "100k")):
            figures |= asyncio.run(latency(turns, name, Path(folder), with_vectors=True))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "memory.json").write_text(json.dumps(figures, indent=2) + "\n")
    for key, value in figures.items():
        print(f"{key:32} {value:.2f}" if isinstance(value, float) else f"{key:32} {value}")


# --- What it finds --------------------------------------------------------------------------------


async def on_locomo(talks: Sequence[locomo.Talk], folder: Path) -> dict[str, object]:
    """The share of the evidence among the first so many, as the mean over questions."""
    found = await _shares(talks, folder, ("as it is", RULES))
    return {"locomo.questions": len(found), **_means("locomo", found)}


async def with_meaning(
    talks: Sequence[locomo.Talk], model: Path, folder: Path
) -> dict[str, object]:
    """The same with an embedding model, asked through the engine's own process."""
    setup = Setup(model=find_model(Config()), embedding=model, sequences=1, flash_attention="off")
    engine = EmbeddedEngine(setup)
    await engine.start()
    try:
        meaning = Meaning(engine, model.name)
        return _means("meaning", await _shares(talks, folder, ("", RULES), meaning))
    finally:
        await engine.close()


def _means(name: str, found: Found) -> dict[str, object]:
    odd = [row for row, number in found if number % 2]
    figures: dict[str, object] = {}
    for at, depth in enumerate(DEPTHS):
        figures[f"{name}.r{depth}"] = 100 * statistics.fmean(row[at] for row, _ in found)
        if odd:
            figures[f"{name}.r{depth}_held_out"] = 100 * statistics.fmean(row[at] for row in odd)
    return figures


async def _shares(
    talks: Sequence[locomo.Talk], folder: Path, change: Change, meaning: Meaning | None = None
) -> Found:
    _, rules = change
    shares = []
    for number, talk in enumerate(talks):
        file = folder / f"locomo {number}.db"
        is_new = not file.exists()
        async with vault_at(file) as (vault, database):
            if is_new:
                await fill(vault, database, talk.said)
            while meaning and (bare := await meaning.missing(vault)):
                await meaning.keep(vault, await meaning.make(bare))
            now = datetime.fromtimestamp(talk.said[-1].at + planted.DAY_S, UTC)
            for asked in talk.asked:
                question = ask_memory(asked.text, names=talk.names, now=now)
                turns = await _recall(vault, question, rules, max(DEPTHS), meaning)
                row = tuple(
                    len(asked.evidence & set(turns[:depth])) / len(asked.evidence)
                    for depth in DEPTHS
                )
                shares.append((row, number))
    return shares


async def _recall(
    vault: Vault, question: Question, rules: Rules, most: int, meaning: Meaning | None = None
) -> list[int]:
    """As the bot does it; with other rules, the same through its parts."""
    if rules is RULES:
        ask = partial(recall, vault, question, PLACE, most=most, budget_s=NEVER_LATE_S)
        told = await ask(meaning=meaning)
        return [turn.turn - 1 for turn in told.turns]

    def by_rules(
        found: Mapping[str, Sequence[int]], total: int, look: Look, alike: Alike
    ) -> Sequence[int]:
        return [ranked.spot for ranked in rank(question, found, total, look, alike, rules=rules)]

    wanted = Wanted(SCOPE, tuple(question.words), Rating.GENERAL, None, most)
    told = await vault.index.recall(wanted, by_rules, lambda: False)
    return [turn.turn - 1 for turn in told.turns]


def _changes() -> Iterator[Change]:
    alone = {0: 1.0}
    yield "only the turn itself", replace(RULES, around=alone)
    yield "only the turn before", replace(RULES, around={0: 1.0, 1: 0.6})
    yield "one turn around", replace(RULES, around={0: 1.0, 1: 0.6, -1: 0.35})
    yield "without the stretch", replace(RULES, stretch=0.0)
    yield "whoever said it", replace(RULES, by_that_side=1.0)
    yield "whenever it was", replace(RULES, in_that_time=1.0)
    yield "common words too", replace(RULES, too_common=1.0)
    bare = Rules(alone, stretch=0.0, by_that_side=1.0, in_that_time=1.0)
    yield "none of these rules", bare


async def tell_tried(talks: Sequence[locomo.Talk], folder: Path) -> None:
    """Each change beside the rules as they are, question by question."""
    chance = np.random.default_rng(7)
    whole = await _shares(talks, folder, ("", RULES))
    for change in _changes():
        changed = await _shares(talks, folder, change)
        told = [f"{change[0]:30}"]
        for half in (0, 1):
            gains = np.array(
                [
                    np.subtract(new, old)
                    for (new, number), (old, _) in zip(changed, whole, strict=True)
                    if number % 2 == half
                ]
            )
            drawn = chance.integers(0, len(gains), (1_000, len(gains)))
            means = 100 * gains[drawn, 1].mean(axis=1)
            low, high = np.quantile(means, (0.025, 0.975))
            r5, r10, r20 = 100 * gains.mean(axis=0)
            told.append(f"{r5:+5.1f} {r10:+5.1f} ({low:+.1f} to {high:+.1f}) {r20:+5.1f}")
        print(" | ".join(told))


async def on_planted(folder: Path) -> dict[str, object]:
    talk = planted.plant()
    hits: dict[str, list[bool]] = {}
    stale, changed = 0, []
    async with vault_at(folder / "planted.db") as (vault, database):
        await fill(vault, database, talk.said)
        for asked in talk.asked:
            turns = await ask_planted(vault, talk, asked)
            hits.setdefault(asked.kind, []).append(asked.answer in turns)
            if asked.stale is not None:
                note = await note_of_planted(vault, talk, asked)
                stale += talk.said[asked.stale].text in note
                changed.append(talk.said[asked.answer].text in note)
    figures: dict[str, object] = {
        f"fixture.r{FIXTURE_DEPTH}": statistics.fmean(hit for of in hits.values() for hit in of),
        "fixture.stale_as_current": stale,
        "fixture.change_told": statistics.fmean(changed),
    }
    kinds = {f"fixture.{kind}": statistics.fmean(of) for kind, of in sorted(hits.items())}
    return figures | kinds


async def ask_planted(vault: Vault, talk: planted.Planted, asked: planted.Asked) -> list[int]:
    return await _recall(vault, _question(talk, asked), RULES, FIXTURE_DEPTH)


async def note_of_planted(vault: Vault, talk: planted.Planted, asked: planted.Asked) -> str:
    """What a persona reads with this question."""
    question = _question(talk, asked)
    found = await recall(vault, question, PLACE, most=FIXTURE_DEPTH, budget_s=NEVER_LATE_S)
    return write_memory(found, NAMES, UTC).note


def _question(talk: planted.Planted, asked: planted.Asked) -> Question:
    now = datetime.fromtimestamp(talk.said[-1].at + planted.DAY_S, UTC)
    return ask_memory(asked.text, names=NAMES, now=now, before=asked.before)


# --- What it costs --------------------------------------------------------------------------------


class Chance(ScriptedEngine):
    """In the place of an embedding model: as many numbers as a small one gives, in no time."""

    def __init__(self) -> None:
        super().__init__(lambda _: "")
        self._chance = np.random.default_rng(7)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        drawn = self._chance.standard_normal((len(texts), NUMBERS))
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return tuple(map(tuple, drawn.tolist()))


async def latency(
    turns: int, name: str, folder: Path, *, with_vectors: bool = False
) -> dict[str, object]:
    """Questions and small talk in turns, from the message's words to the turns that are recalled;
    and again with a vector for each turn, the embedding model's own time not counted."""
    talk = planted.plant(filler=turns)
    file = folder / f"{name}.db"
    async with vault_at(file) as (vault, database):
        began = time.perf_counter()
        await fill(vault, database, talk.said)
        filled = time.perf_counter() - began
    opened = []
    for _ in range(5):
        began = time.perf_counter()
        async with vault_at(file) as (vault, _):
            await vault.wishes()
            opened.append(1000 * (time.perf_counter() - began))
    asked = [
        text
        for one, small in zip(talk.asked, talk.said[::37], strict=False)
        for text in (one.text, small.text)
    ]
    now = datetime.fromtimestamp(talk.said[-1].at + planted.DAY_S, UTC)
    questions = partial(ask_memory, names=NAMES, now=now)
    figures: dict[str, object] = {
        f"latency_{name}.open_ms": statistics.median(opened),
        f"latency_{name}.index_s": filled,
        f"latency_{name}.mb": file.stat().st_size / 1e6,
    }
    meaning = Meaning(Chance(), "by chance")
    async with vault_at(file) as (vault, _):
        while with_vectors and (bare := await meaning.missing(vault, LOT)):
            await meaning.keep(vault, await meaning.make(bare))
        for kind, by in (("", None), *((("meaning_", meaning),) if with_vectors else ())):
            times = []
            for text in asked:
                began = time.perf_counter()
                question = questions(text)
                await recall(
                    vault,
                    question,
                    PLACE,
                    most=FIXTURE_DEPTH,
                    budget_s=NEVER_LATE_S,
                    meaning=by,
                )
                times.append(1000 * (time.perf_counter() - began))
            figures |= {
                f"latency_{name}.{kind}p50_ms": statistics.median(times),
                f"latency_{name}.{kind}p95_ms": statistics.quantiles(times, n=20)[-1],
                f"latency_{name}.{kind}most_ms": max(times),
            }
    return figures


if __name__ == "__main__":
    main()
