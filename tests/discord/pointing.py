"""How an unmodified discord.py is brought to another address: two constants, set from outside."""

from collections.abc import Iterator
from contextlib import contextmanager

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


@contextmanager
def pointed_at(base: str) -> Iterator[None]:
    """Set for the block, put back after it.

    `Route.BASE` is every REST address; `DEFAULT_GATEWAY` is where a client without shards begins.
    The rest comes from the server's own answers (`/gateway/bot`, `resume_gateway_url`).
    """
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = f"{base}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(base.replace("http", "ws", 1) + "/gateway-socket")
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
