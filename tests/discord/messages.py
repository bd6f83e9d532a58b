"""Messages over REST (pages "Message" and "Channel"): made, changed, taken away, read."""

from aiohttp import web

from tests.discord import limits
from tests.discord.checks import check_message
from tests.discord.files import Files, attachments
from tests.discord.refusals import Body, Refused, anothers_message
from tests.discord.rest import read_body, require
from tests.discord.state import Channel, Seen, Shown
from tests.discord.threads import awake, speaking, wake
from tests.discord.wire import event_payload, is_private, message_payload
from tests.discord.world import World

CHANGEABLE = ("content", "embeds", "components", "flags", "attachments")


class Messages:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10/channels/{channel}"
        add("POST", base + "/messages", self.create)
        add("GET", base + "/messages", self.history)
        add("GET", base + "/messages/{message}", self.get)
        add("PATCH", base + "/messages/{message}", self.edit)
        add("DELETE", base + "/messages/{message}", self.delete)
        add("POST", base + "/typing", self.typing)

    def channel(self, request: web.Request, *names: str) -> Channel:
        channel = self.world.channel(request.match_info["channel"])
        require(self.world, channel, *names)
        return channel

    def store(self, body: Body, files: Files, had: Body | None = None) -> None:
        """Puts into the form what the message will hold; an edit without files keeps what it had."""
        if had is None or files or "attachments" in body:
            body["attachments"] = attachments(self.world, body, files, had)

    def post(
        self,
        channel: Channel,
        author: Body,
        body: Body,
        *,
        only_for: str | None = None,
        avatar_url: str | None = None,
    ) -> Shown:
        """Puts a checked message into a channel and tells the gateway, unless one person sees it."""
        data = message_payload(self.world, channel, author, body)
        data |= {key: body[key] for key in ("webhook_id", "application_id") if key in body}
        if reference := body.get("message_reference"):
            data |= {"type": 19, "message_reference": {"channel_id": channel.id, **reference}}
            wanted = str(reference["message_id"])
            found = [one for one in channel.shown if one.id == wanted]
            if not found and reference.get("fail_if_not_exists", True):
                words = {
                    "message_reference": {
                        "_errors": [
                            {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
                        ]
                    }
                }
                raise Refused(400, 50035, "Invalid Form Body", words)
            data["referenced_message"] = found[0].data if found else None
        shown = Shown(data, only_for=only_for, avatar_url=avatar_url)
        self.saw(shown)
        channel.messages.append(shown)
        if only_for is None:
            guild = channel.guild.id if channel.guild else None
            self.world.tell("MESSAGE_CREATE", event_payload(self.world, channel, shown.data), guild)
        self.world.changed()
        return shown

    def saw(self, shown: Shown) -> None:
        data = shown.data
        now = Seen(self.world.now(), data["content"], data["components"], data["embeds"])
        shown.history.append(now)

    def change(self, channel: Channel, shown: Shown, body: Body) -> None:
        shown.data |= {key: body[key] for key in CHANGEABLE if body.get(key) is not None}
        if "content" in body:
            shown.data["content"] = body["content"] or ""
        shown.data["edited_timestamp"] = self.world.stamp()
        self.saw(shown)
        if not is_private(shown):
            guild = channel.guild.id if channel.guild else None
            self.world.tell("MESSAGE_UPDATE", event_payload(self.world, channel, shown.data), guild)
        self.world.changed()

    def take_away(self, channel: Channel, shown: Shown) -> None:
        shown.deleted = True
        if not is_private(shown):
            gone: Body = {"id": shown.id, "channel_id": channel.id}
            guild = channel.guild.id if channel.guild else None
            self.world.tell("MESSAGE_DELETE", gone | ({"guild_id": guild} if guild else {}), guild)
        self.world.changed()

    async def create(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        channel = self.world.channel(request.match_info["channel"])
        require(self.world, channel, speaking(channel))
        check_message({**body, "attachments": []}, files=len(files))
        nonce = body.get("nonce")
        if nonce is not None and body.get("enforce_nonce"):
            recent = [one for one in channel.shown if self.world.now() - one.at <= limits.NONCE_S]
            for one in recent:
                if one.data.get("nonce") == nonce and one.author == self.world.application:
                    return web.json_response(one.data)
        if files:
            require(self.world, channel, "attach_files")
        self.store(body, files)
        wake(self.world, channel, self.world.application)
        shown = self.post(channel, self.world.users[self.world.application], body)
        return web.json_response(shown.data)

    async def history(self, request: web.Request) -> web.Response:
        channel = self.channel(request, "read_message_history")
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise Refused(400, 50035, "Invalid Form Body", {"limit": {"_errors": []}})
        found = [one.data for one in channel.shown]
        if before := request.query.get("before"):
            found = [one for one in found if int(one["id"]) < int(before)]
        if after := request.query.get("after"):
            later = [one for one in found if int(one["id"]) > int(after)]
            return web.json_response(list(reversed(later[:limit])))
        return web.json_response(list(reversed(found))[:limit])

    async def get(self, request: web.Request) -> web.Response:
        channel = self.channel(request, "read_message_history")
        return web.json_response(channel.message(request.match_info["message"]).data)

    async def edit(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        channel = self.channel(request)
        shown = channel.message(request.match_info["message"])
        if shown.author != self.world.application:
            raise anothers_message()
        awake(channel)
        check_message(body, files=len(files), had=shown.data)
        self.store(body, files, shown.data)
        self.change(channel, shown, body)
        return web.json_response(shown.data)

    async def delete(self, request: web.Request) -> web.Response:
        channel = self.channel(request)
        shown = channel.message(request.match_info["message"])
        if shown.author != self.world.application:
            if channel.guild is None:
                raise Refused(403, 50003, "Cannot execute action on a DM channel")
            require(self.world, channel, "manage_messages")
        self.take_away(channel, shown)
        return web.Response(status=204)

    async def typing(self, request: web.Request) -> web.Response:
        channel = self.channel(request)
        require(self.world, channel, speaking(channel))
        channel.typing.append(self.world.now())
        self.world.changed()
        return web.Response(status=204)
