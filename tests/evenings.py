"""The same evening on several platforms: what people write, a side for each platform, and what came of
it in words that know no platform.

A side writes a line and shows what the bot has said so far. Whoever compares waits for what is
expected, so nothing has to be known of when a platform rests.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId, Role
from bot.operate.metrics import Metrics
from bot.platforms.console import Console
from bot.platforms.matrix.sentences import SIGNS
from bot.platforms.signs import NUMBERS
from bot.store.house import House
from bot.store.keys import make_master_key
from tests.conftest import HABITS, Parlour, read_personas
from tests.fakes import Clock, in_shared_room
from tests.talk import parse

PERSON = (
    *("hello", "next", "next", "yes", "memory", "done"),
    "How is the sea?",
    *("{p}again", "{p}back", "{p}forward", "{p}continue"),
    *("And the harbour?", "{p}reword The tide goes out.", "{p}undo", "{p}who"),
    *("{p}limits hard storms", "Is there a storm?", "{p}limits"),
    *("{p}branches", "{p}branch 2", "{p}branches 1", "{p}branches 9", "{p}branches forget 1"),
    *("{p}nonsense", "{p}about", "{p}memory", "{p}memory keep 30", "{p}privacy", "{p}where"),
    *("{p}story", "{p}story edit We met at the harbour.", "{p}story show", "{p}story forget"),
    *("{p}help", "{p}help limits"),
    *("{p}personas", "{p}remind", "{p}mute", "{p}quiet", "{p}language"),
    *("{p}timezone Europe/Berlin", "{p}persona Nobody", "{p}persona Wren"),
    *("{p}checkin", "{p}break", "{p}safeword", "{p}general", "{p}romance", "{p}sponsor"),
    *("{p}pause", "{p}resume", "{p}stop", "{p}agian"),
    *("red", "Good evening again", "{p}new", "And the lamp?"),
    *(
        "{p}memory add I drink tea at 555-123-4567.",
        "{p}memory edit 1 I drink tea.",
        "{p}memory pin 1",
    ),
    *("{p}memory search the windmill", "{p}remember", "{p}share 1 with Tock", "{p}memory"),
    *("{p}memory unpin 1", "{p}memory page 2", "{p}memory forget windmill", "{p}memory forget 1"),
    *("{p}incognito on", "And the fog?", "{p}incognito off"),
    *("I have to go now, goodbye", "{p}attest zoe as agreed", "{p}erase", "{p}erase confirm"),
    "hello",
)
"""A person's evening in a direct room, from the door until they are gone again."""

MODERATOR = (
    "{p}status",
    *("{p}ceiling general", "{p}age entry moderator"),
    *("{p}attest {zoe} met in person", "{p}attest {zoe} born 1 May 1990"),
    *("{p}revoke {zoe} a mistake", "{p}revoke {zoe} a mistake", "{p}unlock {zoe} a mistake"),
    *("{p}ceiling", "{p}age entry nonsense", "{p}ceiling romance", "{p}status"),
)
"""A moderator's evening in their community."""

Said = tuple[bool, str]
"""Whether the persona says it, and what."""
T = Callable[[], bool]

_OFFERED = re.compile(r"\n\s*`[/!·][^`\n]*`(?:\s+`[/!·][^`\n]*`)*\s*$")
"""What can be done about it, where there are no buttons for that."""
_NUMBERED = re.compile(rf"\n\n(?:(?:{'|'.join(NUMBERS)}) \S+\s*)+$")


def tides() -> ScriptedEngine:
    """The first tide, the second tide, …"""
    told: list[Prompt] = []

    def next_tide(prompt: Prompt) -> str:
        told.append(prompt)
        return f"This is tide {len(told)}."

    return ScriptedEngine(next_tide)


class Side(Protocol):
    prefix: str
    house: House
    person: PersonId
    """Who has the evening."""
    community: CommunityId
    names: Mapping[str, str]
    """Of this platform, and what they are called in a transcript."""

    async def write(self, text: str) -> None: ...

    def said(self) -> list[Said]:
        """All that the bot has said there by now, as it stands."""

    async def until(self, done: T) -> None:
        """Raises where that does not come about in time."""


def plain(said: list[Said], side: Side) -> list[Said]:
    """Without what is the platform's own: its names and signs, and where a page ends."""
    words = [(voice, _plain(text, side)) for voice, text in said]
    hint = _plain(SIGNS.format(prefix="!"), side)
    by_voice = groupby((one for one in words if one[1] != hint), key=itemgetter(0))
    return [
        (voice, " ".join(" ".join(text for _, text in those).split())) for voice, those in by_voice
    ]


def _plain(text: str, side: Side) -> str:
    text = _OFFERED.sub("", _NUMBERED.sub("", text))
    for own, called in side.names.items():
        text = text.replace(own, called)
    text = text.replace(f"the {side.prefix} in front", "the · in front")
    # A sign before a word that is a command's, as in `/help`.
    return re.sub(r"(?<![\w/<:])[/!](?=[a-z]{2})", "·", text)


def written(line: str, side: Side) -> str:
    return line.replace("{p}", side.prefix).replace("{zoe}", zoe(side))


def zoe(side: Side) -> str:
    """Somebody of this platform who is not there."""
    return next(own for own, called in side.names.items() if called == "ZOE")


