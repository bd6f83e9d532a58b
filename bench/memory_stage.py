"""The bot as the long walk through memory has it: on two platforms, with a scripted model that tells
stories, finds facts and knows what is alike, with a guard, and without encryption, so that a search of
its files means something.

It knows what a canary looks like, and not whose it is.
"""

import json
import logging
import re
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlcipher3

from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import Rating
from bot.extracting import FactFinding
from bot.guarding import Guard
from bot.memory.extraction import TOLD
from bot.memory.meaning import Meaning
from bot.personas import load_personas
from bot.retention import Retention
from bot.story import StoryTelling
from tests.conftest import HABITS, Parlour, running
from tests.conftest import PERSONAS as PERSONA_FILES
from tests.fakes import Clock, PaperPlatform
from tests.test_guard import PaperGuard

CANARY = re.compile(r"quokka[a-j]{6}x", re.IGNORECASE)
WRITTEN = re.compile(rb"[Qq]uokka[a-j]{6}x")
MEANT = re.compile(rb"(?:[A-JKOQUX]7){13}")
"""As it stands in a vector, and nowhere else: each letter is the lower byte of a number."""
RATINGS = {"wren": Rating.MATURE, "tock": Rating.ROMANCE}
PERSONAS = tuple(RATINGS)
CONTEXT = 1400
"""Tokens: windows are trimmed every dozen messages, and stories told."""
_ALIKE = (
    ("sister", "related"),
    ("live", "rooms"),
    ("promise", "word"),
    ("dog", "animal"),
    ("tea", "drink"),
    ("lamplighter", "tale"),
)
_FOUND = (
    (re.compile(r"I live in (\w+)"), "home"),
    (re.compile(r"I work as an? (\w+)"), "job"),
    (re.compile(r"My \w+ is called (\w+)"), "pet"),
    (re.compile(r"Lately I have taken up (\w+)"), "hobby"),
)
_LONGEST_TOLD = 450


@dataclass(slots=True)
class Stage:
    parlour: Parlour
    platforms: dict[str, PaperPlatform]
    retention: Retention

    async def tick(self) -> None:
        """What the bot does by itself, when time has passed."""
        await self.retention.tick()
        await self.parlour.conversation.jobs.tick()


@asynccontextmanager
async def on_stage(folder: Path, clock: Clock) -> AsyncIterator[Stage]:
    every = load_personas(PERSONA_FILES)
    personas = {id_: replace(every[id_], rating=rating) for id_, rating in RATINGS.items()}
    engine = Speaking()
    paper, other = PaperPlatform("discord"), PaperPlatform("matrix")
    guard = Guard(judge := PaperGuard(), "llama-guard-3")
    await guard.test()
    judge.says = lambda _: False
    open_ = partial(running, folder, engine, paper=paper, beside=[other], clock=clock, guard=guard)
    kinds = (StoryTelling(personas, CONTEXT), FactFinding())
    habits, meaning = replace(HABITS, allows_mature=True), Meaning(engine, "walked.gguf")
    async with open_(habits=habits, personas=personas, kinds=kinds, meaning=meaning) as parlour:
        forget = parlour.conversation.forget_computed
        retention = Retention(parlour.house, keep_days=0, forget=forget, clock=clock)
        yield Stage(parlour, {paper.name: paper, other.name: other}, retention)


# --- The model ----------------------------------------------------------------------------------


class Speaking(ScriptedEngine):
    """In a vector the canary of its text stands letter by letter, so that a search finds it."""

    def __init__(self) -> None:
        super().__init__(script, context_tokens=CONTEXT)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        return tuple(_vector(text) for text in texts)


def script(prompt: Prompt) -> str:
    if not prompt.background:
        return "I see. Tell me more of it."
    if prompt.parts[0].text == TOLD:
        return _facts(prompt.parts[-1].text)
    return _summary(prompt.parts[-1].text)


def _facts(lines: str) -> str:
    found = []
    for line in lines.splitlines():
        number, _, said = line.partition(": ")
        for pattern, slot in _FOUND:
            if match := pattern.search(said):
                told = {"slot": slot, "quote": match[0], "value": match[1]}
                found.append({"source": int(number), **told})
    return json.dumps(found[:4])


def _summary(lines: str) -> str:
    """Some of what was said, word by word."""
    told = ""
    for said in dict.fromkeys(line.split(": ", 1)[-1] for line in lines.splitlines()):
        if CANARY.search(said) and len(told) + len(said) < min(_LONGEST_TOLD, len(lines) // 2):
            told = f"{told} {said}".strip()
    return told


def _vector(text: str) -> tuple[float, ...]:
    """Kept in 16 bits a number, of which the upper byte is a 7 where the lower one is a letter."""
    canary = CANARY.search(text)
    letters = (canary[0] if canary else "").upper()
    spelled = [struct.unpack("<e", f"{sign}7".encode())[0] for sign in letters]
    alike = [float(any(word in text for word in words)) for words in _ALIKE for _ in range(8)]
    return (1.0, *spelled, *[0.0] * (13 - len(spelled)), *alike)


def make_canary(number: int) -> str:
    """In letters, since a summary is to tell no number that was not said."""
    return f"Quokka{''.join('abcdefghij'[int(digit)] for digit in f'{number:06}')}x"


def canaries(text: str) -> set[str]:
    return {one.lower() for one in CANARY.findall(text)}


# --- What could hold words ------------------------------------------------------------------------


class Logged(logging.Handler):
    """Looks at every record of every logger, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.has_seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.has_seen = self.has_seen or bool(CANARY.search(self.format(record)))

    @contextmanager
    def listening(self) -> Iterator[None]:
        root = logging.getLogger()
        before = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.setLevel(before)
            root.removeHandler(self)


class _Plain(sqlcipher3.Connection):  # type: ignore[misc]  # the library has no types
    """A connection that leaves its file as everybody can read it."""

    def execute(self, sql: str, *given: Any) -> Any:
        if sql.startswith("PRAGMA key"):
            return super().execute("SELECT 1")
        if sql.startswith("ATTACH DATABASE ? AS other KEY"):
            return super().execute("ATTACH DATABASE ? AS other", given[0][:1])
        return super().execute(sql, *given)


@contextmanager
def without_encryption() -> Iterator[None]:
    """The library's own door, and nothing of ours, is another."""
    connect = sqlcipher3.connect

    def plainly(file: str, **given: Any) -> Any:
        return connect(file, factory=_Plain, **given)

    with patch.object(sqlcipher3, "connect", plainly):
        yield
