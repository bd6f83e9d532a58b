"""SAFETY A5, A6: `/mature` in an age-restricted channel, a plain one, a thread of either and alone;
and what came through a channel once its restriction is taken away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, Rating
from bot.guarding import Guard
from bot.platforms.discord.names import person_id
from bot.policy.mature import OPEN, OPEN_ALONE, ROOM, SIGN
from bot.store.rows import Community
from tests.conftest import read_personas
from tests.discord import DiscordServer, NotOffered, Person, discord_server
from tests.discord.state import Channel, Guild
from tests.discord_help import ROW, Served, labels, said_in, serving
from tests.mature_help import ALLOWS, PROBE
from tests.test_guard import PaperGuard

pytestmark = pytest.mark.live


@dataclass
class Held:
    """An engine whose words wait after some of them, once it is told to hold."""

    go: asyncio.Event
    reached: asyncio.Event
    engine: ScriptedEngine


def held() -> Held:
    go, reached = asyncio.Event(), asyncio.Event()
    go.set()

    async def wait(piece: int) -> None:
        if piece > 5:
            reached.set()
            await go.wait()

    return Held(go, reached, ScriptedEngine(lambda _: "The lamp is lit. " * 8, before_piece=wait))


@asynccontextmanager
async def grown(
    server: DiscordServer, folder: Path, engine: ScriptedEngine | None = None
) -> AsyncIterator[Served]:
    """All that MATURE needs but the sign of an adult."""
    judge = PaperGuard()
    guard = Guard(judge, "llama-guard-3")
    await guard.test()
    judge.says = lambda _: False
    personas = dict(read_personas())
    personas["wren"] = replace(personas["wren"], rating=Rating.MATURE)
    script = engine or ScriptedEngine(lambda _: "The lamp is lit.")
    made = {"habits": ALLOWS, "guard": guard, "personas": personas}
    async with serving(server, folder, script, has_buttons=True, **made) as bot:  # type: ignore[arg-type]  # what it takes
        for guild in server.world.guilds.values():
            open_ = Community(CommunityId(f"discord:{guild.id}"), ceiling=Rating.MATURE)
            await bot.house.communities.keep(open_, "discord:1", 1.0)
        yield bot


async def uses(bot: Served, person: Person, place: Channel) -> str:
    """What they are answered to `/mature` there."""
    before = len(person.sees(place))
    asked = await person.runs("/mature", place)
    await person.answered(asked)
    await bot.server.until(
        lambda: [m for m in person.sees(place)[before:] if m.content], "an answer to /mature"
    )
    return person.sees(place)[-1].content


async def is_open(bot: Served, person: Person) -> bool:
    """Whether the persona answers to what is for adults only."""
    before = len(said_in(person.dm, bot.server))
    await person.writes(person.dm, PROBE)
    return bool((await bot.said(person.dm, before + 1))[before].flags & 4)


def harbour(server: DiscordServer) -> tuple[Guild, Channel, Channel]:
    guild = server.guild("Harbour")
    plain, grown_up = server.channel(guild, "plain"), server.channel(guild, "g", nsfw=True)
    return guild, plain, grown_up


async def test_alone_it_opens_and_depends_on_no_channel(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        _, plain, grown_up = harbour(server)
        async with grown(server, tmp_path / "d") as bot:
            await bot.let_in(anna)
            assert not await is_open(bot, anna)
            assert await uses(bot, anna, anna.dm) == OPEN.format(prefix="/")
            server.restrict(grown_up, nsfw=False)
            server.restrict(plain, nsfw=False)
            assert await is_open(bot, anna)


@pytest.mark.parametrize("is_thread", [False, True])
async def test_in_an_age_restricted_channel_and_its_threads_it_opens_what_is_said_alone(
    tmp_path: Path, *, is_thread: bool
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild, _, place = harbour(server)
        server.joins(guild, anna)
        place = server.thread(place, "inside", anna) if is_thread else place
        async with grown(server, tmp_path / "d") as bot:
            await bot.let_in(anna)
            assert await uses(bot, anna, place) == OPEN_ALONE.format(prefix="/")
            assert "mature" not in "".join(m.content for m in place.shown if not m.flags & 64)
            assert await is_open(bot, anna)


@pytest.mark.parametrize("is_thread", [False, True])
async def test_in_a_plain_channel_and_its_threads_discord_does_not_offer_it(
    tmp_path: Path, *, is_thread: bool
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild, place, _ = harbour(server)
        server.joins(guild, anna)
        place = server.thread(place, "inside", anna) if is_thread else place
        async with grown(server, tmp_path / "d") as bot:
            await bot.let_in(anna)
            with pytest.raises(NotOffered):
                await anna.runs("/mature", place)
            assert not await is_open(bot, anna)


async def test_a_sign_from_a_channel_without_the_flag_is_none(tmp_path: Path) -> None:
    """Whatever Discord itself would let through: a guild's own restriction, a spoiler channel."""
    async with discord_server() as server:
        anna = server.person("Anna")
        guild, _, place = harbour(server)
        server.joins(guild, anna)
        async with grown(server, tmp_path / "d") as bot:
            await bot.let_in(anna)
            place.nsfw = False
            server.gateway.new_channel("CHANNEL_UPDATE", place.id)
            place.nsfw = True  # For the peer's own gate alone: the bot was told otherwise.
            assert await uses(bot, anna, place) == ROOM
            place.nsfw = False
            assert not await is_open(bot, anna)


def test_who_is_told_how_is_told_of_the_channels_own_setting() -> None:
    assert "the channel's own setting has to be on" in SIGN


async def test_a6_taking_the_restriction_away_ends_what_came_through_it(tmp_path: Path) -> None:
    wait = held()
    async with discord_server() as server:
        anna = server.person("Anna")
        guild, _, place = harbour(server)
        server.joins(guild, anna)
        async with grown(server, tmp_path / "d", wait.engine) as bot:
            await bot.let_in(anna)
            await uses(bot, anna, server.thread(place, "inside", anna))
            wait.go.clear()
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, PROBE)
            await wait.reached.wait()
            reply = (await bot.said(anna.dm, before + 1))[before]
            server.restrict(place, nsfw=False)
            # The engine is held: nothing but the change ends the reply.
            await server.until(lambda: labels(reply) == ROW, "the reply's end")
            wait.go.set()
            assert not await is_open(bot, anna)
            server.restrict(place, nsfw=True)
            assert not await is_open(bot, anna), "what is gone is not there again by itself"
            assert await uses(bot, anna, place) == OPEN_ALONE.format(prefix="/")
            assert await is_open(bot, anna)


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_a6_what_changed_while_the_bot_was_down_is_found_at_the_start(
    tmp_path: Path, *, is_deleted: bool
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild, _, place = harbour(server)
        server.joins(guild, anna)
        async with grown(server, tmp_path / "d") as bot:
            await bot.let_in(anna)
            await uses(bot, anna, place)
            assert await is_open(bot, anna)
        async with grown(server, tmp_path / "d") as bot:
            assert await is_open(bot, anna), "nothing has changed"
        if is_deleted:
            guild.channels.remove(place)
        else:
            place.nsfw = False
        async with grown(server, tmp_path / "d") as bot:
            assert not await is_open(bot, anna)
            records = await bot.house.age_records(person_id(anna.id))
            assert {one.level.name for one in records} == {"SELF_ATTESTED"}
