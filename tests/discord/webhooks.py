"""Webhooks of channels (page "Webhook"): made by the bot or a person, executed under any name.

A nonce is no parameter of theirs: it is passed over, and the same words sent twice are two messages.
"""

import re
import zlib

from aiohttp import web

from tests.discord import limits
from tests.discord.checks import check_message, every
from tests.discord.messages import Messages
from tests.discord.refusals import Body, Findings, Refused, missing_permissions, unknown
from tests.discord.rest import read_body, require
from tests.discord.state import TEXT, Channel, Shown
from tests.discord.threads import change
from tests.discord.wire import may
from tests.discord.world import World

SENT = ("content", "embeds", "components", "allowed_mentions", "tts", "attachments")
SUPPRESS_EMBEDS, V2, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 15, 1 << 12
FLAGS = SUPPRESS_EMBEDS | V2 | SUPPRESS_NOTIFICATIONS
IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,.+")
NEVER = ("clyde", "discord")
YES = {"1", "true", "True"}


def check_name(found: Findings, field: str, name: object) -> None:
    """Page "Webhook" (Create Webhook)."""
    found.between((field,), name.strip() if isinstance(name, str) else name, 1, limits.WEBHOOK_NAME)
    for word in NEVER:
        if isinstance(name, str) and word in name.lower():
            words = f'Username cannot contain "{word}"'
            found.add((field,), "USERNAME_INVALID_CONTAINS", words)


def check_avatar(found: Findings, avatar: object) -> None:
    """Page "Reference" (Image Data)."""
    if avatar is not None and not IMAGE.fullmatch(str(avatar)):
        found.add(("avatar",), "IMAGE_INVALID", "Invalid image data")


def picture(of: str | None) -> str | None:
    """A hash in the place of Discord's own."""
    return f"{zlib.crc32(of.encode()):032x}" if of else None


def make(world: World, channel: Channel, body: Body, user: str, *, own: bool) -> Body:
    """Page "Webhook" (Webhook Object); `own` says whether the application made it."""
    assert channel.guild is not None
    made: Body = {"id": world.new_id(), "type": 1, "name": body["name"].strip()}
    made |= {"guild_id": channel.guild.id, "channel_id": channel.id, "user": world.users[user]}
    made |= {"avatar": picture(body.get("avatar")), "token": f"hook-{world.new_id()}"}
    made |= {"application_id": world.application if own else None}
    world.webhooks[made["id"]] = made
    changed(world, channel)
    return made


def changed(world: World, channel: Channel) -> None:
    assert channel.guild is not None
    told = {"guild_id": channel.guild.id, "channel_id": channel.id}
    world.tell("WEBHOOKS_UPDATE", told, channel.guild.id)


