"""An engine without a model: it says what a script tells it, word by word.

For `--model scripted`, where platforms, commands and rules are tried without waiting for a
model, and for tests that must force the world. It keeps an account of what was asked of it.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable

from bot.engine.base import EngineError, Prompt, PromptTooLong, Sampling, Wrote, nobody_counts

Script = Callable[[Prompt], str]


def repeat_back(prompt: Prompt) -> str:
    """Enough to see that the message went in and a reply came out."""
    return f"You said: {prompt.parts[-1].text}"


async def _at_once(_count: int) -> None:
    """No pause between pieces."""


class ScriptedEngine:
    def __init__(
        self,
        script: Script = repeat_back,
        *,
        before_piece: Callable[[int], Awaitable[None]] = _at_once,
        context_tokens: int = 4096,
    ) -> None:
        self._script = script
        self._before_piece = before_piece
        self._context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self.warmed: list[Prompt] = []
        self.forgotten: list[str] = []
        self.places: dict[str, int] = {}
        """What a test wants told of who waits before whom."""
        self.pieces_made = 0
        self.held: dict[str, Prompt] = {}
        """By key: what a model would have in its memory."""
        self.deaths = 0

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    def die(self) -> None:
        """Whoever is being answered is told with their next piece; the next request finds it
        alive again, and empty."""
        self.deaths += 1
        self.held.clear()

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def generate(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        deaths = self.deaths
        self.prompts.append(prompt)
        self.held[prompt.key] = prompt
        tokens = sum([await self.count_tokens(part.text) for part in prompt.parts])
        if tokens + sampling.max_tokens > self._context_tokens:
            raise PromptTooLong(tokens, self._context_tokens - sampling.max_tokens)
        pieces, written = _pieces(self._script(prompt)), 0
        try:
            for count, piece in enumerate(pieces[: sampling.max_tokens]):
                await self._before_piece(count)
                if self.deaths > deaths:
                    raise EngineError("the scripted engine died")
                # Also of what was forgotten meanwhile: a model at work has it in its memory.
                self.held[prompt.key] = prompt
                self.pieces_made += 1
                written = count + 1
                yield piece
        finally:
            wrote(written)

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        self.prompts.append(prompt)
        return tuple(1 / len(choices) for _ in choices)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        del texts
        raise EngineError("no embedding model: a script has none")

    async def warm(self, prompt: Prompt) -> None:
        self.warmed.append(prompt)
        self.held[prompt.key] = prompt

    async def forget(self, key: str) -> None:
        self.forgotten.append(key)
        self.held.pop(key, None)

    async def place(self, key: str) -> int:
        return self.places.get(key, 0)

    async def count_tokens(self, text: str) -> int:
        return len(_pieces(text))


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)
