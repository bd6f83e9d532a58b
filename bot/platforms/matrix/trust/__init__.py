"""Trust on Matrix: that the bot's device is its account's, that people can verify it, and that they
hear of new devices of theirs. docs/matrix-trust.md says what that means and why it is so.

It is handed what it needs (`ports.py`) and knows no syncs, no rooms but by id, and no chats.
Whoever hands in an event waits for the homeserver, so it is done beside the syncs, in a task.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from bot.platforms.base import Locker
from bot.platforms.matrix.trust.canonical import Json
from bot.platforms.matrix.trust.identity import (
    STANDING,
    Identity,
    Standing,
    establish,
    sign_own_device,
)
from bot.platforms.matrix.trust.keys import public_key
from bot.platforms.matrix.trust.ports import Homeserver, OwnDevice, Rooms, Tell
from bot.platforms.matrix.trust.verifications import Comparing, Verifications
from bot.platforms.matrix.trust.watch import Watch

log = logging.getLogger(__name__)

AGAIN_S = 600.0


class Trust:
    def __init__(
        self,
        own: OwnDevice,
        homeserver: Homeserver,
        rooms: Rooms,
        locker: Locker,
        *,
        tell: Tell,
        clock: Callable[[], float],
        show: Callable[[Comparing], None],
        operator_confirms: bool = False,
    ) -> None:
        self._own, self._homeserver, self._locker = own, homeserver, locker
        self._clock = clock
        self._identity = Identity()
        self._again_at: float | None = None
        self._watch = Watch(locker, homeserver, tell, clock)
        self._verifications = Verifications(
            own, homeserver, rooms, clock, show, operator_confirms=operator_confirms
        )

    @property
    def standing(self) -> Standing:
        return self._identity.standing

    async def begin(self, *, password: str | None = None, anew: bool = False) -> Standing:
        """After the device's keys were uploaded, at each start. `anew` replaces cross-signing keys
        that are not the bot's, which needs the account's password."""
        self._identity = await establish(
            self._own, self._homeserver, self._locker, password=password, anew=anew
        )
        if self._identity.keys is not None:
            master = public_key(self._identity.keys, "master")
            self._verifications.vouch_for({f"ed25519:{master}": master})
        # For `parlour check`, which asks no homeserver.
        await self._locker.keep(STANDING, self.standing.name.encode())
        is_settled = self.standing not in (Standing.SILENT, Standing.NO_DEVICE)
        self._again_at = None if is_settled else self._clock() + AGAIN_S
        level = logging.INFO if self.standing is Standing.OURS else logging.WARNING
        log.log(level, "%s", self.standing.value)
        return self.standing

    async def take(self, event: Mapping[str, Any], room: str = "") -> None:
        """Any event as it was sent, decrypted: one of a room, or one to this device. Those that
        are no part of a verification are left alone."""
        await self._sign(await self._verifications.take(event, room))

    async def devices_changed(self, user: str) -> None:
        """Of somebody with whom the bot has a direct room; those in no such room are not for here."""
        if user != self._own.user:
            await self._watch.changed(user)

    async def look_at_clock(self) -> None:
        """Now and then: each minute, say."""
        if self._again_at is not None and self._clock() >= self._again_at:
            await self.begin()
        await self._verifications.look_at_clock()
        await self._watch.look_at_clock()

    async def forget(self, user: str) -> None:
        """Somebody is erased."""
        await self._watch.forget(user)

    def comparing(self) -> tuple[Comparing, ...]:
        """What the operator can compare now."""
        return self._verifications.comparing()

    async def confirm(self, number: int) -> None:
        """The operator has compared: they are the same."""
        await self._sign(await self._verifications.confirm(number))

    async def refuse(self, number: int) -> None:
        """The operator has compared: they differ."""
        await self._verifications.refuse(number)

    async def _sign(self, device: Json | None) -> None:
        keys = self._identity.keys
        if device is not None and keys is not None:
            done = await sign_own_device(device, keys, self._homeserver)
            log.info(
                "matrix: a device of the bot's account was %s", "signed" if done else "refused"
            )


def tell_in_log(what: Comparing) -> None:
    """That there is something to compare: a device, and nobody. What it is, the operator asks for."""
    whose = "of the bot's own account " if what.is_own_account else ""
    log.warning(
        "matrix: verification %d, with the device %s %swaits: `parlour matrix verify` shows what "
        "is to be compared",
        what.number,
        what.device,
        whose,
    )
