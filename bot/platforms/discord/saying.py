"""Actions -> requests. What is to be said is said as it stands: nobody is pinged by it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2s
from typing import Any

from bot.drafts import cut_pages
from bot.events import EventId, Remove, Revise, RoomId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import channel_of
from bot.platforms.discord.voices import HEADING_CHARS, Voices
from bot.platforms.pacing import Edits

PAGE_CHARS = 2000
"""Discord counts code points, as Python does."""
REPLY_CHARS = PAGE_CHARS - HEADING_CHARS
_SUPPRESS_EMBEDS = 1 << 2
_NONCE_BYTES = 12
"""As hexadecimal digits 24 of the 25 that a nonce may have."""


Header = Callable[[Say], dict[str, Any] | None]
"""What stands beside words that introduce a persona."""


class Saying:
    def __init__(self, voices: Voices, edits: Edits, header: Header) -> None:
        self._header = header
        self._voices = voices
        self._edits = edits
        self._answered: Bounded[RoomId, EventId] = Bounded()
        """In each shared room, the message that the last words were shown to answer."""
        self._own: Bounded[EventId, None] = Bounded()

    def is_own(self, message: EventId) -> bool:
        return message in self._own

    async def say(self, say: Say, components: Sequence[Any] = ()) -> EventId | None:
        """The last page's id, with the components and the file under it; None where nothing can be said. A
        notice may be longer than a page, a reply comes in pages."""
        last: EventId | None = None
        is_reply = say.voice is Voice.PERSONA
        pages = cut_pages(say.text, REPLY_CHARS if is_reply else PAGE_CHARS)
        for number, page in enumerate(pages):
            body = self._body(say, page, number)
            is_last = number == len(pages) - 1
            if components and is_last:
                body["components"] = list(components)
            made = await self._voices.post(say if is_last else replace(say, file=None), body)
            if made is None:
                return None
            last = EventId(made)
            self._own.put(last, None)
        return last

    def revise(self, revise: Revise) -> None:
        if revise.text.strip():
            self._edits.put(channel_of(revise.room.id), revise.id, revise.text)

    async def remove(self, remove: Remove) -> None:
        channel = channel_of(remove.room.id)
        self._edits.drop(channel, remove.id)
        await self._voices.delete(channel, remove.id)

    def _body(self, say: Say, page: str, number: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "content": page,
            "nonce": _nonce(say, number),
            "enforce_nonce": True,
            "allowed_mentions": {"parse": [], "replied_user": False},
        }
        if number == 0 and (header := self._header(say)) is not None:
            body["embeds"] = [header]
        if say.voice is Voice.PERSONA:
            # What a link in the model's words leads to is nothing that anybody has screened.
            body["flags"] = _SUPPRESS_EMBEDS
        if say.answers is not None and say.answers.isdigit() and not say.room.is_direct:
            # In a direct room it is plain what is answered; elsewhere only a reply's first page.
            if self._answered.get(say.room.id) != say.answers:
                body["message_reference"] = {
                    "message_id": say.answers,
                    "fail_if_not_exists": False,
                }
            self._answered.put(say.room.id, say.answers)
        return body


def _nonce(say: Say, page: int) -> str:
    name = f"{say.room.id}\0{say.nonce}\0{page}"
    return blake2s(name.encode(errors="replace"), digest_size=_NONCE_BYTES).hexdigest()
