"""Gateway v10 (pages "Gateway" and "Gateway Events"): sessions, sequence, replay, intents, shards."""

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord.refusals import Body
from tests.discord.state import Guild, World
from tests.discord.wire import channel_payload, guild_payload, member_payload

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = (
    1,
    2,
    1 << 9,
    1 << 10,
    1 << 11,
)
DM_MESSAGES, DM_REACTIONS, DM_TYPING, CONTENT = 1 << 12, 1 << 13, 1 << 14, 1 << 15

# Page "Gateway" (List of Intents): in a guild, in a direct message.
NEEDS = {
    "MESSAGE": (GUILD_MESSAGES, DM_MESSAGES),
    "MESSAGE_REACTION": (GUILD_REACTIONS, DM_REACTIONS),
    "TYPING": (GUILD_TYPING, DM_TYPING),
    "GUILD_MEMBER": (GUILD_MEMBERS, GUILD_MEMBERS),
    "GUILD": (GUILDS, GUILDS),
    "CHANNEL": (GUILDS, 0),
    "THREAD": (GUILDS, GUILDS),
}


def needed(event: str, *, in_guild: bool) -> int:
    """The intent without which an event is not told; the longest name wins."""
    for name in sorted(NEEDS, key=len, reverse=True):
        if event.startswith(f"{name}_"):
            return NEEDS[name][0 if in_guild else 1]
    return 0


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


