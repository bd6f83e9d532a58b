"""Sixteen people talk with the real model for as long as wanted, and leave at random moments.

Counts what the worker's memory was when everybody had talked once and gone, and what it is at the
end; prints it, and adds it to bench/results/soak.json.
"""

import argparse
import asyncio
import json
import random
import time
from contextlib import aclosing
from pathlib import Path

from bench import RESULTS
from bot.engine.base import Part, Prompt, Sampling
from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from tests.engine_help import demo_path

PEOPLE = 16
CARD = "You are Wren, a gardener who keeps an old walled garden and talks plainly. " * 8
WORDS = [
    "the",
    "tide",
    "the",
    "lamp",
    "a",
    "letter",
    "an",
    "old",
    "map",
    "green",
    "tea",
    "rain",
    "on",
    "glass",
    "a",
    "late",
    "train",
]
CONTEXT = 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    figures = asyncio.run(soak(arguments.minutes, random.Random(arguments.seed)))
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / "soak.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, **figures}, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:24} {value}")


async def soak(minutes: float, chance: random.Random) -> dict[str, float]:
    engine = EmbeddedEngine(
        Setup(
            model=demo_path(),
            context=CONTEXT,
            sequences=PEOPLE,
            threads=1,
            flash_attention="off",
            states_mb=64,
        )
    )
    await engine.start()
    told = {"replies": 0, "cancelled": 0, "tokens": 0}
    try:
        # What is touched for the first time is no growth.
        await talk_for(engine, min(60.0, minutes * 6), chance, told)
        begin = await at_rest(engine)
        await talk_for(engine, minutes * 60, chance, told)
        end = await at_rest(engine)
    finally:
        await engine.close()
    return {
        "minutes": minutes,
        "talking": PEOPLE,
        **told,
        "memory_begin_mb": round(begin / 1e6, 1),
        "memory_end_mb": round(end / 1e6, 1),
        "memory_growth_share": round(end / begin - 1, 4),
    }


async def talk_for(
    engine: EmbeddedEngine, seconds: float, chance: random.Random, told: dict[str, int]
) -> None:
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(PEOPLE):
            group.create_task(one_person(engine, f"soak:{number}", until, chance, told))


async def one_person(
    engine: EmbeddedEngine, who: str, until: float, chance: random.Random, told: dict[str, int]
) -> None:
    said: list[Part] = [Part("system", CARD, shared=True)]
    while time.monotonic() < until:
        if len(said) > 24:
            # As a trim does: the talk begins anew behind its card.
            del said[1:-6]
        words = " ".join(chance.choices(WORDS, k=chance.randrange(3, 60)))
        said.append(Part("user", words))
        leaves_after = chance.choice((0, 1, 3, 10, 1000))
        text = ""
        sampling = Sampling(max_tokens=chance.randrange(8, 64), temperature=0.9)
        generated = engine.generate(Prompt(who, tuple(said), person=who), sampling)
        async with aclosing(generated) as pieces:
            async for piece in pieces:
                text += piece
                told["tokens"] += 1
                leaves_after -= 1
                if leaves_after < 0:
                    break
        told["cancelled" if leaves_after < 0 else "replies"] += 1
        said.append(Part("assistant", text))
        match chance.randrange(12):
            case 0:
                await engine.forget(who)
                del said[1:]
            case 1 | 2 | 3:
                await engine.warm(Prompt(who, tuple(said), person=who))
            case _:
                pass


async def at_rest(engine: EmbeddedEngine) -> int:
    """The worker's memory when nobody talks and everybody was forgotten."""
    for number in range(PEOPLE):
        await engine.forget(f"soak:{number}")
    await engine.rest()
    status = Path(f"/proc/{engine.worker_pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) * 1024


if __name__ == "__main__":
    main()
