"""What a platform runs beside everything else: nothing that breaks in it ends anything else."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

log = logging.getLogger(__name__)

Work = Coroutine[Any, Any, None]
Start = Callable[[Work], None]
"""Runs it as a task beside everything else; what breaks in it ends nothing else."""

_LAST_EDITS_S = 5.0


class Tasks:
    def __init__(self, group: asyncio.TaskGroup, platform: str) -> None:
        self.group = group
        self._platform = platform
        self._running: set[asyncio.Task[None]] = set()
        self._ended = False

    def start(self, work: Work) -> None:
        """After the end, nothing is started any more."""
        if self._ended:
            work.close()
            return
        task = self.group.create_task(self._guarded(work))
        self._running.add(task)

        def done(_: object) -> None:
            self._running.discard(task)
            # One that was cancelled before it began has its work unbegun.
            work.close()

        task.add_done_callback(done)

    def cancel(self) -> None:
        self._ended = True
        for task in self._running:
            task.cancel()

    async def _guarded(self, work: Work) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one task that breaks must not end the others
            log.warning("%s: something was not done: %s", self._platform, type(error).__name__)


@asynccontextmanager
async def open_tasks(platform: str) -> AsyncIterator[Tasks]:
    """They end with the block. What breaks in the block is raised as it is: a group of tasks would
    wrap it."""
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = Tasks(group, platform)
        try:
            yield tasks
        except Exception as error:  # noqa: BLE001 - raised below
            failure = error
        finally:
            # Where the whole platform is cancelled, too: its group would go on taking new ones.
            tasks.cancel()
    if failure is not None:
        raise failure


@asynccontextmanager
async def resting(rest: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """After the block, whatever has broken in it, what is on the screen has a moment to become whole."""
    try:
        yield
    except Exception:
        await _rest(rest)
        raise
    await _rest(rest)


async def _rest(rest: Callable[[], Awaitable[None]]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_EDITS_S):
            await rest()
