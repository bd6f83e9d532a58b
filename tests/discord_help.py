"""The whole bot on the loopback Discord: real house, real policy, real discord.py."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.commands.zones import list_zones
from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import Engine
from bot.guarding import Guard
from bot.operate.metrics import Metrics
from bot.operate.offers import offer
from bot.personas import Persona
from bot.platforms.discord import Discord
from bot.platforms.discord.buttons import AT_REST, LABELS
from bot.platforms.discord.joining import Interface
from bot.platforms.discord.opening import open_discord
from bot.platforms.discord.setup import Setup
from bot.recovery import recover, show_whole
from bot.scene import Habits
from bot.speech import Speech
from bot.store.house import House
from bot.store.keys import make_master_key, read_master_key
from tests.conftest import HABITS, read_personas
from tests.discord import DiscordServer, Person
from tests.discord.state import Channel, Guild, Shown
from tests.fakes import Clock

GAP_S = 0.05
"""Between two edits: short, so that tests are."""

PlaceT_contra = TypeVar("PlaceT_contra", contravariant=True)
ShownT_co = TypeVar("ShownT_co", bound="HasParts", covariant=True)

ROW = [str(LABELS[command]) for command in AT_REST]


@dataclass
class Served:
    """A running bot, and the people's side of Discord."""

    server: DiscordServer
    platform: Discord
    engine: Engine
    house: House
    dispatch: Dispatch
    clock: Clock

    async def let_in(self, person: Person) -> None:
        await let_in(self.server, person)

    async def said(self, channel: Channel, count: int) -> list[Shown]:
        return await said(self.server, channel, count)

    async def rests(self, person: Person, count: int) -> list[Shown]:
        return await rests(self.server, person, count)

    async def shows(self, channel: Channel, content: str) -> Shown:
        return await shows(self.server, channel, content)


def home(server: DiscordServer) -> Guild:
    """The community that sponsors: the only one, or one that is made now."""
    return next(iter(server.world.guilds.values()), None) or server.guild("Harbour")


async def let_in(server: DiscordServer, person: Person) -> None:
    """Through the door, until the persona has greeted; as a guest of the community there is."""
    guild = home(server)
    if person.id not in guild.members:
        server.joins(guild, person)
    for answer in ("hello", "next", "next", "yes"):
        before = len(said_in(person.dm, server))
        await person.writes(person.dm, answer)
        await said(server, person.dm, before + 1)
    await person.writes(person.dm, "done")
    await server.until(lambda: [m for m in said_in(person.dm, server) if m.flags & 4], "a greeting")


async def said(server: DiscordServer, channel: Channel, count: int) -> list[Shown]:
    """What the bot has said there, once it is so much."""

    def enough() -> list[Shown] | None:
        found = said_in(channel, server)
        return found if len(found) >= count else None

    there: list[Shown] = await server.until(enough, f"message {count} of the bot")
    return there


async def shows(server: DiscordServer, channel: Channel, content: str) -> Shown:
    """The bot's message that says this, once there is one."""
    there: list[Shown] = await server.until(
        lambda: [m for m in said_in(channel, server) if m.content == content], f"{content!r}"
    )
    return there[0]


class HasParts(Protocol):
    """A message as somebody sees it, whoever plays Discord."""

    @property
    def content(self) -> str: ...

    def parts(self) -> Iterator[dict[str, Any]]: ...


def labels(shown: HasParts) -> list[str]:
    return [part["label"] for part in shown.parts() if part["type"] == 2]


def words_in(shown: HasParts) -> str:
    """Those of its parts, too."""
    texts = [part["content"] for part in shown.parts() if part["type"] == 10]
    return "\n".join([shown.content, *texts])


class Looks(Protocol[PlaceT_contra, ShownT_co]):
    """Somebody, whoever plays Discord."""

    def sees(self, place: PlaceT_contra, /) -> Sequence[ShownT_co]: ...


