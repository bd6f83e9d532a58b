"""`python -m tests.discord`: the server by itself, so that a client is measured in its own process.

It writes one line of JSON (`base`, `token`) when it listens, and ends when its input is closed.
A client is pointed at it by `pointed_at(base)`. With `--talk SECONDS` somebody of a guild's crowd
mentions the bot, one after the other, so long apart.
"""

import argparse
import asyncio
import json
import sys
from itertools import count

from tests.discord.server import DiscordServer, discord_server


async def talk(server: DiscordServer, apart_s: float) -> None:
    guilds = [one for one in server.world.guilds.values() if one.crowd]
    for turn in count():
        await asyncio.sleep(apart_s)
        guild = guilds[turn % len(guilds)]
        somebody = server.member_of(guild, turn // len(guilds) % len(guild.crowd))
        await somebody.writes(guild.channels[0], f"<@{server.application}> hello")


async def serve(options: argparse.Namespace) -> None:
    async with discord_server(shards=options.shards) as server:
        server.many_guilds(
            options.guilds, options.members, channels=options.channels, roles=options.roles
        )
        told = {"base": server.base, "token": server.token}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        talking = asyncio.create_task(talk(server, options.talk)) if options.talk else None
        await asyncio.to_thread(sys.stdin.read)
        if talking is not None:
            talking.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.discord")
    parser.add_argument("--guilds", type=int, default=1)
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--roles", type=int, default=0)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--talk", type=float, default=0.0, metavar="SECONDS")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
