"""Reactions over REST and as the gateway tells them (page "Message")."""

from collections import Counter
from urllib.parse import unquote

from aiohttp import web

from tests.discord import limits
from tests.discord.refusals import Body, Refused, unknown
from tests.discord.rest import require
from tests.discord.state import Channel, Shown
from tests.discord.threads import awake
from tests.discord.wire import may, member_payload
from tests.discord.world import World


class Reactions:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10/channels/{channel}/messages/{message}/reactions"
        add("DELETE", base, self.clear)
        add("GET", base + "/{emoji}", self.who)
        add("DELETE", base + "/{emoji}", self.clear)
        add("PUT", base + "/{emoji}/@me", self.put)
        add("DELETE", base + "/{emoji}/{user}", self.delete)

    def found(self, request: web.Request, *names: str) -> tuple[Channel, Shown, str]:
        channel = self.world.channel(request.match_info["channel"])
        require(self.world, channel, *names)
        shown = channel.message(request.match_info["message"])
        emoji = unquote(request.match_info.get("emoji", ""))
        # A guild's own emojis are not modelled; a plain word is none (10014).
        if emoji.isascii() and "emoji" in request.match_info:
            raise unknown("Emoji")
        return channel, shown, emoji

    async def put(self, request: web.Request) -> web.Response:
        """The permission is needed only for an emoji that nobody put there yet."""
        channel, shown, emoji = self.found(request, "read_message_history")
        awake(channel)
        there = {one for _, one in shown.reactions}
        if emoji not in there:
            require(self.world, channel, "add_reactions")
        if emoji not in there and len(there) >= limits.REACTIONS:
            raise Refused(400, 30010, "Maximum number of reactions reached (20)")
        reacts(self.world, channel, shown, self.world.application, emoji)
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.Response:
        channel, shown, emoji = self.found(request)
        person = request.match_info["user"]
        awake(channel)
        if person != "@me":
            require(self.world, channel, "manage_messages")
        who = self.world.application if person == "@me" else person
        reacts(self.world, channel, shown, who, emoji, away=True)
        return web.Response(status=204)

    async def who(self, request: web.Request) -> web.Response:
        _, shown, emoji = self.found(request)
        people = [person for person, one in shown.reactions if one == emoji]
        after, limit = request.query.get("after", "0"), int(request.query.get("limit", "25"))
        if not 1 <= limit <= 100:
            raise Refused(400, 50035, "Invalid Form Body", {"limit": {"_errors": []}})
        chosen = sorted((one for one in people if int(one) > int(after)), key=int)
        return web.json_response([self.world.users[one] for one in chosen[:limit]])

    async def clear(self, request: web.Request) -> web.Response:
        """All of them, or all of one emoji."""
        channel, shown, emoji = self.found(request, "manage_messages")
        if channel.guild is None:
            raise Refused(403, 50003, "Cannot execute action on a DM channel")
        shown.reactions = [pair for pair in shown.reactions if emoji and pair[1] != emoji]
        counted(self.world, shown)
        told: Body = {"channel_id": channel.id, "message_id": shown.id}
        told |= {"guild_id": channel.guild.id}
        if emoji:
            named = {"emoji": {"id": None, "name": emoji}}
            self.world.tell("MESSAGE_REACTION_REMOVE_EMOJI", told | named, channel.guild.id)
        else:
            self.world.tell("MESSAGE_REACTION_REMOVE_ALL", told, channel.guild.id)
        return web.Response(status=204)


def reacts(
    world: World, channel: Channel, shown: Shown, person: str, emoji: str, *, away: bool = False
) -> None:
    """Puts one there or takes it away, whoever does it; nothing happens twice."""
    pair = (person, emoji)
    if (pair in shown.reactions) != away:
        return
    shown.reactions.remove(pair) if away else shown.reactions.append(pair)
    counted(world, shown)
    told: Body = {"user_id": person, "channel_id": channel.id, "message_id": shown.id}
    told |= {"emoji": {"id": None, "name": emoji}, "burst": False, "type": 0}
    guild = channel.guild
    if guild is not None:
        told["guild_id"] = guild.id
    if guild is not None and person in guild.members and not away:
        told["member"] = member_payload(world, guild, person)
    if not away:
        told["message_author_id"] = shown.author
    event = "MESSAGE_REACTION_REMOVE" if away else "MESSAGE_REACTION_ADD"
    world.tell(event, told, guild.id if guild else None)


def counted(world: World, shown: Shown) -> None:
    """Page "Message" (Reaction Object), in the order in which they came."""
    counts = Counter(emoji for _, emoji in shown.reactions)
    shown.data["reactions"] = [
        {
            "emoji": {"id": None, "name": emoji},
            "count": number,
            "count_details": {"burst": 0, "normal": number},
            "me": (world.application, emoji) in shown.reactions,
            "me_burst": False,
            "burst_colors": [],
        }
        for emoji, number in counts.items()
    ]


def may_react(channel: Channel, shown: Shown, person: str, emoji: str) -> bool:
    known = emoji in {one for _, one in shown.reactions}
    needed = ("view_channel", "read_message_history", *(() if known else ("add_reactions",)))
    return not channel.archived and may(channel, person, *needed)
