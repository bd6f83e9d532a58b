"""State as Discord writes it: payloads of channels, guilds, members, messages; what members may do."""

import re

from tests.discord.refusals import Body
from tests.discord.state import DM, EPHEMERAL, THREAD_PRIVATE, THREADS, Channel, Guild, Shown
from tests.discord.world import World

# Page "Permissions" (Bitwise Permission Flags).
PERMISSIONS = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "manage_roles": 1 << 28,
    "manage_webhooks": 1 << 29,
    "use_application_commands": 1 << 31,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "create_private_threads": 1 << 36,
    "send_messages_in_threads": 1 << 38,
    "moderate_members": 1 << 40,
}
MENTION = re.compile(r"<@!?(\d+)>")
ALL = (1 << 53) - 1


def bits(names: list[str]) -> int:
    return sum(PERMISSIONS[name] for name in names)


EVERYBODY = bits(
    [
        "add_reactions",
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "read_message_history",
        "use_application_commands",
        "create_public_threads",
        "create_private_threads",
        "send_messages_in_threads",
    ]
)


def allowed(channel: Channel, person: str) -> int:
    """Page "Permissions" (Permission Overwrites): guild, then everyone, roles, the member."""
    if channel.guild is None:
        return EVERYBODY
    guild = channel.guild
    if person not in guild.members:
        return 0
    own = {guild.id, *guild.members[person]}
    base = 0
    for role in guild.roles:
        base |= int(role["permissions"]) if role["id"] in own else 0
    if person == guild.owner or base & PERMISSIONS["administrator"]:
        return ALL
    place = channel.parent if channel.parent and channel.type in THREADS else channel
    layers = [{guild.id}, own - {guild.id}, {person}]
    for layer in layers:
        chosen = [one for one in place.overwrites if one["id"] in layer]
        for one in chosen:
            base &= ~int(one["deny"])
        for one in chosen:
            base |= int(one["allow"])
    if channel.type == THREAD_PRIVATE and person not in channel.people:
        return base if base & PERMISSIONS["manage_threads"] else 0
    return base


def may(channel: Channel, person: str, *names: str) -> bool:
    return all(allowed(channel, person) & PERMISSIONS[name] for name in names)


def member_payload(world: World, guild: Guild, person: str, *, with_user: bool = True) -> Body:
    member: Body = {
        "roles": list(guild.members.get(person, [])),
        "nick": None,
        "avatar": None,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }
    if with_user:
        member["user"] = world.known(person)
    return member


def channel_payload(world: World, channel: Channel) -> Body:
    last = channel.shown[-1].id if channel.shown else None
    payload: Body = {"id": channel.id, "type": channel.type, "last_message_id": last, "flags": 0}
    if channel.type == DM:
        payload["recipients"] = [world.users[person] for person in channel.people]
        return payload
    assert channel.guild is not None
    payload |= {
        "guild_id": channel.guild.id,
        "name": channel.name,
        "parent_id": channel.parent.id if channel.parent else None,
        "rate_limit_per_user": 0,
        "permissions": str(allowed(channel, world.application)),
    }
    if channel.type in THREADS:
        payload |= {
            "owner_id": channel.owner or world.application,
            "message_count": len(channel.shown),
            "total_message_sent": len(channel.messages),
            "member_count": min(len(channel.people), 50),
            "thread_metadata": {
                "archived": channel.archived,
                "auto_archive_duration": channel.archive_after,
                "archive_timestamp": channel.since or world.stamp(),
                "locked": channel.locked,
                "invitable": channel.invitable,
            },
        }
        if world.application in channel.people:
            payload["member"] = thread_member(channel, world.application)
    else:
        payload |= {
            "position": 0,
            "nsfw": channel.nsfw,
            "topic": None,
            "permission_overwrites": channel.overwrites,
        }
    return payload


def thread_member(channel: Channel, person: str) -> Body:
    """Page "Channel" (Thread Member Object)."""
    joined = channel.since or "2026-01-01T00:00:00+00:00"
    return {"id": channel.id, "user_id": person, "join_timestamp": joined, "flags": 0}


def guild_payload(world: World, guild: Guild, *, members: list[str]) -> Body:
    places = [one for one in guild.channels if one.type not in THREADS]
    threads = [
        one
        for one in guild.channels
        if one.type in THREADS and not one.archived and may(one, world.application, "view_channel")
    ]
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "owner_id": guild.owner,
        "roles": guild.roles,
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": [channel_payload(world, one) for one in places],
        "threads": [channel_payload(world, one) for one in threads],
        "members": [member_payload(world, guild, one) for one in members],
        "member_count": guild.size,
        "large": guild.size > 50,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "unavailable": False,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "nsfw": False,
    }


def message_payload(world: World, channel: Channel, author: Body, body: Body) -> Body:
    """A whole message from what was sent; mentions are what its words name."""
    content = str(body.get("content") or "")
    payload: Body = {
        "id": world.new_id(),
        "channel_id": channel.id,
        "author": author,
        "content": content,
        "timestamp": world.stamp(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": mentioned(world, content, body.get("allowed_mentions")),
        "mention_roles": [],
        "attachments": body.get("attachments") or [],
        "embeds": body.get("embeds") or [],
        "components": body.get("components") or [],
        "pinned": False,
        "type": 0,
        "flags": int(body.get("flags") or 0),
    }
    if body.get("nonce") is not None:
        payload["nonce"] = body["nonce"]
    return payload


def mentioned(world: World, content: str, rules: Body | None) -> list[Body]:
    ids = dict.fromkeys(MENTION.findall(content))
    named = [world.users[one] for one in ids if one in world.users]
    if rules is None or "users" in (rules.get("parse") or []):
        return named
    return [user for user in named if user["id"] in (rules.get("users") or [])]


def event_payload(world: World, channel: Channel, data: Body) -> Body:
    """A message as the gateway tells it: with its guild and its author's membership."""
    payload = dict(data)
    guild, author = channel.guild, str(data["author"]["id"])
    if guild is not None:
        payload["guild_id"] = guild.id
        if author in guild.members:
            payload["member"] = member_payload(world, guild, author, with_user=False)
    else:
        payload["channel_type"] = DM
    return payload


def is_private(shown: Shown) -> bool:
    return bool(shown.flags & EPHEMERAL)