async def sees(
    peer: "Peer", person: Looks[PlaceT_contra, ShownT_co], place: PlaceT_contra, words: str
) -> ShownT_co:
    """What stands there for this person and says this, the newest of them."""
    found: list[ShownT_co] = await peer.until(
        lambda: [one for one in person.sees(place) if words in words_in(one)], f"{words!r}"
    )
    return found[-1]


async def rests(server: DiscordServer, person: Person, count: int) -> list[Shown]:
    """All that the bot has said to them alone, once the row stands under the last of so many
    messages and under no other."""

    def at_rest() -> list[Shown] | None:
        found = said_in(person.dm, server)
        rows = [one for one in found if labels(one)]
        is_there = len(found) == count and rows == [found[-1]]
        return found if is_there and labels(found[-1]) == ROW else None

    there: list[Shown] = await server.until(at_rest, f"the row under message {count}")
    return there


def said_in(channel: Channel, server: DiscordServer) -> list[Shown]:
    return [m for m in channel.shown if m.author == server.application]


def setup(server: DiscordServer, **others: object) -> Setup:
    return Setup(server.token, gap_s=GAP_S, identify_gap_s=0.0, guild_ready_s=0.01, **others)  # type: ignore[arg-type]  # a test names the fields


class Peer(Protocol):
    """Whoever plays Discord."""

    @property
    def is_connected(self) -> bool: ...

    @property
    def identified(self) -> int:
        """How often a bot has begun a session there."""

    async def until(self, done: Callable[[], Any], what: str) -> Any: ...


@asynccontextmanager
async def serving(
    server: DiscordServer,
    folder: Path,
    engine: Engine,
    chosen: Setup | None = None,
    *,
    has_buttons: bool = False,
    habits: Habits = HABITS,
    guard: Guard | None = None,
    personas: Mapping[str, Persona] | None = None,
) -> AsyncIterator[Served]:
    """From the start to a clean stop, connected, in one community at least; with commands and
    buttons where they are wanted."""
    home(server)
    async with opened(
        server,
        folder,
        engine,
        chosen or setup(server),
        has_buttons=has_buttons,
        habits=habits,
        guard=guard,
        personas=personas,
    ) as bot:
        yield Served(server, *bot)


Opened = tuple[Discord, Engine, House, Dispatch, Clock]


@asynccontextmanager
async def opened(
    peer: Peer,
    folder: Path,
    engine: Engine,
    chosen: Setup,
    *,
    has_buttons: bool,
    habits: Habits = HABITS,
    guard: Guard | None = None,
    personas: Mapping[str, Persona] | None = None,
) -> AsyncIterator[Opened]:
    key_file = folder.parent / f"{folder.name}.key"
    key = read_master_key(key_file) if key_file.exists() else make_master_key(key_file)
    clock = Clock()
    house = await House.open(folder, key, open_vaults=64, idle_s=300.0, clock=clock)
    speech, personas = Speech(HABITS.language), personas or read_personas()
    named = tuple((one.name, one.id) for one in personas.values())
    pictures = {one.name: one.avatar for one in personas.values() if one.avatar}
    interface = Interface(
        speech.words,
        named,
        list_zones,
        is_listed=False,
        pictures=pictures,
        offers=partial(offer, house, clock),
    )
    conversation = Conversation(
        house=house,
        engine=engine,
        personas=personas,
        speech=speech,
        habits=habits,
        guard=guard,
        metrics=Metrics(),
        clock=clock,
    )
    dispatch = Dispatch(conversation, waiting=8, rooms=1000, stop_s=5.0)
    await engine.start()
    try:
        async with open_discord(
            chosen,
            house.locker.of("discord"),
            interface if has_buttons else None,
        ) as platform:
            left_over = await recover(house, [platform], clock())
            sessions = peer.identified
            async with asyncio.TaskGroup() as group:
                group.create_task(dispatch.run([platform], left_over))
                group.create_task(show_whole(house, [platform], clock()))
                await peer.until(
                    lambda: peer.identified > sessions and peer.is_connected, "the bot's gateway"
                )
                yield platform, engine, house, dispatch, clock
                dispatch.stop()
    finally:
        await engine.close()
        await house.close()