async def transcript(lines: tuple[str, ...], side: Side, as_on: list[list[Said]]) -> list[Any]:
    """What the bot said to each line; `as_on` is how long to wait for it."""
    told: list[list[Said]] = []
    before = len(side.said())
    for line, expected in zip(lines, as_on, strict=True):
        await side.write(written(line, side))

        def is_there(expected: list[Said] = expected, before: int = before) -> bool:
            return plain(side.said()[before:], side) == expected

        try:
            await side.until(is_there)
        except (AssertionError, TimeoutError):
            told.append(plain(side.said()[before:], side))
            break
        told.append(expected)
        before = len(side.said())
    return told


async def turns(side: Side) -> list[Any]:
    """What is kept of the talk, without numbers and times."""
    async with side.house.vault(side.person) as vault:
        if vault is None:
            return []
        kept: Any = (await vault.export())["turns"]
        return [(one["side"], [each["text"] for each in one["revisions"]]) for one in kept]


async def decided(side: Side) -> list[Any]:
    """What a moderator's evening has left behind."""
    whose = PersonId(zoe(side))
    records = [(one.level, one.method) for one in await side.house.age_records(whose)]
    notes = [(one.level, one.reason) for one in await side.house.attestations(whose)]
    community = await side.house.communities.of(side.community)
    return [records, notes, community.ceiling, community.least_age_level]


# --- On paper and at a terminal ---------------------------------------------------------------


class OnPaper:
    """It knows when it rests, so it is what the others are waited for by."""

    prefix = "/"

    def __init__(self, parlour: Parlour, role: Role) -> None:
        self.house = parlour.house
        self._paper = parlour.paper
        self._role = role
        self._who = "ben" if role is Role.MODERATOR else "ada"
        self.person = PersonId(f"paper:{self._who}")
        self.community = parlour.paper.tea
        self._paper.called[self.community] = "Harbour"
        self.names: Mapping[str, str] = {"Ada": "ADA", "Ben": "BEN", "paper:zoe": "ZOE"}

    async def write(self, text: str) -> None:
        message = self._paper.message(text, self._who, self._role)
        if self._role is Role.MODERATOR:
            message = in_shared_room(message)
        self._paper.tell(message)
        await self._paper.rest(message.room.id)

    def said(self) -> list[Said]:
        return [(one.voice == "persona", one.text) for one in self._paper.shown]

    async def until(self, done: T) -> None:
        assert done()


async def expected(lines: tuple[str, ...], side: OnPaper) -> list[list[Said]]:
    told = []
    for line in lines:
        before = len(side.said())
        await side.write(written(line, side))
        told.append(plain(side.said()[before:], side))
    return told


class AtTerminal:
    """Behind a pipe, as a script has it."""

    prefix = "/"

    def __init__(self, house: House, clock: Clock, feed: int, read: int, who: str) -> None:
        self.house = house
        self.clock = clock
        self._feed = feed
        self._read = read
        self.person = PersonId(f"console:{who}")
        self.community = CommunityId("console:Harbour")
        self.names: Mapping[str, str] = {"Ada": "ADA", "Ben": "BEN", "console:zoe": "ZOE"}
        self._printed = b""
        self._changed = asyncio.Event()
        asyncio.get_running_loop().add_reader(read, self._take)

    async def write(self, text: str) -> None:
        os.write(self._feed, text.encode() + b"\n")

    def said(self) -> list[Said]:
        whole = self._printed[: self._printed.rfind(b"\n") + 1].decode()
        return [(one.speaker != "*", one.text) for one in parse(whole)]

    async def until(self, done: T) -> None:
        async with asyncio.timeout(30):
            while not done():
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._read)
        os.close(self._feed)
        os.close(self._read)

    def _take(self) -> None:
        self._printed += os.read(self._read, 1 << 16)
        self._changed.set()


S = TypeVar("S", bound=AtTerminal)


@asynccontextmanager
async def at_terminal(folder: Path, role: Role) -> AsyncIterator[AtTerminal]:
    who = "Ben" if role is Role.MODERATOR else "Ada"
    async with at_terminals(folder, {who: role}, AtTerminal) as sides:
        yield sides[who]


@asynccontextmanager
async def at_terminals(
    folder: Path, people: Mapping[str, Role], sit: type[S]
) -> AsyncIterator[dict[str, S]]:
    """One for each of them, with one bot behind them all. It ends also where a test fails."""
    clock = Clock()
    key = make_master_key(folder.parent / f"{folder.name}.key")
    house = await House.open(folder, key, open_vaults=8, idle_s=300.0, clock=clock)
    engine = tides()
    conversation = Conversation(
        house=house,
        engine=engine,
        personas=read_personas(),
        habits=HABITS,
        metrics=Metrics(),
        clock=clock,
    )
    dispatch = Dispatch(conversation, waiting=8, rooms=8, stop_s=5.0)
    consoles, sides = [], {}
    async with AsyncExitStack() as files:
        files.push_async_callback(house.close)
        for who, role in people.items():
            heard, feed = os.pipe()
            read, printed = os.pipe()
            console = Console(
                person=who,
                community="Harbour",
                role=role,
                page_chars=4000,
                stdin=files.enter_context(os.fdopen(heard, "rb", 0)),  # type: ignore[arg-type] # only its descriptor is used
                stdout=files.enter_context(os.fdopen(printed, "wb", 0)),  # type: ignore[arg-type] # only its descriptor is used
                clock=clock,
            )
            sides[who] = sit(house, clock, feed, read, who)
            consoles.append(console)
        await engine.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(dispatch.run(consoles))
            try:
                yield sides
            finally:
                for side in sides.values():
                    side.close()
