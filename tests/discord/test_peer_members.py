"""Members as a real discord.py asks for them, and a thousand guilds of which it keeps little.

Page "Gateway Events" (Request Guild Members).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import discord
import pytest

from tests.discord import DiscordServer, discord_server
from tests.discord.state import Channel, Guild

pytestmark = pytest.mark.live


@asynccontextmanager
async def watching(
    server: DiscordServer, *, members: bool, keeps: bool = False
) -> AsyncIterator[discord.AutoShardedClient]:
    intents = discord.Intents.default()
    intents.members = members
    cache = discord.MemberCacheFlags.all() if keeps else discord.MemberCacheFlags.none()
    client = discord.AutoShardedClient(
        intents=intents,
        guild_ready_timeout=0.01,
        member_cache_flags=cache,
        chunk_guilds_at_startup=False,
    )

    @client.event
    async def on_message(message: discord.Message) -> None:
        if message.author != client.user:
            await message.channel.send(f"hello {message.author.name}")

    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions, "a session")
        await client.wait_until_ready()
        yield client
        await client.close()
        await running


def answered(place: Channel) -> str:
    return place.shown[1].content if place.shown[1:] else ""


def known(client: discord.Client, guild: Guild) -> discord.Guild:
    found = client.get_guild(int(guild.id))
    assert found is not None
    return found


async def test_a_whole_list_comes_in_pages_of_a_thousand_to_who_has_the_intent() -> None:
    async with discord_server() as server:
        (guild,) = server.many_guilds(1, 2500)
        async with watching(server, members=True, keeps=True) as client:
            home = known(client, guild)
            assert (home.large, home.member_count) == (True, 2500)
            everybody = await home.chunk()
            assert len(everybody) == 2500
            assert len({one.id for one in everybody}) == 2500
            (session,) = server.gateway.sessions.values()
            pages = [one["d"] for one in session.told if one["t"] == "GUILD_MEMBERS_CHUNK"]
            assert [len(one["members"]) for one in pages] == [1000, 1000, 500]
            assert {one["chunk_count"] for one in pages} == {3}


async def test_members_are_found_by_their_ids_and_by_how_their_names_begin() -> None:
    async with discord_server() as server:
        anna, ben, gone = (server.person(name) for name in ("Anna", "Benjamin", "Gone"))
        guild = server.guild("Harbour", owner=anna)
        server.joins(guild, ben)
        async with watching(server, members=False) as client:
            home = known(client, guild)
            found = await home.query_members("ben")
            assert [one.name for one in found] == ["benjamin"]
            found = await home.query_members(user_ids=[int(anna.id), int(gone.id)])
            assert [one.id for one in found] == [int(anna.id)]
            (session,) = server.gateway.sessions.values()
            assert session.told[-1]["d"]["not_found"] == [gone.id]
            assert (await home.fetch_member(int(ben.id))).name == "benjamin"
            with pytest.raises(discord.NotFound) as missed:
                await home.fetch_member(int(gone.id))
            assert missed.value.code == 10007


async def test_a_name_is_answered_with_a_hundred_and_a_whole_list_not_without_the_intent() -> None:
    """Asked past discord.py's own checks."""
    async with discord_server() as server:
        (guild,) = server.many_guilds(1, 300)
        async with watching(server, members=False) as client:
            await client._connection.chunker(int(guild.id))
            await client._connection.chunker(int(guild.id), query="member", limit=300)
            (session,) = server.gateway.sessions.values()

            def pages() -> list[int]:
                chunks = [one["d"] for one in session.told if one["t"] == "GUILD_MEMBERS_CHUNK"]
                return [len(one["members"]) for one in chunks]

            await server.until(pages, "a page")
            assert pages() == [100]


async def test_a_guild_that_fails_comes_back_and_one_that_puts_the_bot_out_does_not() -> None:
    """Page "Gateway Events" (Guild Delete)."""
    async with discord_server() as server:
        guild, other = server.many_guilds(2, 5)
        async with watching(server, members=False) as client:
            heard: list[str] = []

            @client.event
            async def on_guild_unavailable(_: discord.Guild) -> None:
                heard.append("away")

            @client.event
            async def on_guild_available(_: discord.Guild) -> None:
                heard.append("back")

            @client.event
            async def on_guild_remove(_: discord.Guild) -> None:
                heard.append("gone")
                server.world.changed()

            server.lose(guild, outage=True)
            server.find(guild)
            server.lose(other)
            await server.until(lambda: "gone" in heard, "the end")
            assert (heard, len(client.guilds)) == (["away", "back", "gone"], 1)
            with pytest.raises(discord.NotFound) as unknown:
                await client.fetch_guild(int(other.id))
            assert unknown.value.code == 10004
            with pytest.raises(discord.Forbidden) as closed:
                await client.fetch_channel(int(other.channels[0].id))
            assert closed.value.code == 50001


async def test_a_thousand_guilds_are_known_and_nobody_in_them_until_they_speak() -> None:
    async with discord_server() as server:
        guilds = server.many_guilds(1000, 100)
        assert len(server.world.users) == 2
        assert {(int(one.id) >> 22) % 4 for one in guilds} == {0, 1, 2, 3}
        async with watching(server, members=False) as client:
            assert len(client.guilds) == 1000
            assert sum(one.member_count or 0 for one in client.guilds) == 100_000
            assert {one.name for guild in client.guilds for one in guild.members} == {"parlour"}
            (session,) = server.gateway.sessions.values()
            created = [one["d"] for one in session.told if one["t"] == "GUILD_CREATE"]
            assert {(one["large"], len(one["members"])) for one in created} == {(True, 1)}
            for guild in (guilds[0], guilds[999]):
                somebody = server.member_of(guild, 7)
                place = guild.channels[0]
                await somebody.writes(place, f"<@{server.application}>")
                answers = partial(answered, place)
                assert await server.until(answers, "an answer") == f"hello member{somebody.id}"
            far = await known(client, guilds[500]).fetch_member(guilds[500].crowd[3])
            assert far.name == f"member{far.id}"
            assert len(server.world.users) == 4
