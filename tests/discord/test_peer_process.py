"""The server in a process of its own, as a bench uses it."""

import asyncio
import json
import sys

import discord
import pytest

from tests.discord import pointed_at

pytestmark = pytest.mark.live


async def test_the_server_runs_by_itself_and_its_people_talk() -> None:
    command = ("-m", "tests.discord", "--guilds", "20", "--members", "50", "--talk", "0.01")
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    assert server.stdin is not None
    told = json.loads(await server.stdout.readline())
    heard: asyncio.Queue[str] = asyncio.Queue(100)
    client = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)

    @client.event
    async def on_message(message: discord.Message) -> None:
        if not heard.full():
            heard.put_nowait(message.author.name)

    with pointed_at(told["base"]):
        async with client:
            running = asyncio.create_task(client.start(told["token"]))
            names = {await heard.get() for _ in range(2)}
            assert len(names) == 2
            assert (len(client.guilds), client.guilds[0].member_count) == (20, 50)
            await client.close()
            await running
    server.stdin.close()
    assert await server.wait() == 0