class Gateway:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.lines: set[Line] = set()
        self.heartbeat_ms = 41_250
        self.acks = True
        self.resumable = True
        self.disallowed = 0
        self.counted = {"identify": 0, "resume": 0, "heartbeat": 0, "resumed": 0}
        self._names = count(1)
        world.tell = self.tell

    def tell(self, event: str, data: Body, guild: str | None = None) -> None:
        """Tells every session that holds the place and has the intent."""
        wanted = needed(event, in_guild=guild is not None)
        for session in self.sessions.values():
            if session.holds(guild) and (not wanted or session.intents & wanted):
                seen = self.without_content(session, data) if event.startswith("MESSAGE_") else data
                session.tell(event, seen)
        self.world.changed()

    def without_content(self, session: Session, data: Body) -> Body:
        """Page "Gateway" (Message Content Intent): own, direct and mentioning ones stay whole."""
        own = self.world.application
        if session.intents & CONTENT or "guild_id" not in data or "author" not in data:
            return data
        if data["author"]["id"] == own or any(one["id"] == own for one in data["mentions"]):
            return data
        return data | {"content": "", "embeds": [], "attachments": [], "components": []}

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=4096 * 16)
        await socket.prepare(request)
        packed = request.query.get("compress") == "zlib-stream"
        line = Line(socket, request, zlib.compressobj() if packed else None)
        self.lines.add(line)
        writer = asyncio.create_task(line.write())
        try:
            if request.query.get("v") != "10":
                line.hang_up(4012)
            elif request.query.get("encoding", "json") != "json":
                line.hang_up(4002)
            line.send(
                {"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat_ms}}
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.hear(line, message.data)
        finally:
            self.lines.discard(line)
            for session in list(self.sessions.values()):
                if session.line is line:
                    session.line = None
                    if socket.close_code in {1000, 1001} and not line.hung_up:
                        # Page "Gateway" (Disconnecting): these two end the session too.
                        del self.sessions[session.id]
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self.world.changed()
        return socket

    def hear(self, line: Line, text: str) -> None:  # noqa: C901 - one branch for each opcode
        # Page "Opcodes and Status Codes" (Gateway Close Event Codes).
        if len(text.encode()) > 4096:
            line.hang_up(4002)
            return
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            line.hang_up(4002)
            return
        session = next((one for one in self.sessions.values() if one.line is line), None)
        if op == HEARTBEAT:
            self.counted["heartbeat"] += 1
            if self.acks:
                line.send({"op": ACK, "s": None, "t": None, "d": None})
        elif op == IDENTIFY:
            line.hang_up(4005) if session else self.identify(line, data)
        elif op == RESUME:
            self.resume(line, data)
        elif session is None:
            line.hang_up(4003)
        elif op == PRESENCE:
            session.presence = data
        elif op == MEMBERS:
            self.chunk(session, data)
        elif op != 4:
            line.hang_up(4001)
        self.world.changed()

    def identify(self, line: Line, data: Body) -> None:
        self.counted["identify"] += 1
        shard = tuple(data.get("shard") or (0, 1))
        if data.get("token") != self.world.token:
            line.hang_up(4004)
        elif not {"intents", "properties"} <= data.keys():
            line.hang_up(4002)
        elif data["intents"] >> 27 or data["intents"] < 0:
            line.hang_up(4013)
        elif data["intents"] & self.disallowed:
            line.hang_up(4014)
        elif not 0 <= shard[0] < shard[1]:
            line.hang_up(4010)
        elif shard[1] < self.world.shards:
            line.hang_up(4011)
        else:
            session = Session(f"session-{next(self._names)}", data["intents"], shard, line)
            session.presence = data.get("presence")
            self.sessions[session.id] = session
            self.ready(session)

    def ready(self, session: Session) -> None:
        own = [guild for guild in self.world.guilds.values() if session.holds(guild.id)]
        application = {"id": self.world.application, "flags": 0}
        session.tell(
            "READY",
            {
                "v": 10,
                "user": self.world.users[self.world.application],
                "guilds": [{"id": guild.id, "unavailable": True} for guild in own],
                "session_id": session.id,
                "resume_gateway_url": self.world.base.replace("http", "ws") + "/gateway-socket",
                "shard": list(session.shard),
                "application": application,
            },
        )
        if session.intents & GUILDS:
            for guild in own:
                session.tell("GUILD_CREATE", self.whole(session, guild))

    def whole(self, session: Session, guild: Guild) -> Body:
        """All members of a small guild come only with their intent, else the bot alone."""
        everybody = session.intents & GUILD_MEMBERS and len(guild.members) <= 50
        members = list(guild.members) if everybody else [self.world.application]
        return guild_payload(self.world, guild, members=members)

    def chunk(self, session: Session, data: Body) -> None:
        guild = self.world.guild(str(data["guild_id"]))
        wanted = [str(one) for one in data.get("user_ids") or []]
        query = data.get("query")
        chosen = [
            person
            for person in guild.members
            if person in wanted
            or (query is not None and self.world.users[person]["username"].startswith(query))
        ][: data.get("limit") or None]
        pages = [chosen[at : at + 1000] for at in range(0, len(chosen), 1000)] or [[]]
        for number, page in enumerate(pages):
            told: Body = {
                "guild_id": guild.id,
                "members": [member_payload(self.world, guild, one) for one in page],
                "chunk_index": number,
                "chunk_count": len(pages),
                "not_found": [one for one in wanted if one not in guild.members],
            }
            session.tell("GUILD_MEMBERS_CHUNK", told | {"nonce": data.get("nonce")})

    def resume(self, line: Line, data: Body) -> None:
        self.counted["resume"] += 1
        session = self.sessions.get(data.get("session_id", ""))
        if data.get("token") != self.world.token:
            line.hang_up(4004)
        elif session is None or not self.resumable:
            self.sessions.pop(data.get("session_id", ""), None)
            line.send({"op": INVALID, "s": None, "t": None, "d": False})
        elif data["seq"] > session.sequence:
            line.hang_up(4007)
        else:
            session.line = line
            for payload in session.told[data["seq"] :]:
                line.send(payload)
            session.tell("RESUMED", {})
            self.counted["resumed"] += 1

    def new_channel(self, event: str, channel_id: str) -> None:
        channel = self.world.channel(channel_id)
        guild = channel.guild.id if channel.guild else None
        self.tell(event, channel_payload(self.world, channel), guild)

    async def close(self) -> None:
        for line in list(self.lines):
            await line.socket.close(code=WSCloseCode.GOING_AWAY)
