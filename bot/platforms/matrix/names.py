"""Matrix's ids and ours. A room is `matrix:!ROOM`, whether it is a direct one or not; a community is
`matrix:!ROOM`, too, by the id of its space, or of the room where it has none."""

from urllib.parse import quote

from bot.events import CommunityId, EventId, PersonId, Room, RoomId

PLATFORM = "matrix"


def person_id(user: str) -> PersonId:
    return PersonId(f"{PLATFORM}:{user}")


def user_of(person: PersonId) -> str:
    return person.removeprefix(f"{PLATFORM}:")


def community_id(room: str) -> CommunityId:
    return CommunityId(f"{PLATFORM}:{room}")


def place_of(community: CommunityId) -> str:
    return community.removeprefix(f"{PLATFORM}:")


def direct_room(room: str, sponsor: CommunityId | None) -> Room:
    return Room(RoomId(f"{PLATFORM}:{room}"), is_direct=True, sponsor=sponsor)


def shared_room(room: str, community: str) -> Room:
    return Room(RoomId(f"{PLATFORM}:{room}"), is_direct=False, sponsor=community_id(community))


def channel_of(room: RoomId) -> str:
    """The room's id there."""
    return room.removeprefix(f"{PLATFORM}:")


def quoted(part: str) -> str:
    """Of a path: ids hold signs that mean something there."""
    return quote(part, safe="")


def made_of(event: EventId, what: str) -> EventId:
    """The id of a message that nobody has written: a sign was put somewhere, a line stood in a
    file."""
    return EventId(f"{what}:{event}")


def is_message(event: EventId) -> bool:
    """It stands in a room, so it can be answered and read there."""
    return event.startswith("$")
