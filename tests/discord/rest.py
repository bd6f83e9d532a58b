"""The door of REST v10: who asks, what it meets, what it answers; and the routes of places and people."""

import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.discord.faults import Faults, Request, route_of
from tests.discord.refusals import Body, Refused, closed_to_messages, missing_access, unknown
from tests.discord.state import TEXT, THREAD_PRIVATE, THREAD_PUBLIC, THREADS, Channel, World
from tests.discord.wire import (
    channel_payload,
    guild_payload,
    is_private,
    may,
    member_payload,
)

OPEN = ("/interactions/", "/webhooks/", "/files/", "/gateway-socket")
"""What is reached without the bot's token: the address holds one of its own."""


def json_body(text: str) -> Body:
    try:
        body = json.loads(text)
    except ValueError:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None
    return {"list": body} if isinstance(body, list) else dict(body)


async def read_body(request: web.Request) -> tuple[Body, dict[str, tuple[str, bytes]]]:
    """A JSON body, or a multipart one with `payload_json` and files (page "Reference", Uploading)."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json_body(text) if text else {}), {}
    form = await request.post()
    files = {
        name: (part.filename, part.file.read())
        for name, part in form.items()
        if isinstance(part, web.FileField)
    }
    return json_body(str(form.get("payload_json", "{}"))), files


async def unauthorized() -> web.Response:
    return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)


def door(world: World, faults: Faults) -> Any:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/gateway-socket"):
            return await handler(request)
        response: web.StreamResponse | None = await faults.meet(request, world.now())
        try:
            if response is None:
                path = request.path.removeprefix("/api/v10")
                known = request.headers.get("Authorization") == f"Bot {world.token}"
                inside = known or path.startswith(OPEN)
                response = await (handler(request) if inside else unauthorized())
        except Refused as refused:
            response = web.json_response(refused.body, status=refused.status)
        except web.HTTPNotFound:
            response = web.json_response({"message": "404: Not Found", "code": 0}, status=404)
        response.headers["Via"] = "1.1 loopback"
        if response.content_type == "application/json":
            # Discord names no charset, and discord.py reads JSON only under exactly this name.
            response.headers["Content-Type"] = "application/json"
        response.headers.update(faults.headers(request, world.now()))
        line = Request(route_of(request), request.path, response.status, world.now())
        faults.requests.append(line)
        world.changed()
        return response

    return answer


class Places:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10"
        add("GET", base + "/users/@me", self.me)
        add("GET", base + "/users/{user}", self.user)
        add("GET", base + "/applications/@me", self.application)
        add("GET", base + "/oauth2/applications/@me", self.application)
        add("GET", base + "/gateway/bot", self.gateway)
        add("GET", base + "/gateway", self.gateway)
        add("POST", base + "/users/@me/channels", self.open_dm)
        add("GET", base + "/guilds/{guild}", self.guild)
        add("GET", base + "/guilds/{guild}/channels", self.channels)
        add("GET", base + "/guilds/{guild}/roles", self.roles)
        add("GET", base + "/guilds/{guild}/members/{user}", self.member)
        add("GET", base + "/channels/{channel}", self.channel)
        add("POST", base + "/channels/{channel}/threads", self.thread)
        add("PUT", base + "/channels/{channel}/thread-members/{user}", self.join)
        add("GET", base + "/files/{file}", self.file)

    async def me(self, request: web.Request) -> web.Response:
        return web.json_response(self.world.users[self.world.application])

    async def user(self, request: web.Request) -> web.Response:
        person = request.match_info["user"]
        if person not in self.world.users:
            raise unknown("User")
        return web.json_response(self.world.users[person])

    async def application(self, request: web.Request) -> web.Response:
        own = self.world.users[self.world.application]
        body: Body = {"id": own["id"], "name": own["username"], "icon": None, "description": ""}
        body |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "", "flags": 0}
        return web.json_response(body | {"owner": own, "team": None, "bot": own})

    async def gateway(self, request: web.Request) -> web.Response:
        url = self.world.base.replace("http", "ws", 1) + "/gateway-socket"
        start: Body = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 16}
        body: Body = {"url": url, "shards": self.world.shards, "session_start_limit": start}
        return web.json_response(body)

    async def open_dm(self, request: web.Request) -> web.Response:
        body, _ = await read_body(request)
        channel = self.world.dm(str(body.get("recipient_id")))
        return web.json_response(channel_payload(self.world, channel))

    async def guild(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        return web.json_response(guild_payload(self.world, guild, members=[]))

    async def channels(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        places = [one for one in guild.channels if one.type not in THREADS]
        return web.json_response([channel_payload(self.world, one) for one in places])

    async def roles(self, request: web.Request) -> web.Response:
        return web.json_response(self.world.guild(request.match_info["guild"]).roles)

    async def member(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        person = request.match_info["user"]
        if person not in guild.members:
            raise unknown("Member")
        return web.json_response(member_payload(self.world, guild, person))

    async def channel(self, request: web.Request) -> web.Response:
        channel = self.seen(request)
        return web.json_response(channel_payload(self.world, channel))

    def seen(self, request: web.Request) -> Channel:
        channel = self.world.channel(request.match_info["channel"])
        if not may(channel, self.world.application, "view_channel"):
            raise missing_access()
        return channel

    async def thread(self, request: web.Request) -> web.Response:
        """Page "Channel" (Start Thread without Message): private is what it is without a type."""
        parent, (body, _) = self.seen(request), await read_body(request)
        kind = body.get("type", THREAD_PRIVATE)
        which = "create_private_threads" if kind == THREAD_PRIVATE else "create_public_threads"
        if parent.type != TEXT or kind not in {THREAD_PRIVATE, THREAD_PUBLIC}:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        if not may(parent, self.world.application, which):
            raise Refused(403, 50013, "Missing Permissions")
        if not 1 <= len(body.get("name") or "") <= 100:
            raise Refused(400, 50035, "Invalid Form Body", {"name": {"_errors": []}})
        assert parent.guild is not None
        made = Channel(self.world.new_id(), kind, body["name"], parent.guild, parent=parent)
        made.people.append(self.world.application)
        parent.guild.channels.append(made)
        self.world.channels[made.id] = made
        payload = channel_payload(self.world, made)
        self.world.tell("THREAD_CREATE", payload | {"newly_created": True}, parent.guild.id)
        return web.json_response(payload, status=201)

    async def join(self, request: web.Request) -> web.Response:
        channel, person = self.seen(request), request.match_info["user"]
        if channel.type not in THREADS:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        if channel.guild is None or person not in channel.guild.members:
            raise unknown("Member")
        channel.people.append(person)
        self.world.changed()
        return web.Response(status=204)

    async def file(self, request: web.Request) -> web.Response:
        if request.match_info["file"] not in self.world.files:
            raise web.HTTPNotFound
        return web.Response(body=self.world.files[request.match_info["file"]])


def require(world: World, channel: Channel, *names: str) -> None:
    """What the bot must be allowed to do here; a person whose messages are closed gets none."""
    if channel.guild is None and channel.people[0] in world.closed:
        raise closed_to_messages()
    if not may(channel, world.application, "view_channel"):
        raise missing_access()
    if not may(channel, world.application, *names):
        raise Refused(403, 50013, "Missing Permissions")


__all__ = ["Places", "door", "is_private", "read_body", "require"]
