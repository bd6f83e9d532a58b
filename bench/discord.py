"""Discord's part of the path: from a message to the first request that shows words, and memory.

The whole bot runs in a process of its own, with a scripted engine, and takes the time itself: what
Discord and the wire take is not in it. Discord is the loopback server of tests/discord. 50 people
write at random moments, 10 messages a second together. Memory is that of a bot which sees 1,000
guilds and 100,000 members, each of whom has written once.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.events import Room
from bot.files import File
from bot.platforms.discord.reading import Payload
from tests.discord import DiscordServer, Person, discord_server, pointed_at
from tests.discord.state import Channel
from tests.discord_help import home, let_in, said, said_in, shows

RESTS_S = 2.0
"""A person's next message comes after so long at the earliest, and when the answer to their last
one stands, so that none cuts an answer off, however busy the machine is."""
GUILDS = 1_000
MEMBERS = 100
CHANNELS = 40
ROLES = 20
TOGETHER = 500
START_S = 60.0
TEXT = "This is message"


async def path(people: int, rate: float, messages: int, *, seed: int) -> list[float]:
    """Milliseconds inside the bot, from a message's event to the request that shows first words."""
    chance = random.Random(seed)
    async with discord_server() as server:
        home(server)
        async with _bot(server) as process:
            await _talk(server, people, rate, messages, chance)
            process.terminate()
            assert process.stdout is not None
            times: list[float] = json.loads(await process.stdout.read())
            await process.wait()
    assert len(times) == messages, "every message was answered"
    return times


async def _talk(
    server: DiscordServer, people: int, rate: float, messages: int, chance: random.Random
) -> None:
    crowd = [server.person(f"Person{number}") for number in range(people)]
    for one in crowd:
        await let_in(server, one)
    last: dict[str, tuple[float, str]] = {}
    written: list[tuple[Person, str]] = []

    def is_rested(one: Person) -> bool:
        at, answer = last.get(one.id, (-RESTS_S, ""))
        stands = not answer or any(said.content == answer for said in said_in(one.dm, server))
        return stands and time.perf_counter() - at > RESTS_S

    for number in range(messages):
        await asyncio.sleep(chance.expovariate(rate))
        while not (rested := [one for one in crowd if is_rested(one)]):
            await asyncio.sleep(1 / rate)
        one = chance.choice(rested)
        written.append((one, f"{TEXT} {number}, about the tide and the weather."))
        last[one.id] = (time.perf_counter(), f"You said: {written[-1][1]}")
        await one.writes(one.dm, written[-1][1])
    for one, text in written:
        await shows(server, one.dm, f"You said: {text}")


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


def environment(folder: str, token: str) -> dict[str, str]:
    """Of a whole bot with a scripted engine, which keeps everything in this folder."""
    return {
        **os.environ,
        "PARLOUR_DATA": f"{folder}/data",
        "PARLOUR_KEYS__MASTER_KEY_FILE": f"{folder}/key",
        "PARLOUR_CARE__PROTOCOL": f"{folder}/protocol.md",
        "PARLOUR_ENGINE__KIND": "scripted",
        "PARLOUR_DISCORD__ON": "true",
        "PARLOUR_DISCORD_TOKEN": token,
    }


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
            env=environment(folder, server.token),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(START_S):
                while not server.gateway.sessions:
                    await asyncio.sleep(0.01)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _busy_guild(server: DiscordServer, number: int) -> Channel:
    guild = server.guild(f"Guild {number}")
    for role in range(ROLES):
        server.role(guild, f"role {role}")
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


@contextmanager
def hooked(times: list[float]) -> Iterator[None]:
    """While it lasts, the bot's own parts put into `times` how long each answer's first words took."""
    # Only the child is the bot.
    from bot.platforms.discord.listening import Listening  # noqa: PLC0415
    from bot.platforms.discord.rest import Rest  # noqa: PLC0415

    heard: dict[str, float] = {}
    hear, post = Listening.hear, Rest.post

    def timed_hear(self: Listening, name: str, data: Payload, alone: Room | None = None) -> None:
        if data.get("content", "").startswith(TEXT):
            heard[data["channel_id"]] = time.perf_counter()
        hear(self, name, data, alone)

    async def timed_post(
        self: Rest, channel: str, body: Mapping[str, Any], file: File | None = None
    ) -> str | None:
        if (at := heard.pop(channel, None)) is not None:
            times.append((time.perf_counter() - at) * 1000)
        return await post(self, channel, body, file)

    with patch.object(Listening, "hear", timed_hear), patch.object(Rest, "post", timed_post):
        yield


def _serve(base: str) -> int:
    """The whole bot, which meets `base` where Discord is otherwise; then the times it took."""
    from bot.__main__ import main  # noqa: PLC0415 - as above

    times: list[float] = []
    with hooked(times), redirect_stdout(sys.stderr), pointed_at(base):
        main(["protocol", "--contact", "care@example.org"])
        ended = main(["run"])
    print(json.dumps(times))
    return ended


if __name__ == "__main__":
    sys.exit(_serve(sys.argv[1]))
