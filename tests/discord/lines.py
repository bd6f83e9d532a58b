"""One connection to the gateway, and the session that outlives it (page "Gateway").

What is told is kept with its number, so that a resumed session hears what it missed.
"""

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord.refusals import Body

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
"""Page "Opcodes and Status Codes" (Gateway Opcodes)."""


def plain(op: int, data: Any = None) -> Body:
    """What is no event: it has no number and no name."""
    return {"op": op, "s": None, "t": None, "d": data}


@dataclass(eq=False)
class Line:
    """One connection: what is to be written goes through one queue, so that zlib keeps its order."""

    socket: web.WebSocketResponse
    request: web.Request
    packer: Any
    queue: "asyncio.Queue[Body | int]" = field(default_factory=lambda: asyncio.Queue(10_000))
    hung_up: bool = False

    def send(self, payload: Body) -> None:
        self.queue.put_nowait(payload)

    def hang_up(self, code: int) -> None:
        self.hung_up = True
        self.queue.put_nowait(code)

    def drop(self) -> None:
        """Without a goodbye, as a broken network does it."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def write(self) -> None:
        while True:
            payload = await self.queue.get()
            if isinstance(payload, int):
                await self.socket.close(code=payload)
                return
            text = json.dumps(payload)
            try:
                if self.packer is None:
                    await self.socket.send_str(text)
                else:
                    packed = self.packer.compress(text.encode())
                    await self.socket.send_bytes(packed + self.packer.flush(zlib.Z_SYNC_FLUSH))
            except ConnectionError:
                return


@dataclass
class Session:
    id: str
    intents: int
    shard: tuple[int, int]
    line: Line | None = None
    sequence: int = 0
    told: list[Body] = field(default_factory=list)
    presence: Body | None = None

    def tell(self, event: str, data: Body) -> None:
        self.sequence += 1
        payload = {"op": DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.told.append(payload)
        if self.line is not None:
            self.line.send(payload)

    def holds(self, guild: str | None) -> bool:
        """Page "Gateway" (Sharding); direct messages are shard 0's."""
        number, total = self.shard
        return ((int(guild) >> 22) % total if guild else 0) == number
