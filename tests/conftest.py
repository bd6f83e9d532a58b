"""The whole bot on paper: real house, real vaults, real policy; a scripted engine."""

import asyncio
import linecache
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from types import FrameType, MappingProxyType

import pytest

from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import Engine
from bot.engine.scripted import ScriptedEngine
from bot.guarding import Guard
from bot.kinds import Kind
from bot.memory.meaning import Meaning
from bot.operate.metrics import Metrics
from bot.personas import Persona, load_personas
from bot.recovery import recover, show_whole
from bot.scene import Habits
from bot.store.house import House
from bot.store.keys import MasterKey, make_master_key, read_master_key
from tests.fakes import Clock, PaperPlatform

PERSONAS = Path(__file__).parent.parent / "personas"
HABITS = Habits(
    default_persona="wren",
    reply_tokens=256,
    region="",
    disclose_every_s=3 * 3600.0,
    utc_offset_s=0.0,
)

_whole_stack = traceback.walk_stack


def nearest_frames(f: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    return islice(_whole_stack(f), 6)


def no_check(filename: str | None = None) -> None:
    """No source file changes while tests run."""


# asyncio's debug mode keeps with each future and each callback the stack that made it: most of that
# is pytest's own, forty frames deep, and reading it took a third of a whole bot's time in tests.
traceback.walk_stack = nearest_frames
linecache.checkcache = no_check


@cache
def read_personas() -> Mapping[str, Persona]:
    """Those that come with Parlour, read once for all tests: it takes as long as a whole talk."""
    return MappingProxyType(load_personas(PERSONAS))


@dataclass
class Parlour:
    """A running bot, and the people's side of its platform."""

    paper: PaperPlatform
    engine: Engine
    house: House
    clock: Clock
    dispatch: Dispatch
    conversation: Conversation

    @property
    def scripted(self) -> ScriptedEngine:
        assert isinstance(self.engine, ScriptedEngine)
        return self.engine

    async def let_in(self, person: str = "ada") -> None:
        for answer in ("hello", "next", "next", "yes", "done"):
            await self.paper.say(answer, person)


def prompted(parlour: Parlour) -> str:
    """All that the engine read with the last message."""
    return "\n".join(part.text for part in parlour.scripted.prompts[-1].parts)


Open = Callable[..., "Awaitable[Parlour]"]


@asynccontextmanager
async def running(
    folder: Path,
    engine: Engine,
    *,
    paper: PaperPlatform | None = None,
    beside: Sequence[PaperPlatform] = (),
    clock: Clock | None = None,
    waiting: int = 8,
    stop_s: float = 5.0,
    guard: Guard | None = None,
    habits: Habits = HABITS,
    personas: Mapping[str, Persona] | None = None,
    language: str = "en",
    kinds: Sequence[Kind] = (),
    meaning: Meaning | None = None,
) -> AsyncIterator[Parlour]:
    """From the start to a clean stop. `beside` are further platforms, for who has several."""
    paper = paper or PaperPlatform()
    platforms = [paper, *beside]
    clock = clock or Clock()
    key_file = folder.parent / f"{folder.name}.key"
    key: MasterKey = read_master_key(key_file) if key_file.exists() else make_master_key(key_file)
    house = await House.open(folder, key, open_vaults=64, idle_s=300.0, clock=clock)
    conversation = Conversation(
        house=house,
        engine=engine,
        personas=personas or read_personas(),
        habits=replace(habits, language=language),
        metrics=Metrics(),
        clock=clock,
        guard=guard,
        kinds=kinds,
        meaning=meaning,
    )
    dispatch = Dispatch(conversation, waiting=waiting, rooms=1000, stop_s=stop_s)
    await engine.start()
    try:
        left_over = await recover(house, platforms, clock())
        async with asyncio.TaskGroup() as group:
            group.create_task(show_whole(house, platforms, clock()))
            group.create_task(dispatch.run(platforms, left_over))
            importing = group.create_task(conversation.importing.run())
            yield Parlour(paper, engine, house, clock, dispatch, conversation)
            importing.cancel()
            for platform in platforms:
                platform.hang_up()
    finally:
        await engine.close()
        await house.close()


@pytest.fixture
async def parlour(tmp_path: Path) -> AsyncIterator[Parlour]:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        yield parlour
