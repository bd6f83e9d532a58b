"""What Discord's own interface offers a person, and the data that it makes of their choice.

Pages "Application Commands" and "Receiving and Responding". What is not offered raises `NotOffered`.
"""

from typing import Protocol

from tests.discord.refusals import Body
from tests.discord.state import DM, Channel
from tests.discord.wire import ALL, allowed, channel_payload, member_payload
from tests.discord.world import World

SLASH, ON_PERSON, ON_MESSAGE = 1, 2, 3
WORDS, WHOLE, PERSON, PLACE, ROLE, EITHER, NUMBER, FILE = 3, 4, 6, 7, 8, 9, 10, 11
"""Page "Application Commands" (Application Command Option Type)."""
FOR_ROLE, FOR_PERSON, FOR_CHANNEL = 1, 2, 3
"""Page "Application Commands" (Application Command Permission Type)."""


class NotOffered(Exception):
    """Discord's own interface would not let a person do this: no request and no event."""


class Asker(Protocol):
    """Who asks; a person of `people.py`."""

    id: str
    adult: bool
    installed: bool
    world: World


def offered(who: Asker, name: str, channel: Channel, kind: int) -> tuple[Body, list[str]]:
    """A command as this place offers it, and the subcommands that lead to it."""
    words = [name] if kind != SLASH else name.removeprefix("/").split()
    guild = channel.guild.id if channel.guild else ""
    here = [*who.world.commands.get(guild, []), *who.world.commands.get("", [])]
    for one in here:
        if one["name"] == words[0] and one["type"] == kind and (guild or "guild_id" not in one):
            break
    else:
        raise NotOffered(f"there is no command {name!r}")
    why = reachable(one, channel.type, age_restricted=channel.age_restricted, adult=who.adult)
    if channel.archived:
        why = "an archived thread takes no commands"
    if not owners(who, channel, one):
        why = "this command is not installed here"
    if not permitted(who, one, channel):
        why = "this person has not the permissions"
    if why:
        raise NotOffered(why)
    return one, words[1:]


def reachable(command: Body, asked_in: int, *, age_restricted: bool, adult: bool) -> str | None:
    """Why Discord itself would not let a person run a command here; None where it would.

    Page "Application Commands" (Contexts, Age-Restricted Commands).
    """
    context = 1 if asked_in == DM else 0
    contexts = command.get("contexts")
    if contexts is not None and context not in contexts:
        return "this command does not exist in this context"
    if command.get("nsfw") and not (adult if asked_in == DM else age_restricted and adult):
        return "an age-restricted command is not offered here"
    return None


def owners(who: Asker, channel: Channel, command: Body | None = None) -> dict[str, str]:
    """Page "Receiving and Responding" (Authorizing Integration Owners): a guild's, a person's."""
    guild = channel.guild
    kinds = (0, 1) if command is None else command.get("integration_types") or [0]
    found: dict[str, str] = {}
    if 0 in kinds and (guild is None or who.world.application in guild.members):
        found["0"] = guild.id if guild else "0"
    if 1 in kinds and who.installed and not (command or {}).get("guild_id"):
        found["1"] = who.id
    return found


def permitted(who: Asker, command: Body, channel: Channel) -> bool:
    """Page "Application Commands" (Permissions): a guild's own word, then the command's default."""
    guild, own = channel.guild, allowed(channel, who.id)
    if guild is None or own == ALL:
        return True
    kept = who.world.permitted
    rules = kept.get((guild.id, command["id"])) or kept.get((guild.id, who.world.application)) or []
    said: dict[tuple[int, str], bool] = {
        (one["type"], one["id"]): one["permission"] for one in rules
    }
    place = channel.parent or channel
    everywhere = said.get((FOR_CHANNEL, str(int(guild.id) - 1)), True)
    if not said.get((FOR_CHANNEL, place.id), everywhere):
        return False
    if (FOR_PERSON, who.id) in said:
        return said[FOR_PERSON, who.id]
    roles = [said[FOR_ROLE, one] for one in guild.members[who.id] if (FOR_ROLE, one) in said]
    if roles:
        return any(roles)
    if (FOR_ROLE, guild.id) in said:
        return said[FOR_ROLE, guild.id]
    needed = command.get("default_member_permissions")
    return needed is None or (needed != "0" and (int(needed) & own) == int(needed))


