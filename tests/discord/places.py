"""Routes of places and people: users, direct messages, guilds, roles, members, channels, files."""

from aiohttp import web

from tests.discord.refusals import Body, unknown
from tests.discord.rest import read_body, seen
from tests.discord.state import THREADS
from tests.discord.wire import channel_payload, guild_payload, member_payload
from tests.discord.world import World


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
        add("GET", base + "/files/{file}", self.file)

    async def me(self, request: web.Request) -> web.Response:
        return web.json_response(self.world.users[self.world.application])

    async def user(self, request: web.Request) -> web.Response:
        person = request.match_info["user"]
        found = self.world.known(person)
        if found is None:
            raise unknown("User")
        return web.json_response(found)

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
        if not guild.has(person):
            raise unknown("Member")
        return web.json_response(member_payload(self.world, guild, person))

    async def channel(self, request: web.Request) -> web.Response:
        channel = seen(self.world, request)
        return web.json_response(channel_payload(self.world, channel))

    async def file(self, request: web.Request) -> web.Response:
        if request.match_info["file"] not in self.world.files:
            raise web.HTTPNotFound
        return web.Response(body=self.world.files[request.match_info["file"]])
