"""One connection to the gateway, and the session that outlives it (page "Gateway").

What is told is kept with its number, so that a resumed session hears what it missed.
"""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord import limits
from tests.discord.refusals import Body

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
"""Page "Opcodes and Status Codes" (Gateway Opcodes)."""


def plain(op: int, data: Any = None) -> Body:
    """What is no event: it has no number and no name."""
    return {"op": op, "s": None, "t": None, "d": data}


@dataclass(frozen=True, slots=True)
class Cut:
    """An event that breaks off in its middle, and the code with which the line closes there."""

    payload: Body
    code: int


@dataclass(eq=False)
class Line:
    """One connection: what is to be written goes through one queue, so that zlib keeps its order."""

    socket: web.WebSocketResponse
    request: web.Request
    packer: Any
    queue: "asyncio.Queue[Body | int | Cut]" = field(default_factory=lambda: asyncio.Queue(10_000))
    hung_up: bool = False
    cuts_with: int | None = None
    asked: "deque[float]" = field(default_factory=lambda: deque(maxlen=limits.GATEWAY_EVENTS))

    def too_fast(self, now: float) -> bool:
        """Page "Gateway" (Rate Limiting): so many in a minute, and this is one more."""
        full = len(self.asked) == limits.GATEWAY_EVENTS
        over = full and now - self.asked[0] < limits.GATEWAY_WINDOW_S
        self.asked.append(now)
        return over

    def send(self, payload: Body) -> None:
        if self.cuts_with is None or payload["op"] != DISPATCH:
            self.queue.put_nowait(payload)
        else:
            self.hung_up = True
            self.queue.put_nowait(Cut(payload, self.cuts_with))

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
            try:
                if isinstance(payload, int):
                    await self.socket.close(code=payload)
                    return
                if isinstance(payload, Cut):
                    if self.packer is not None:
                        whole = self.packed(payload.payload)
                        await self.socket.send_bytes(whole[: len(whole) // 2])
                    await self.socket.close(code=payload.code)
                    return
                if self.packer is None:
                    await self.socket.send_str(json.dumps(payload))
                else:
                    await self.socket.send_bytes(self.packed(payload))
            except ConnectionError:
                return

    def packed(self, payload: Body) -> bytes:
        text = json.dumps(payload).encode()
        return bytes(self.packer.compress(text) + self.packer.flush(zlib.Z_SYNC_FLUSH))


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
