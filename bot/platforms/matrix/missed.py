"""What was said in a room between two syncs and did not fit into the second one."""

import logging
from typing import Any

import nio

from bot.platforms.matrix.filter import SPOKEN, STATE
from bot.platforms.matrix.line import BROKEN_LINE

log = logging.getLogger(__name__)

MOST = 150
_AT_ONCE = 50


async def fetch_missed(client: Any, room: str, timeline: Any, since: str) -> list[Any]:
    """The oldest first, decrypted where that is possible; at most so many, and the latest of them."""
    found: list[Any] = []
    at = timeline.prev_batch
    while at and len(found) < MOST:
        try:
            answer = await client.room_messages(
                room,
                at,
                since,
                limit=_AT_ONCE,
                message_filter={"types": [*STATE, *SPOKEN]},
            )
        except BROKEN_LINE as error:
            log.warning("matrix: what was missed was not told: %s", type(error).__name__)
            break
        if not isinstance(answer, nio.RoomMessagesResponse) or not answer.chunk:
            break
        found += answer.chunk
        at = answer.end
    return found[::-1]
