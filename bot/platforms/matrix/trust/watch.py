"""Telling people of their new devices, once: what was seen of each is kept, sealed and by tags.

Whose names and devices they are cannot be read from what is kept, and it goes when somebody is
erased. What is new is decided in `devices.py`.
"""

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping

from bot.platforms.base import Locker, PlatformError
from bot.platforms.matrix.trust.devices import WITHIN_S, Look, Seen, look
from bot.platforms.matrix.trust.ports import Homeserver, Tell
from bot.platforms.matrix.trust.theirs import device_key, question, read_published

log = logging.getLogger(__name__)

KEY = "devices-key"
AGAIN_S = 600.0
MOST_HELD_BACK = 1_000


class Watch:
    def __init__(
        self, locker: Locker, homeserver: Homeserver, tell: Tell, clock: Callable[[], float]
    ) -> None:
        self._locker, self._homeserver = locker, homeserver
        self._tell, self._clock = tell, clock
        self._held_back: dict[str, float] = {}
        """Users with something untold, and when to look again."""
        self._one_at_a_time = asyncio.Lock()

    async def changed(self, user: str) -> None:
        """Somebody's devices may have changed. Raises what the locker raises."""
        async with self._one_at_a_time:
            await self._look(user)

    async def look_at_clock(self) -> None:
        async with self._one_at_a_time:
            now = self._clock()
            for user in [user for user, due in self._held_back.items() if due <= now]:
                await self._look(user)

    async def forget(self, user: str) -> None:
        async with self._one_at_a_time:
            self._held_back.pop(user, None)
            await self._locker.drop(_name(await self._key(), user))

    async def _look(self, user: str) -> None:
        self._held_back.pop(user, None)
        there = await self._devices(user)
        if there is None:
            self._hold_back(user, self._clock() + AGAIN_S)
            return
        key = await self._key()
        name = _name(key, user)
        seen = _read(await self._locker.fetch(name))
        tags = {device: _tag(key, device, own) for device, own in there.items()}
        found = look(seen, tags, self._clock())
        if found is None or not await self._said(user, found):
            return
        if found.later:
            self._hold_back(user, min(found.seen.told_at) + WITHIN_S)
        if found.seen != seen:
            await self._locker.keep(name, _write(found.seen))

    async def _devices(self, user: str) -> Mapping[str, str] | None:
        """Each with its key, as it proves itself; None where the homeserver does not say."""
        try:
            answer = await self._homeserver.ask("POST", "/keys/query", question(user))
        except PlatformError:
            return None
        found = read_published(answer, user)
        if found is None:
            return None
        return {name: device_key(one, name) for name, one in found.devices.items()}

    def _hold_back(self, user: str, until: float) -> None:
        if len(self._held_back) < MOST_HELD_BACK:
            self._held_back[user] = until

    async def _said(self, user: str, found: Look) -> bool:
        """First said and then kept: told twice after a crash is better than never."""
        if found.tell is None:
            return True
        try:
            await self._tell(user, found.tell)
        except PlatformError as error:
            log.warning("matrix: a new device was not told of: %s", error)
            self._hold_back(user, self._clock() + AGAIN_S)
            return False
        return True

    async def _key(self) -> bytes:
        key = await self._locker.fetch(KEY)
        if not key:
            key = secrets.token_bytes(32)
            await self._locker.keep(KEY, key)
        return key


def _name(key: bytes, user: str) -> str:
    return f"devices-{hmac.digest(key, user.encode(), 'sha256').hex()[:32]}"


def _tag(key: bytes, device: str, own: str) -> str:
    """With the device's key: who comes back under an old name is somebody new."""
    return hmac.digest(key, f"{device}\n{own}".encode(), "sha256").hex()[:16]


def _write(seen: Seen) -> bytes:
    return json.dumps({"tags": sorted(seen.tags), "told_at": seen.told_at}).encode()


def _read(kept: bytes | None) -> Seen | None:
    """What is damaged was never seen: the next sight is silent again."""
    try:
        found = json.loads(kept or b"")
        return Seen(frozenset(map(str, found["tags"])), tuple(map(float, found["told_at"])))
    except (ValueError, TypeError, KeyError):
        return None
