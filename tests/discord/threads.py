"""Threads (page "Threads"): who is in them, when they sleep, what an archived or locked one refuses.

It knows no HTTP; `thread_routes.py` has the routes.
"""

from tests.discord.intents import GUILD_MEMBERS
from tests.discord.refusals import Body, Findings, Refused
from tests.discord.state import THREADS, Channel
from tests.discord.wire import (
    channel_payload,
    event_payload,
    may,
    member_payload,
    message_payload,
    thread_member,
)
from tests.discord.world import World

DURATIONS = {60, 1440, 4320, 10080}
"""Page "Channel" (Thread Metadata Object), in minutes."""
PARTICIPANTS = 1000
RECIPIENT_ADD, RECIPIENT_REMOVE = 1, 2
THREAD_DELETED = ("id", "guild_id", "parent_id", "type")
"""Page "Gateway Events" (Thread Delete)."""
EDITED_BY_OWNER = {"name", "archived", "auto_archive_duration", "invitable"}


def archived() -> Refused:
    return Refused(400, 50083, "Thread is archived")


def speaking(channel: Channel) -> str:
    """Page "Threads" (Permissions): SEND_MESSAGES has no effect there."""
    return "send_messages_in_threads" if channel.type in THREADS else "send_messages"


def awake(channel: Channel) -> None:
    """Page "Threads" (Active & Archived Threads): only active threads can be manipulated."""
    if channel.archived:
        raise archived()


def wake(world: World, channel: Channel, person: str) -> None:
    """Writing unarchives a thread and joins it, unless a moderator locked it."""
    if channel.type not in THREADS:
        return
    if channel.locked and not may(channel, person, "manage_threads"):
        raise archived() if channel.archived else Refused(400, 160005, "Thread is locked")
    if channel.archived:
        change(world, channel, {"archived": False})
    if person not in channel.people:
        join(world, channel, person)


def change(world: World, channel: Channel, form: Body) -> None:
    """What is named in `form` and nothing else; archiving has its own time."""
    if form.get("archived", channel.archived) != channel.archived:
        channel.archived = form["archived"]
        channel.since = world.stamp()
    channel.name = form.get("name", channel.name)
    channel.locked = form.get("locked", channel.locked)
    channel.invitable = form.get("invitable", channel.invitable)
    channel.archive_after = form.get("auto_archive_duration", channel.archive_after)
    assert channel.guild is not None
    world.tell("THREAD_UPDATE", channel_payload(world, channel), channel.guild.id)
    world.changed()


def edit(world: World, channel: Channel, form: Body) -> None:
    """Page "Channel" (Modify Channel, Thread), by the bot."""
    own = world.application
    manages = may(channel, own, "manage_threads")
    check(form, {"name"} & form.keys())
    only_wakes = form == {"archived": False} and not channel.locked
    allowed = only_wakes and may(channel, own, "send_messages_in_threads")
    if channel.owner == own and form.keys() <= EDITED_BY_OWNER:
        allowed = allowed or not (channel.locked and form.get("archived") is False)
    if not (manages or allowed):
        raise Refused(403, 50013, "Missing Permissions")
    if channel.archived and form.get("archived") is not False:
        raise archived()
    change(world, channel, form)


def check(form: Body, needed: set[str]) -> None:
    found = Findings()
    if "name" in needed:
        found.between(("name",), form.get("name"), 1, 100)
    if form.get("auto_archive_duration", 60) not in DURATIONS:
        words = "Value must be one of (60, 1440, 4320, 10080)."
        found.add(("auto_archive_duration",), "BASE_TYPE_CHOICES", words)
    found.refuse()


def start(
    world: World, parent: Channel, form: Body, kind: int, owner: str, *, thread: str = ""
) -> Channel:
    """A thread with its first member; `thread` is the id where a message gives it."""
    check(form, {"name"})
    assert parent.guild is not None
    made = Channel(thread or world.new_id(), kind, form["name"], parent.guild, parent=parent)
    made.owner, made.since = owner, world.stamp()
    made.people.append(owner)
    made.invitable = form.get("invitable", True)
    made.archive_after = form.get("auto_archive_duration") or 1440
    parent.guild.channels.append(made)
    world.channels[made.id] = made
    payload = channel_payload(world, made)
    world.tell("THREAD_CREATE", payload | {"newly_created": True}, parent.guild.id)
    return made


def join(world: World, channel: Channel, person: str, by: str | None = None) -> None:
    """Page "Gateway Events" (Thread Create, Thread Members Update)."""
    guild = channel.guild
    if person in channel.people or guild is None:
        return
    if len(channel.people) >= PARTICIPANTS:
        words = "Maximum number of thread participants has been reached (1000)"
        raise Refused(400, 30033, words)
    channel.people.append(person)
    if person == world.application:
        world.tell("THREAD_CREATE", channel_payload(world, channel), guild.id)
    added = thread_member(channel, person)
    added |= {"member": member_payload(world, guild, person), "presence": None}
    members_changed(world, channel, person, {"added_members": [added]})
    if by is not None and by != person:
        notice(world, channel, RECIPIENT_ADD, by, person)


def leave(world: World, channel: Channel, person: str, by: str | None = None) -> None:
    if person not in channel.people:
        return
    if by is not None and by != person:
        notice(world, channel, RECIPIENT_REMOVE, by, person)
    members_changed(world, channel, person, {"removed_member_ids": [person]})
    channel.people.remove(person)
    world.changed()


def members_changed(world: World, channel: Channel, person: str, change: Body) -> None:
    """Told of others only with their intent (page "Threads", Syncing for other users)."""
    assert channel.guild is not None
    told: Body = {"id": channel.id, "guild_id": channel.guild.id}
    told |= {"member_count": min(len(channel.people), 50)} | change
    intents = 1 if person == world.application else GUILD_MEMBERS
    world.tell("THREAD_MEMBERS_UPDATE", told, channel.guild.id, intents=intents)
    world.changed()


def notice(world: World, channel: Channel, kind: int, by: str, person: str) -> None:
    """What Discord itself writes into a thread: told to the bot, and kept apart from `shown`."""
    data = message_payload(world, channel, world.users[by], {"content": ""})
    data |= {"type": kind, "mentions": [world.users[person]]}
    channel.notices.append(data)
    assert channel.guild is not None
    world.tell("MESSAGE_CREATE", event_payload(world, channel, data), channel.guild.id)


def delete(world: World, channel: Channel) -> None:
    """A thread, or a channel with all its threads."""
    guild = channel.guild
    assert guild is not None
    for inside in [one for one in guild.channels if one.parent is channel]:
        delete(world, inside)
    if channel.type in THREADS:
        named = {key: channel_payload(world, channel)[key] for key in THREAD_DELETED}
        world.tell("THREAD_DELETE", named, guild.id)
    else:
        world.tell("CHANNEL_DELETE", channel_payload(world, channel), guild.id)
    for hook in [one for one in world.webhooks.values() if one["channel_id"] == channel.id]:
        del world.webhooks[hook["id"]]
    guild.channels.remove(channel)
    del world.channels[channel.id]
    world.changed()
