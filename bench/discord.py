"""Discord's part of the path: from a message to the first request that shows words, and memory.

The whole bot runs in a process of its own, with a scripted engine; Discord is the loopback server
of tests/discord. 50 people write at random moments, 10 messages a second together. Memory is that
of a bot which sees 1,000 guilds and 100,000 members, each of whom has written once.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.discord import DiscordServer, Person, discord_server, pointed_at
from tests.discord.state import Channel
from tests.discord_help import home, let_in, said, shows

RESTS_S = 2.0
"""A person's next message comes after so long at the earliest, so that none cuts an answer off."""
GUILDS = 1_000
MEMBERS = 100
CHANNELS = 40
ROLES = 20
TOGETHER = 500
START_S = 60.0


async def path(people: int, rate: float, messages: int, *, seed: int) -> list[float]:
    """Milliseconds from a person's message to the request that shows the first words."""
    async with discord_server() as server:
        home(server)
        return await _talk(server, people, rate, messages, random.Random(seed))


async def _talk(
    server: DiscordServer, people: int, rate: float, messages: int, chance: random.Random
) -> list[float]:
    async with _bot(server):
        crowd = [server.person(f"Person{number}") for number in range(people)]
        for one in crowd:
            await let_in(server, one)
        last: dict[str, float] = {}
        written: list[tuple[Person, str, float]] = []
        for number in range(messages):
            await asyncio.sleep(chance.expovariate(rate))
            now = time.perf_counter()
            rested = [one for one in crowd if now - last.get(one.id, 0.0) > RESTS_S]
            one = chance.choice(rested or crowd)
            last[one.id] = now
            text = f"This is message {number}, about the tide and the weather."
            written.append((one, text, server.world.now()))
            await one.writes(one.dm, text)
        return [await _shown_after(server, one, text, at) for one, text, at in written]


async def _shown_after(server: DiscordServer, person: Person, text: str, at: float) -> float:
    reply = await shows(server, person.dm, f"You said: {text}")
    return (reply.history[0].at - at) * 1000


async def memory() -> float:
    """Megabytes at the highest, of a bot that has seen everybody."""
    async with discord_server() as server:
        places = [_busy_guild(server, number) for number in range(GUILDS)]
        async with _bot(server) as process:
            await _everybody_writes(server, places)
            anna = server.person("Anna")
            await anna.writes(anna.dm, "hello")
            await said(server, anna.dm, 1)
            status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


@asynccontextmanager
async def _bot(server: DiscordServer) -> AsyncIterator[asyncio.subprocess.Process]:
    """The whole bot in a process of its own, connected."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.discord",
            server.base,
            cwd=Path(__file__).parent.parent,
            env={
                **os.environ,
                "PARLOUR_DATA": f"{folder}/data",
                "PARLOUR_KEYS__MASTER_KEY_FILE": f"{folder}/key",
                "PARLOUR_CARE__PROTOCOL": f"{folder}/protocol.md",
                "PARLOUR_ENGINE__KIND": "scripted",
                "PARLOUR_DISCORD__ON": "true",
                "PARLOUR_DISCORD_TOKEN": server.token,
            },
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(START_S):
                while not server.gateway.sessions:
                    await asyncio.sleep(0.01)
            yield process
        finally:
            process.terminate()
            await process.wait()


def _busy_guild(server: DiscordServer, number: int) -> Channel:
    guild = server.guild(f"Guild {number}")
    for role in range(ROLES):
        guild.roles.append(server.role_payload(server.world.new_id(), f"role {role}", 0))
    for channel in range(CHANNELS):
        place = server.channel(guild, f"channel-{channel}")
    return place


async def _everybody_writes(server: DiscordServer, places: list[Channel]) -> None:
    """As events alone: a hundred thousand people are not kept by the peer either."""
    sessions = list(server.gateway.sessions.values())
    for number in range(MEMBERS):
        for at, place in enumerate(places):
            assert place.guild is not None
            server.world.tell("MESSAGE_CREATE", _written(server, place, number), place.guild.id)
            if at % TOGETHER == TOGETHER - 1:
                for session in sessions:
                    session.told.clear()
                while any(line.queue.qsize() for line in server.gateway.lines):
                    await asyncio.sleep(0.001)


def _written(server: DiscordServer, place: Channel, number: int) -> dict[str, Any]:
    author = {"id": server.world.new_id(), "username": f"member{number}", "discriminator": "0"}
    assert place.guild is not None
    return {
        "id": server.world.new_id(),
        "channel_id": place.id,
        "guild_id": place.guild.id,
        "author": author | {"avatar": None, "global_name": f"Member {number}"},
        "member": {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "nick": None},
        "content": "",
        "timestamp": server.world.stamp(),
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "type": 0,
    }


def _serve(base: str) -> int:
    """The whole bot, which meets `base` where Discord is otherwise."""
    from bot.__main__ import main  # noqa: PLC0415 - only the child is the bot

    main(["protocol", "--contact", "care@example.org"])
    with pointed_at(base):
        return main(["run"])


if __name__ == "__main__":
    sys.exit(_serve(sys.argv[1]))
