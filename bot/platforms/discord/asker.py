"""Who asks, where, and with which values: what an interaction says of itself. It answers nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from bot.events import Author, CommunityId, PersonId, Role, Room, RoomId
from bot.platforms.discord import names
from bot.text import Text

Data = Mapping[str, Any]
Sponsor = Callable[[PersonId], CommunityId | None]
"""Whose rules go with a person into their direct room."""

SUB_COMMAND = 1

FAILED = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What an answer can meet: a refusal, or a line that broke."""


class Refused(Exception):
    """What somebody asked comes to nothing, and this is what they are told."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


def author_of(interaction: discord.Interaction) -> Author:
    """Who may manage the guild is a moderator there; in a direct room everybody is a member."""
    user, permissions = interaction.user, interaction.permissions
    manages = interaction.guild_id is not None and (
        permissions.manage_guild or permissions.administrator
    )
    roles = user.roles if isinstance(user, discord.Member) else None
    return Author(
        id=names.person_id(str(user.id)),
        name=user.display_name,
        role=Role.MODERATOR if manages else Role.MEMBER,
        is_bot=user.bot,
        language=str(interaction.locale),
        roles=frozenset(str(role.id) for role in roles) if roles is not None else None,
        since=names.time_of(str(user.id)),
    )


def room_of(interaction: discord.Interaction, sponsor: Sponsor) -> Room:
    channel = str(interaction.channel_id)
    if interaction.guild_id is not None:
        return names.shared_room(str(interaction.guild_id), channel)
    return names.direct_room(channel, sponsor(names.person_id(str(interaction.user.id))))


def name_of(data: Data) -> str:
    """Of the command; of a group with what was chosen in it: `rules add`."""
    chosen = _chosen_in(data)
    return f"{data.get('name')} {chosen.get('name')}" if chosen else str(data.get("name"))


def gate_of(interaction: discord.Interaction) -> RoomId | None:
    """SAFETY A6: the age-restricted channel in which somebody asks; of a thread, its parent. Its
    own flag counts, and neither a guild's nor that it hides spoilers."""
    channel: Any = interaction.channel
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    if interaction.guild_id is None or getattr(channel, "nsfw", None) is not True:
        return None
    return names.shared_room(str(interaction.guild_id), str(channel.id)).id


def values_of(data: Data) -> dict[str, str]:
    """The options of a command, by name."""
    return {str(one["name"]): str(one["value"]) for one in _options(data)}


def files_of(data: Data) -> list[Data]:
    """What was attached to its options."""
    found = (data.get("resolved") or {}).get("attachments") or {}
    named = (str(one.get("value")) for one in _options(data))
    return [found[id_] for id_ in named if id_ in found]


def typing_in(data: Data) -> tuple[str, str] | None:
    """The option that somebody is just filling in, and what stands in it."""
    for one in _options(data):
        if one.get("focused"):
            return str(one["name"]), str(one["value"])
    return None


@dataclass(frozen=True, slots=True)
class ChosenMessage:
    id: str
    written_by: PersonId
    text: str


def chosen_message(data: Data) -> ChosenMessage:
    """Of a message's menu."""
    target = str(data.get("target_id"))
    message = ((data.get("resolved") or {}).get("messages") or {}).get(target) or {}
    author = names.person_id(str((message.get("author") or {}).get("id")))
    return ChosenMessage(target, author, str(message.get("content") or ""))


def code_of(error: Exception) -> int:
    """Discord's own, for a log that holds nobody's words; 0 where it gave none."""
    return error.code if isinstance(error, discord.HTTPException) else 0


def _options(data: Data) -> Sequence[Data]:
    return (_chosen_in(data) or data).get("options") or ()


def _chosen_in(data: Data) -> Data | None:
    """Of a group."""
    options = data.get("options") or ()
    return options[0] if options and options[0].get("type") == SUB_COMMAND else None
