"""long talk: one person, 300 turns; the window is trimmed in between by the product's own rule.

Only tokens count: those computed while the person waits, turn by turn. What is computed after a
reply, when nobody waits, is told beside them.
"""

import random
from dataclasses import dataclass, field
from statistics import mean

from bench.contest import talks
from bench.contest.figures import percentile
from bench.contest.ours import Ours
from bench.contest.players import Measured
from bot.engine.base import Prompt
from bot.events import PersonId, TurnId
from bot.memory.window import TRIM_ABOVE, TRIM_TO, first_turn_kept
from bot.prompt import card_alone, compose, write_head
from bot.store.rows import Side, State, Turn

SLOTS = 4
CONTEXT = 4096
CARD_TOKENS = 400
# What conversation.py leaves for the reply.
REPLY_ROOM = 256
PERSON_TOKENS = (20, 60)
REPLY_TOKENS = (40, 120)
NOTE_TOKENS = (20, 100)
NOTE_EVERY = 0.3


@dataclass(slots=True)
class _Window:
    """The talk as conversation.py holds it: turns, and how many tokens each takes."""

    card: str
    head: str
    turns: list[Turn] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    number: int = 0
    trims: int = 0

    def add(self, side: Side, text: str, note: str, tokens: int) -> None:
        self.number += 1
        self.turns.append(Turn(TurnId(self.number), side, State.DONE, text, note))
        self.counts.append(tokens)

    def trim(self, fixed_tokens: int) -> None:
        room = CONTEXT - REPLY_ROOM
        if fixed_tokens + sum(self.counts) <= room * TRIM_ABOVE:
            return
        first = first_turn_kept(self.turns, self.counts, int(room * TRIM_TO) - fixed_tokens)
        if first is not None:
            gone = next(at for at, turn in enumerate(self.turns) if turn.id == first)
            del self.turns[:gone], self.counts[:gone]
            self.trims += 1

    def prompt(self) -> Prompt:
        return compose(
            person=PersonId("one"), card=self.card, head=self.head, turns=self.turns, adapter=None
        )


async def play(player: Ours, turns: int) -> Measured:
    chance = random.Random(7)
    head = write_head(person_name="Ada", greeting="Come in, the kettle is on.")
    window = _Window(talks.card("Wren", chance, CARD_TOKENS).text, head)
    # As the bot does at its start, before anybody comes.
    await player.prepare(card_alone(window.card, adapter=None))
    await player.rest()
    fixed_tokens = await player.count(f"{window.card}\n\n{head}")
    before = player.warmed_tokens
    computed, sizes = [], []
    for _ in range(turns):
        note = f"[{talks.words(chance, _pick(chance, NOTE_TOKENS))}]"
        note = note if chance.random() < NOTE_EVERY else ""
        text = f"{talks.words(chance, _pick(chance, PERSON_TOKENS))} What then?"
        window.add(Side.PERSON, text, note, await player.count(f"{note}\n\n{text}"))
        heard = await player.ask(window.prompt(), _pick(chance, REPLY_TOKENS))
        computed.append(heard.computed_tokens)
        sizes.append(heard.prompt_tokens)
        window.add(Side.PERSONA, heard.text, "", await player.count(heard.text))
        window.trim(fixed_tokens)
        # As the bot does after a reply; then the person reads it.
        await player.prepare(window.prompt())
        await player.rest()
    warmed = player.warmed_tokens - before
    return Measured(
        {"long_talk.mean.ours": [mean(computed)], "long_talk.p95.ours": [percentile(computed, 95)]},
        [
            f"{turns} turns, {window.trims} trims, prompts of up to {max(sizes)} tokens",
            f"while the person waits: {mean(computed):.1f} tokens a turn, at most {max(computed)}",
            f"when nobody waits: {warmed / turns:.1f} tokens a turn",
        ],
    )


def _pick(chance: random.Random, bounds: tuple[int, int]) -> int:
    return chance.randint(*bounds)
