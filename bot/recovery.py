"""After a crash: the transcript says what people saw, and people see what it says; who still has no
answer, and where they were heard last."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from bot.dispatch import Arrival
from bot.events import PersonId, Revise
from bot.platforms.base import (
    CatchesUp,
    Forgets,
    Known,
    Lasts,
    Platform,
    PlatformError,
)
from bot.store.house import House
from bot.store.rows import State, StoreError

log = logging.getLogger(__name__)


async def recover(house: House, platforms: Sequence[Platform], now: float) -> tuple[Arrival, ...]:
    """Marks as cut what was being shown; returns the messages that have no answer yet.

    Those of people whom no platform reaches now are left for a start that reaches them.
    """
    for platform in platforms:
        if isinstance(platform, Forgets):
            house.locker.tell_of_erasures(platform.forget)
        if isinstance(platform, CatchesUp):
            platform.catch_up_from(partial(_last_heard, house, platform.name))
    unanswered: list[Arrival] = []
    for person in await house.left_open():
        if not any(_reached(account, platforms) for account in house.links.accounts_of(person)):
            continue
        try:
            found = await _recover(person, house, now)
        except StoreError as error:
            # One damaged vault must not keep the others shut; its owner is told when they write.
            log.warning("a vault could not be looked at: %s", error)
            house.leave_unfinished(person)
            continue
        for arrival in found:
            if _reached(arrival.message.author.id, platforms):
                unanswered.append(arrival)
            else:
                house.leave_unfinished(person)
    return tuple(unanswered)


async def _last_heard(house: House, platform: str) -> tuple[Known, ...]:
    """Asked for beside the first messages: it opens vaults, one after the other."""
    found: list[Known] = []
    for person in await house.recent():
        with suppress(StoreError):
            async with house.vault(person) as vault:
                heard = await vault.last_heard(platform) if vault else ()
                found += [Known(room, last, kept, person) for room, last, kept in heard]
    # The latest last, as if they were heard now.
    return tuple(reversed(found))


async def _recover(person: PersonId, house: House, now: float) -> list[Arrival]:
    async with house.vault(person) as vault:
        if vault is None:
            return []
        for reply in await vault.left_open():
            pages = await vault.pages(reply.turn)
            # What was perhaps sent and is not known to be is answered anew: the new first page
            # carries the same nonce, so that a platform shows one message and not two.
            if any(page.event_id for page in pages):
                text = "\n".join(page.text for page in pages)
                remember = reply.remember
                await vault.close_reply(
                    reply, state=State.CUT, text=text, now=now, remember=remember
                )
            else:
                await vault.reopen(reply, now)
        waiting = []
        for waits in await vault.waiting():
            if house.links.person_of(waits.message.author.id) == vault.person:
                waiting.append(Arrival(waits.message, waits.turn))
            else:
                # Of an account that was parted since: it reads nothing from here any more.
                await vault.settle(waits.turn)
        return waiting


async def show_whole(house: House, platforms: Sequence[Platform], until: float) -> None:
    """What was shown last before the end at `until` is shown once more as the vaults have it: its
    last edit may never have arrived. After an orderly end there is nobody to do it for. To be run
    beside the first messages."""
    async with asyncio.TaskGroup() as group:
        for platform in platforms:
            if isinstance(platform, Lasts):
                # Each by itself: one that does not answer keeps no other waiting.
                group.create_task(_show_whole(house, platform, until))


async def _show_whole(house: House, platform: Lasts, until: float) -> None:
    for person in await house.left_open():
        with suppress(StoreError):
            async with house.vault(person) as vault:
                stands = await vault.shown_last(until) if vault else ()
            for one in stands:
                # Of an account that was parted since: it reads nothing from here any more.
                owner = house.links.person_of(one.account or person)
                if owner == house.links.person_of(person) and platform.reaches(
                    one.account or person
                ):
                    with suppress(PlatformError):
                        await platform.show_whole(Revise(one.room, one.event_id, one.text))


def _reached(account: PersonId, platforms: Sequence[Platform]) -> bool:
    return any(platform.reaches(account) for platform in platforms)
