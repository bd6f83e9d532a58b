"""Breaks, the daily limit, quiet hours, reminders and the time zone: what a person sets for the
rhythm of their days (SAFETY H4, H5)."""

from dataclasses import replace

from bot import sentences
from bot.commands.desk import Answer, Desk
from bot.commands.wishes import (
    BREAK_AFTER,
    PLATFORM_LANGUAGE,
    QUIET,
    ZONE,
    daily_marks,
    read_daily,
    read_quiet_hours,
    read_zone,
    talk_marks,
)
from bot.commands.zones import name_zone, zone_of
from bot.events import Rating
from bot.policy.limits import clean
from bot.policy.rest import (
    MINUTE_S,
    Wanted,
    change_daily,
    next_at,
    quiet_until,
    read_quiet,
    read_reminder,
    write_minute,
)
from bot.policy.screen import Screen
from bot.store.rows import Reminder
from bot.store.vault import Vault
from bot.text import Text, lines

MOST_REMINDERS = 10
LONGEST_REMINDER = 120
_BREAKS = range(5, 601)
_DAILY = range(1, 1441)


async def set_break(what: str, minutes: str, desk: Desk, vault: Vault) -> Text:
    if what == "daily":
        return await _set_daily(minutes, desk, vault)
    if not what and not minutes:
        return _say_rhythm(desk)
    wanted = _minutes(what, _BREAKS)
    if wanted is None or minutes:
        return sentences.BREAK_HOW.format(prefix=desk.prefix)
    await vault.set_mark(BREAK_AFTER, wanted * MINUTE_S)
    return sentences.BREAK_SET.format(minutes=wanted) if wanted else sentences.BREAK_OFF


async def set_quiet(hours: str, vault: Vault) -> Text:
    if hours.strip().casefold() == "off":
        await vault.set_setting(QUIET, "")
        return sentences.QUIET_OFF
    quiet = read_quiet(hours) if hours else read_quiet_hours(await vault.wishes())
    if quiet is None:
        return sentences.QUIET_HOW if hours else sentences.QUIET_OFF
    begins, ends = write_minute(quiet.begins), write_minute(quiet.ends)
    await vault.set_setting(QUIET, f"{begins}-{ends}")
    return sentences.QUIET_SET.format(begins=begins, ends=ends)


async def set_zone(typed: str, desk: Desk, vault: Vault) -> Text:
    """Reminders keep their time of day; none that was said today is said again today."""
    if not typed:
        named = (await vault.wishes()).settings.get(ZONE)
        return sentences.ZONE_IS.format(zone=named) if named else sentences.ZONE_UNSET
    name = name_zone(typed)
    if name is None:
        return sentences.ZONE_UNKNOWN
    await vault.set_setting(ZONE, name)
    zone = zone_of(name, desk.home_offset_s)
    for reminder in await vault.reminders():
        due = next_at(reminder.minute, desk.now, zone, said_on=reminder.said_day)
        await vault.move_reminder(reminder.id, due, reminder.said_on)
    await _set_alarm(desk, vault)
    return sentences.ZONE_SET.format(zone=name)


async def mute(desk: Desk) -> Answer:
    """The one word that silences them all; also for who has left."""
    if desk.vault is not None:
        await desk.vault.remove_reminder(None)
        await desk.house.set_alarm(desk.message.author.id, None)
    return Answer(sentences.REMINDERS_OFF)


async def remind(when: str, desk: Desk, vault: Vault) -> Text:
    line = when.strip()
    first, _, number = line.casefold().partition(" ")
    if not line:
        return _list_reminders(await vault.reminders(), desk.prefix)
    if first == "off":
        return await _remove_reminder(number.strip(), desk, vault)
    wanted = read_reminder(line)
    if wanted is None:
        return sentences.REMIND_HOW.format(prefix=desk.prefix)
    text = clean(wanted.text)
    if len(text) > LONGEST_REMINDER:
        return sentences.REMINDER_TOO_LONG.format(most=LONGEST_REMINDER)
    if not text or not is_for_anybody(text):
        return sentences.REMINDER_REFUSED
    return await _add_reminder(replace(wanted, text=text), desk, vault)


