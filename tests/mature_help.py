"""Everything that MATURE needs, in place, so that a test can take one of it away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.engine.scripted import ScriptedEngine
from bot.events import AgeSeen, AgeSign, Rating, Role, RoomId
from bot.guarding import Guard
from bot.scene import Habits
from tests.conftest import HABITS, Parlour, read_personas, running
from tests.fakes import PaperPlatform, noticed
from tests.test_guard import PaperGuard

ALLOWS = replace(HABITS, allows_mature=True)
PROBE = "let us write a sex scene between two adults"
"""Asked of the engine where MATURE is open, and refused below."""


@dataclass
class Grown:
    """A bot in which everything that MATURE needs can be had."""

    parlour: Parlour
    judge: PaperGuard
    hold: asyncio.Event
    """Cleared: what is being written waits after its first word."""
    held: asyncio.Event
    """Set once it does."""

    @property
    def paper(self) -> PaperPlatform:
        return self.parlour.paper

    async def say(self, text: str, person: str = "ada", role: Role = Role.MEMBER) -> str:
        return noticed(await self.paper.say(text, person, role))

    async def command_of_adults(self, text: str, person: str = "ada") -> str:
        """As a platform brings it that gives this command to adults only."""
        before = len(self.paper.shown)
        message = replace(self.paper.message(text, person), sign=AgeSign.NSFW)
        self.paper.tell(message)
        await self.paper.rest(message.room.id)
        return noticed(self.paper.shown[before:])

    async def moderate(self, text: str) -> str:
        return await self.say(text, "mo", Role.MODERATOR)

    async def sees(self, sign: AgeSign, *, is_held: bool) -> None:
        """The platform tells of a sign; what follows is carried out when this returns."""
        about = self.paper.message("")
        await self.parlour.conversation.take_sign(
            AgeSeen(about.room, about.author, sign, is_held=is_held)
        )

    async def open(self) -> None:
        await self.parlour.let_in()
        await self.moderate("/ceiling mature")
        await self.command_of_adults("/mature")

    async def is_open(self) -> bool:
        asked = len(self.parlour.scripted.prompts)
        await self.paper.say(PROBE)
        return len(self.parlour.scripted.prompts) > asked

    async def ask_and_hold(self, text: str) -> RoomId:
        """The reply to it has begun, and waits with its next words."""
        self.hold.clear()
        self.held.clear()
        room = self.paper.write(text).room.id
        async with asyncio.timeout(60):
            await self.held.wait()
        return room

    def write_elsewhere(self, text: str) -> RoomId:
        """The same person, in another direct room of theirs."""
        message = self.paper.message(text)
        room = replace(message.room, id=RoomId("elsewhere"))
        self.paper.tell(replace(message, room=room))
        return room.id


@asynccontextmanager
async def grown(
    folder: Path, *, platform: str = "discord", habits: Habits = ALLOWS, has_guard: bool = True
) -> AsyncIterator[Grown]:
    judge, hold, held = PaperGuard(), asyncio.Event(), asyncio.Event()
    hold.set()
    guard = Guard(judge, "llama-guard-3") if has_guard else Guard()
    await guard.test()
    judge.says = lambda _: False

    async def wait(piece: int) -> None:
        if piece > 0:
            held.set()
            await hold.wait()

    def write(_: object) -> str:
        return "The lamp is lit. " * 8

    personas = {
        id_: replace(persona, rating=Rating.MATURE) if id_ == "wren" else persona
        for id_, persona in read_personas().items()
    }
    async with running(
        folder,
        ScriptedEngine(write, before_piece=wait),
        paper=PaperPlatform(platform),
        guard=guard,
        habits=habits,
        personas=personas,
    ) as parlour:
        try:
            yield Grown(parlour, judge, hold, held)
        finally:
            hold.set()
