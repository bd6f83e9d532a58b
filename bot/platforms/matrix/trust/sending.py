"""Steps of a verification on their way out, into a room or to a device.

What does not arrive is missed by the other side, whose time will be up: nothing here is tried again.
"""

import logging
import secrets

from bot.platforms.base import PlatformError
from bot.platforms.matrix.trust.canonical import Json
from bot.platforms.matrix.trust.ports import Homeserver, Rooms
from bot.platforms.matrix.trust.sas import Side
from bot.platforms.matrix.trust.sentences import COMPARE
from bot.platforms.matrix.trust.steps import KIND

log = logging.getLogger(__name__)


class Sending:
    def __init__(self, homeserver: Homeserver, rooms: Rooms) -> None:
        self._homeserver = homeserver
        self._rooms = rooms

    async def send(
        self, step: str, content: Json, *, room: str, to: Side, transaction: str
    ) -> None:
        """`room` is empty from device to device."""
        try:
            if room:
                relation = {"rel_type": "m.reference", "event_id": transaction}
                await self._rooms.send(room, KIND + step, {**content, "m.relates_to": relation})
            else:
                body = {to.user: {to.device: {**content, "transaction_id": transaction}}}
                path = f"/sendToDevice/{KIND}{step}/{secrets.token_hex(16)}"
                await self._homeserver.ask("PUT", path, {"messages": body})
        except PlatformError as error:
            log.warning("matrix: a step of a verification was not sent: %s", error)

    async def explain(self, room: str) -> None:
        """Whom to compare with, said once; between devices of the bot there is nobody to tell."""
        if not room:
            return
        try:
            await self._rooms.say(room, COMPARE)
        except PlatformError as error:
            log.warning("matrix: a verification was not explained: %s", error)
