"""Which intent each event needs, and what is withheld without message content (page "Gateway")."""

from tests.discord.refusals import Body
from tests.discord.world import World

GUILDS, GUILD_MEMBERS, GUILD_WEBHOOKS = 1, 1 << 1, 1 << 5
GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 9, 1 << 10, 1 << 11
DM_MESSAGES, DM_REACTIONS, DM_TYPING, CONTENT = 1 << 12, 1 << 13, 1 << 14, 1 << 15

# Page "Gateway" (List of Intents): in a guild, in a direct message.
NEEDS = {
    "MESSAGE": (GUILD_MESSAGES, DM_MESSAGES),
    "MESSAGE_REACTION": (GUILD_REACTIONS, DM_REACTIONS),
    "TYPING": (GUILD_TYPING, DM_TYPING),
    "GUILD_MEMBER": (GUILD_MEMBERS, GUILD_MEMBERS),
    "GUILD": (GUILDS, GUILDS),
    "CHANNEL": (GUILDS, 0),
    "THREAD": (GUILDS, GUILDS),
    "WEBHOOKS": (GUILD_WEBHOOKS, GUILD_WEBHOOKS),
}


def needed(event: str, *, in_guild: bool) -> int:
    """The intent without which an event is not told; the longest name wins."""
    for name in sorted(NEEDS, key=len, reverse=True):
        if event.startswith(f"{name}_"):
            return NEEDS[name][0 if in_guild else 1]
    return 0


def without_content(world: World, intents: int, data: Body) -> Body:
    """Page "Gateway" (Message Content Intent): own, direct and mentioning ones stay whole."""
    own = world.application
    if intents & CONTENT or "guild_id" not in data or "author" not in data:
        return data
    if data["author"]["id"] == own or any(one["id"] == own for one in data["mentions"]):
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}
