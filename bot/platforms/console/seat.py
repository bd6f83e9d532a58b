"""Who sits at this console, and in which room: the ids behind every message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.events import Author, CommunityId, EventId, Message, PersonId, Role, Room, RoomId
from bot.platforms.console.files import take_file

PLATFORM = "console"
_NAME_CHARS = 64


@dataclass(frozen=True, slots=True)
class Seat:
    author: Author
    room: Room
    new_id: Callable[[], str]
    """Never the same twice, not in another process either."""
    clock: Callable[[], float]

    @classmethod
    def take(
        cls,
        *,
        person: str,
        community: str | None,
        role: Role,
        new_id: Callable[[], str],
        clock: Callable[[], float],
    ) -> Self:
        name = _id_part("person", person)
        sponsor = None
        if community is not None:
            sponsor = CommunityId(f"{PLATFORM}:{_id_part('community', community)}")
        return cls(
            author=Author(PersonId(f"{PLATFORM}:{name}"), name, role),
            room=Room(RoomId(f"{PLATFORM}:{name}"), is_direct=True, sponsor=sponsor),
            new_id=new_id,
            clock=clock,
        )

    def message(self, text: str) -> Message:
        said = Message(
            id=EventId(self.new_id()),
            room=self.room,
            author=self.author,
            text=text,
            at=self.clock(),
        )
        return take_file(said)


def _id_part(what: str, name: str) -> str:
    kept = "".join(char for char in name if char.isprintable() and not char.isspace())
    if not kept:
        raise ValueError(f"{what}: a name needs at least one printable character")
    return kept[:_NAME_CHARS]
