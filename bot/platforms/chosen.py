"""What the moderators of communities chose of a platform's own: kept through the locker, a small
record for each community, and read from there once.

What a record holds is the platform's. Ratings and ages are the community's and stand elsewhere.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from bot.platforms.base import Locker
from bot.platforms.bounded import Bounded

log = logging.getLogger(__name__)

Chosen = TypeVar("Chosen")


class Choices(Generic[Chosen]):
    def __init__(
        self,
        locker: Locker,
        *,
        kind: str,
        nothing: Chosen,
        write: Callable[[Chosen], bytes],
        read: Callable[[bytes], Chosen | None],
    ) -> None:
        """`kind` is what the platform calls a community; `read` gives None for what is damaged."""
        self._kind = kind
        self._nothing = nothing
        self._write = write
        self._decode = read
        self._locker = locker
        self._known: Bounded[str, Chosen] = Bounded()
        self._damaged: Bounded[str, None] = Bounded()
        self._one_at_a_time = asyncio.Lock()

    def known(self, community: str) -> Chosen | None:
        """None where it has to be read first."""
        return self._known.get(community)

    def is_damaged(self, community: str) -> bool:
        """What was kept could not be read, so it counts as nothing."""
        return community in self._damaged

    async def of(self, community: str) -> Chosen:
        """What cannot be read now is nothing for now, and is asked for again."""
        try:
            return await self.read(community)
        except Exception as error:  # noqa: BLE001 - the store's, which this does not know
            log.warning("what was set up was not read: %s", type(error).__name__)
            return self._nothing

    async def change(self, community: str, changed: Callable[[Chosen], Chosen]) -> Chosen:
        """Two moderators at once do not lose each other's choices. Raises what the store raises."""
        async with self._one_at_a_time:
            chosen = changed(await self.read(community))
            await self._locker.keep(self._name(community), self._write(chosen))
            self._damaged.pop(community)
            self._known.put(community, chosen)
            return chosen

    async def read(self, community: str) -> Chosen:
        """Raises what the store raises."""
        if (known := self._known.get(community)) is not None:
            return known
        kept = await self._locker.fetch(self._name(community))
        chosen = self._decode(kept) if kept else self._nothing
        if chosen is None:
            name = self._name(community)
            log.warning("what was set up for %s is damaged and counts as nothing", name)
            self._damaged.put(community, None)
            chosen = self._nothing
        self._known.put(community, chosen)
        return chosen

    def _name(self, community: str) -> str:
        return f"{self._kind}-{community}"


def read_record(kept: bytes, names: Iterable[str], *, once: str = "") -> dict[str, Any] | None:
    """None for what has not these names and no others; `once` stood there in older versions."""
    try:
        found = json.loads(kept)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    found.pop(once, None)
    return found if set(found) == set(names) else None
