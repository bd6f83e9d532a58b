"""A gateway payload -> an event, or None where nobody said anything to this bot. Pure.

Payloads are read as they come, not as the library's objects: a field that is missing, as with
servers that only resemble Discord, is the plainest reading. What is broken raises whatever it
raises, and the caller lets that one event go.

Names, nicknames and everything else that a person can write are their words, and no more.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.events import Author, CommunityId, Edited, EventId, Message, Role, Room, Typing
from bot.platforms.discord.names import direct_room, person_id, shared_room, time_of

Payload = Mapping[str, Any]

_SAID = frozenset({0, 19})
"""Message types that a person writes: an ordinary one and a reply. The others are the service's."""
_MARKUP = re.compile(r"<@!?(\d+)>|<a?(:\w+:)\d+>")


@dataclass(frozen=True, slots=True)
class Own:
    """Who the bot is here, and who sponsors direct rooms where nobody was chosen."""

    id: str
    sponsor: CommunityId | None = None
    alone: Room | None = None
    """Where this very message was written, if it is a thread for one person and the bot."""


def member(_data: Payload) -> Role:
    return Role.MEMBER


def read_message(
    data: Payload, own: Own, role: Callable[[Payload], Role] = member
) -> Message | None:
    """`role` looks up what the author is in the guild where they wrote; in direct rooms all are
    members."""
    if not is_persons(data) or not _is_for_bot(data, own):
        return None
    text = _text(data, own)
    if not text and "guild_id" in data and not _came_along(data):
        # A reply without a ping, whose words only the message content intent would show.
        return None
    reference = data.get("message_reference") or {}
    replied = reference.get("message_id")
    room = room_of(data, own)
    return Message(
        id=EventId(str(data["id"])),
        room=room,
        author=read_author(data, Role.MEMBER if room.is_direct else role(data)),
        text=text,
        at=time_of(data["id"]),
        reply_to=EventId(str(replied)) if replied else None,
    )


def read_edit(data: Payload, own: Own, role: Callable[[Payload], Role] = member) -> Edited | None:
    """None where only a link's preview, a pin or the like has changed."""
    edited = data.get("edited_timestamp")
    if not edited or "content" not in data or "author" not in data or not is_persons(data):
        return None
    if not _is_for_bot(data, own):
        return None
    room = room_of(data, own)
    return Edited(
        room=room,
        author=read_author(data, Role.MEMBER if room.is_direct else role(data)),
        id=EventId(str(data["id"])),
        text=_text(data, own),
        at=datetime.fromisoformat(edited).timestamp(),
    )


def read_typing(data: Payload, own: Own, name: str = "") -> Typing | None:
    """Of direct rooms only: in a guild nobody types to the bot."""
    if "guild_id" in data or str(data["user_id"]) == own.id:
        return None
    author = Author(person_id(str(data["user_id"])), name)
    return Typing(room_of(data, own), author)


def room_of(data: Payload, own: Own) -> Room:
    if own.alone is not None:
        return own.alone
    channel = str(data["channel_id"])
    if guild := data.get("guild_id"):
        return shared_room(str(guild), channel)
    return direct_room(channel, own.sponsor)


def read_author(data: Payload, role: Role = Role.MEMBER) -> Author:
    user, member = data["author"], data.get("member") or {}
    name = member.get("nick") or user.get("global_name") or user.get("username") or ""
    id_, roles = str(user["id"]), member.get("roles")
    return Author(
        person_id(id_),
        str(name),
        role,
        roles=None if roles is None else frozenset(map(str, roles)),
        since=time_of(id_),
    )


def is_persons(data: Payload) -> bool:
    is_bot = data["author"].get("bot") or data.get("webhook_id")
    return not is_bot and data.get("type", 0) in _SAID


def _is_for_bot(data: Payload, own: Own) -> bool:
    """In a guild, who mentions the bot or replies to it, or to a persona whom it gave a name."""
    if "guild_id" not in data or own.alone is not None:
        return True
    replied = data.get("referenced_message") or {}
    author = replied.get("author") or {}
    # An application has the number of its bot; only those of before 2016 have another.
    spoke = {str(author.get("id")), str(replied.get("application_id"))}
    return own.id in spoke or any(
        str(user.get("id")) == own.id for user in data.get("mentions") or ()
    )


def _came_along(data: Payload) -> bool:
    return any(data.get(what) for what in ("attachments", "sticker_items", "message_snapshots"))


def _text(data: Payload, own: Own) -> str:
    """With names in the place of ids, as a reader on Discord sees it; the bot's own is taken off."""
    named = {str(user.get("id")): user for user in data.get("mentions") or ()}

    def readable(found: re.Match[str]) -> str:
        user, emoji = found.groups()
        if emoji:
            return str(emoji)
        if user == own.id:
            return ""
        one = named.get(user, {})
        return f"@{one.get('global_name') or one.get('username') or 'someone'}"

    return _MARKUP.sub(readable, str(data.get("content") or "")).strip()