def is_for_anybody(text: str) -> bool:
    """SAFETY L7: a reminder comes unasked on whatever screen is lit, so it is read as GENERAL."""
    screen = Screen(Rating.GENERAL, persona_name="")
    screen.feed(text)
    screen.finish()
    return screen.blocked is None


# --- Below ------------------------------------------------------------------------------------


async def _set_daily(minutes: str, desk: Desk, vault: Vault) -> Text:
    if not minutes:
        return _say_rhythm(desk)
    wanted = _minutes(minutes, _DAILY)
    if wanted is None:
        return sentences.BREAK_HOW.format(prefix=desk.prefix)
    until = desk.own.talk.day_until
    daily = change_daily(read_daily(await vault.wishes()), wanted * MINUTE_S, until)
    # With the day that it holds for, in case that nothing was said in it yet.
    await vault.set_marks({**talk_marks(desk.own.talk), **daily_marks(daily)})
    if daily.on(until) != daily.after:
        return sentences.DAILY_FROM_TOMORROW
    return sentences.DAILY_SET.format(minutes=wanted) if wanted else sentences.DAILY_OFF


def _say_rhythm(desk: Desk) -> Text:
    after, most = round(desk.own.break_after_s / MINUTE_S), round(desk.own.daily_s / MINUTE_S)
    return lines(
        sentences.BREAK_SET.format(minutes=after) if after else sentences.BREAK_OFF,
        sentences.DAILY_SET.format(minutes=most) if most else sentences.DAILY_OFF,
        sentences.BREAK_HOW.format(prefix=desk.prefix),
    )


def _minutes(typed: str, allowed: range) -> int | None:
    """0 for off; None for what is no number of minutes."""
    if typed == "off":
        return 0
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(allowed.stop))
    return int(typed) if is_number and int(typed) in allowed else None


async def _add_reminder(wanted: Wanted, desk: Desk, vault: Vault) -> Text:
    wishes = await vault.wishes()
    zone = read_zone(wishes, desk.home_offset_s)
    due = next_at(wanted.minute, desk.now, zone)
    room = desk.message.room
    reminder = Reminder(
        wanted.minute,
        wanted.is_daily,
        wanted.text,
        due,
        room.id,
        room.sponsor,
        account=desk.message.author.id,
    )
    if not await vault.add_reminder(reminder, MOST_REMINDERS):
        return sentences.REMINDERS_FULL.format(most=MOST_REMINDERS, prefix=desk.prefix)
    # When it is due, no message comes with it that could tell.
    await vault.set_setting(PLATFORM_LANGUAGE, desk.message.author.language or "")
    await _set_alarm(desk, vault)
    kept = sentences.REMINDER_DAILY if wanted.is_daily else sentences.REMINDER_ONCE
    told = [kept.format(time=write_minute(wanted.minute), text=wanted.text)]
    quiet = read_quiet_hours(wishes)
    if quiet is not None and quiet_until(quiet, due, zone) is not None:
        told.append(sentences.REMINDER_IN_QUIET.format(time=write_minute(quiet.ends)))
    if ZONE not in wishes.settings:
        told.append(sentences.ZONE_UNSET)
    return lines(*told)


async def _remove_reminder(number: str, desk: Desk, vault: Vault) -> Text:
    if not number:
        return (await mute(desk)).say
    id_ = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    if not await vault.remove_reminder(id_):
        return sentences.NO_SUCH_REMINDER.format(prefix=desk.prefix)
    await _set_alarm(desk, vault)
    return sentences.REMINDER_OFF


async def _set_alarm(desk: Desk, vault: Vault) -> None:
    due = [reminder.due for reminder in await vault.reminders()]
    await desk.house.set_alarm(vault.person, min(due, default=None))


def _list_reminders(kept: tuple[Reminder, ...], prefix: str) -> Text:
    if not kept:
        return sentences.NO_REMINDERS.format(prefix=prefix)
    listed = [
        (sentences.LISTED_DAILY if one.is_daily else sentences.LISTED_ONCE).format(
            number=one.id, time=write_minute(one.minute), text=one.text
        )
        for one in kept
    ]
    return lines(*listed, sentences.REMINDERS_HOW.format(prefix=prefix))
