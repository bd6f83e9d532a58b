"""`memory …` and `incognito` -> their store calls and their answers. What is done is done at once
(SAFETY H6), and what was computed of what is gone goes with it.
"""

import re
import unicodedata
from typing import assert_never

from bot import sentences
from bot.commands.desk import Answer, Desk, Farewell, Greet, Outcome
from bot.commands.follow_facts import follow_facts
from bot.commands.memories import (
    FactCommand,
    Incognito,
    Keep,
    MemoryCommand,
    MemoryIntimate,
    MemoryOff,
    MemoryOn,
)
from bot.commands.wishes import KEEP_DAYS
from bot.policy.door import DOOR_VERSION, INTIMATE, MEMORY
from bot.policy.retention import LONGEST_DAYS, stricter
from bot.store.rows import Consent
from bot.store.vault import Vault
from bot.text import Text, lines

INCOGNITO_BEGINS = Text(
    "This session is incognito: nothing of it is remembered, nothing remembered is looked up, and all "
    "that is said goes when it ends: with `{prefix}incognito off`, with a new session, or after twelve "
    "hours without a word."
)
INCOGNITO_IS = Text("This session is incognito: it keeps nothing beyond itself.")
IS_ON = Text("You are incognito. `{prefix}incognito off` ends that, and what was said goes.")
IS_OFF = Text(
    "You are not incognito. `{prefix}incognito on` begins a session that keeps nothing beyond itself."
)
ENDED = Text("What was said incognito is gone. Your next message begins an ordinary session.")
KEPT_ALWAYS = Text(
    "What we say is kept until you have it forgotten. `{prefix}memory keep 30 days` sets a time."
)
KEPT_FOR = Text(
    "What we say is kept for {days} days, and then it goes with all that was made of it, but for what "
    "a talk that goes on holds in mind. `{prefix}memory keep always` ends that."
)
KEPT_BY_OPERATOR = Text(
    "Whoever operates this machine has what we say kept for {days} days at most; you can set a "
    "shorter time."
)
KEEP_HOW = Text(
    "Write a number of days from 1 to {most}, as in `{prefix}memory keep 30 days`, or "
    "`{prefix}memory keep always`."
)

_TIME = re.compile(r"(\d{1,4})\s*([^\W\d_]*)")
_UNITS = {
    1: "d day days tag tage tagen día días dia dias jour jours 日 日間",
    7: "w week weeks woche wochen semana semanas semaine semaines 週 週間",
    30: "month months monat monate monaten mes meses mois mês か月 ヶ月 ヵ月 カ月",
    365: "y year years jahr jahre jahren año años an ans ano anos 年 年間",
}
"""Of days; what is none of these is asked for again, since less than was meant would take words away."""
_DAYS_OF = {word: days for days, words in _UNITS.items() for word in words.split()} | {"": 1}


async def follow_memory(command: MemoryCommand, desk: Desk, vault: Vault) -> Outcome:
    if isinstance(command, FactCommand):
        outcome = await follow_facts(command, desk, vault)
        await desk.remembers.index()
        return outcome
    match command:
        case MemoryOn():
            return Answer(await _agree({MEMORY}, desk, vault))
        case MemoryIntimate():
            return Answer(await _agree({MEMORY, INTIMATE}, desk, vault))
        case MemoryOff():
            return Answer(await _agree(set(), desk, vault))
        case Keep(days):
            return Answer(await _keep(days, desk, vault))
        case Incognito(wish):
            return await _hide(wish, desk, vault)
        case _:
            assert_never(command)


# --- Whether anything is (SAFETY A10) ---------------------------------------------------------


async def _agree(wanted: set[str], desk: Desk, vault: Vault) -> Text:
    """Each is a consent of its own; intimate memory is part of memory, and ends with it."""
    for kind in (MEMORY, INTIMATE):
        if kind in wanted:
            await vault.give_consent(Consent(kind, DOOR_VERSION, desk.now))
        else:
            await vault.withdraw_consent(kind)
    return await _tell(desk, vault)


async def _tell(desk: Desk, vault: Vault) -> Text:
    memory, intimate = [await vault.consent(kind) is not None for kind in (MEMORY, INTIMATE)]
    given = sentences.MEMORY_ON if memory else sentences.MEMORY_OFF
    stands = sentences.MEMORY_INTIMATE if intimate else given
    return lines(stands, sentences.MEMORY_HOW.format(prefix=desk.prefix))


# --- How long (SAFETY P6) ---------------------------------------------------------------------


async def _keep(typed: str, desk: Desk, vault: Vault) -> Text:
    """What is too old goes at the next look, where the clock is looked at, too."""
    days: float = 0.0
    if typed and typed.strip().casefold() != "always":
        days = _read_days(typed)
        if not 1 <= days <= LONGEST_DAYS:
            return KEEP_HOW.format(most=LONGEST_DAYS, prefix=desk.prefix)
    if typed:
        await vault.set_mark(KEEP_DAYS, days)
        await desk.house.retention.look_at(vault.person, desk.now)
    else:
        days = (await vault.wishes()).marks.get(KEEP_DAYS, 0.0)
    holds = stricter(desk.keep_days, days)
    if not holds:
        return KEPT_ALWAYS.format(prefix=desk.prefix)
    if holds == days:
        return KEPT_FOR.format(days=round(holds), prefix=desk.prefix)
    return KEPT_BY_OPERATOR.format(days=round(holds))


def _read_days(typed: str) -> float:
    """0 for what says no time."""
    found = _TIME.fullmatch(unicodedata.normalize("NFC", typed.strip().casefold()))
    return float(int(found[1]) * _DAYS_OF.get(found[2], 0)) if found else 0.0


# --- Incognito (SAFETY P6) --------------------------------------------------------------------


async def _hide(wish: str, desk: Desk, vault: Vault) -> Outcome:
    """It holds until the person ends it, also over a restart and a crash: no session that begins
    meanwhile is an ordinary one without their word."""
    match wish, desk.own.is_incognito:
        case "on", False if desk.resting:
            return Answer(desk.resting)
        case "on", False:
            await vault.set_incognito(desk.now, is_on=True)
            await desk.house.retention.look_at(vault.person, desk.now)
            return Greet(desk.persona.id)
        case "off", True:
            await vault.set_incognito(desk.now, is_on=False)
            return Farewell(ENDED)
        case _, is_on:
            return Answer((IS_ON if is_on else IS_OFF).format(prefix=desk.prefix))
