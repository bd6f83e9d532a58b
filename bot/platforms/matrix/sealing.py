"""What is to be said -> what goes on the wire. In an encrypted room that is ciphertext or nothing.

The library would write clear text into a room of which it has not heard yet that it is encrypted,
and leave out devices whose keys it could not reach: both are looked at here before anything is sent.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import nio
from nio.exceptions import GroupEncryptionError

from bot.platforms.base import PlatformError
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import BROKEN_LINE
from bot.platforms.matrix.rooms import Rooms

log = logging.getLogger(__name__)

MESSAGE = "m.room.message"
SEALED = "m.room.encrypted"
Content = Mapping[str, Any]

_STALE = (GroupEncryptionError, nio.LocalProtocolError)


class NotNow(PlatformError):
    """Something is not known; to try again may help."""


class NotThere(PlatformError):
    """What is for two is not said before three, nor in clear text."""


class Sealing:
    def __init__(self, client: Any, rooms: Rooms) -> None:
        self._client = client
        self._rooms = rooms
        self._one_at_a_time: Bounded[str, asyncio.Lock] = Bounded()

    async def seal(
        self,
        room: str,
        content: Callable[[], Content],
        *,
        kind: str = MESSAGE,
        is_for_all: bool = False,
    ) -> tuple[str, Content]:
        """The event's type and its content, which is read at the last moment. `is_for_all` may be
        read by a third one, too. Raises NotNow and NotThere."""
        if not is_for_all:
            await self._look_around(room)
        is_encrypted = await self._rooms.is_encrypted(room)
        if is_encrypted is None:
            raise NotNow("matrix: whether a room is encrypted is not known")
        if not is_encrypted:
            if self._rooms.person_in(room) is not None:
                raise NotThere("matrix: a direct room is not encrypted")
            return kind, content()
        async with self._alone_in(room):
            await self._share(room)
            if not is_for_all:
                await self._look_around(room)
            try:
                sealed_kind, sealed = self._client.encrypt(room, kind, dict(content()))
            except _STALE as error:
                # Somebody has come since the keys were shared.
                raise NotNow(f"matrix: not encrypted: {type(error).__name__}") from None
        assert sealed_kind == SEALED, "nothing in clear text"
        return str(sealed_kind), sealed

    def is_overtaken(self, room: str, kind: str) -> bool:
        """It is in clear text, and by now it is known that the room is encrypted."""
        place, known = self._rooms.place(room), self._client.rooms.get(room)
        is_encrypted = place is not None and place.is_encrypted
        return kind != SEALED and (is_encrypted or (known is not None and known.encrypted))

    async def prepare(self, room: str) -> None:
        """Keys are shared before anybody waits for it."""
        with suppress(NotNow, NotThere):
            await self._look_around(room)
            if await self._rooms.is_encrypted(room):
                async with self._alone_in(room):
                    await self._share(room)

    def _alone_in(self, room: str) -> asyncio.Lock:
        lock = self._one_at_a_time.get(room) or asyncio.Lock()
        self._one_at_a_time.put(room, lock)
        return lock

    async def _look_around(self, room: str) -> None:
        """SAFETY A8."""
        if self._rooms.person_in(room) is None:
            return
        others = await self._rooms.others_in(room)
        if others is None:
            raise NotNow("matrix: who is in a direct room is not known")
        if others:
            raise NotThere("matrix: a direct room is not private any more")

    async def _share(self, room: str) -> None:
        """Everybody there has the key of what is written next, as far as they can be given it."""
        client = self._client
        known = client.rooms.get(room)
        if known is None:
            raise NotNow("matrix: a room is not there yet")
        known.encrypted = True
        try:
            if not known.members_synced:
                _fine(await client.joined_members(room))
            # Those of others are asked for beside the syncs. Synapse names the bot itself as changed
            # with every room that is new to it, and nobody's words are to wait for that.
            if client.users_for_key_query & (set(known.users) - {self._rooms.own_id}):
                _fine(await client.keys_query())
            if client.olm.should_share_group_session(room):
                await client.share_group_session(room, ignore_unverified_devices=True)
                self._check(room)
        except nio.LocalProtocolError as error:
            raise NotNow(f"matrix: keys were not shared: {type(error).__name__}") from None
        except BROKEN_LINE as error:
            raise NotNow(f"matrix: keys met {type(error).__name__}") from None
        finally:
            # Where a step broke off, the library would wait for it for ever.
            if (waiting := client.sharing_session.pop(room, None)) is not None:
                waiting.set()

    def _check(self, room: str) -> None:
        """The library calls a key shared also where the homeserver did not take it."""
        olm = self._client.olm
        session = olm.outbound_group_sessions.get(room)
        if session is None:
            raise NotNow("matrix: a key is gone again")
        reached = session.users_shared_with | session.users_ignored
        for user in self._client.rooms[room].users:
            for device in olm.device_store.active_user_devices(user):
                has_way = olm.session_store.get(device.curve25519) is not None
                if has_way and (user, device.id) not in reached:
                    olm.outbound_group_sessions.pop(room, None)
                    raise NotNow("matrix: a key did not arrive")


def _fine(answer: Any) -> None:
    if isinstance(answer, nio.ErrorResponse):
        raise NotNow(f"matrix: keys met {answer.status_code or 'no answer'}")
