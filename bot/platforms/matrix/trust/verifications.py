"""All verifications that are open: who may begin one, which of them an event belongs to, what is
shown to the operator, and when time is up.

What a step means stands in `verification.py`. It knows no sync: events and looks at the clock come
from outside, and whoever hands them in waits until the homeserver has what follows from them.
"""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.platforms.base import PlatformError
from bot.platforms.matrix.trust.admission import WITHIN_S, Admission
from bot.platforms.matrix.trust.canonical import Json
from bot.platforms.matrix.trust.ports import Homeserver, OwnDevice, Rooms
from bot.platforms.matrix.trust.sas import METHOD, Shown, Side, make_secret
from bot.platforms.matrix.trust.sending import Sending
from bot.platforms.matrix.trust.steps import (
    Code,
    Event,
    asking_device,
    read_event,
    read_step,
)
from bot.platforms.matrix.trust.theirs import Published, device_key, question, read_published
from bot.platforms.matrix.trust.verification import (
    Effect,
    Ended,
    Next,
    Send,
    Show,
    Stage,
    Verification,
    confirm,
    end,
    hear,
)

log = logging.getLogger(__name__)

AHEAD_S = 300.0
"""How far the clock of who asks may be ahead of ours, by the specification."""
MOST_OVER = 200


@dataclass(frozen=True, slots=True)
class Comparing:
    """What the operator is shown."""

    number: int
    user: str
    device: str
    is_own_account: bool
    """A device that wants to be signed as the bot's own."""
    shown: Shown
    until: float


@dataclass(frozen=True, slots=True)
class Open:
    number: int
    room: str
    since: float
    theirs: Published
    at: Verification


