"""One room, one worker; rooms side by side.

A room's messages are handled in order, one at a time, so nothing above needs a lock. It knows
nothing of what a message means: it commits it through its handler, queues it, and tells the
handler when something newer waits.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.ahead import Ahead
from bot.events import (
    AgeGates,
    AgeSeen,
    Busy,
    Deleted,
    Edited,
    Event,
    Idle,
    InRoom,
    Left,
    Message,
    RoomId,
    TurnId,
    Typing,
    platform_of,
)
from bot.platforms.base import Platform

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that is committed, where its author has a vault to commit it to."""

    message: Message
    turn: TurnId | None


@dataclass(slots=True)
class Stage:
    """Where a message is answered: its platform, and whether the answer is still wanted."""

    platform: Platform
    newer: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while something newer waits in this room, or the bot is stopping for good."""


class Handler(Protocol):
    """The conversation, as dispatch sees it."""

    async def arrive(self, message: Message) -> Arrival | None:
        """Commits the message; None when it was seen before."""

    def most_waiting(self, message: Message) -> int | None:
        """How many messages may wait with this one's author, where a community wants fewer than
        the operator; asked of memory."""

    async def turn_away(self, message: Message, waiting: int, stage: Stage) -> None:
        """Says that too much waits already, here or everywhere; the message is not kept."""

    async def handle_message(self, arrival: Arrival, stage: Stage) -> None: ...

    async def handle_change(self, change: Edited | Deleted, stage: Stage) -> None: ...

    async def take_sign(self, seen: AgeSeen | AgeGates) -> None:
        """That a platform saw what speaks for an adult, or that it is gone."""

    async def handle_leaving(self, left: Left) -> None:
        """That somebody is in a community no more."""

    async def look_ahead(self, event: InRoom, stage: Stage) -> None:
        """After an event: what can be prepared for this person's next message is. Nobody waits."""

    def leave(self, message: Message) -> None:
        """The bot stops before this one is answered: the next start is to do it."""

    async def apologise(self, arrival: Arrival, error: Exception, stage: Stage) -> None:
        """Says that something broke, and what the person can do."""


@dataclass(slots=True)
class _Worker:
    stage: Stage
    inbox: deque[Arrival] = field(default_factory=deque)
    current: Arrival | None = None
    """What is being answered."""
    task: asyncio.Task[None] | None = None


