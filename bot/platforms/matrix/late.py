"""Messages whose key has not come yet: tried again when keys come, and given up after a while.

The key of a message goes another way than the message, and may well be the slower one.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from nio.exceptions import EncryptionError

from bot.platforms.bounded import Bounded
from bot.platforms.tasks import Start

MOST = 500


class Late:
    def __init__(
        self,
        client: Any,
        start: Start,
        late_s: float,
        *,
        tell: Callable[[str, Any], None],
        give_up: Callable[[str, str], None],
    ) -> None:
        """`give_up` is told the room and the sender."""
        self._client = client
        self._start = start
        self._late_s = late_s
        self._tell = tell
        self._give_up = give_up
        self._waiting: Bounded[str, tuple[str, Any]] = Bounded(MOST)

    def keep(self, room: str, event: Any) -> None:
        if event.event_id not in self._waiting:
            self._waiting.put(event.event_id, (room, event))
            self._start(self._give_up_on(event.event_id))

    def try_again(self) -> None:
        for id_, (room, event) in reversed(self._waiting.latest(MOST)):
            try:
                read = self._client.decrypt_event(event)
            except EncryptionError:
                continue
            self._waiting.pop(id_)
            self._tell(room, read)

    async def _give_up_on(self, id_: str) -> None:
        await asyncio.sleep(self._late_s)
        if (one := self._waiting.pop(id_)) is not None:
            room, event = one
            self._give_up(room, str(event.sender))
