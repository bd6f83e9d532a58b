"""newcomer: somebody's first message to a persona with a long card, while 3 others talk with it.

The bot warms every persona's card at its start, so ours does here. A new persona in every run:
no slot holds its card from the run before.
"""

import random
from collections.abc import Sequence
from statistics import median

from bench.contest import talks
from bench.contest.loads.streams import running
from bench.contest.players import CountingPlayer, Measured
from bot.engine.base import Part, Prompt
from bot.prompt import card_alone

SLOTS = 4
CONTEXT = 4096
CARD_TOKENS = 800
STREAM_TOKENS = 1500


async def play(players: Sequence[CountingPlayer], runs: int) -> Measured:
    measured = Measured()
    for run in range(runs):
        card = talks.card(f"Wren the {run + 1}.", random.Random(1000 + run), CARD_TOKENS)
        for player in players:
            await player.prepare(card_alone(card.text, adapter=None))
            await player.rest()
            await _round(player, card, run, measured)
    for player in players:
        firsts = median(measured.series[f"newcomer.ttft_s.{player.name}"])
        counted = measured.series[f"newcomer.computed.{player.name}"]
        measured.remarks.append(
            f"{player.name}: {firsts * 1000:.0f} ms, {median(counted):.0f} tokens computed"
        )
    return measured


async def _round(player: CountingPlayer, card: Part, run: int, measured: Measured) -> None:
    others = [(card, talks.head(f"other {number}")) for number in range(SLOTS - 1)]
    person = f"newcomer {run}"
    asked = Part("user", "Hello. Is it always this windy at your place?")
    prompt = Prompt(person, (card, talks.head(person), asked), person=person)
    async with running(player, others, key=f"{run}", most_tokens=STREAM_TOKENS):
        heard = await player.ask(prompt, 8)
    beside_card = heard.prompt_tokens - await player.count(card.text)
    measured.add(f"newcomer.ttft_s.{player.name}", heard.first_s)
    measured.add(f"newcomer.computed.{player.name}", heard.computed_tokens)
    measured.add(f"newcomer.card_tokens.{player.name}", max(0, heard.computed_tokens - beside_card))
