"""Typing, shown while something is being computed: asked for again before it fades."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.platforms.tasks import Start

# Discord shows it for ten seconds. What is answered at once needs none.
_FIRST_S = 0.3
_AGAIN_S = 8.0


class Typings:
    def __init__(
        self,
        show: Callable[[str], Awaitable[None]],
        start: Start,
        *,
        first_s: float = _FIRST_S,
        again_s: float = _AGAIN_S,
        hide: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """`hide` is for a service that shows it until it is told otherwise."""
        self._hide = hide
        self._show = show
        self._start = start
        self._first_s = first_s
        self._again_s = again_s
        self._ends: dict[str, asyncio.Event] = {}

    def begin(self, channel: str) -> None:
        if channel not in self._ends:
            self._ends[channel] = end = asyncio.Event()
            self._start(self._keep(channel, end))

    def end(self, channel: str) -> None:
        """From now on none is asked for; what is on its way is let go."""
        if (end := self._ends.pop(channel, None)) is not None:
            end.set()

    def end_all(self) -> None:
        for channel in list(self._ends):
            self.end(channel)

    async def _keep(self, channel: str, end: asyncio.Event) -> None:
        # One after the other: a slow answer delays the next and never piles up.
        wait_s, is_shown = self._first_s, False
        while not end.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await end.wait()
                    break
            await self._show(channel)
            wait_s, is_shown = self._again_s, True
        # Unless something is being computed there again by now.
        if is_shown and self._hide is not None and channel not in self._ends:
            await self._hide(channel)
