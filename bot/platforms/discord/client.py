"""The gateway: a client of discord.py without memories, from which raw events are taken.

Members, messages and presences are not kept, so that a thousand guilds fit into a small machine.
What a message says is read by `reading` from the payload itself, and everything that the library
makes of events is made behind a guard: one that it cannot read would end its whole client.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import discord

from bot.events import AgeGates, Role
from bot.platforms.discord.names import community_id, shared_room
from bot.platforms.discord.ports import Interactions
from bot.platforms.discord.reading import Payload
from bot.platforms.discord.supervise import Pauses

log = logging.getLogger(__name__)

Hear = Callable[[str, Payload], None]
"""An event's name and its payload."""

_HEARD = frozenset(
    {
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_DELETE",
        "MESSAGE_DELETE_BULK",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "TYPING_START",
    }
)
"""What the library need not make objects of."""
GATES = frozenset({"GUILD_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"})
"""What may change which channels are age-restricted (SAFETY A6)."""
_HEARD_TOO = frozenset({"READY", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE", *GATES})
_UNUSED = ("emojis", "presences", "soundboard_sounds", "stage_instances", "stickers")
"""Of a guild; with a thousand of them this is most of what they would take."""
_MANAGES = (
    discord.Permissions(administrator=True).value | discord.Permissions(manage_guild=True).value
)


def intents(*, members: bool, message_content: bool) -> discord.Intents:
    """Unprivileged but for the two that an operator can ask for."""
    chosen = discord.Intents.none()
    chosen.guilds = chosen.guild_messages = True
    chosen.dm_messages = chosen.dm_reactions = chosen.dm_typing = True
    chosen.members, chosen.message_content = members, message_content
    return chosen


class Gateway(discord.AutoShardedClient):
    """Inherits because the library is used that way; what it hears goes to `hear`."""

    def __init__(
        self,
        *,
        hear: Hear,
        interactions: Callable[[discord.Interaction], Any],
        intents: discord.Intents,
        guild_ready_timeout: float,
        identify_gap_s: float,
    ) -> None:
        super().__init__(
            intents=intents,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=guild_ready_timeout,
            # SAFETY H1: what it is stands beside its name.
            activity=discord.CustomActivity("Software that plays roles. Adults only."),
        )
        self._hear = hear
        self._identify_gap_s = identify_gap_s
        self._take_interaction = interactions
        parsers = self._connection.parsers
        for name, parse in list(parsers.items()):
            parsers[name] = self._guarded(name, parse)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants sessions to be begun one after the other, five seconds apart."""
        del shard_id
        if not initial:
            await asyncio.sleep(self._identify_gap_s)

    async def on_shard_connect(self, shard_id: int) -> None:
        self._line_stands(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._line_stands(shard_id)

    def _line_stands(self, shard_id: int) -> None:
        if shard := self.get_shard(shard_id):
            shard._parent._backoff = Pauses()  # type: ignore[assignment]  # noqa: SLF001 - the library has no way to choose it

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._take_interaction(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Neither the arguments nor the traceback: both may hold people's words (INVARIANT I8)."""
        log.error("discord: %s broke", event_method)

    def _guarded(self, name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def guarded(data: Any) -> None:
            try:
                if name == "GUILD_CREATE":
                    data = {key: value for key, value in data.items() if key not in _UNUSED}
                if name not in _HEARD:
                    parse(data)
                if name in _HEARD or name in _HEARD_TOO:
                    self._hear(name, data)
            except Exception as error:  # noqa: BLE001 - one event must not end the client
                log.warning("discord: a %s was not understood: %s", name, type(error).__name__)

        return guarded


def read_gates(guild: discord.Guild) -> AgeGates:
    """As the library has them, by each channel's own flag."""
    flagged = (str(one.id) for one in guild.channels if getattr(one, "nsfw", False))
    rooms = frozenset(shared_room(str(guild.id), channel).id for channel in flagged)
    return AgeGates(community_id(str(guild.id)), rooms)


def role_in(guild: discord.Guild | None, data: Mapping[str, Any]) -> Role:
    """Who may manage the guild is a moderator there. What is not known is nobody's right."""
    if guild is None:
        return Role.MEMBER
    user, member = str((data.get("author") or {}).get("id")), data.get("member") or {}
    if str(guild.owner_id) == user:
        return Role.MODERATOR
    held = guild.default_role.permissions.value
    for role_id in member.get("roles") or ():
        role = guild.get_role(int(role_id))
        held |= role.permissions.value if role else 0
    return Role.MODERATOR if held & _MANAGES else Role.MEMBER


__all__ = ["Gateway", "Hear", "Interactions", "intents", "role_in"]
