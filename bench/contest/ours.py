"""Our engine as a player, through its protocol, with what the bot does for it after a reply."""

from contextlib import aclosing

from bench.contest.players import Arrivals, Heard
from bot.engine.base import Prompt, Sampling
from bot.engine.embedded import EmbeddedEngine
from bot.engine.setup import Setup
from bot.engine.wire import Tuning


class Ours:
    def __init__(self, setup: Setup, *, name: str = "ours", warms: bool = True) -> None:
        self._name = name
        self._warms = warms
        self._engine = EmbeddedEngine(setup)

    @property
    def name(self) -> str:
        return self._name

    @property
    def tuning(self) -> Tuning:
        """What it has measured to be fastest here, and works with."""
        return self._engine.facts.tuning

    @property
    def warmed_tokens(self) -> int:
        """Computed so far while nobody waited."""
        return self._engine.warmed_tokens

    async def start(self) -> None:
        await self._engine.start()

    async def close(self) -> None:
        await self._engine.close()

    async def ask(self, prompt: Prompt, tokens: int, arrivals: Arrivals | None = None) -> Heard:
        # The likeliest word each time, on every side: all write the same.
        sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=tokens)
        arrivals = arrivals or Arrivals()
        arrivals.begin()
        pieces: list[str] = []
        async with aclosing(self._engine.generate(prompt, sampling)) as stream:
            async for piece in stream:
                arrivals.hear()
                pieces.append(piece)
        work = self._engine.last_work
        assert work is not None
        return Heard(
            text="".join(pieces),
            first_s=arrivals.first_s,
            prompt_tokens=work.prompt_tokens,
            computed_tokens=work.computed_tokens,
            reply_tokens=work.reply_tokens,
            reused_tokens=work.reused_tokens,
        )

    async def prepare(self, prompt: Prompt) -> None:
        """As the bot does after a reply, and when somebody begins to type."""
        if self._warms:
            await self._engine.warm(prompt)

    async def rest(self) -> None:
        await self._engine.rest()

    async def count(self, text: str) -> int:
        return await self._engine.count_tokens(text)
