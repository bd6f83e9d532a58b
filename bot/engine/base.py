"""The engine's protocol: what the rest of the bot knows of a language model.

A prompt is made of parts. The chat template's own pieces, which the engine puts between parts,
are the only text that may become control tokens; a part's text stays text, whatever it spells.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.events import Sampling

Speaker = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Part:
    """Parts of one speaker that follow each other become one message of the template."""

    speaker: Speaker
    text: str
    shared: bool = False
    """True of a persona's card only: it may be computed once for everybody."""


@dataclass(frozen=True, slots=True)
class Prompt:
    key: str
    """Whose state this is: prompts of one key share their longest common beginning."""
    parts: tuple[Part, ...]
    adapter: str | None = None


class EngineError(Exception):
    """The engine could not answer. Its text is for operators and holds no words of people."""


class PromptTooLong(EngineError):
    """The prompt and the reply's room do not fit into the context together."""

    def __init__(self, tokens: int, room: int) -> None:
        super().__init__(f"a prompt of {tokens} tokens does not fit into {room}")
        self.tokens = tokens
        self.room = room


class Engine(Protocol):
    """One language model. Every method may raise EngineError."""

    @property
    def context_tokens(self) -> int:
        """How many tokens one conversation may hold, reply included."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def generate(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[str, None]:
        """The reply in pieces. Closing the generator stops the model within one token.

        The pieces joined are the reply, unstripped. When they come back unchanged as an
        assistant part of the next prompt of the same key, their own token ids are used again.
        """

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        """The probability of each choice as the next word, scaled to a sum of one."""

    async def warm(self, prompt: Prompt) -> None:
        """Compute the prompt when nobody waits."""

    async def forget(self, key: str) -> None:
        """Drop everything held under this key."""

    async def count_tokens(self, text: str) -> int: ...
