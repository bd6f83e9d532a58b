"""intruder: somebody pastes a prompt of 3,000 tokens while 8 others are being answered.

What counts is the longest silence in any of the 8 streams, and that the one who pasted does not
pay for it with their own first token.
"""

import random
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from bench.contest import talks
from bench.contest.loads.streams import running
from bench.contest.players import Measured, Player
from bot.engine.base import Part, Prompt

STREAMS = 8
SLOTS = STREAMS + 1
CONTEXT = 4096
# Comes out at a little over 3,000 with the template.
PASTED_TOKENS = 3080
STREAM_TOKENS = 2500


async def play(players: Sequence[Player], runs: int) -> Measured:
    measured = Measured()
    for run in range(runs):
        for player in players:
            await _round(player, run, measured)
    for player in players:
        pause, first = (
            median(measured.series[f"intruder.{what}.{player.name}"])
            for what in ("pause_s", "ttft_s")
        )
        measured.remarks.append(
            f"{player.name}: longest pause {pause:.2f} s, the intruder's first token {first:.1f} s"
        )
    return measured


async def _round(player: Player, run: int, measured: Measured) -> None:
    person = f"intruder {run}"
    pasted = talks.words(random.Random(2000 + run), PASTED_TOKENS)
    asked = Part("user", f"{pasted} What do you make of it?")
    prompt = Prompt(person, (Part("system", f"You listen to {person}."), asked), person=person)
    others = [[Part("system", f"You help person {number}.")] for number in range(STREAMS)]
    async with running(player, others, key=f"{run}", most_tokens=STREAM_TOKENS) as streams:
        began = perf_counter()
        heard = await player.ask(prompt, 4)
        pauses = [stream.longest_pause(began, perf_counter()) for stream in streams]
    measured.add(f"intruder.pause_s.{player.name}", max(pauses))
    measured.add(f"intruder.ttft_s.{player.name}", heard.first_s)
    measured.add(f"intruder.prompt_tokens.{player.name}", heard.prompt_tokens)
