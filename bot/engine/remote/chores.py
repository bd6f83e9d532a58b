"""Work that nobody waits for, in a set which ends it all: no task is left to itself."""

import asyncio
from collections.abc import Coroutine


class Chores:
    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._closed = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # Dropped ones too, until they have ended.
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, name: str, work: Coroutine[object, object, None]) -> bool:
        """Instead of the work of the same name; False where there is too much already, or it is over."""
        self.drop(name)
        if self._closed or len(self._running) >= self._at_most:
            work.close()
            return False
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[name] = task
        self._running.add(task)
        task.add_done_callback(lambda done: self._done(name, done))
        return True

    def drop(self, name: str) -> None:
        if task := self._tasks.pop(name, None):
            task.cancel()

    async def close(self) -> None:
        self._closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._tasks.get(name) is task:
            del self._tasks[name]
        # Each piece of work handles what can fail; anything else is a mistake of ours, and the
        # loop's handler is to hear of it.
        if not task.cancelled() and (exc := task.exception()):
            task.get_loop().call_exception_handler(
                {"message": "work in the background failed", "exception": exc}
            )
