"""Guilds as a test makes them: one with its owner, or a thousand whose members are only numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.discord.commands import permitted
from tests.discord.offers import FOR_CHANNEL, FOR_PERSON, FOR_ROLE
from tests.discord.refusals import Body
from tests.discord.state import TEXT, Channel, Guild
from tests.discord.wire import EVERYBODY
from tests.discord.world import World


def new_guild(world: World, name: str, owner: str) -> Guild:
    # The number before a guild's own means all its channels (page "Application Commands").
    made = Guild(str(world.new_ids(2)[1]), name, owner)
    made.roles.append(role_payload(made.id, "@everyone", EVERYBODY))
    made.members = {world.application: [], owner: []}
    world.guilds[made.id] = made
    return made


@dataclass(frozen=True, slots=True)
class Size:
    """What each of many guilds has."""

    members: int
    channels: int = 1
    roles: int = 0


def crowded(world: World, owner: str, count: int, size: Size) -> Iterator[Guild]:
    """A millisecond apart, so that they spread over shards."""
    for number in range(count):
        world.ahead_s += 0.001
        made = new_guild(world, f"Guild {number}", owner)
        made.crowd = world.new_ids(max(0, size.members - len(made.members)))
        named = (role_payload(world.new_id(), f"Role {one}", 0) for one in range(size.roles))
        made.roles += named
        for one in range(size.channels):
            channel = Channel(world.new_id(), TEXT, f"talk-{one}", made)
            made.channels.append(channel)
            world.channels[channel.id] = channel
        yield made


def role_payload(role: str, name: str, permissions: int) -> Body:
    """Page "Permissions" (Role Object)."""
    payload: Body = {"id": role, "name": name, "permissions": str(permissions), "color": 0}
    payload |= {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
    payload |= {"hoist": False, "position": 0, "managed": False, "mentionable": False}
    return payload | {"flags": 0}


def permit(world: World, guild: Guild, command: str, whom: str, *, allowed: bool) -> None:
    """What a guild's moderators say of a command: for a role, a person or a channel by its id."""
    named = [one for place in ("", guild.id) for one in world.commands.get(place, [])]
    chosen = next(str(one["id"]) for one in named if one["name"] == command)
    role = whom in {one["id"] for one in guild.roles}
    channel = whom in world.channels or whom == str(int(guild.id) - 1)
    kind = FOR_ROLE if role else FOR_CHANNEL if channel else FOR_PERSON
    rules = world.permitted.setdefault((guild.id, chosen), [])
    rules[:] = [one for one in rules if one["id"] != whom]
    rules.append({"id": whom, "type": kind, "permission": allowed})
    told = permitted(world, guild.id, chosen)
    world.tell("APPLICATION_COMMAND_PERMISSIONS_UPDATE", told, guild.id)
