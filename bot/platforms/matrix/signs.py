"""The bot's own reactions: put under a message, and taken away when another one counts.

Each is a request, an event in clear text and one more for taking it away, so they are the first to
be left out where the homeserver asks to be left alone. They hold a sign and nothing else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

from bot.events import EventId
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import quoted

REACTION = "m.reaction"


@dataclass(slots=True)
class _Row:
    """What stands in one room."""

    one_at_a_time: asyncio.Lock
    wanted: EventId | None = None
    """The message under which signs are to be; None: nowhere."""
    standing: tuple[EventId, ...] = ()


class Signs:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._rows: Bounded[str, _Row] = Bounded()

    async def put(self, room: str, message: EventId, signs: Sequence[str]) -> None:
        """Under this message and under no other, as far as is known since the start."""
        row = self._row(room)
        row.wanted = message
        async with row.one_at_a_time:
            await self._take_away(room, row)
            for sign in signs:
                # Something newer may count by now: what is left would be taken away at once.
                if row.wanted != message or (id_ := await self._react(room, message, sign)) is None:
                    break
                row.standing = (*row.standing, id_)

    def under(self, room: str) -> EventId | None:
        """Which message has them, or is to have them."""
        row = self._rows.get(room)
        return row.wanted if row else None

    async def clear(self, room: str) -> None:
        row = self._row(room)
        row.wanted = None
        if row.standing or row.one_at_a_time.locked():
            async with row.one_at_a_time:
                await self._take_away(room, row)

    def _row(self, room: str) -> _Row:
        row = self._rows.get(room) or _Row(asyncio.Lock())
        self._rows.put(room, row)
        return row

    async def _react(self, room: str, message: EventId, sign: str) -> EventId | None:
        relation = {"rel_type": "m.annotation", "event_id": message, "key": sign}
        nonce = blake2s(f"{message}\0{sign}".encode(), digest_size=12).hexdigest()
        path = f"/rooms/{quoted(room)}/send/{REACTION}/{nonce}"
        answer = await self._line.attempt("PUT", path, {"m.relates_to": relation})
        made = answer.body.get("event_id") if answer and answer.is_fine else None
        return EventId(made) if isinstance(made, str) else None

    async def _take_away(self, room: str, row: _Row) -> None:
        """Tried once: one that stays says nothing, and is tried again with the next words."""
        left: list[EventId] = []
        for number, id_ in enumerate(row.standing):
            path = f"/rooms/{quoted(room)}/redact/{quoted(id_)}/{quoted(id_)}"
            answer = await self._line.attempt("PUT", path, {})
            if answer is None or answer.may_pass:
                left.extend(row.standing[number:])
                break
        row.standing = tuple(left)
