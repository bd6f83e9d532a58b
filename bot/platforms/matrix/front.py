"""What is pressed, chosen and set up in rooms, handed on in order: the first that takes an event keeps
it, and all of them hear what was said.
"""

from collections.abc import Mapping
from typing import Any

from bot.events import Event, EventId, Room, Say
from bot.platforms.matrix.ports import Door


class Front:
    """Implements `Door`."""

    def __init__(self, *doors: Door) -> None:
        self._doors = doors

    async def take_in_room(self, room: str, source: Mapping[str, Any]) -> tuple[bool, Event | None]:
        for door in self._doors:
            is_taken, event = await door.take_in_room(room, source)
            if is_taken or event is not None:
                return is_taken, event
        return False, None

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        for door in self._doors:
            await door.joined(room, inviter, is_direct=is_direct)

    async def said(self, say: Say, message: EventId) -> None:
        for door in self._doors:
            await door.said(say, message)

    async def rest(self, room: Room) -> None:
        for door in self._doors:
            await door.rest(room)
