"""Members as the gateway tells them: with their guild, and on request (page "Gateway Events")."""

from collections.abc import Iterator

from tests.discord.intents import GUILD_MEMBERS
from tests.discord.refusals import Body
from tests.discord.state import Guild
from tests.discord.wire import guild_payload, member_payload
from tests.discord.world import World

LARGE = 50
"""Page "Gateway Events" (Identify): `large_threshold` where a client names none."""
ASKED_FOR = 100
PAGE = 1000


def whole(world: World, guild: Guild, intents: int) -> Body:
    """All members of a small guild come only with their intent, else the bot alone."""
    everybody = intents & GUILD_MEMBERS and guild.size <= LARGE
    members = guild.everybody() if everybody else [world.application]
    return guild_payload(world, guild, members=members)


def chunks(world: World, data: Body, intents: int) -> Iterator[Body]:
    """Page "Gateway Events" (Request Guild Members)."""
    guild = world.guild(str(data["guild_id"]))
    asked = data.get("user_ids") or []
    wanted = [str(one) for one in (asked if isinstance(asked, list) else [asked])]
    query, limit = data.get("query"), int(data.get("limit") or 0)
    if query == "" and limit == 0:
        if not intents & GUILD_MEMBERS:
            return
        chosen = guild.everybody()
    elif query is not None:
        named = [one for one in guild.everybody() if called(world, one).startswith(query.lower())]
        chosen = named[: min(limit or ASKED_FOR, ASKED_FOR)]
    else:
        chosen = [one for one in wanted[:ASKED_FOR] if guild.has(one)]
    pages = [chosen[at : at + PAGE] for at in range(0, len(chosen), PAGE)] or [[]]
    for number, page in enumerate(pages):
        told: Body = {
            "guild_id": guild.id,
            "members": [member_payload(world, guild, one) for one in page],
            "chunk_index": number,
            "chunk_count": len(pages),
            "not_found": [one for one in wanted if not guild.has(one)],
        }
        nonce = data.get("nonce")
        yield told | ({"nonce": nonce} if nonce and len(nonce.encode()) <= 32 else {})


def called(world: World, person: str) -> str:
    return str((world.known(person) or {}).get("username", ""))
