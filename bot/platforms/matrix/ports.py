"""What the platform leaves to others in this package: whom devices belong to, and what is pressed.

Who sets no door gets a bot that reads what is written.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.events import Event, EventId, Say

Source = Mapping[str, Any]


class Trust(Protocol):
    """Devices: whose they are, and that they are told of."""

    async def begin(self) -> None:
        """The bot is logged in and its own keys are there."""

    async def take_to_device(self, event: Any) -> bool:
        """One of the library's events between devices, decrypted. True: nobody else hears of it."""

    async def take_in_room(self, room: str, source: Source) -> bool:
        """An event in a room, decrypted, before anybody reads it. True: as above."""

    async def devices_changed(self, users: frozenset[str]) -> None:
        """The homeserver tells of other devices than before."""


class Door(Protocol):
    """What is pressed, chosen and set up in rooms."""

    async def take_in_room(self, room: str, source: Source) -> tuple[bool, Event | None]:
        """A reaction, a command in a shared room, a state event. True: nobody else hears of it;
        with it the event that it is, if it is one."""

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        """The bot has followed an invitation."""

    async def said(self, say: Say, message: EventId) -> None:
        """It stands now; what is to be pressed may be put under it."""


class NoDoor:
    async def take_in_room(self, room: str, source: Source) -> tuple[bool, Event | None]:
        del room, source
        return False, None

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        pass

    async def said(self, say: Say, message: EventId) -> None:
        pass
