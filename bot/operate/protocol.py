"""`parlour protocol`: the page on which an operator says how people in danger are met (SAFETY C6).

It is written from what the code itself uses, so that it cannot promise anything else; only the
contact is the operator's. `run` compares: a page that is missing, without a contact or older than
the code keeps the bot from starting.
"""

import re
from datetime import date
from pathlib import Path

from bot.config import ConfigError
from bot.policy import care, crisis
from bot.policy.decide import RULES
from bot.settings import Config

FILL_IN = "(to be filled in by the operator)"

_OLD_DAYS = 365
_CONTACT = re.compile(r"^Contact: (.+)$", re.MULTILINE)
_TEMPLATE = """\
# How this bot meets people in danger

Contact: {contact}

This bot plays personas with a language model. It is software and not a human, it is for adults, and it may not be suitable for some minors.
It is no crisis service, and moderators cannot read the conversations.

## What is recognised

Every message is read by a rule named `{rule}` before anything else happens with it, also at the door, in a pause, after a daily limit, and where somebody is locked out.
The rule looks for what people say of suicide, of harming themselves, of an eating disorder, or of somebody close to them who is in such danger.
It errs on the side of too much. A sentence that it misses is answered like any other.

## What happens

1. The role-play stops, the scene ends, and the persona falls silent. The language model is not asked.
2. The bot answers in words that are part of the program:

{words}

3. Nothing of it counts against the person. What they wrote is not kept and is shown to no moderator.
4. The bot stays: whoever writes on is answered.

The safe words (`red`, `yellow`, and one of a person's own) work in the same way and at any time.

## Which lines

{lines}

Elsewhere: {anywhere}. Each line's public page was read on the day that stands with it.

## How referrals are counted

Each answer of this kind adds one to a count by day and kind. No name, no account and no word is kept with it.
`parlour referrals` gives the count of a year, for the report that some laws ask for.

## How often people are told that this is software

At first contact, on each new day, and again after every {hours:g} hours of talk at the latest, in these words:

> {disclosure}

Asked sincerely, the bot says the same under every persona. A break is suggested after long talk, and a person's own daily limit is kept.
"""
_LINE = "- {country}: {name}; {reach} ([read]({source}) on {checked})"


def publish(config: Config, contact: str) -> Path:
    """Writes the page where `care.protocol` says. One that is there keeps its contact, unless
    another is given."""
    page = config.care.protocol
    before = _CONTACT.search(page.read_text("utf-8", "replace")) if page.is_file() else None
    text = write_page(
        region=config.care.region,
        disclose_every_s=config.care.disclose_every_h * 3600,
        contact=contact or (before[1] if before else ""),
    )
    page.write_text(text, "utf-8")
    return page


def write_page(*, region: str, disclose_every_s: float, contact: str = "") -> str:
    words = "\n\n".join((crisis.KIND, crisis.crisis_words(region), crisis.AFTER))
    lines = "\n".join(
        _LINE.format(
            country=line.country,
            name=line.name,
            reach=line.reach,
            source=line.source,
            checked=line.checked.isoformat(),
        )
        for line in crisis.lines()
    )
    return _TEMPLATE.format(
        contact=" ".join(contact.split()) or FILL_IN,
        rule=crisis.crisis.__name__,
        words="\n".join(f"   > {line}".rstrip() for line in words.split("\n")),
        lines=lines,
        anywhere=crisis.crisis_words("").split("\n", maxsplit=1)[0],
        hours=min(disclose_every_s, care.LONGEST_SILENCE_S) / 3600,
        disclosure=care.DISCLOSURE,
    )


def require_resources() -> None:
    """Before anything is served, on every platform."""
    if not crisis.lines() or crisis.crisis not in RULES:
        raise ConfigError(
            "the crisis lines are missing, and without them nothing starts (SAFETY C6): "
            "install Parlour anew"
        )


def oldest_line() -> date:
    """SAFETY C6: lines change, and a dead one is worse than none."""
    return min(line.checked for line in crisis.lines())


def is_old(day: date, today: date) -> bool:
    return (today - day).days > _OLD_DAYS


def require_page(config: Config) -> None:
    """Before a community is served: the page is there, names a contact, and says what the code
    does now."""
    page = config.care.protocol
    mend = 'write it anew with `parlour protocol --contact "…"`, and publish it (SAFETY C6)'
    try:
        text = page.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{page}: the protocol page cannot be read: {mend}") from None
    found = _CONTACT.search(text)
    if found is None or FILL_IN in found[1]:
        raise ConfigError(f"{page}: the protocol page names no contact: {mend}")
    now = write_page(
        region=config.care.region,
        disclose_every_s=config.care.disclose_every_h * 3600,
        contact=found[1],
    )
    if text != now:
        raise ConfigError(
            f"{page}: the protocol page says something else than the code does: {mend}"
        )
