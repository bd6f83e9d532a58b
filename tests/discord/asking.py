"""A real discord.py that is logged in and has no gateway: forms go out exactly as a test writes them.

Its own checks and builders are passed by, so that the server is what refuses.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from discord.http import Route

from tests.discord.server import DiscordServer, discord_server


@dataclass(frozen=True, slots=True)
class Asking:
    server: DiscordServer
    client: discord.Client

    async def sends(self, method: str, path: str, form: Any = None) -> Any:
        more = {} if form is None else {"json": form}
        return await self.client.http.request(Route(method, path), **more)

    async def refused(self, method: str, path: str, form: Any = None) -> discord.HTTPException:
        with pytest.raises(discord.HTTPException) as refused:
            await self.sends(method, path, form)
        return refused.value


@asynccontextmanager
async def asking() -> AsyncIterator[Asking]:
    async with discord_server() as server, discord.Client(intents=discord.Intents.none()) as client:
        await client.login(server.token)
        yield Asking(server, client)


def places(error: discord.HTTPException) -> list[str]:
    """Where a form is wrong, as discord.py reads it from the nested `errors`."""
    lines = error.text.splitlines()[1:]
    return [line.removeprefix("In ").split(":")[0] for line in lines]