class Verifications:
    def __init__(
        self,
        own: OwnDevice,
        homeserver: Homeserver,
        rooms: Rooms,
        clock: Callable[[], float],
        show: Callable[[Comparing], None],
        *,
        operator_confirms: bool,
    ) -> None:
        """`operator_confirms`: nothing is vouched for before the operator's word, whoever asks."""
        self._own, self._homeserver = own, homeserver
        self._sending = Sending(homeserver, rooms)
        self._clock, self._show = clock, show
        self._operator_confirms = operator_confirms
        self._own_keys = {f"ed25519:{own.device}": own.ed25519}
        self._open: dict[tuple[str, str], Open] = {}
        self._over: deque[tuple[str, str]] = deque(maxlen=MOST_OVER)
        self._admission = Admission()
        self._numbers = itertools.count(1)
        self._one_at_a_time = asyncio.Lock()

    def vouch_for(self, keys: Mapping[str, str]) -> None:
        """Further keys of ours: the master key, once it is in force."""
        self._own_keys.update(keys)

    def comparing(self) -> tuple[Comparing, ...]:
        return tuple(
            _comparing(one, one.at.shown, self._own.user)
            for one in self._open.values()
            if one.at.shown
        )

    async def take(self, source: Mapping[str, Any], room: str = "") -> Json | None:
        """Any event, decrypted; `room` is empty for one to this device. Gives the device of the
        bot's own account that has proven itself, if one has."""
        event = read_event(source, room)
        if event is None or (room and event.sender == self._own.user):
            return None
        async with self._one_at_a_time:
            key = (event.sender, event.transaction)
            if key not in self._open and key not in self._over and self._begins(event):
                await self._begin(event)
            one = self._open.get(key)
            if one is None or one.room != room:
                return None
            step = read_step(event)
            return None if step is None else await self._follow(key, hear(one.at, step))

    async def confirm(self, number: int) -> Json | None:
        """As `take`; nothing where there is none of that number."""
        async with self._one_at_a_time:
            return await self._decide(number, confirm)

    async def refuse(self, number: int) -> None:
        async with self._one_at_a_time:
            await self._decide(number, lambda at: end(at, Code.MISMATCHED_SAS))

    async def look_at_clock(self) -> None:
        async with self._one_at_a_time:
            now = self._clock()
            for key, one in list(self._open.items()):
                if now - one.since > WITHIN_S:
                    await self._follow(key, end(one.at, Code.TIMEOUT))

    # Beginning

    def _begins(self, event: Event) -> bool:
        """Requests, and what older clients begin with from device to device."""
        if event.step == "start":
            return not event.room
        if event.step != "request" or event.sent_at is None:
            return False
        to_us = not event.room or event.content.get("to") == self._own.user
        return to_us and -AHEAD_S <= self._clock() - event.sent_at <= WITHIN_S

    async def _begin(self, event: Event) -> None:
        device = asking_device(event)
        if not device or (event.sender, device) == (self._own.user, self._own.device):
            return
        other = Side(event.sender, device)
        others = [key for key, one in self._open.items() if one.at.other == other]
        if not self._admission.admits(event.sender, self._clock(), are_open=len(self._open)):
            return
        theirs = await self._published(event.sender)
        if theirs is None or device not in theirs.devices:
            log.info("matrix: a verification was not begun: the homeserver knows no such device")
            return
        at = Verification(
            Side(self._own.user, self._own.device),
            dict(self._own_keys),
            other,
            _their_keys(theirs, device),
            event.transaction,
            make_secret(),
            # A device of the bot's own account would be signed as the bot's: by their word alone.
            waits=self._operator_confirms or event.sender == self._own.user,
        )
        one = Open(next(self._numbers), event.room, self._clock(), theirs, at)
        key = (event.sender, event.transaction)
        self._open[key] = one
        if others or theirs.master_key in theirs.devices:
            # Two at once from one device, or a device that bears a master key's name: neither can
            # be told from an attack, so none of them goes on.
            for each in (*others, key):
                await self._follow(each, end(self._open[each].at, Code.UNEXPECTED))
        elif event.step == "request":
            ready = Send("ready", {"from_device": self._own.device, "methods": [METHOD]})
            await self._follow(key, (at, (ready,)))

    async def _published(self, user: str) -> Published | None:
        try:
            answer = await self._homeserver.ask("POST", "/keys/query", question(user))
        except PlatformError:
            return None
        return read_published(answer, user)

    # Going on

    async def _decide(self, number: int, decide: Callable[[Verification], Next]) -> Json | None:
        for key, one in list(self._open.items()):
            if one.number == number:
                return await self._follow(key, decide(one.at))
        return None

    async def _follow(self, key: tuple[str, str], after: Next) -> Json | None:
        at, effects = after
        one = self._open[key]
        self._open[key] = one = replace(one, at=at)
        proven = None
        for effect in effects:
            proven = await self._do(one, effect) or proven
        if at.stage is Stage.OVER:
            self._open.pop(key)
            self._over.append(key)
        return proven

    async def _do(self, one: Open, effect: Effect) -> Json | None:
        match effect:
            case Send(step, content):
                await self._sending.send(
                    step, content, room=one.room, to=one.at.other, transaction=one.at.transaction
                )
            case Show(what):
                self._show(_comparing(one, what, self._own.user))
                await self._sending.explain(one.room)
            case Ended(code, is_proven):
                log.info(
                    "matrix: verification %d is over: %s",
                    one.number,
                    "both have vouched" if is_proven else code or "the other side ended it",
                )
                if is_proven and one.at.other.user == self._own.user:
                    return dict(one.theirs.devices[one.at.other.device])
        return None


def _comparing(one: Open, what: Shown, own: str) -> Comparing:
    other = one.at.other
    until = one.since + WITHIN_S
    return Comparing(one.number, other.user, other.device, other.user == own, what, until)


def _their_keys(theirs: Published, device: str) -> Mapping[str, str]:
    """Their device's key and their master key, which is named by itself."""
    keys = {f"ed25519:{device}": device_key(theirs.devices[device], device)}
    master = theirs.master_key
    return keys | ({f"ed25519:{master}": master} if master else {})
