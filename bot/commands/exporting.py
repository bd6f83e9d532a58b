"""`export` followed: everything that is kept of somebody, as data or as a page (SAFETY P1)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import tzinfo
from functools import partial

from bot import sentences
from bot.commands.desk import Answer, Desk
from bot.commands.files import as_file, as_json
from bot.commands.pages import Words, write_page
from bot.commands.wishes import read_zone
from bot.files import File

NAME = "parlour-export"


async def export(desk: Desk, *, is_page: bool) -> Answer:
    if desk.vault is None:
        return Answer(sentences.NOTHING_TO_ERASE)
    person = desk.message.author.id
    everything = {
        **await desk.vault.export(),
        "age_records": [asdict(one) for one in await desk.house.age_records(person)],
        "attestations": [asdict(one) for one in await desk.house.attestations(person)],
        "locked": await desk.house.locked(person),
        "accounts": desk.house.links.accounts_of(person),
        "sponsor": desk.house.links.sponsor_of(person),
        "moderation": await desk.house.moderation.export(person, desk.now),
    }
    make: Callable[[], File | None]
    if is_page:
        zone = read_zone(await desk.vault.wishes(), desk.home_offset_s)
        names = {persona.id: persona.name for persona in desk.personas.values()}
        make = partial(_page, everything, names, zone, desk.words)
    else:
        make = partial(as_json, NAME, everything)
    # Of a long talk it takes seconds, in which others are answered.
    file = await asyncio.to_thread(make)
    return Answer(sentences.EXPORTED, file=file) if file else Answer(sentences.EXPORT_TOO_LARGE)


def _page(
    everything: Mapping[str, object], names: Mapping[str, str], zone: tzinfo, words: Words
) -> File | None:
    return as_file(NAME, "html", [write_page(everything, names, zone, words)], "text/html")
