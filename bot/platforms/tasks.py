"""What a platform runs beside everything else: nothing that breaks in it ends anything else."""

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger(__name__)


class Tasks:
    def __init__(self, group: asyncio.TaskGroup, platform: str) -> None:
        self._group = group
        self._platform = platform
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[None]) -> None:
        task = self._group.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        # A turn of the loop, so that each of them has begun: what never began cannot be ended.
        await asyncio.sleep(0)
        for task in self._running:
            task.cancel()

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one task that breaks must not end the others
            log.warning("%s: something was not done: %s", self._platform, type(error).__name__)
