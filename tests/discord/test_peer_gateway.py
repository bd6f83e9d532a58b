"""The gateway as a real discord.py meets it: shards, lost lines, close codes, intents; and 429, 5xx."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest

from tests.discord import DiscordServer, discord_server
from tests.discord.asking import asking
from tests.discord.state import Guild

pytestmark = pytest.mark.live

SEND = "POST /channels/{}/messages"


class Parrot(discord.AutoShardedClient):
    """Repeats what it is told, with the shard that told it. It does not wait between identifies."""

    def __init__(self, server: DiscordServer, intents: discord.Intents, **more: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.01, **more)
        self.server = server
        self.resumed = 0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        return

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            shard = message.guild.shard_id if message.guild else 0
            await message.channel.send(f"{shard}: {message.content or 'nothing'}")

    async def on_shard_resumed(self, _: int) -> None:
        self.resumed += 1
        self.server.world.changed()


@asynccontextmanager
async def parrot(
    server: DiscordServer, *, content: bool = False, **more: Any
) -> AsyncIterator[Parrot]:
    intents = discord.Intents.default()
    intents.message_content = content
    client = Parrot(server, intents, **more)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        shards = server.world.shards
        await server.until(lambda: len(server.gateway.sessions) == shards, "all shards")
        yield client
        await client.close()
        await running


async def answered(server: DiscordServer, content: str) -> None:
    """One message and its one answer: the line is well."""
    anna = server.person("Anna")
    await anna.writes(anna.dm, content)
    await server.until(lambda: anna.dm.shown[1:], "an answer")
    assert [m.content for m in anna.dm.shown] == [content, f"0: {content}"]


def told(server: DiscordServer, event: str) -> dict[int, list[str]]:
    """What each shard was told of this event."""
    return {
        session.shard[0]: [line["d"]["content"] for line in session.told if line["t"] == event]
        for session in server.gateway.sessions.values()
    }


async def test_each_shard_hears_its_own_guilds_and_shard_zero_hears_direct_messages() -> None:
    async with discord_server(shards=2) as server:
        anna = server.person("Anna")
        homes: dict[int, Guild] = {}
        while len(homes) < 2:
            server.pass_time(0.001)
            guild = server.guild("Harbour", owner=anna)
            homes[(int(guild.id) >> 22) % 2] = guild
        places = [server.channel(homes[shard], "talk") for shard in (0, 1)]
        async with parrot(server, content=True):
            for shard, place in enumerate(places):
                await anna.writes(place, f"guild of {shard}")
            await anna.writes(anna.dm, "privately")
            everywhere = [*places, anna.dm]
            await server.until(lambda: all(one.shown[1:] for one in everywhere), "answers")
            assert [place.shown[1].content for place in places] == [
                "0: guild of 0",
                "1: guild of 1",
            ]
            heard = told(server, "MESSAGE_CREATE")
            assert sorted(heard[1]) == ["1: guild of 1", "guild of 1"]
            assert {"privately", "guild of 0"} <= set(heard[0])


@pytest.mark.parametrize(
    "lose",
    [
        DiscordServer.drop_gateway,
        DiscordServer.ask_to_reconnect,
        lambda server: server.invalidate(resumable=True),
        lambda server: server.close_gateway(4000),
        lambda server: server.close_gateway(4008),
    ],
)
async def test_a_line_that_may_be_resumed_is_resumed_and_misses_nothing(
    lose: Callable[[DiscordServer], None],
) -> None:
    async with discord_server() as server, parrot(server) as client:
        await answered(server, "before")
        lose(server)
        await answered(server, "between")
        await server.until(lambda: client.resumed == 1, "a resume")
        await answered(server, "after")
        assert server.gateway.counted["identify"] == 1


@pytest.mark.parametrize(
    "lose",
    [
        lambda server: server.invalidate(resumable=False),
        lambda server: (server.refuse_resume(), server.close_gateway(4009)),
    ],
)
async def test_a_session_that_is_gone_begins_anew(lose: Callable[[DiscordServer], None]) -> None:
    async with discord_server() as server, parrot(server) as client:
        await answered(server, "before")
        lose(server)
        await server.until(lambda: server.gateway.counted["identify"] == 2, "a second identify")
        await answered(server, "after")
        assert client.resumed == 0


async def test_without_acks_the_client_gives_its_line_up_and_resumes() -> None:
    async with discord_server() as server:
        server.gateway.heartbeat_ms = 50
        async with parrot(server, heartbeat_timeout=0.5) as client:
            await server.until(lambda: server.gateway.counted["heartbeat"] > 2, "heartbeats")
            assert client.resumed == 0
            server.stop_acks()
            await server.until(lambda: server.gateway.counted["resume"], "a resume")
            server.start_acks()
            await answered(server, "after")
            assert server.gateway.counted["identify"] == 1


async def test_a_client_that_sends_too_much_is_hung_up_and_resumes() -> None:
    """Page "Gateway" (Rate Limiting); sent past discord.py's own limiter."""
    async with discord_server() as server, parrot(server) as client:
        await answered(server, "before")
        socket = client._connection._get_websocket(shard_id=0).socket
        for _ in range(121):
            await socket.send_str('{"op": 1, "d": null}')
        await server.until(lambda: client.resumed == 1, "a resume")
        await answered(server, "after")
        assert server.gateway.counted["heartbeat"] < 121


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_a_fatal_close_code_ends_the_client(code: int) -> None:
    async with discord_server() as server:
        client = Parrot(server, discord.Intents.default())
        async with client:
            running = asyncio.create_task(client.start(server.token))
            await server.until(lambda: server.gateway.sessions, "a session")
            server.close_gateway(code)
            with pytest.raises(discord.ConnectionClosed) as closed:
                await running
            assert closed.value.code == code
            assert server.gateway.counted["identify"] == 1


