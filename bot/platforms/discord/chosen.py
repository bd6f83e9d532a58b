"""What a guild's moderators chose of Discord's own: where people come in, whom it trusts, where the
panel stands. Ratings and ages are the community's and stand elsewhere.

Kept through the locker, a small JSON for each guild, and read from there once.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from bot.platforms.base import Locker
from bot.platforms.bounded import Bounded

log = logging.getLogger(__name__)

MOST_ROLES = 25
_LONGEST_ID = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids; empty where nothing was chosen."""

    entrance: str = ""
    """The channel for the panel."""
    log: str = ""
    roles: tuple[str, ...] | None = None
    """Whoever holds one is called an adult by their community (SAFETY A4). None where that was
    never chosen; empty where it was taken back, so that older signs end."""
    panel: str = ""
    """The message, and below the channel in which it stands."""
    panel_in: str = ""


NOTHING = Chosen()


class Choices:
    def __init__(self) -> None:
        self._locker: Locker | None = None
        self._known: Bounded[str, Chosen] = Bounded()
        self._damaged: Bounded[str, None] = Bounded()
        self._one_at_a_time = asyncio.Lock()

    def keep_in(self, locker: Locker) -> None:
        self._locker = locker

    def known(self, guild: str) -> Chosen | None:
        """None where it has to be read first."""
        return self._known.get(guild)

    def is_damaged(self, guild: str) -> bool:
        """What was kept could not be read, so it counts as nothing."""
        return guild in self._damaged

    async def of(self, guild: str) -> Chosen:
        """What cannot be read now is nothing for now, and is asked for again."""
        try:
            return await self._read(guild)
        except Exception as error:  # noqa: BLE001 - the store's, which this does not know
            log.warning("discord: what was set up was not read: %s", type(error).__name__)
            return NOTHING

    async def change(self, guild: str, changed: Callable[[Chosen], Chosen]) -> Chosen:
        """Two moderators at once do not lose each other's choices. Raises what the store raises."""
        async with self._one_at_a_time:
            chosen = changed(await self._read(guild))
            if self._locker is not None:
                await self._locker.keep(_name(guild), write_chosen(chosen))
            self._damaged.pop(guild)
            self._known.put(guild, chosen)
            return chosen

    async def _read(self, guild: str) -> Chosen:
        if (known := self._known.get(guild)) is not None:
            return known
        kept = await self._locker.fetch(_name(guild)) if self._locker else None
        chosen = read_chosen(kept) if kept else NOTHING
        if chosen is None:
            log.warning("discord: what guild %s had set up is damaged and counts as nothing", guild)
            self._damaged.put(guild, None)
            chosen = NOTHING
        self._known.put(guild, chosen)
        return chosen


def write_chosen(chosen: Chosen) -> bytes:
    return json.dumps(asdict(chosen)).encode()


def read_chosen(kept: bytes) -> Chosen | None:
    """None for what is not wholly as it was written."""
    try:
        found = json.loads(kept)
    except ValueError:
        return None
    if not isinstance(found, dict) or set(found) != set(Chosen.__slots__):
        return None
    roles = found.pop("roles")
    if not all(value == "" or _is_id(value) for value in found.values()):
        return None
    if roles is None:
        return Chosen(**found)
    if not isinstance(roles, list) or len(roles) > MOST_ROLES or not all(map(_is_id, roles)):
        return None
    return Chosen(**found, roles=tuple(roles))


def _is_id(value: object) -> bool:
    return (
        isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_ID
    )


def _name(guild: str) -> str:
    return f"guild-{guild}"
