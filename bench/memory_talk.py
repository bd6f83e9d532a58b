"""300 turns with memory on: how many tokens are computed for a prompt while the person waits, and how
many when nobody does. Tokens only, no times: the demo model's own tokenizer and template, the bot's
own path from the message to the prompt, and an engine that computes nothing and knows what one would
have to.
"""

import random
import re
import tempfile
from collections.abc import AsyncGenerator
from datetime import date
from itertools import takewhile
from pathlib import Path
from statistics import mean

from bench.contest import talks
from bench.contest.figures import percentile
from bot.engine.base import EngineError, Part, Prompt, PromptTooLong, Sampling, Wrote, nobody_counts
from bot.engine.template import ChatTemplate
from bot.engine.worker.llama import Model
from bot.engine.worker.tokens import PromptTokens, Replies, Reply
from bot.jobs import QUIET_S
from bot.operate.models import find_model
from bot.personas import load_personas
from bot.settings import Config
from bot.story import StoryTelling
from tests.conftest import PERSONAS, running

CONTEXT = 4096
# As in the engine's load of this name: what people and personas say in one turn.
PERSON_TOKENS, REPLY_TOKENS = (20, 60), (40, 120)
SENTENCE = re.compile(r"[^.]+\.")


class Account:
    """An engine by what it would compute: of each prompt, what is behind the longest beginning that
    it holds for that key."""

    def __init__(self, chance: random.Random, model: Path) -> None:
        self._chance, self._model = chance, Model(model)
        template = ChatTemplate(
            self._model.chat_template or "",
            bos=self._model.mark("bos"),
            eos=self._model.mark("eos"),
            today=date(2026, 1, 1),
        )
        self._replies = Replies(CONTEXT)
        self._tokens = PromptTokens(self._model, template, self._replies)
        self._held: dict[str, list[int]] = {}
        self.waited: list[int] = []
        self.sizes: list[int] = []
        self.unseen = 0
        """Computed when nobody waited."""
        self.warmed = 0

    @property
    def context_tokens(self) -> int:
        return CONTEXT

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def generate(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        ids, _ = self._tokens.prompt(prompt.key, prompt.parts)
        if len(ids) + sampling.max_tokens > CONTEXT:
            raise PromptTooLong(len(ids), CONTEXT - sampling.max_tokens)
        computed = len(ids) - self._shared(prompt.key, ids)
        if prompt.background:
            self.unseen += computed
            text = " " + summary_of(prompt.parts)
        else:
            self.waited.append(computed)
            self.sizes.append(len(ids))
            text = " " + talks.words(self._chance, self._chance.randint(*REPLY_TOKENS))
        said = self._tokens.plain(text)
        wrote(len(said))
        self._replies.keep(prompt.key, Reply(text, said, [(len(said), len(text))]))
        # The last token is told and not computed.
        self._held[prompt.key] = ids + said[:-1]
        yield text

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        del prompt
        return tuple(1 / len(choices) for _ in choices)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        raise EngineError(f"no embedding model for {len(texts)} texts")

    async def warm(self, prompt: Prompt) -> None:
        ids, _ = self._tokens.opening(prompt.key, prompt.parts)
        self.warmed += len(ids) - self._shared(prompt.key, ids)
        self._held[prompt.key] = ids

    async def forget(self, key: str) -> None:
        self._held.pop(key, None)

    async def place(self, key: str) -> int:
        del key
        return 0

    async def count_tokens(self, text: str) -> int:
        return len(self._tokens.plain(text))

    def _shared(self, key: str, ids: list[int]) -> int:
        return max(
            sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ids, held, strict=False)))
            for held in (self._held.get(key, []), self._held.get("", []))
        )


def summary_of(parts: tuple[Part, ...]) -> str:
    """What a good storyteller would say: sentences of the talk, word by word."""
    told: list[str] = []
    for line in parts[-1].text.splitlines():
        told += SENTENCE.findall(line.partition(": ")[2])[:1]
    return " ".join(dict.fromkeys(sentence.strip() for sentence in told[:40:6]))


async def tokens_of_a_talk(turns: int, *, memory: bool = True) -> dict[str, object]:
    chance = random.Random(7)
    engine = Account(chance, find_model(Config()))
    personas = load_personas(PERSONAS)
    kinds = [StoryTelling(personas, CONTEXT)]
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder, "data"), engine, personas=personas, kinds=kinds) as parlour:
            await parlour.conversation.warm_cards()
            await parlour.let_in()
            if memory:
                await parlour.paper.say("/memory on")
            engine.waited.clear()
            for _ in range(turns):
                text = talks.words(chance, chance.randint(*PERSON_TOKENS))
                await parlour.paper.say(f"{text} What then?")
                parlour.clock.now += QUIET_S + chance.randint(0, 60)
                await parlour.conversation.jobs.tick()
    return {
        "talk.tokens_mean": mean(engine.waited),
        "talk.tokens_p95": percentile([float(one) for one in engine.waited], 95),
        "talk.tokens_most": max(engine.waited),
        "talk.warmed_mean": engine.warmed / turns,
        "talk.work_mean": engine.unseen / turns,
        "talk.longest_prompt": max(engine.sizes),
    }
