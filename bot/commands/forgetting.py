"""`memory forget`: by number and by date at once (SAFETY H6); what was only found by words, or would be
everything, is shown first, with the line that does it. That line names exactly what was shown, so
nothing else goes by it, also much later or twice.
"""

import re

from bot.commands.desk import Answer, Desk, Farewell, Outcome
from bot.commands.fact_lines import day, in_order, short, tell_fact, tell_turn
from bot.events import TurnId
from bot.store.unsaid import Forgot
from bot.store.vault import Vault
from bot.text import Text, lines

WOULD_GO = Text("This I find. It goes for good, with the answers to it, once you say this:")
WOULD_GO_SINCE = Text(
    "All that was said since {date}, with every persona, goes for good, with what was made of it and "
    "what you had kept since then, once you say this:"
)
WOULD_GO_ALL = Text(
    "All that was said goes for good, with every persona, and all that is remembered (messages: "
    "{turns}; remembered: {facts}). Your consents and settings stay. It is done once you say this:"
)
FORGOTTEN = Text(
    "Forgotten (messages: {turns}; remembered: {facts}), with all that was made of it. Here it stays "
    "on your screen until you delete it."
)
WENT_ALONG = Text(
    "This was said in the same words, so it went with it; `{prefix}memory add` and the sentence keeps "
    "it:"
)
ONE_OF_THEM = Text("- “{sentence}”")
MORE = Text("There is more about it than this. Ask once more when this has gone.")
NOTHING_THERE = Text("There is nothing like that here any more.")
NOT_FOUND = Text("I find nothing about that, so nothing was forgotten.")
WHAT_TIME = Text(
    "I do not know which time that is. Write it as in `{prefix}memory forget since yesterday` or "
    "`{prefix}memory forget since 2026-01-31`."
)

MOST_FOUND = 6
LONGEST_LINE = 80
"""Of a command that a button may stand for."""
LONGEST_NUMBER = 12
_NUMBERS = re.compile(r"(?:[#~]?\d{1,12}(?:[\s,]+|$))+")
_ONE = re.compile(r"([#~]?)(\d+)")
_SINCE = frozenset(["since", "seit", "desde", "depuis"])
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_number(typed: str) -> int:
    """0 for what is none; no fact has it."""
    digits = typed.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) <= LONGEST_NUMBER else 0


async def forget(typed: str, desk: Desk, vault: Vault) -> Outcome:
    what = typed.strip()
    first, _, rest = what.partition(" ")
    match first.casefold():
        case "all" if rest.strip().casefold() == "confirm":
            return _receipt(await vault.unsaid.forget_all(desk.now), desk.prefix)
        case "all" if not rest.strip():
            there = await vault.unsaid.kept()
            say = WOULD_GO_ALL.format(turns=there.turns, facts=there.facts)
            return Answer(say, commands=("memory forget all confirm",))
        case word if word in _SINCE:
            return await _since(rest.strip(), desk, vault)
        case _ if _NUMBERS.fullmatch(what):
            facts, turns = _read_numbers(what)
            about = desk.remembers
            return _receipt(
                await vault.unsaid.forget(about.scope, facts, turns, about.under), desk.prefix
            )
        case _:
            return await _ask(what, desk, vault)


async def _since(typed: str, desk: Desk, vault: Vault) -> Outcome:
    at = desk.remembers.since(typed)
    if at is None:
        return Answer(WHAT_TIME.format(prefix=desk.prefix))
    if _DAY.fullmatch(typed):
        return _receipt(await vault.unsaid.forget_since(at), desk.prefix)
    date = day(at, desk.remembers.zone)
    return Answer(WOULD_GO_SINCE.format(date=date), commands=(f"memory forget since {date}",))


async def _ask(words: str, desk: Desk, vault: Vault) -> Outcome:
    about = desk.remembers
    facts = in_order(await vault.known.find_facts(about.scope, about.under, words.split()))
    turns = await about.find(words)
    found = [(f"{one.id}", tell_fact(one, about.zone)) for one in facts]
    found += [
        (
            f"~{one.turn}",
            tell_turn(one, short(about.excerpt(one.text)), desk.persona.name, about.zone),
        )
        for one in turns
    ]
    command, told = "memory forget", list[Text]()
    for number, line in found[:MOST_FOUND]:
        if len(command) + len(number) < LONGEST_LINE:
            command, told = f"{command} {number}", [*told, line]
    if not told:
        return Answer(NOT_FOUND)
    if len(told) < len(found):
        told.append(MORE)
    return Answer(lines(*told, WOULD_GO), commands=(command,))


def _read_numbers(typed: str) -> tuple[list[int], list[TurnId]]:
    found = _ONE.findall(typed)
    facts = [int(number) for sign, number in found if sign != "~"]
    return facts, [TurnId(int(number)) for sign, number in found if sign == "~"]


def _receipt(forgot: Forgot, prefix: str) -> Outcome:
    if not forgot.facts and not forgot.turns:
        return Answer(NOTHING_THERE)
    # Also what is being written elsewhere, and what was computed of it.
    told = [FORGOTTEN.format(turns=forgot.turns, facts=forgot.facts)]
    if forgot.along:
        told.append(WENT_ALONG.format(prefix=prefix))
        told += [ONE_OF_THEM.format(sentence=short(one)) for one in forgot.along[:MOST_FOUND]]
    return Farewell(lines(*told))