def given_to(who: Asker, name: str, channel: Channel, given: Body, focused: str = "") -> Body:
    """A slash command with its options: a file as `(name, content)`, who or what is named by its id."""
    command, deeper = offered(who, name, channel, SLASH)
    declared: list[Body] = command["options"]
    path: list[Body] = []
    for word in deeper:
        path.append(next(one for one in declared if one["name"] == word))
        declared = path[-1].get("options") or []
    known = {one["name"]: one for one in declared}
    if not given.keys() <= known.keys():
        raise NotOffered("there is no such option")
    missing = [one["name"] for one in declared if one.get("required") and one["name"] not in given]
    if missing and not focused:
        raise NotOffered(f"the option {missing[0]!r} is required")
    options: list[Body] = []
    found: Body = {}
    for key, value in given.items():
        if key != focused:
            fits(known[key], value)
        option: Body = {"name": key, "type": known[key]["type"], "value": value}
        if option["type"] == FILE:
            made = who.world.keep_file(*value)
            found.setdefault("attachments", {})[made["id"]] = made
            option["value"] = made["id"]
        elif option["type"] in NAMED_BY:
            kind = NAMED_BY[option["type"]]
            for of_kind, whole in named_by(who.world, kind, channel, value).items():
                found.setdefault(of_kind, {}).update(whole)
        options.append(option | ({"focused": True} if key == focused else {}))
    for part in reversed(path):
        options = [{"name": part["name"], "type": part["type"], "options": options}]
    return named(command) | {"options": options} | ({"resolved": found} if found else {})


def named_by(world: World, kind: int, channel: Channel, value: str) -> Body:
    """What an option's id is; a number that nothing has is taken as it is, with nothing beside it."""
    roles = channel.guild.roles if channel.guild else []
    known = {*world.users, *world.channels, *(one["id"] for one in roles)}
    return resolved(world, kind, channel, (value,)) if value in known else {}


def fits(option: Body, value: object) -> None:
    """Page "Application Commands" (Option Structure): choices, ranges and lengths."""
    name, kind = option["name"], option["type"]
    choices = option.get("choices")
    if choices and value not in [one["value"] for one in choices]:
        raise NotOffered(f"{name!r} has no such choice")
    size = len(value) if isinstance(value, str) else value
    least, most = ("min_length", "max_length") if kind == WORDS else ("min_value", "max_value")
    if kind in {WORDS, WHOLE, NUMBER} and isinstance(size, int | float):
        under = option.get(least) is not None and size < option[least]
        if under or (option.get(most) is not None and size > option[most]):
            raise NotOffered(f"{name!r} does not take this")


def named(command: Body) -> Body:
    """Page "Receiving and Responding" (Application Command Data): a guild's own says so."""
    data = {key: command[key] for key in ("id", "name", "type")}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


PICKS_WORDS, PICKS_PERSON, PICKS_ROLE, PICKS_EITHER, PICKS_CHANNEL = 3, 5, 6, 7, 8
"""Page "Component Reference": the kinds of select."""
NAMED_BY = {PERSON: PICKS_PERSON, PLACE: PICKS_CHANNEL, ROLE: PICKS_ROLE, EITHER: PICKS_EITHER}


def resolved(world: World, kind: int, channel: Channel, chosen: tuple[str, ...]) -> Body:
    """Page "Receiving and Responding" (Resolved Data): who and what the ids are."""
    guild = channel.guild
    found: Body = {}
    if kind in {PICKS_PERSON, PICKS_EITHER}:
        people = [one for one in chosen if one in world.users]
        found["users"] = {one: world.users[one] for one in people}
        if guild is not None:
            found["members"] = {
                one: member_payload(world, guild, one, with_user=False)
                | {"permissions": str(allowed(channel, one))}
                for one in people
                if one in guild.members
            }
    if kind in {PICKS_ROLE, PICKS_EITHER} and guild is not None:
        found["roles"] = {one["id"]: one for one in guild.roles if one["id"] in chosen}
    if kind == PICKS_CHANNEL:
        found["channels"] = {one: channel_payload(world, world.channel(one)) for one in chosen}
    known = {one for part in ("users", "roles", "channels") for one in found.get(part, {})}
    if not set(chosen) <= known:
        raise NotOffered("there is nobody and nothing of this kind here")
    return found
