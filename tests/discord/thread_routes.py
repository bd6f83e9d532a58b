"""Routes of threads, and of changing and deleting a channel (page "Channel")."""

from aiohttp import web

from tests.discord import threads
from tests.discord.refusals import Body, Refused, missing_permissions, unknown
from tests.discord.rest import read_body, require, seen
from tests.discord.state import DM, TEXT, THREAD_PRIVATE, THREAD_PUBLIC, THREADS, Channel
from tests.discord.wire import channel_payload, event_payload, may, member_payload, thread_member
from tests.discord.world import World

HAS_THREAD = 1 << 5


def wrong_type() -> Refused:
    return Refused(400, 50024, "Cannot execute action on this channel type")


class ThreadRoutes:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10/channels/{channel}"
        add("POST", base + "/threads", self.start)
        add("POST", base + "/messages/{message}/threads", self.start_from)
        add("GET", base + "/thread-members", self.members)
        add("GET", base + "/thread-members/{user}", self.member)
        add("PUT", base + "/thread-members/{user}", self.add)
        add("DELETE", base + "/thread-members/{user}", self.remove)
        add("GET", base + "/threads/archived/{kind}", self.archived)
        add("GET", base + "/users/@me/threads/archived/private", self.archived)
        add("GET", "/api/v10/guilds/{guild}/threads/active", self.active)
        add("PATCH", base, self.modify)
        add("DELETE", base, self.delete)

    def thread(self, request: web.Request) -> Channel:
        channel = seen(self.world, request)
        if channel.type not in THREADS:
            raise wrong_type()
        return channel

    async def start(self, request: web.Request) -> web.Response:
        """Page "Channel" (Start Thread without Message): private is what it is without a type."""
        parent, (body, _) = seen(self.world, request), await read_body(request)
        kind = body.get("type", THREAD_PRIVATE)
        which = "create_private_threads" if kind == THREAD_PRIVATE else "create_public_threads"
        if parent.type != TEXT or kind not in {THREAD_PRIVATE, THREAD_PUBLIC}:
            raise wrong_type()
        require(self.world, parent, which)
        made = threads.start(self.world, parent, body, kind, self.world.application)
        return web.json_response(channel_payload(self.world, made), status=201)

    async def start_from(self, request: web.Request) -> web.Response:
        """A thread from a message has its id, so there is one at most."""
        parent, (body, _) = seen(self.world, request), await read_body(request)
        if parent.type != TEXT:
            raise wrong_type()
        require(self.world, parent, "create_public_threads", "read_message_history")
        message = parent.message(request.match_info["message"])
        if message.id in self.world.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        own = self.world.application
        made = threads.start(self.world, parent, body, THREAD_PUBLIC, own, thread=message.id)
        payload = channel_payload(self.world, made)
        message.data |= {"flags": message.flags | HAS_THREAD, "thread": payload}
        assert parent.guild is not None
        told = event_payload(self.world, parent, message.data)
        self.world.tell("MESSAGE_UPDATE", told, parent.guild.id)
        return web.json_response(payload, status=201)

    async def members(self, request: web.Request) -> web.Response:
        channel = self.thread(request)
        return web.json_response([thread_member(channel, one) for one in channel.people])

    async def member(self, request: web.Request) -> web.Response:
        channel, person = self.thread(request), self.named(request)
        if person not in channel.people or channel.guild is None:
            raise unknown("Member")
        told = thread_member(channel, person)
        if request.query.get("with_member") in {"1", "true", "True"}:
            told["member"] = member_payload(self.world, channel.guild, person)
        return web.json_response(told)

    def named(self, request: web.Request) -> str:
        person = request.match_info["user"]
        return self.world.application if person == "@me" else person

    async def add(self, request: web.Request) -> web.Response:
        channel, person, own = self.thread(request), self.named(request), self.world.application
        threads.awake(channel)
        if channel.guild is None or not channel.guild.has(person):
            raise unknown("Member")
        if person != own:
            require(self.world, channel, "send_messages_in_threads")
            closed = channel.type == THREAD_PRIVATE and not channel.invitable
            if closed and channel.owner != own and not may(channel, own, "manage_threads"):
                raise missing_permissions()
        threads.join(self.world, channel, person, by=own)
        return web.Response(status=204)

    async def remove(self, request: web.Request) -> web.Response:
        channel, person, own = self.thread(request), self.named(request), self.world.application
        threads.awake(channel)
        creator = channel.type == THREAD_PRIVATE and channel.owner == own
        if person != own and not creator and not may(channel, own, "manage_threads"):
            raise missing_permissions()
        threads.leave(self.world, channel, person, by=own)
        return web.Response(status=204)

    def listed(self, found: list[Channel]) -> Body:
        own = self.world.application
        return {
            "threads": [channel_payload(self.world, one) for one in found],
            "members": [thread_member(one, own) for one in found if own in one.people],
        }

    async def active(self, request: web.Request) -> web.Response:
        guild, own = self.world.guild(request.match_info["guild"]), self.world.application
        inside = [one for one in guild.channels if one.type in THREADS and not one.archived]
        return web.json_response(
            self.listed([one for one in inside if may(one, own, "view_channel")])
        )

    async def archived(self, request: web.Request) -> web.Response:
        """Newest first; of private ones all for a moderator, one's own for everybody else."""
        parent, own = seen(self.world, request), self.world.application
        kind, joined = request.match_info.get("kind"), "kind" not in request.match_info
        require(self.world, parent, "read_message_history")
        if kind == "private":
            require(self.world, parent, "manage_threads")
        wanted = THREAD_PUBLIC if kind == "public" else THREAD_PRIVATE
        inside = [] if parent.guild is None else parent.guild.channels
        found = [
            one
            for one in inside
            if one.parent is parent and one.archived and one.type == wanted
            if not joined or own in one.people
        ]
        found.sort(key=lambda one: int(one.id) if joined else one.since, reverse=True)
        before = request.query.get("before")
        if before is not None:
            found = [
                one
                for one in found
                if (int(one.id) < int(before) if joined else one.since < before)
            ]
        limit = int(request.query.get("limit", "50"))
        more = {"has_more": len(found) > limit}
        return web.json_response(self.listed(found[:limit]) | more)

    async def modify(self, request: web.Request) -> web.Response:
        """A thread as its page says; of a channel its name and its age restriction."""
        channel, (body, _) = seen(self.world, request), await read_body(request)
        if channel.type in THREADS:
            threads.edit(self.world, channel, body)
            return web.json_response(channel_payload(self.world, channel))
        if channel.guild is None:
            raise wrong_type()
        require(self.world, channel, "manage_channels")
        threads.check(body, {"name"} & body.keys())
        channel.name = body.get("name", channel.name)
        channel.nsfw = bool(body.get("nsfw", channel.nsfw))
        payload = channel_payload(self.world, channel)
        self.world.tell("CHANNEL_UPDATE", payload, channel.guild.id)
        return web.json_response(payload)

    async def delete(self, request: web.Request) -> web.Response:
        channel = seen(self.world, request)
        payload = channel_payload(self.world, channel)
        if channel.type != DM:
            threaded = channel.type in THREADS
            require(self.world, channel, "manage_threads" if threaded else "manage_channels")
            threads.delete(self.world, channel)
        return web.json_response(payload)
