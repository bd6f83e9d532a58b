"""SAFETY H4: what people asked to be reminded of, said at its time. The only thing that the bot
ever says first, and it says each no more often than the person set it.

It is asked every half minute. When to look into whose vault stands in the house; what is said
stands in the vault alone. It knows nothing of conversations but whether one is under way.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import blake2s

from bot.commands.rhythm import is_for_anybody
from bot.commands.wishes import (
    LANGUAGE,
    PAUSED,
    PLATFORM_LANGUAGE,
    read_quiet_hours,
    read_zone,
)
from bot.events import CommunityId, PersonId, Room, RoomId, Say
from bot.gather import read_standing
from bot.guests import Guests
from bot.languages.catalogue import say
from bot.languages.names import first_known
from bot.platforms.base import Platform
from bot.policy.door_rules import is_in
from bot.policy.rest import (
    LONGEST_DAY_S,
    Quiet,
    day_of,
    is_far,
    is_too_late,
    next_at,
    quiet_until,
    write_minute,
)
from bot.scene import Habits, sponsor_of
from bot.sentences import REMINDER
from bot.store.house import House
from bot.store.rows import Reminder, StoreError, Wishes
from bot.store.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Day:
    """What holds for one person now."""

    now: float
    zone: tzinfo
    quiet: Quiet | None
    rests: bool
    """Paused: then it passes in silence, like one of somebody who is not in any more, or nobody's
    guest (SAFETY A11)."""
    wishes: Wishes
    language: str


class Reminders:
    def __init__(
        self,
        house: House,
        platforms: Sequence[Platform],
        *,
        is_at_work: Callable[[RoomId], bool],
        habits: Habits,
        clock: Callable[[], float],
        guests: Guests | None = None,
    ) -> None:
        self._house = house
        self._platforms = platforms
        self._is_at_work = is_at_work
        self._habits = habits
        self._clock = clock
        self._guests = guests or Guests(clock)

    async def tick(self) -> None:
        """Says what is due. Whom no platform reaches now is left for when one does."""
        now = self._clock()
        try:
            people = await self._house.alarms(now, now + 2 * LONGEST_DAY_S)
        except StoreError as error:
            # A disk that is full now is perhaps not at the next look; whoever writes is told.
            log.warning("reminders could not be looked at: %s", error)
            return
        for person in people:
            if any(self._platform_of(one) for one in self._house.links.accounts_of(person)):
                await self._look(person, now)

    def _platform_of(self, account: PersonId) -> Platform | None:
        return next((one for one in self._platforms if one.reaches(account)), None)

    async def _look(self, person: PersonId, now: float) -> None:
        try:
            async with self._house.vault(person) as vault:
                due = [] if vault is None else await self._say_due(vault, now)
                await self._house.set_alarm(person, min(due, default=None))
        except Exception as error:  # noqa: BLE001 - one person's must not keep back the others'
            # It stays due: the next look says it under the same nonce, or finds it too late.
            log.warning("a reminder was not said: %s", type(error).__name__)

    async def _say_due(self, vault: Vault, now: float) -> list[float]:
        """When to look again, for each that stays."""
        wishes = await vault.wishes()
        day = _Day(
            now=now,
            zone=read_zone(wishes, self._habits.utc_offset_s),
            quiet=read_quiet_hours(wishes),
            rests=bool(wishes.marks.get(PAUSED)),
            wishes=wishes,
            language=first_known(
                wishes.settings.get(LANGUAGE),
                wishes.settings.get(PLATFORM_LANGUAGE),
                self._habits.language,
            ),
        )
        looks = [await self._take(one, vault, day) for one in await vault.reminders()]
        return [at for at in looks if at is not None]

    async def _take(self, one: Reminder, vault: Vault, day: _Day) -> float | None:
        """One reminder: when to look at it again, None where it is over."""
        account = one.account or vault.person
        if self._house.links.person_of(account) != vault.person:
            # Of an account that was parted since: nothing of this vault is said there.
            await vault.remove_reminder(one.id)
            return None
        sponsor = sponsor_of(account, _room(one), self._house)
        if is_far(one.due, day.now):
            due = next_at(one.minute, day.now, day.zone, said_on=one.said_day)
            await vault.move_reminder(one.id, due, one.said_on)
            return due
        when = quiet_until(day.quiet, one.due, day.zone) or one.due
        if when > day.now:
            return when
        is_over = day.rests or is_too_late(when, day.now, is_daily=one.is_daily)
        if (
            not is_over
            and is_for_anybody(one.text)
            and await self._is_in(vault.person, sponsor, day)
        ):
            if (ends := quiet_until(day.quiet, day.now, day.zone)) is not None:
                return ends
            platform = self._platform_of(account)
            if platform is None or self._is_at_work(one.room):
                return day.now
            is_guest = await self._guests.is_guest(platform, account, sponsor)
            if is_guest is None:
                return day.now
            if is_guest:
                await platform.do(_say(one, vault.person, day.language))
        if not one.is_daily:
            await vault.remove_reminder(one.id)
            return None
        said = day_of(one.due, day.zone)
        due = next_at(one.minute, day.now, day.zone)
        await vault.move_reminder(one.id, due, said.isoformat())
        return due

    async def _is_in(self, person: PersonId, sponsor: CommunityId, day: _Day) -> bool:
        community = await self._house.communities.of(sponsor)
        house, habits = self._house, self._habits
        return is_in(
            await read_standing(
                person, day.wishes, community, house=house, habits=habits, now=day.now
            )
        )


def _say(one: Reminder, person: PersonId, language: str) -> Say:
    # The same after a crash or a failure between saying it and keeping that it was said.
    name = f"{person}\0reminder\0{one.id}\0{one.due}"
    nonce = blake2s(name.encode(errors="replace"), digest_size=8).hexdigest()
    text = say(REMINDER.format(time=write_minute(one.minute), text=one.text), language)
    return Say(_room(one), text, f"{nonce}-reminder")


def _room(one: Reminder) -> Room:
    return Room(one.room, is_direct=True, sponsor=one.sponsor)