async def test_an_intent_that_was_not_granted_and_too_few_shards_are_refused() -> None:
    async with discord_server(shards=2) as server:
        server.disallow(discord.Intents(message_content=True).value)
        every = discord.Intents.default()
        every.message_content = True
        async with Parrot(server, every) as client:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(server.token)
        async with Parrot(server, discord.Intents.default(), shard_count=1) as client:
            with pytest.raises(discord.ConnectionClosed) as closed:
                await client.start(server.token)
            assert closed.value.code == 4011


@pytest.mark.parametrize(("content", "heard"), [(False, "nothing"), (True, "plainly")])
async def test_content_is_withheld_without_its_intent_unless_the_bot_is_meant(
    *, content: bool, heard: str
) -> None:
    """Page "Gateway" (Message Content Intent)."""
    async with discord_server() as server:
        anna = server.person("Anna")
        place = server.channel(server.guild("Harbour", owner=anna), "talk")
        async with parrot(server, content=content):
            await anna.writes(place, "plainly")
            await server.until(lambda: len(place.shown) == 2, "an answer")
            assert place.shown[1].content == f"0: {heard}"
            called = f"<@{server.application}> you"
            await anna.writes(place, called)
            await server.until(lambda: len(place.shown) == 4, "an answer")
            assert place.shown[3].content == f"0: {called}"
            await answered(server, "privately")


async def test_a_fault_of_discords_own_is_met_once_and_then_it_is_well() -> None:
    async with discord_server() as server, parrot(server):
        server.fail(SEND, 502)
        await answered(server, "hello")
        assert [one.status for one in server.requests if one.route == SEND] == [502, 200]


async def test_a_global_limit_holds_every_route_and_is_waited_for() -> None:
    async with discord_server() as server, parrot(server) as client:
        server.limit("*", after=1, window_s=1.0, scope="global")
        anna, ben = server.person("Anna"), server.person("Ben")
        users = [await client.fetch_user(int(one.id)) for one in (anna, ben)]
        await asyncio.gather(*(user.send("hello") for user in users))
        assert [m.content for m in (*anna.dm.shown, *ben.dm.shown)] == ["hello", "hello"]
        assert 429 in [one.status for one in server.requests]


async def test_a_global_limit_does_not_hold_interactions_and_ends_by_the_servers_clock() -> None:
    """Page "Rate Limits" (Global Rate Limit)."""
    async with asking() as asks:
        anna = asks.server.person("Anna")
        command = {"name": "n", "description": "d"}
        await asks.sends("PUT", f"/applications/{asks.server.application}/commands", [command])
        asked = await anna.runs("/n", anna.dm)
        asks.server.limit("*", after=0, window_s=60, scope="global")
        asks.client.http.max_ratelimit_timeout = 30.0
        with pytest.raises(discord.RateLimited):
            await asks.sends("GET", f"/channels/{anna.dm.id}")
        callback = f"/interactions/{asked.id}/{asked.token}/callback"
        await asks.sends("POST", callback, {"type": 4, "data": {"content": "x"}})
        asks.server.faults.limits.clear()
        await asks.sends("GET", f"/channels/{anna.dm.id}")
