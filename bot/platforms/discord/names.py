"""Discord's ids and ours. A direct room is `discord:CHANNEL`, a shared one `discord:GUILD/CHANNEL`."""

from bot.events import CommunityId, EventId, PersonId, Room, RoomId

PLATFORM = "discord"
_EPOCH_MS = 1_420_070_400_000


def person_id(user: str) -> PersonId:
    return PersonId(f"{PLATFORM}:{user}")


def user_of(person: PersonId) -> str:
    return person.removeprefix(f"{PLATFORM}:")


def community_id(guild: str) -> CommunityId:
    return CommunityId(f"{PLATFORM}:{guild}")


def guild_of(community: CommunityId) -> str:
    return community.removeprefix(f"{PLATFORM}:")


def direct_room(channel: str, sponsor: CommunityId | None) -> Room:
    return Room(RoomId(f"{PLATFORM}:{channel}"), is_direct=True, sponsor=sponsor)


def shared_room(guild: str, channel: str) -> Room:
    room = RoomId(f"{PLATFORM}:{guild}/{channel}")
    return Room(room, is_direct=False, sponsor=community_id(guild))


def channel_of(room: RoomId) -> str:
    return room.removeprefix(f"{PLATFORM}:").rpartition("/")[-1]


def is_direct(room: RoomId) -> bool:
    return "/" not in room


def place_of(room: RoomId) -> tuple[str, str]:
    """Of a shared one, its guild and its channel."""
    guild, _, channel = room.removeprefix(f"{PLATFORM}:").partition("/")
    return guild, channel


def asked_id(interaction: int) -> EventId:
    """An interaction's, as that of the words that it stands for. No message has such a one."""
    return EventId(f"asked-{interaction}")


def time_of(snowflake: str) -> float:
    """When something was made: every id of Discord's tells it."""
    return ((int(snowflake.rpartition("-")[-1]) >> 22) + _EPOCH_MS) / 1000
