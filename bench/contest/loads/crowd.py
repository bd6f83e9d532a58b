"""crowd: 16 people write at once; the tokens of all replies by the time until the last has ended.

Nothing is shared and nothing was computed before, so that only the computing counts, and the
limit of the library on this machine can be held beside it.
"""

import asyncio
import random
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from bench.contest import talks
from bench.contest.limit import Limit
from bench.contest.players import BenchError, CountingPlayer, Measured
from bot.engine.base import Part, Prompt

SLOTS = 16
CONTEXT = 4096
CARD_TOKENS = 30
REPLY_TOKENS = 64


async def play(players: Sequence[CountingPlayer], limit: Limit, runs: int) -> Measured:
    measured = Measured()
    prompt_tokens = 0
    for run in range(runs):
        for player in players:
            prompt_tokens = await _round(player, run, measured)
        speed = await limit.tokens_per_s(
            streams=SLOTS, prompt_tokens=prompt_tokens, reply_tokens=REPLY_TOKENS
        )
        measured.add("crowd.tokens_per_s.limit", speed)
    measured.remarks.append(f"prompts of {prompt_tokens} tokens, replies of {REPLY_TOKENS}")
    for name, speeds in measured.series.items():
        measured.remarks.append(f"{name}: {median(speeds):.0f}")
    return measured


async def _round(player: CountingPlayer, run: int, measured: Measured) -> int:
    prompts = [_prompt(run, number) for number in range(SLOTS)]
    began = perf_counter()
    heard = await asyncio.gather(*(player.ask(prompt, REPLY_TOKENS) for prompt in prompts))
    taken = perf_counter() - began
    await player.rest()
    written = sum([await player.count(answer.text) for answer in heard])
    # Counted again by the words: a reply that ended by itself would make the crowd smaller.
    if written < 0.95 * SLOTS * REPLY_TOKENS:
        raise BenchError(f"{player.name} wrote {written} tokens: choose prompts that go on")
    measured.add(f"crowd.tokens_per_s.{player.name}", written / taken)
    return round(sum(answer.prompt_tokens for answer in heard) / SLOTS)


def _prompt(run: int, number: int) -> Prompt:
    person = f"person {run} {number}"
    chance = random.Random(person)
    card = Part("system", f"Of {person}: {talks.words(chance, CARD_TOKENS)}")
    return Prompt(person, (card, *talks.song(number)), person=person)
