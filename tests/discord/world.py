"""All that stands on the server: users, guilds, channels, files; its clock, and who waits for it.

It knows no HTTP and no socket: what happens is told to `world.tell`, which the gateway sets.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from mimetypes import MimeTypes
from typing import Any

from tests.discord.refusals import Body, unknown
from tests.discord.state import DM, Asked, Channel, Guild

EPOCH_MS = 1420070400000
TYPES = MimeTypes()
PATIENCE_S = 60.0
"""How long a test waits for what never comes. It ends a broken test and decides nothing else."""


def user_payload(person: str, name: str, *, bot: bool = False) -> Body:
    """Page "User" (User Object)."""
    return {
        "id": person,
        "username": name.lower(),
        "global_name": None if bot else name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


@dataclass
class World:
    token: str = "loopback.token.only"
    shards: int = 1
    application: str = ""
    users: dict[str, Body] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    dms: dict[str, Channel] = field(default_factory=dict)
    commands: dict[str, list[Body]] = field(default_factory=dict)
    emojis: list[Body] = field(default_factory=list)
    """Of the application, with their image beside what is told of them."""
    permitted: dict[tuple[str, str], list[Body]] = field(default_factory=dict)
    webhooks: dict[str, Body] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    ahead_s: float = 0.0
    tell: Callable[..., None] = lambda *_, **__: None
    base: str = ""

    def __post_init__(self) -> None:
        self._number = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self.application = self.user("Parlour", bot=True)

    def now(self) -> float:
        return time.time() + self.ahead_s

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat()

    def new_id(self) -> str:
        """A snowflake (page "Reference", Snowflakes) by the server's clock."""
        return str(self.new_ids(1)[0])

    def new_ids(self, number: int) -> range:
        """So many at once, one after the other."""
        milliseconds = int(self.now() * 1000) - EPOCH_MS
        first = (milliseconds << 22) | ((self._number + 1) & 0x3FFFFF)
        self._number += number
        return range(first, first + number)

    def user(self, name: str, *, bot: bool = False) -> str:
        person = self.new_id()
        self.users[person] = user_payload(person, name, bot=bot)
        return person

    def known(self, person: str) -> Body | None:
        """A user, also one who is only a number in some guild's crowd."""
        if person in self.users or not person.isdigit():
            return self.users.get(person)
        if any(int(person) in guild.crowd for guild in self.guilds.values()):
            return user_payload(person, f"Member{person}")
        return None

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise unknown("Channel")
        return self.channels[channel_id]

    def guild(self, guild_id: str) -> Guild:
        if guild_id not in self.guilds:
            raise unknown("Guild")
        return self.guilds[guild_id]

    def forget(self, guild: Guild) -> None:
        """The bot is no member any more: the guild is unknown, its channels are closed to it."""
        del self.guilds[guild.id]
        del guild.members[self.application]
        self.changed()

    def dm(self, person: str) -> Channel:
        if person not in self.users:
            raise unknown("User")
        if person not in self.dms:
            made = Channel(self.new_id(), DM, people=[person])
            self.dms[person] = self.channels[made.id] = made
        return self.dms[person]

    def keep_file(self, name: str, content: bytes) -> Body:
        """Page "Message" (Attachment Object): a file with an address of this server."""
        number = self.new_id()
        self.files[number] = content
        url = f"{self.base}/api/v10/files/{number}"
        made: Body = {"id": number, "filename": name, "size": len(content), "url": url}
        kind = TYPES.guess_type(name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        return made | {"proxy_url": url, "content_type": kind + charset}

    def changed(self) -> None:
        """Everybody who waits looks again."""
        for one in self._waiting:
            if not one.done():
                one.set_result(None)

    async def until(self, there: Callable[[], Any], what: str = "what the test waits for") -> Any:
        """Waits by events until `there()` is true, and returns what it gave."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (value := there()):
                    look_again = asyncio.get_running_loop().create_future()
                    self._waiting.add(look_again)
                    try:
                        await look_again
                    finally:
                        self._waiting.discard(look_again)
        except TimeoutError:
            raise AssertionError(f"{what} never came") from None
        return value
