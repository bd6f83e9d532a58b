"""The sync, again and again: what the homeserver tells, put in order and handed on.

It ends only where nobody but the operator can mend it. What is said it only hands on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import nio

from bot.events import Event
from bot.platforms.base import Locker
from bot.platforms.matrix.filter import make_filter
from bot.platforms.matrix.line import BROKEN_LINE, DEAD
from bot.platforms.matrix.listening import Listening, Taken
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.supervise import Pauses
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)

SINCE = "since"
VOID = (
    "the homeserver does not take the token any more: `parlour login matrix` (the bot stopped) "
    "makes a new one, or start again where matrix.password_file is set"
)


class Life:
    def __init__(
        self,
        setup: Setup,
        client: Any,
        listening: Listening,
        locker: Locker,
        start: Start,
        *,
        begin: Callable[[], Awaitable[None]],
        take: Callable[[Any, str], Awaitable[None]],
    ) -> None:
        """`begin` asks what no sync tells; `take` is given each sync, and since when it is."""
        self._setup = setup
        self._client = client
        self._listening = listening
        self._locker = locker
        self._start = start
        self._begin = begin
        self._take = take
        self._pauses = Pauses(setup.first_pause_s)
        self._has_begun = False
        self._since = ""
        self._wanted = ""
        self._kept = asyncio.Event()
        self._kept.set()
        self._is_working = False
        self._has_told = False
        self._silent: frozenset[str] = frozenset()
        """Whose keys were asked for and not told."""
        self.synced = asyncio.Event()
        """What the homeserver has to tell at a start was told."""
        self.trouble = ""
        """Why it ended for good, in a sentence that tells the mend."""

    async def next(self) -> Event | None:
        """None: it has ended for good."""
        while isinstance(event := await self._listening.next(), Taken):
            self._keep(event.since)
        return event

    async def rest(self) -> None:
        """Until it is written down where it is."""
        await self._kept.wait()

    async def live(self) -> None:
        """Until it is cancelled, or the homeserver refuses the bot for good."""
        while not self.trouble:
            wait = await self._try()
            if wait > 0 and not self.trouble:
                await asyncio.sleep(wait)
        log.error("matrix: %s", self.trouble)
        # Nobody waits any more for what was to be told: what is said now is refused at once.
        self.synced.set()
        await self._listening.end()

    async def _try(self) -> float:
        """One sync; how long to wait before the next."""
        try:
            if not self._has_begun:
                kept = await self._locker.fetch(SINCE)
                self._since = kept.decode() if kept else ""
                await self._begin()
                self._has_begun = True
            return await self._sync()
        except BROKEN_LINE as error:
            log.warning("matrix: no answer (%s)", type(error).__name__)
        except nio.LocalProtocolError:
            self.trouble = VOID
        except Exception as error:  # noqa: BLE001 - whatever it died of, it goes on
            log.error("matrix: a sync was not understood: %s", type(error).__name__)  # noqa: TRY400 - I8
            # The library has gone on, so asked again it would pass over what it did not take in.
            self._client.next_batch = ""
        return self._pauses.next_s()

    async def _sync(self) -> float:
        is_first = not self.synced.is_set()
        response = await self._client.sync(
            timeout=0 if is_first else int(self._setup.poll_s * 1000),
            sync_filter=make_filter(),
            since=self._since or None,
            # Rooms are in no store: without it a bot that comes back would have none.
            full_state=True if is_first else None,
        )
        if not isinstance(response, nio.SyncResponse):
            return self._refused(response)
        await self._take(response, self._since)
        self._since = response.next_batch
        self._listening.put(Taken(self._since))
        self._pauses.went_well()
        self.synced.set()
        if not self._is_working:
            self._is_working = True
            self._start(self._chores())
        return 0.0

    def _refused(self, error: Any) -> float:
        status = getattr(error.transport_response, "status", 0)
        if error.status_code in DEAD:
            self.trouble = VOID
            return 0.0
        log.warning("matrix: a sync met status %s, %s", status, error.status_code)
        wait_ms = getattr(error, "retry_after_ms", None) or 0
        return self._pauses.next_s(at_least_s=wait_ms / 1000)

    async def _chores(self) -> None:
        """What devices need of each other, beside the next sync: nobody's words wait for it."""
        client = self._client
        try:
            if client.should_upload_keys:
                self._look_at(await client.keys_upload())
            await self._query_keys()
            if client.should_claim_keys:
                await client.keys_claim(client.get_users_for_key_claiming())
            await client.send_to_device_messages()
        finally:
            self._is_working = False

    async def _query_keys(self) -> None:
        """Of whom something has changed. Whose homeserver is silent stays wanted, and is asked for
        together with the next, not after every sync; before their own room's words, too."""
        client = self._client
        if client.users_for_key_query <= self._silent:
            return
        answer = await client.keys_query()
        if not isinstance(answer, nio.ErrorResponse):
            self._silent = frozenset(client.users_for_key_query)

    def _look_at(self, answer: Any) -> None:
        """A device that something else used before has other keys there, and stays deaf."""
        if isinstance(answer, nio.ErrorResponse) and not self._has_told:
            self._has_told = True
            log.error(
                "matrix: the homeserver does not take the keys of this device (%s); where people's "
                "messages cannot be read, `parlour login matrix` (the bot stopped) makes another",
                answer.status_code,
            )

    def _keep(self, since: str) -> None:
        """All before it is in the vaults. Written down beside what comes: one that is older only
        brings again what is known there."""
        self._wanted = since
        if self._kept.is_set():
            self._kept.clear()
            self._start(self._write())

    async def _write(self) -> None:
        written = ""
        try:
            while written != self._wanted:
                written = self._wanted
                await self._locker.keep(SINCE, written.encode())
        finally:
            # No await since the last look at what is to be written.
            self._kept.set()
