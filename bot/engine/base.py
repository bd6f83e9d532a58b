"""The engine's protocol: what the rest of the bot knows of a language model.

A prompt is made of parts. The chat template's own pieces, which the engine puts between parts,
are the only text that may become control tokens; a part's text stays text, whatever it spells.
"""

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

Speaker = Literal["system", "user", "assistant", "template"]
"""`template` is the caller's own template, for models that nobody talks with: a prompt with such a
part is written as it stands, without the template of the model's file. These parts may become
control tokens; the others stay text.
"""


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
    person: str = ""
    """For whom it is: turns are taken by person. Without one, the key stands for them."""
    background: bool = False
    """Nobody waits for it: it yields to everybody who does."""
    community: str = ""
    """Whose guest they are with it: what a full machine computes is shared out by communities.
    Without one they are one group."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How words are drawn. Every default but the first five is "off" or "no bound"."""

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    repeat_last_n: int = 64
    """How many tokens the three penalties look back upon; 0: none."""
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    dry_multiplier: float = 0.0
    """DRY: how hard the repetition of whole phrases is held back; 0 is off."""
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    xtc_probability: float = 0.0
    """XTC: how often the likeliest words are passed over for a less likely one; 0 is off."""
    xtc_threshold: float = 0.1
    logit_bias: tuple[tuple[str, float], ...] = ()
    """Words that are made likelier (above 0) or rarer (below)."""
    max_tokens: int = 256
    seed: int | None = None
    stop: tuple[str, ...] = ()
    grammar: str = ""
    """GBNF: the reply can be nothing else."""
    schema: str = ""
    """JSON schema as text: the reply is JSON that fits it. Not together with a grammar."""


def is_raw(parts: Iterable[Part]) -> bool:
    """Whether these parts bring their own template."""
    return any(part.speaker == "template" for part in parts)


Wrote = Callable[[int], None]
"""Is told how many tokens the model has written, by an engine that counts them: when the reply
ends, and where it was stopped shortly after."""


def nobody_counts(_tokens: int) -> None:
    """For who does not ask what a reply has taken."""


class EngineError(Exception):
    """The engine could not answer. Its text is for operators and holds no words of people."""


class PromptTooLong(EngineError):
    """The prompt and the reply's room do not fit into the context together."""

    def __init__(self, tokens: int, room: int) -> None:
        super().__init__(f"a prompt of {tokens} tokens does not fit into {room}")
        self.tokens = tokens
        self.room = room


class AdapterUnusable(EngineError):
    """An adapter is missing or does not fit the model: the persona that names it cannot be played."""

    def __init__(self, adapter: str, why: str) -> None:
        super().__init__(why)
        self.adapter = adapter


def refuse_no_reply(sampling: Sampling) -> None:
    """What no engine can do, whatever its model."""
    if sampling.max_tokens < 1 or not sampling.repeat_penalty > 0:
        raise EngineError("max_tokens must be at least 1 and repeat_penalty above 0")


class Engine(Protocol):
    """One language model. Every method may raise EngineError."""

    @property
    def context_tokens(self) -> int:
        """How many tokens one conversation may hold, reply included."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def generate(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        """The reply in pieces. Closing the generator stops the model within one token.

        The pieces joined are the reply, unstripped. When they come back unchanged as an
        assistant part of the next prompt of the same key, their own token ids are used again.
        """

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        """The probability of each choice as the next word, scaled to a sum of one.

        The guard model judges where there is one; where not, a judgement under the key of a talk
        costs that talk what was computed of it.
        """

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        """A vector of length one for each text; EngineError where no model is there for it."""

    async def warm(self, prompt: Prompt) -> None:
        """Asks for everything to be computed that is known of the person's next prompt.

        It returns at once; the work is done when nobody waits. The prompt holds the talk so far,
        and the person's next words are to follow it. A prompt of shared parts alone is a card,
        which is computed for everybody.
        """

    async def forget(self, key: str) -> None:
        """Drop everything held under this key."""

    async def place(self, key: str) -> int:
        """How many people's turns come before this key's; 0 once it is being answered."""

    async def count_tokens(self, text: str) -> int: ...
