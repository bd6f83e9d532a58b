"""What a load knows of whoever plays it: an engine to be asked, whatever it is behind that."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Protocol

from bot.engine.base import Part, Prompt

FLOWING = 4


class BenchError(Exception):
    """The bench cannot measure what it is to measure; says what is missing and the mend."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, and what the player says that it has cost."""

    text: str
    first_s: float
    """From asking to the first piece of text."""
    prompt_tokens: int
    computed_tokens: int
    """Of the prompt, while the person waited."""
    reply_tokens: int
    reused_tokens: int = 0
    """Of the prompt: what stood ready, wherever it came from."""


class Arrivals:
    """When the pieces of an answer came; it can be looked at while they come."""

    def __init__(self) -> None:
        self.asked_at = perf_counter()
        self.at: list[float] = []
        self._flowing = asyncio.Event()

    def begin(self) -> None:
        """Everything that can be made ready is; now it is asked."""
        self.asked_at = perf_counter()

    def hear(self) -> None:
        self.at.append(perf_counter())
        if len(self.at) == FLOWING:
            self._flowing.set()

    async def flowing(self) -> None:
        """Its first pieces have come: it is a stream in full run."""
        await self._flowing.wait()

    @property
    def first_s(self) -> float:
        # An answer without a word has its first token when it ends.
        return (self.at[0] if self.at else perf_counter()) - self.asked_at

    def longest_pause(self, begin: float, end: float) -> float:
        """The longest time between two pieces, of what lies between `begin` and `end`."""
        moments = [begin, *(moment for moment in self.at if begin < moment < end), end]
        return max(late - early for early, late in pairwise(moments))


class Player(Protocol):
    """Numbers in a `Heard` belong to its request only while no other one ends beside it."""

    @property
    def name(self) -> str:
        """Its part in the names of series: `ours`, `llama_server_best`."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def ask(self, prompt: Prompt, tokens: int, arrivals: Arrivals | None = None) -> Heard: ...

    async def prepare(self, prompt: Prompt) -> None:
        """This much is known of the next prompt. Peers have no use for that."""

    async def rest(self) -> None:
        """Returns when nothing is left to compute: a person reads, or thinks."""


class CountingPlayer(Player, Protocol):
    async def count(self, text: str) -> int:
        """How many tokens this text has for its model."""


@dataclass(slots=True)
class Measured:
    """What a load finds, run by run, and remarks for the reader."""

    series: dict[str, list[float]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, name: str, value: float) -> None:
        self.series.setdefault(name, []).append(value)


def messages(parts: Sequence[Part]) -> list[dict[str, str]]:
    """Parts as the messages of a chat call: parts of one speaker in a row share one."""
    told: list[dict[str, str]] = []
    for part in parts:
        if told and told[-1]["role"] == part.speaker:
            told[-1]["content"] += part.text
        else:
            told.append({"role": part.speaker, "content": part.text})
    return told
