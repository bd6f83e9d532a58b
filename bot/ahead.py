"""Looking ahead for people, between their messages: one look at a time for each of them.

It knows nothing of what is looked at, and nobody waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.events import Deleted, Edited, InRoom, PersonId, Typing
from bot.platforms.base import Platform

Look = Callable[[InRoom, Platform], Awaitable[None]]


@dataclass(slots=True)
class _Looking:
    """What is under way for one person, and whether to look again when that is done."""

    task: asyncio.Task[None]
    again: InRoom | None = None


class Ahead:
    def __init__(self, look: Look, group: asyncio.TaskGroup, *, people: int) -> None:
        """For so many people at once who only type; for who has spoken, always."""
        self._look = look
        self._group = group
        self._people = people
        self._looking: dict[PersonId, _Looking] = {}

    def look(self, event: InRoom, platform: Platform) -> None:
        """In a task of its own, so that no message waits for it."""
        person = event.author.id
        if (looking := self._looking.get(person)) is not None:
            # What it has read may be old by now; for somebody who types it is new enough. And a
            # message after a change must not hide that something is gone.
            if not isinstance(event, Typing) and not isinstance(looking.again, Edited | Deleted):
                looking.again = event
        elif not isinstance(event, Typing) or len(self._looking) < self._people:
            task = self._group.create_task(self._keep_looking(event, platform))
            self._looking[person] = _Looking(task)

    def end(self) -> None:
        for looking in self._looking.values():
            looking.task.cancel()

    async def _keep_looking(self, event: InRoom, platform: Platform) -> None:
        wanted: InRoom | None = event
        looking = self._looking[event.author.id]
        try:
            while wanted is not None:
                await self._look(wanted, platform)
                wanted, looking.again = looking.again, None
        finally:
            # No await since the last look at what is wanted.
            del self._looking[event.author.id]
