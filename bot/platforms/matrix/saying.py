"""Actions -> what is sent. What is said is said as it stands, and mentions nobody.

What stands in `m.relates_to` travels in clear text, also in an encrypted room: ids and nothing else.
"""

import json
from collections.abc import Mapping
from hashlib import blake2s
from typing import Any

from bot.drafts import cut_pages
from bot.events import EventId, Remove, Revise, RoomId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.delivery import Delivery
from bot.platforms.matrix.files import Files
from bot.platforms.matrix.html import as_html
from bot.platforms.matrix.names import channel_of, is_message
from bot.platforms.matrix.reading import MARK
from bot.platforms.pacing import Edits, Newest, Sent
from bot.platforms.signs import with_numbers

PAGE_CHARS = 3000
"""An event may have 65,536 bytes, and an edit says everything twice and is then encrypted."""
_MOST_BYTES = 40_000
_FALLBACK_CHARS = 200
_HEADING_CHARS = 50
REPLY_CHARS = PAGE_CHARS - _HEADING_CHARS


class Saying:
    def __init__(self, delivery: Delivery, files: Files) -> None:
        self._delivery = delivery
        self._files = files
        self._edits: Edits | None = None
        self._own: Bounded[EventId, None] = Bounded()
        self._headed: Bounded[str, str] = Bounded()
        """What stands over a message's words."""
        self._answered: Bounded[RoomId, EventId] = Bounded()
        """In each shared room, the message that the last words were shown to answer."""
        self._notices: Bounded[str, None] = Bounded()
        """What the bot said as itself."""
        self._removed: Bounded[EventId, None] = Bounded()
        self._threads: Bounded[EventId, EventId] = Bounded()
        """Of a message in a thread, where that begins."""

    def change_by(self, edits: Edits) -> None:
        self._edits = edits

    def is_own(self, message: EventId) -> bool:
        return message in self._own

    def is_removed(self, message: EventId) -> bool:
        return message in self._removed

    def note_thread(self, message: EventId, root: EventId) -> None:
        self._threads.put(message, root)

    async def say(self, say: Say, *, is_for_all: bool = False) -> EventId | None:
        """The last page's id; None where nothing can be said. A notice may be longer than a page, a
        reply comes in pages."""
        last: EventId | None = None
        is_reply = say.voice is Voice.PERSONA
        text = with_numbers(say.text, say.choices) if say.room.is_direct else say.text
        file: Mapping[str, Any] | None = {}
        if say.file is not None:
            file = await self._files.hand_over(channel_of(say.room.id), say.file)
        if file is None:
            return None
        pages = cut_pages(text, PAGE_CHARS)
        for number, page in enumerate(pages):
            content, heading = self._content(say, page), ""
            if is_reply and not say.room.is_direct:
                heading = self._heading(say)
                content = words(heading + page, is_persona=True)
            content |= self._relation(say)
            if number == len(pages) - 1:
                # The words are its caption, where clients know that.
                content |= file
            made = await self._delivery.post(
                channel_of(say.room.id), content, _nonce(say, number), is_for_all=is_for_all
            )
            if made is None:
                return None
            last = EventId(made)
            self._own.put(last, None)
            self._headed.put(made, heading)
            if not is_reply:
                self._notices.put(made, None)
        return last

    def revise(self, revise: Revise) -> None:
        assert self._edits is not None, "joined before anything is said"
        if revise.text.strip():
            self._edits.put(channel_of(revise.room.id), revise.id, revise.text)

    async def remove(self, remove: Remove) -> None:
        channel = channel_of(remove.room.id)
        self._removed.put(remove.id, None)
        if self._edits is not None:
            self._edits.drop(channel, remove.id)
        await self._delivery.redact(channel, remove.id)

    async def change(self, room: str, message: str, newest: Newest) -> Sent:
        heading = self._headed.get(message) or ""
        is_persona = message not in self._notices
        return await self._delivery.change(
            room, lambda: edit(message, heading + newest(), is_persona=is_persona)
        )

    def _content(self, say: Say, page: str) -> dict[str, Any]:
        return words(page, is_persona=say.voice is Voice.PERSONA)

    def _heading(self, say: Say) -> str:
        """The persona's name, over a reply's first page only."""
        name = say.name.replace("*", "").strip()[: _HEADING_CHARS - len("****\n")]
        is_first = say.answers is None or self._answered.get(say.room.id) != say.answers
        return f"**{name}**\n" if name and is_first else ""

    def _relation(self, say: Say) -> dict[str, Any]:
        """An answer stays in the thread that it was asked in. Else in a direct room it is plain what
        is answered; elsewhere only a reply's first page says so."""
        if say.answers is None or not is_message(say.answers):
            return {}
        root = self._threads.get(say.answers)
        answer = {"m.in_reply_to": {"event_id": say.answers}}
        is_first = self._answered.get(say.room.id) != say.answers
        if not say.room.is_direct:
            self._answered.put(say.room.id, say.answers)
        if root is not None:
            thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
            return {"m.relates_to": {**thread, **answer}}
        if say.room.is_direct or not is_first:
            return {}
        return {"m.relates_to": answer}


def words(text: str, *, is_persona: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "msgtype": "m.text" if is_persona else "m.notice",
        "body": text,
        "m.mentions": {},
    }
    if is_persona:
        plain[MARK] = True
    html = as_html(text)
    content = plain | {"format": "org.matrix.custom.html", "formatted_body": html}
    return content if html and _fits(content) else plain


def edit(message: str, text: str, *, is_persona: bool = True) -> dict[str, Any]:
    """With words of its own for clients that know no edits; where it would be too large, with
    fewer of them."""
    new = words(text, is_persona=is_persona)
    changed = {"m.relates_to": {"rel_type": "m.replace", "event_id": message}}
    plain = {key: one for key, one in new.items() if "format" not in key}
    whole = new | {"body": f"* {text}", "m.new_content": new} | changed
    if "formatted_body" in new:
        whole["formatted_body"] = f"* {new['formatted_body']}"
    if _fits(whole):
        return whole
    whole = plain | {"body": f"* {text}", "m.new_content": plain} | changed
    return whole if _fits(whole) else whole | {"body": f"* {text[:_FALLBACK_CHARS]}…"}


def _fits(content: Mapping[str, Any]) -> bool:
    """As the library writes it, every sign that is not ASCII takes six bytes or twelve."""
    return len(json.dumps(content)) <= _MOST_BYTES


def _nonce(say: Say, page: int) -> str:
    name = f"{say.room.id}\0{say.nonce}\0{page}"
    return blake2s(name.encode(errors="replace"), digest_size=12).hexdigest()
