"""Discord's part of the path: from a message to the first request that shows words, and memory.

50 people write at random moments, 10 messages a second together, through the real discord.py and
a loopback Discord (tests/discord) in the same process; the engine is scripted. Memory is that of
a whole bot in a process of its own which sees 1,000 guilds and 100,000 members, each of whom has
written once.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.engine.scripted import ScriptedEngine
from tests.discord import DiscordServer, Person, discord_server, pointed_at
from tests.discord.state import Channel, Shown
from tests.discord_help import Served, serving, setup

RESTS_S = 2.0
"""A person's next message comes after so long at the earliest, so that none cuts an answer off."""
GUILDS = 1_000
MEMBERS = 100
CHANNELS = 40
ROLES = 20
TOGETHER = 500


async def path(people: int, rate: float, messages: int, *, seed: int) -> list[float]:
    """Milliseconds from a person's message to the request that shows the first words."""
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(discord_server())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        chosen = replace(setup(server), gap_s=1.0)
        place = Path(folder, "data")
        bot = await stack.enter_async_context(serving(server, place, ScriptedEngine(), chosen))
        crowd = [server.person(f"Person{number}") for number in range(people)]
        for one in crowd:
            await bot.let_in(one)
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
        return [await _shown_after(bot, one, text, at) for one, text, at in written]


async def _shown_after(bot: Served, person: Person, text: str, at: float) -> float:
    reply: Shown = await bot.shows(person.dm, f"You said: {text}")
    return (reply.history[0].at - at) * 1000


async def memory() -> float:
    """Megabytes at the highest, of a bot that has seen everybody."""
    async with discord_server() as server:
        places = [_busy_guild(server, number) for number in range(GUILDS)]
        with tempfile.TemporaryDirectory() as folder:
            child = await asyncio.create_subprocess_exec(
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
            )
            try:
                async with asyncio.timeout(60):
                    await server.until(lambda: server.gateway.sessions, "the bot")
                await _everybody_writes(server, places)
                anna = server.person("Anna")
                await anna.writes(anna.dm, "hello")
                async with asyncio.timeout(60):
                    while len(anna.dm.shown) < 2:
                        await asyncio.sleep(0.1)
                status = Path(f"/proc/{child.pid}/status").read_text()
            finally:
                child.terminate()
                await child.wait()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


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
