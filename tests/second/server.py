"""simcord's Discord behind a socket of loopback: its state and its routes, our wire.

simcord plays inside one client's process and has no wire. Here its backend answers whoever asks over
HTTP, and tells what happens over a gateway, so that both clients of an unmodified bot run as they are.
A client of its own is what simcord wants to be attached to: it listens, and does nothing.
"""

import asyncio
import copy
import io
import json
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import simcord
from aiohttp import WSCloseCode, WSMsgType, web
from simcord.backend import serializers
from simcord.http import router
from simcord.intents import censor_message, prune_guild_create, required_intent

from tests.discord.lines import ACK, HEARTBEAT, HELLO, IDENTIFY, Line, Session, plain
from tests.discord.pointing import pointed_at
from tests.discord.refusals import Body
from tests.discord.rest import read_body
from tests.second.people import Guild, Somebody
from tests.second.places import Place

UNTIL_S = 30.0
NOT_PLAYED = {"nsfw"}
"""Fields of a command that simcord refuses to play: left out, and what they gate is not tried here."""


@dataclass
class _File:
    """As discord.py holds one, which is what simcord reads."""

    filename: str
    fp: io.BytesIO
    description: str | None = None


class SecondPeer:
    def __init__(self, env: simcord.Env) -> None:
        self.token = "the-second-token"
        self.base = ""
        self.env = env
        self.backend = env.backend
        self.application = str(self.backend.bot_user.id)
        self.identified = 0
        self.sessions: list[Session] = []
        self.unknown: list[str] = []
        """What was asked for and is not played: a test that meets one has to say so."""
        self._lines: set[Line] = set()
        self._changed = asyncio.Event()
        self._guild: Guild | None = None
        self.backend.subscribers.append(self._tell)

    @property
    def is_connected(self) -> bool:
        return bool(self.sessions)

    # --- What a test asks for ------------------------------------------------------------------

    def person(self, name: str) -> Somebody:
        return Somebody(self, self.env.create_user(name))

    def home(self) -> Guild:
        self._guild = self._guild or self.guild("Harbour")
        return self._guild

    def guild(self, name: str, *, owner: Somebody | None = None) -> Guild:
        made = self.env.create_guild(name, owner=owner.user if owner else None)
        self._guild = Guild(made)
        if owner is not None:
            self.joins(self._guild, owner)
        return self._guild

    def channel(self, guild: Guild, name: str) -> Place:
        return Place(self.env, guild.handle.create_text_channel(name))

    def joins(self, guild: Guild, person: Somebody) -> None:
        person.member = guild.handle.add_member(person.user)

    async def until(self, done: Callable[[], Any], what: str) -> Any:
        """Looks again whenever something was asked for or told."""
        try:
            async with asyncio.timeout(UNTIL_S):
                while not (found := done()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"never came: {what}; not played: {self.unknown}") from None
        return found

    # --- REST ----------------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway-socket", self._serve)
        app.router.add_get("/gateway-socket/", self._serve)
        app.router.add_route("*", "/api/v10/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        try:
            status, told = 200, self._ask(request, body, files)
        except (simcord.RouteNotImplemented, simcord.UnsupportedField) as unknown:
            self.unknown.append(str(unknown))
            status, told = 501, {"message": str(unknown), "code": 0}
        except simcord.BackendError as refused:
            status, told = refused.status, refused.to_json()
        self._changed.set()
        if told is None:
            return web.Response(status=204)
        answer = web.json_response(told, status=status)
        # Discord names no charset, and discord.py reads JSON only under exactly this name.
        answer.headers["Content-Type"] = "application/json"
        return answer

    def _ask(self, request: web.Request, body: Body, files: Mapping[str, tuple[str, bytes]]) -> Any:
        path = "/" + request.match_info["path"]
        if path == "/gateway/bot":
            limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
            return {"url": self._socket(), "shards": 1, "session_start_limit": limit}
        asked: Any = body.get("list", body)
        if isinstance(asked, list):
            asked = [{k: v for k, v in one.items() if k not in NOT_PLAYED} for one in asked]
        return router.dispatch(
            self.backend,
            request.method,
            path,
            json=asked,
            params=dict(request.query),
            files=[_File(name, io.BytesIO(content)) for name, content in files.values()],
            reason=request.headers.get("X-Audit-Log-Reason"),
        )

    def _socket(self) -> str:
        return self.base.replace("http", "ws", 1) + "/gateway-socket"

    # --- The gateway ---------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        packed = request.query.get("compress") == "zlib-stream"
        line = Line(socket, request, zlib.compressobj() if packed else None)
        self._lines.add(line)
        writer = asyncio.create_task(line.write())
        line.send(plain(HELLO, {"heartbeat_interval": 41_250}))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(line, json.loads(message.data))
        finally:
            self._lines.discard(line)
            self.sessions = [one for one in self.sessions if one.line is not line]
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._changed.set()
        return socket

    def _hear(self, line: Line, told: Body) -> None:
        if told["op"] == HEARTBEAT:
            line.send(plain(ACK))
        elif told["op"] == IDENTIFY:
            session = Session("second", told["d"]["intents"], (0, 1), line)
            self.sessions.append(session)
            self.identified += 1
            self._greet(session)
        self._changed.set()

    def _greet(self, session: Session) -> None:
        guilds = list(self.backend.guilds.values())
        session.tell(
            "READY",
            {
                "v": 10,
                "user": dict(serializers.user_payload(self.backend.bot_user)),
                "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
                "session_id": session.id,
                "resume_gateway_url": self._socket(),
                "shard": [0, 1],
                "application": {"id": str(self.backend.application_id), "flags": 0},
            },
        )
        for one in guilds:
            self._tell_session(
                session, "GUILD_CREATE", serializers.guild_create_payload(self.backend, one)
            )

    def _tell(self, event: str, payload: Mapping[str, Any]) -> None:
        for session in self.sessions:
            self._tell_session(session, event, payload)
        self._changed.set()

    def _tell_session(self, session: Session, event: str, payload: Mapping[str, Any]) -> None:
        intents = discord.Intents.none()
        intents.value = session.intents
        wanted = required_intent(event, payload)
        if wanted is not None and not getattr(intents, wanted):
            return
        seen = copy.deepcopy(dict(payload))
        bot = self.backend.bot_user.id
        if not intents.message_content and event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            censor_message(seen, bot, backend=self.backend)
        if event == "GUILD_CREATE":
            prune_guild_create(seen, intents, bot)
        session.tell(event, seen)

    async def close(self) -> None:
        self.backend.subscribers.remove(self._tell)
        for line in list(self._lines):
            await line.socket.close(code=WSCloseCode.GOING_AWAY)


@asynccontextmanager
async def second_peer() -> AsyncIterator[SecondPeer]:
    """On a free port of loopback, with discord.py pointed at it inside the block."""
    env = simcord.Env(discord.Client(intents=discord.Intents.none()))
    # In a context of its own: what simcord puts there would answer the bot past the socket.
    await asyncio.create_task(env.start())
    peer = SecondPeer(env)
    runner = web.AppRunner(peer.app(), access_log=None, shutdown_timeout=1.0)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        peer.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        with pointed_at(peer.base):
            yield peer
    finally:
        await peer.close()
        await runner.cleanup()
        await asyncio.create_task(env.shutdown())