class Dispatch:
    def __init__(self, handler: Handler, *, waiting: int, rooms: int, stop_s: float) -> None:
        self._handler = handler
        self._waiting = waiting
        self._rooms = rooms
        self._stop_s = stop_s
        self._workers: dict[RoomId, _Worker] = {}
        self._arriving: set[RoomId] = set()
        self._group = asyncio.TaskGroup()
        self._ahead = Ahead(self._look_ahead, self._group, people=rooms)
        self._stopping = asyncio.Event()
        self._resting = asyncio.Event()
        self._resting.set()

    def stop(self) -> None:
        """No new messages; what is being written may end within the deadline."""
        self._stopping.set()

    def is_at_work(self, room: RoomId) -> bool:
        """Whether something is being answered there."""
        return room in self._workers

    async def run(self, platforms: Sequence[Platform], left_over: Sequence[Arrival] = ()) -> None:
        """Until every platform has ended, or until stopped. `left_over` is answered first."""
        by_name = {platform.name: platform for platform in platforms}
        async with self._group:
            for arrival in left_over:
                name = platform_of(arrival.message.author.id)
                if name in by_name:
                    self._enqueue(arrival, by_name[name])
            readers = [self._group.create_task(self._read(platform)) for platform in platforms]
            stopped = self._group.create_task(self._stopping.wait())
            ended = self._group.create_task(asyncio.wait(readers))
            await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
            rested = self._group.create_task(self._resting.wait())
            # After the end of all input what is being answered may take as long as it takes.
            await asyncio.wait([stopped, rested], return_when=asyncio.FIRST_COMPLETED)
            self._ahead.end()
            for task in (stopped, ended, *readers):
                task.cancel()
            await self._rest()
            rested.cancel()

    async def _rest(self) -> None:
        """Waits for the workers. At the deadline they are asked to stop, which takes a token; and
        who does not hear that, because the engine or the platform holds it, is cancelled."""
        for ask_to_stop in (_let_be, _interrupt, _cancel):
            for worker in self._workers.values():
                ask_to_stop(worker)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._stop_s):
                    await self._resting.wait()
                    return

    async def _read(self, platform: Platform) -> None:
        async with aclosing(platform.events()) as events:
            async for event in events:
                try:
                    await self._take(event, platform)
                except Exception as error:  # noqa: BLE001 - one event must not end the platform
                    room = None if isinstance(event, Left | AgeGates) else event.room
                    # What cannot be kept stops a reply all the same: it may be `red`.
                    if room and (worker := self._workers.get(room.id)):
                        worker.stage.newer.set()
                    await self._report(error, event, None, Stage(platform))
                    if room:
                        await platform.do(Idle(room))

    async def _take(self, event: Event, platform: Platform) -> None:
        match event:
            case Message():
                await self._take_in(event, platform)
            case Edited() | Deleted():
                await self._take_change(event, platform)
                self._ahead.look(event, platform)
            case AgeSeen() | AgeGates():
                await self._handler.take_sign(event)
            case Left():
                await self._handler.handle_leaving(event)
            case Typing():
                # While the bot writes there, the end of the reply looks ahead anyway.
                if event.room.id not in self._workers:
                    self._ahead.look(event, platform)

    async def _take_in(self, message: Message, platform: Platform) -> None:
        worker = self._workers.get(message.room.id)
        # What was missed may be more than anybody would write meanwhile, and takes no time.
        waits = [one for one in worker.inbox if not one.message.is_past] if worker else []
        waiting = 0 if message.is_past else len(waits)
        most = min(self._handler.most_waiting(message) or self._waiting, self._waiting)
        if waiting >= most or (not worker and len(self._workers) >= self._rooms):
            await self._handler.turn_away(message, waiting, Stage(platform))
            if not worker:
                await platform.do(Idle(message.room))
            return
        self._arriving.add(message.room.id)
        try:
            arrival = await self._handler.arrive(message)
        finally:
            self._arriving.discard(message.room.id)
        if arrival:
            self._enqueue(arrival, platform)
        elif message.room.id not in self._workers:
            await platform.do(Idle(message.room))

    async def _take_change(self, change: Edited | Deleted, platform: Platform) -> None:
        """What is being answered was asked beside words that are gone: it is answered again."""
        room = change.room.id
        worker = self._workers.get(room)
        cut = worker.current if worker else None
        if worker:
            worker.stage.newer.set()
        self._arriving.add(room)
        try:
            await self._handler.handle_change(change, Stage(platform))
        finally:
            self._arriving.discard(room)
        now = self._workers.get(room)
        if cut and not (now and (now.inbox or now.current is not cut)):
            again = replace(cut.message, cut_at=change.at)
            self._enqueue(replace(cut, message=again), platform)
        elif worker and not now:
            await platform.do(Idle(change.room))

    def _enqueue(self, arrival: Arrival, platform: Platform) -> None:
        worker = self._workers.get(arrival.message.room.id)
        if worker is None:
            worker = self._workers[arrival.message.room.id] = _Worker(Stage(platform))
            worker.inbox.append(arrival)
            self._resting.clear()
            worker.task = self._group.create_task(self._work(arrival.message.room.id, worker))
        else:
            worker.inbox.append(arrival)
            worker.stage.newer.set()

    async def _work(self, room: RoomId, worker: _Worker) -> None:
        try:
            # What waits when the bot stops stays in the vault and is answered at the next start.
            while worker.inbox and not self._stopping.is_set():
                worker.current = arrival = worker.inbox.popleft()
                await worker.stage.platform.do(Busy(arrival.message.room))
                if not worker.inbox:
                    worker.stage.newer.clear()
                if arrival.message.is_past:
                    worker.stage.newer.set()
                try:
                    await self._handler.handle_message(arrival, worker.stage)
                except Exception as error:  # noqa: BLE001 - one answer must not end the room
                    await self._report(error, arrival.message, arrival.turn, worker.stage)
                if not worker.inbox:
                    self._ahead.look(arrival.message, worker.stage.platform)
                if not worker.inbox and room not in self._arriving:
                    await worker.stage.platform.do(Idle(arrival.message.room))
            if worker.inbox:
                await worker.stage.platform.do(Idle(worker.inbox[0].message.room))
        finally:
            for arrival in worker.inbox:
                self._handler.leave(arrival.message)
            # No await since the last look at the inbox, so nothing can be lost here.
            del self._workers[room]
            if not self._workers:
                self._resting.set()

    async def _look_ahead(self, event: InRoom, platform: Platform) -> None:
        stage = Stage(platform)
        try:
            if not self._stopping.is_set():
                await self._handler.look_ahead(event, stage)
        except Exception as error:  # noqa: BLE001 - nobody asked for it, so nobody is told
            _log(error, stage)

    async def _report(
        self, error: Exception, event: Event, turn: TurnId | None, stage: Stage
    ) -> None:
        _log(error, stage)
        if isinstance(event, Message):
            with contextlib.suppress(Exception):
                await self._handler.apologise(Arrival(event, turn), error, stage)


def _log(error: Exception, stage: Stage) -> None:
    # Neither the text nor the traceback: both may hold people's words (INVARIANT I8).
    log.error("%s: not handled: %s", stage.platform.name, type(error).__name__)


def _let_be(_worker: _Worker) -> None:
    """What is being written may end by itself."""


def _interrupt(worker: _Worker) -> None:
    worker.stage.newer.set()


def _cancel(worker: _Worker) -> None:
    if worker.task is not None:
        worker.task.cancel()
