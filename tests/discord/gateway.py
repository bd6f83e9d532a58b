"""Gateway v10 (pages "Gateway" and "Gateway Events"): identify, ready, resume, and who is told what."""

import asyncio
import json
import zlib
from itertools import count

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord.intents import GUILDS, needed, without_content
from tests.discord.lines import (
    ACK,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID,
    MEMBERS,
    PRESENCE,
    RESUME,
    VOICE,
    Line,
    Session,
    plain,
)
from tests.discord.members import chunks, whole
from tests.discord.refusals import Body
from tests.discord.state import Guild
from tests.discord.wire import channel_payload, may
from tests.discord.world import World

VIEW = "view_channel"


Event = tuple[str, Body, str | None, int | None]


class Gateway:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.lines: set[Line] = set()
        self.heartbeat_ms = 41_250
        self.acks = True
        self.resumable = True
        self.disallowed = 0
        self.counted = {"identify": 0, "resume": 0, "heartbeat": 0, "resumed": 0, "replayed": 0}
        self.late: list[Session] | None = None
        """Sessions that wait for their READY, while it is held back."""
        self.held: list[Event] | None = None
        """What happens, while it is told in another order."""
        self._names = count(1)
        world.tell = self.tell

    def tell(
        self, event: str, data: Body, guild: str | None = None, *, intents: int | None = None
    ) -> None:
        """Tells every session that holds the place and has the intent, of what the bot may see."""
        wanted = needed(event, in_guild=guild is not None) if intents is None else intents
        if self.hidden(event, data):
            return
        if self.held is not None:
            self.held.append((event, data, guild, intents))
            return
        for session in self.sessions.values():
            if session.holds(guild) and (not wanted or session.intents & wanted):
                seen = (
                    without_content(self.world, session.intents, data)
                    if event.startswith("MESSAGE_")
                    else data
                )
                session.tell(event, seen)
        self.world.changed()

    def out_of_order(self) -> None:
        """Tells what was held, the last first."""
        held, self.held = self.held or [], None
        for event, data, guild, intents in reversed(held):
            self.tell(event, data, guild, intents=intents)

    def ready_now(self) -> None:
        """Those whose line is still there."""
        late, self.late = self.late or [], None
        for session in late:
            if session.line in self.lines:
                self.ready(session)

    def hidden(self, event: str, data: Body) -> bool:
        """Page "Threads" (Permissions), and messages of channels that are not the bot's to view."""
        named = data.get("id") if event.startswith("THREAD_") else data.get("channel_id")
        channel = self.world.channels.get(str(named))
        own = event.startswith(("MESSAGE_", "TYPING_", "THREAD_"))
        return own and channel is not None and not may(channel, self.world.application, VIEW)

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
            line.send(plain(HELLO, {"heartbeat_interval": self.heartbeat_ms}))
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
        if line.too_fast(self.world.now()):
            line.hang_up(4008)
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
                line.send(plain(ACK))
        elif op == IDENTIFY:
            line.hang_up(4005) if session else self.identify(line, data)
        elif op == RESUME:
            self.resume(line, data)
        elif session is None:
            line.hang_up(4003)
        elif op == PRESENCE:
            session.presence = data
        elif op == MEMBERS:
            for page in chunks(self.world, data, session.intents):
                session.tell("GUILD_MEMBERS_CHUNK", page)
        elif op != VOICE:
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
            if self.late is None:
                self.ready(session)
            else:
                self.late.append(session)
        self.world.changed()

    def ready(self, session: Session) -> None:
        self.sessions[session.id] = session
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

    def greet(self, guild: Guild) -> None:
        """A guild that came while somebody listens."""
        for session in self.sessions.values():
            if session.holds(guild.id) and session.intents & GUILDS:
                session.tell("GUILD_CREATE", self.whole(session, guild))

    def whole(self, session: Session, guild: Guild) -> Body:
        return whole(self.world, guild, session.intents)

    def resume(self, line: Line, data: Body) -> None:
        self.counted["resume"] += 1
        session = self.sessions.get(data.get("session_id", ""))
        if data.get("token") != self.world.token:
            line.hang_up(4004)
        elif session is None or not self.resumable:
            self.sessions.pop(data.get("session_id", ""), None)
            line.send(plain(INVALID, data=False))
        elif data["seq"] > session.sequence:
            line.hang_up(4007)
        else:
            session.line = line
            for payload in session.told[data["seq"] :]:
                line.send(payload)
                self.counted["replayed"] += 1
            session.tell("RESUMED", {})
            self.counted["resumed"] += 1

    def new_channel(self, event: str, channel_id: str) -> None:
        channel = self.world.channel(channel_id)
        guild = channel.guild.id if channel.guild else None
        self.tell(event, channel_payload(self.world, channel), guild)

    async def close(self) -> None:
        for line in list(self.lines):
            await line.socket.close(code=WSCloseCode.GOING_AWAY)