class Webhooks:
    def __init__(self, world: World, messages: Messages) -> None:
        self.world = world
        self.messages = messages

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10"
        add("POST", base + "/channels/{channel}/webhooks", self.create)
        add("GET", base + "/channels/{channel}/webhooks", self.of_channel)
        add("GET", base + "/guilds/{guild}/webhooks", self.of_guild)
        for hook in (base + "/webhooks/{webhook}", base + "/webhooks/{webhook}/{token}"):
            add("GET", hook, self.get)
            add("PATCH", hook, self.modify)
            add("DELETE", hook, self.delete)
        add("POST", hook, self.execute)
        add("GET", hook + "/messages/{message}", self.get_message)
        add("PATCH", hook + "/messages/{message}", self.edit_message)
        add("DELETE", hook + "/messages/{message}", self.delete_message)

    def place(self, request: web.Request) -> Channel:
        channel = self.world.channel(request.match_info["channel"])
        require(self.world, channel, "manage_webhooks")
        if channel.type != TEXT:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        return channel

    async def create(self, request: web.Request) -> web.Response:
        channel, (body, _) = self.place(request), await read_body(request)
        found = Findings()
        check_name(found, "name", body.get("name"))
        check_avatar(found, body.get("avatar"))
        found.refuse()
        if len(self.listed("channel_id", channel.id)) >= limits.WEBHOOKS:
            raise Refused(400, 30007, "Maximum number of webhooks reached (15)")
        own = self.world.application
        return web.json_response(make(self.world, channel, body, own, own=True))

    def listed(self, field: str, place: str) -> list[Body]:
        return [one for one in self.world.webhooks.values() if one[field] == place]

    async def of_channel(self, request: web.Request) -> web.Response:
        return web.json_response(self.listed("channel_id", self.place(request).id))

    async def of_guild(self, request: web.Request) -> web.Response:
        guild = self.world.guild(request.match_info["guild"])
        if not any(may(one, self.world.application, "manage_webhooks") for one in guild.channels):
            raise missing_permissions()
        return web.json_response(self.listed("guild_id", guild.id))

    def found(self, request: web.Request) -> Body:
        """The webhook that is named, where its token, if there is one in the address, is right."""
        hook = self.world.webhooks.get(request.match_info["webhook"])
        if hook is None:
            raise unknown("Webhook")
        if request.match_info.get("token", hook["token"]) != hook["token"]:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return hook

    def managed(self, request: web.Request) -> Body:
        """With its token anybody may; without, who manages webhooks there."""
        hook = self.found(request)
        if "token" not in request.match_info:
            require(self.world, self.world.channel(hook["channel_id"]), "manage_webhooks")
        return hook

    def told(self, request: web.Request, hook: Body) -> web.Response:
        """By its token it is told without its user."""
        bare = {key: value for key, value in hook.items() if key != "user"}
        return web.json_response(bare if "token" in request.match_info else hook)

    async def get(self, request: web.Request) -> web.Response:
        hook = self.found(request)
        if hook["application_id"] != self.world.application:
            self.managed(request)
        return self.told(request, hook)

    async def modify(self, request: web.Request) -> web.Response:
        hook, (body, _) = self.managed(request), await read_body(request)
        found = Findings()
        if "name" in body:
            check_name(found, "name", body["name"])
        check_avatar(found, body.get("avatar"))
        found.refuse()
        if "channel_id" in body and "token" not in request.match_info:
            moved = self.world.channel(str(body["channel_id"]))
            require(self.world, moved, "manage_webhooks")
            hook["channel_id"] = moved.id
        hook["name"] = str(body.get("name", hook["name"])).strip()
        if "avatar" in body:
            hook["avatar"] = picture(body["avatar"])
        changed(self.world, self.world.channel(hook["channel_id"]))
        return self.told(request, hook)

    async def delete(self, request: web.Request) -> web.Response:
        hook = self.managed(request)
        del self.world.webhooks[hook["id"]]
        changed(self.world, self.world.channel(hook["channel_id"]))
        return web.Response(status=204)

    def room(self, request: web.Request, hook: Body) -> Channel:
        """Its channel, or a thread in it."""
        wanted = request.query.get("thread_id")
        channel = self.world.channel(wanted or hook["channel_id"])
        if wanted and (channel.parent is None or channel.parent.id != hook["channel_id"]):
            raise unknown("Channel")
        return channel

    async def execute(self, request: web.Request) -> web.Response:
        hook, (body, files) = self.found(request), await read_body(request)
        channel = self.room(request, hook)
        found = Findings()
        if body.get("username") is not None:
            check_name(found, "username", body["username"])
        found.refuse()
        if body.get("thread_name"):
            words = "Webhooks can only create threads in forum channels"
            raise Refused(400, 220003, words)
        sent = self.sent(request, hook, body)
        check_message({**sent, "attachments": []}, files=len(files))
        self.messages.store(sent, files)
        if channel.archived:
            change(self.world, channel, {"archived": False})
        name = str(body.get("username") or hook["name"])
        author: Body = {"id": hook["id"], "username": name, "global_name": None, "bot": True}
        author |= {"avatar": picture(body.get("avatar_url")) or hook["avatar"]}
        author |= {"discriminator": "0000", "public_flags": 0}
        shown = self.messages.post(channel, author, sent, avatar_url=body.get("avatar_url"))
        if request.query.get("wait") not in YES:
            return web.Response(status=204)
        return web.json_response(shown.data)

    def sent(self, request: web.Request, hook: Body, body: Body) -> Body:
        """What of a form a webhook takes; components only of an application's own, or when asked."""
        sent = {key: body[key] for key in SENT if key in body}
        sent |= {"flags": int(body.get("flags") or 0) & FLAGS, "webhook_id": hook["id"]}
        if hook["application_id"] is not None:
            return sent | {"application_id": hook["application_id"]}
        if request.query.get("with_components") not in YES:
            sent.pop("components", None)
        elif any("custom_id" in one for one in every(sent.get("components") or [])):
            found = Findings()
            words = "Non-application-owned webhooks cannot send interactive components"
            found.add(("components",), "COMPONENT_TYPE_INVALID", words)
            found.refuse()
        return sent

    def message(self, request: web.Request) -> tuple[Channel, Shown]:
        hook = self.found(request)
        channel = self.room(request, hook)
        shown = channel.message(request.match_info["message"])
        if shown.author != hook["id"]:
            raise unknown("Message")
        return channel, shown

    async def get_message(self, request: web.Request) -> web.Response:
        return web.json_response(self.message(request)[1].data)

    async def edit_message(self, request: web.Request) -> web.Response:
        (channel, shown), (body, files) = self.message(request), await read_body(request)
        check_message(body, files=len(files), had=shown.data)
        self.messages.store(body, files, shown.data)
        self.messages.change(channel, shown, {key: body[key] for key in SENT if key in body})
        return web.json_response(shown.data)

    async def delete_message(self, request: web.Request) -> web.Response:
        channel, shown = self.message(request)
        self.messages.take_away(channel, shown)
        return web.Response(status=204)
