"""As whom a message is shown: the persona by a webhook, the bot with the persona's name over its
words, or the bot alone. In direct rooms it is always the bot alone, and what it says as itself is
always its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.events import EventId, RoomId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import channel_of
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.webhooks import Hook, Webhooks
from bot.platforms.pacing import Newest, Sent

HEADING_CHARS = 50
"""What a reply's page leaves free for the persona's name."""
_OF_A_WEBHOOK = ("content", "flags", "allowed_mentions")


class Voices:
    def __init__(
        self, rest: Rest, webhooks: Webhooks, picture_of: Callable[[str], str | None]
    ) -> None:
        """`picture_of` knows the address of a persona's picture."""
        self._picture_of = picture_of
        self._rest = rest
        self._webhooks = webhooks
        self._worn: Bounded[str, Hook] = Bounded()
        """By whom a message was sent, if not by the bot itself."""
        self._headed: Bounded[str, str] = Bounded()
        """What stands over a message's words."""
        self._named: Bounded[RoomId, EventId | None] = Bounded()
        """In each shared room, the message whose answer has its name already."""

    async def post(self, say: Say, body: Mapping[str, Any]) -> str | None:
        """The message's id; None where this person or place cannot be written to."""
        channel = channel_of(say.room.id)
        if say.voice is not Voice.PERSONA or say.room.is_direct:
            return await self._rest.post(channel, body, say.file)
        worn = {key: body[key] for key in _OF_A_WEBHOOK if key in body}
        if (picture := self._picture_of(say.name)) is not None:
            worn["avatar_url"] = picture
        if (made := await self._webhooks.post(channel, say.name, worn)) is not None:
            message, hook = made
            self._worn.put(message, hook)
            return message
        heading = self._heading(say)
        shown = await self._rest.post(channel, {**body, "content": heading + body["content"]})
        if shown is not None:
            self._named.put(say.room.id, say.answers)
            self._headed.put(shown, heading)
        return shown

    async def change(self, channel: str, message: str, newest: Newest) -> Sent:
        if (hook := self._worn.get(message)) is not None:
            return await self._webhooks.change(hook, message, newest)
        heading = self._headed.get(message) or ""
        return await self._rest.patch(channel, message, lambda: heading + newest())

    async def delete(self, channel: str, message: str) -> None:
        if (hook := self._worn.get(message)) is not None:
            await self._webhooks.delete(hook, message)
        else:
            await self._rest.delete(channel, message)

    def _heading(self, say: Say) -> str:
        """Over a reply's first page only."""
        is_first = say.room.id not in self._named or self._named.get(say.room.id) != say.answers
        name = say.name.replace("*", "").strip()[: HEADING_CHARS - len("****\n")]
        return f"**{name}**\n" if name and is_first else ""
