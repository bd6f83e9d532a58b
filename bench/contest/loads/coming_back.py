"""return: 24 people with long talks behind them take turns in random order; there are 4 slots.

Each comes back to a player that has meanwhile served others. What counts is the time to the first
token, and how little of the prompt is computed again.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench.contest import talks
from bench.contest.players import Heard, Measured, Player
from bot.engine.base import Part, Prompt

SLOTS = 4
CONTEXT = 4096
PEOPLE = 24
HISTORY_TOKENS = 1200
CARD_TOKENS = 150
REPLY_TOKENS = 16
# A sentence or two, as people write to each other; now and then the moment adds a note.
MESSAGE_TOKENS = (5, 5, 20)
NOTE_TOKENS = 25
NOTE_EVERY = 0.25
# The high-level class computes everything again: a few turns and runs show that.
SLOW = "high_level"
SLOW_TURNS = 4
SLOW_RUNS = 3


@dataclass(slots=True)
class Talk:
    """One person's talk with one player."""

    key: str
    parts: list[Part]
    before: int = 0
    """Tokens of the talk so far, as the player itself counted them."""

    async def say(self, player: Player, text: str, note: str = "") -> Heard:
        if note:
            self.parts.append(Part("user", f"{note}\n\n"))
        self.parts.append(Part("user", text))
        heard = await player.ask(self.prompt(), REPLY_TOKENS)
        self.parts.append(Part("assistant", heard.text))
        await player.prepare(self.prompt())
        await player.rest()
        return heard

    def prompt(self) -> Prompt:
        return Prompt(self.key, tuple(self.parts), person=self.key)


async def play(players: Sequence[Player], runs: int) -> Measured:
    measured = Measured()
    tables = {player.name: _talks() for player in players}
    for player in players:
        if player.name != SLOW:
            lengths = [await _begin(player, talk) for talk in tables[player.name]]
            measured.remarks.append(
                f"{player.name}: {PEOPLE} histories of {min(lengths)} to {max(lengths)} tokens"
            )
    for run in range(runs):
        for player in players:
            if player.name != SLOW or run < SLOW_RUNS:
                await _round(player, tables[player.name], run, measured)
    for player in players:
        name = player.name
        counted = mean(measured.series[f"return.computed.{name}"])
        firsts = median(measured.series[f"return.ttft_s.{name}"])
        measured.remarks.append(f"{name}: {firsts * 1000:.0f} ms, {counted:.1f} tokens computed")
    return measured


def _talks() -> list[Talk]:
    card = talks.card("Wren", random.Random(0), CARD_TOKENS)
    return [
        Talk(
            f"person {number}",
            [
                card,
                talks.head(f"person {number}"),
                *talks.history(random.Random(number), HISTORY_TOKENS - CARD_TOKENS),
            ],
        )
        for number in range(PEOPLE)
    ]


async def _begin(player: Player, talk: Talk) -> int:
    """Everybody has talked with this player before."""
    heard = await talk.say(player, "Good evening. What a day it was.")
    talk.before = heard.prompt_tokens + heard.reply_tokens
    return heard.prompt_tokens


async def _round(player: Player, table: Sequence[Talk], run: int, measured: Measured) -> None:
    chance = random.Random(run)
    order = chance.sample(table, len(table))
    if player.name == SLOW:
        order = order[:SLOW_TURNS]
    firsts, computed, grown = [], [], []
    for talk in order:
        note = f"[{talks.words(chance, NOTE_TOKENS)}]" if chance.random() < NOTE_EVERY else ""
        heard = await talk.say(player, talks.words(chance, chance.choice(MESSAGE_TOKENS)), note)
        firsts.append(heard.first_s)
        computed.append(heard.computed_tokens)
        # By this much the prompt has grown: the message, its note, and the template around them.
        grown.append(heard.prompt_tokens - talk.before)
        talk.before = heard.prompt_tokens + heard.reply_tokens
    measured.add(f"return.ttft_s.{player.name}", median(firsts))
    measured.add(f"return.computed.{player.name}", mean(computed))
    if player.name != SLOW:
        measured.add(f"return.computed_share.{player.name}", sum(computed) / sum(grown))
