"""What this part is handed: the bot's own device, the homeserver, a way into rooms, the operator.

Nothing here knows a chat, a sync or a library's types.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.platforms.matrix.trust.canonical import Json
from bot.text import Text


@dataclass(frozen=True, slots=True)
class OwnDevice:
    user: str
    device: str
    ed25519: str
    curve25519: str
    sign: Callable[[str], str]
    """With the device's key; a signature in unpadded base64."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]
    """Empty where it is no JSON object."""


class Homeserver(Protocol):
    async def ask(self, method: str, path: str, body: Json) -> Answer:
        """With the bot's token; `path` follows `/_matrix/client/v3`. Whatever is answered comes
        back; PlatformError where nobody answers."""


class Rooms(Protocol):
    async def send(self, room: str, kind: str, content: Json) -> None:
        """As any event of this room, encrypted where the room is. May raise PlatformError."""

    async def say(self, room: str, text: Text) -> None:
        """A notice, in the language of who is there."""


Tell = Callable[[str, Text], Awaitable[None]]
"""Says something to a user in their direct room with the bot. May raise PlatformError."""
