"""Edits at the pace that the platform allows: the newest page wins, and the last one always goes.

A channel has one task while something is to be changed there, and of each message only its newest
text. What is sent is read at the very moment of sending, after every wait for a limit and again
at every further try, so an edit that was overtaken is never sent. It knows no HTTP.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from bot.platforms.tasks import Start

Newest = Callable[[], str]
"""The text to be sent now. Raises `Overtaken` where there is nothing to change any more."""


class Overtaken(Exception):
    """The message is to be taken away: the edit that waited is not to be sent."""


class Sent(Enum):
    DONE = "done"
    NEVER = "never"
    """The message or the way to it is gone."""
    LATER = "later"
    """Something broke on the way."""


Send = Callable[[str, str, Newest], Awaitable[Sent]]
"""A channel, a message, its text."""

_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


@dataclass(slots=True)
class _Channel:
    texts: dict[str, str] = field(default_factory=dict)
    """What each message is to say, the longest waiting first."""
    last_at: float = -inf
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Edits:
    def __init__(
        self,
        send: Send,
        start: Start,
        *,
        gap_s: float,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """`start` runs a task; `lost` hears of an edit that was given up after every try."""
        self._send = send
        self._start = start
        self._gap_s = gap_s
        self._now = now
        self._sleep = sleep
        self._lost = lost
        self._channels: dict[str, _Channel] = {}

    def put(self, channel: str, message: str, text: str) -> None:
        """Waits for nothing."""
        if (at := self._channels.get(channel)) is not None:
            at.texts[message] = text
            at.settled.clear()
            return
        at = self._channels[channel] = _Channel({message: text})
        self._start(self._run(channel, at))

    def drop(self, channel: str, message: str) -> None:
        if (at := self._channels.get(channel)) is not None:
            at.texts.pop(message, None)

    async def settled(self, channel: str) -> None:
        """Until nothing is to be changed there."""
        if (at := self._channels.get(channel)) is not None:
            await at.settled.wait()

    async def all_settled(self) -> None:
        for channel in list(self._channels):
            await self.settled(channel)

    async def _run(self, channel: str, at: _Channel) -> None:
        try:
            while at.texts:
                await self._change(channel, at, next(iter(at.texts)))
                if not at.texts:
                    at.settled.set()
                # The next edit here, of whichever message, is at least a gap away. The task
                # stays for it, so that the channel's pace is known as long as it matters.
                if (rest := at.last_at + self._gap_s - self._now()) > 0:
                    await self._sleep(rest)
        finally:
            # No await since the last look at what is to be changed.
            del self._channels[channel]
            at.settled.set()

    async def _change(self, channel: str, at: _Channel, message: str) -> None:
        on_wire: list[str] = []

        def newest() -> str:
            if message not in at.texts:
                raise Overtaken
            on_wire[:] = [at.texts[message]]
            return on_wire[0]

        for pause in (*_PAUSES_S, None):
            sent = await self._try(channel, message, newest)
            at.last_at = self._now()
            if sent is not Sent.LATER or pause is None:
                break
            await self._sleep(pause)
        if sent is Sent.LATER:
            self._lost()
        if sent is not Sent.DONE or at.texts.get(message) in (*on_wire, None):
            at.texts.pop(message, None)

    async def _try(self, channel: str, message: str, newest: Newest) -> Sent:
        try:
            return await self._send(channel, message, newest)
        except Overtaken:
            return Sent.DONE
