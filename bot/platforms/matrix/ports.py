"""What the platform leaves to others in this package: whom devices belong to, and what is pressed."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from bot.events import Event, EventId, Room, Say

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

    async def rest(self, room: Room) -> None:
        """All is said there, down to the last edit."""


class Watch(Protocol):
    """What a room's state says beyond the room itself, and who is put out by a policy list."""

    def take_state(self, room: str, sources: Iterable[Source]) -> None:
        """Before anything is heard that was told together with it."""

    async def ready(self, room: str) -> bool:
        """What is to be known before somebody of this room's community is heard."""

    def is_barred(self, user: str, community: str) -> bool:
        """SAFETY M6. Only what `ready` was asked of is known."""

    def saw(self, user: str, community: str) -> None:
        """They are there now."""


class NoDoor:
    async def take_in_room(self, room: str, source: Source) -> tuple[bool, Event | None]:
        del room, source
        return False, None

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        pass

    async def said(self, say: Say, message: EventId) -> None:
        pass

    async def rest(self, room: Room) -> None:
        pass


class NoWatch:
    def take_state(self, room: str, sources: Iterable[Source]) -> None:
        pass

    async def ready(self, room: str) -> bool:
        del room
        return True

    def is_barred(self, user: str, community: str) -> bool:
        del user, community
        return False

    def saw(self, user: str, community: str) -> None:
        pass
