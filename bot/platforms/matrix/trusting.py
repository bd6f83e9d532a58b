"""Trust, joined to the platform: the syncs' events go in, requests and words go out.

What any of it means stands in `trust/`. Nothing here is waited for by a sync or by anybody's words.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any
from uuid import uuid4

from bot.events import Say
from bot.platforms.base import Locker, PlatformError
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.delivery import Delivery
from bot.platforms.matrix.line import BROKEN_LINE, Line
from bot.platforms.matrix.ports import Source
from bot.platforms.matrix.rooms import Rooms, author_in
from bot.platforms.matrix.saying import Saying
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.trust import Trust, tell_in_log
from bot.platforms.matrix.trust.nio_side import leave_verifications, own_device
from bot.platforms.matrix.trust.ports import Answer
from bot.platforms.matrix.trust.steps import KIND, read_event
from bot.platforms.tasks import Start
from bot.text import Text

log = logging.getLogger(__name__)

WAITING = 100
"""Events that may wait for those before them; what comes beyond is passed over."""
LOOK_S = 30.0


class Trusting:
    """Implements the `Trust` of this package's ports."""

    def __init__(
        self,
        setup: Setup,
        client: Any,
        line: Line,
        *,
        rooms: Rooms,
        saying: Saying,
        delivery: Delivery,
        locker: Locker,
        start: Start,
    ) -> None:
        self._client = client
        self._rooms = rooms
        self._start = start
        self._setup = setup
        self._met: Bounded[str, None] = Bounded()
        self._waiting = 0
        way_out = _WayOut(setup, line, rooms, saying, delivery)
        self.trust = Trust(
            own_device(client),
            way_out,
            way_out,
            locker,
            tell=way_out.tell,
            clock=time.time,
            show=tell_in_log,
            operator_confirms=setup.operator_confirms,
        )

    async def begin(self) -> None:
        leave_verifications(self._client)
        # Here and not in the task: the syncs' chores would upload them, too.
        if self._client.should_upload_keys:
            await self._client.keys_upload()
        self._start(self._live())

    async def take_to_device(self, event: Any) -> bool:
        source: Source = event.source
        if not str(source.get("type")).startswith(KIND):
            return False
        self._beside(self.trust.take(source))
        return True

    async def take_in_room(self, room: str, source: Source) -> bool:
        person = self._rooms.person_in(room)
        if person is not None and person not in self._met:
            # What came before the syncs began, after a new login say, no homeserver has to tell.
            self._met.put(person, None)
            self._beside(self.trust.devices_changed(person))
        if read_event(source, room) is None:
            return False
        self._beside(self.trust.take(source, room))
        return True

    async def devices_changed(self, users: frozenset[str]) -> None:
        for user in users:
            if self._rooms.direct_with(user) is not None:
                self._beside(self.trust.devices_changed(user))

    async def forget(self, user: str) -> None:
        """Somebody is erased; who writes again is seen for the first time."""
        await self.trust.forget(user)
        self._met.pop(user)

    async def _live(self) -> None:
        setup = self._setup
        await self.trust.begin(password=setup.password or None, anew=setup.replace_keys)
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.trust.look_at_clock()
            except Exception as error:  # noqa: BLE001 - the store's, and it may be well again
                log.warning("matrix: trust was not looked after: %s", type(error).__name__)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        if self._waiting >= WAITING:
            work.close()
            return
        self._waiting += 1
        self._start(self._counted(work))

    async def _counted(self, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            self._waiting -= 1


class _WayOut:
    def __init__(
        self, setup: Setup, line: Line, rooms: Rooms, saying: Saying, delivery: Delivery
    ) -> None:
        self._line = line
        self._rooms = rooms
        self._saying = saying
        self._delivery = delivery
        self._words = setup.words

    async def ask(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        try:
            answer = await self._line.ask(method, path, body)
        except BROKEN_LINE as error:
            raise PlatformError(f"matrix: a key met {type(error).__name__}") from None
        return Answer(answer.status, answer.body)

    async def send(self, room: str, kind: str, content: Mapping[str, Any]) -> None:
        if await self._delivery.post(room, content, uuid4().hex, kind=kind) is None:
            raise PlatformError("matrix: a room takes nothing")

    async def say(self, room: str, text: Text) -> None:
        author = author_in(self._rooms, room, self._rooms.person_in(room) or "")
        say = Say(self._rooms.room_of(room), self._words(text, author), uuid4().hex)
        if await self._saying.say(say) is None:
            raise PlatformError("matrix: a room takes nothing")

    async def tell(self, user: str, text: Text) -> None:
        if (room := self._rooms.direct_with(user)) is not None:
            await self.say(room, text)
