"""`import` followed: the file is read and told of, and taken after a yes (SAFETY L7, A10).

A file is its sender's words: it gives nobody a consent, an age or a freedom that they had not.
"""

import asyncio
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, tzinfo

from bot.commands.desk import Answer, Desk
from bot.commands.files import decode, read_bytes
from bot.commands.follow_facts import MOST_OWN
from bot.commands.histories import HistoryCommand
from bot.commands.memories import LONGEST_FACT
from bot.commands.read import Misread
from bot.commands.wishes import read_zone
from bot.commands.words import FILE_TOO_LARGE
from bot.events import CommunityId, Rating
from bot.histories.reading import read_history
from bot.histories.values import MOST_BYTES, History, NotTaken
from bot.policy import limits
from bot.policy.cards import check_card
from bot.policy.door import MEMORY
from bot.policy.histories import rate
from bot.store.imports import Progress
from bot.store.rows import Limit, Scope
from bot.store.vault import Vault
from bot.text import Text, lines

HOW = Text(
    "Attach a file to `{prefix}import`: an export of mine, or a chat history of SillyTavern (a "
    "`.jsonl` file). You are shown what is in it before anything is taken."
)
WRONG = Text("Nothing was taken from that file:")
WRONG_LINE = Text("Line {number}: {what}")
WRONG_TURN = Text("Turn {number}: {what}")
PREVIEW = Text("Messages in that file: {count}, from {first} to {last}.")
WITH = Text("With {persona}: {count}.")
UNKNOWN = Text("With {name}, whom I do not have: {count}. Nobody here can recall them.")
LIMITS = Text("Limits of yours in it: {count}.")
FACTS = Text("Sentences in it that you had remembered: {count}.")
FACTS_TAKEN = Text("Sentences of yours that are remembered again: {count}.")
NO_MEMORY = Text(
    "You have not chosen memory, so I would keep them and recall nothing of them: "
    "`{prefix}memory on` comes first if you want that."
)
SURE = Text(
    "`{prefix}import yes` takes them, `{prefix}import no` forgets the file. What I may not keep is "
    "left out and counted, and what is there already is not taken twice. Consents, ages and "
    "settings are never taken from a file."
)
NONE_OFFERED = Text("I have no file of yours, or no longer. {how}")
FORGOTTEN = Text("I have forgotten that file.")
STOPPED = Text("I take no more of that file. What was taken stays.")
GOING = Text(
    "Taken so far: {taken} of {total}. Left out, because I may not keep them: {left_out}. There "
    "already: {known}. The rest follows while we talk; `{prefix}import` says how far it is, "
    "`{prefix}import no` stops it."
)
DONE = Text(
    "All of it is done. Taken: {taken} of {total}. Left out, because I may not keep them: "
    "{left_out}. There already: {known}."
)
IN_PARTS = Text("A longer history comes zipped, or as several files: nothing is taken twice.")
NO_ZIP = Text("That is no zipped export of mine.")
MOST_UNPACKED = 4 * MOST_BYTES
LIMITS_TAKEN = Text("Limits of yours that were added: {count}.")


async def follow_import(command: HistoryCommand, desk: Desk, vault: Vault) -> Answer:
    person, prefix = vault.person, desk.prefix
    how = HOW.format(prefix=prefix)
    if command.has_file:
        return Answer(await _look_at(desk, vault))
    offered = desk.imports.offered(person)
    progress = await vault.imports.progress()
    match command.wish:
        case "yes" if offered is None:
            return Answer(NONE_OFFERED.format(how=how))
        case "yes":
            assert offered is not None, "looked at above"
            added = await _bind(offered, vault)
            remembered = await _remember(offered, desk, vault)
            await desk.imports.begin(vault, offered)
            said = _tell(await vault.imports.progress(), prefix)
            told = [LIMITS_TAKEN.format(count=added)] if added else []
            told += [FACTS_TAKEN.format(count=remembered)] if remembered else []
            return Answer(lines(said, *told))
        case "no" if offered is not None:
            desk.imports.withdraw(person)
            return Answer(FORGOTTEN)
        case "no":
            return Answer(STOPPED if await vault.imports.stop() else NONE_OFFERED.format(how=how))
        case _ if offered is not None:
            return Answer(await _preview(offered, desk, vault))
        case _:
            return Answer(lines(_tell(progress, prefix), how) if progress else how)


async def _look_at(desk: Desk, vault: Vault) -> Text:
    zone = read_zone(await vault.wishes(), desk.home_offset_s)
    content = await read_bytes(desk.message, MOST_BYTES)
    if isinstance(content, Misread):
        is_too_large = content.say == FILE_TOO_LARGE.format(
            parameter="FILE", most=MOST_BYTES // 1024
        )
        return lines(content.say, IN_PARTS) if is_too_large else content.say
    # Some seconds for a long one, in which others are answered.
    read = await asyncio.to_thread(_read, content, zone, desk.now)
    if isinstance(read, Misread):
        return read.say
    if isinstance(read, NotTaken):
        where = WRONG_TURN if read.is_ours else WRONG_LINE
        wrong = [
            where.format(number=one.where, what=one.what) if one.where else one.what
            for one in read.problems
        ]
        return lines(WRONG, *wrong)
    named = read if read.is_ours else _here(read, desk)
    desk.imports.offer(vault.person, named)
    return await _preview(named, desk, vault)


def _here(read: History, desk: Desk) -> History:
    """Another program's talk is had with the persona of that name, or with the one of now; and
    here, as whose guest the person is (SAFETY P3)."""
    talks = []
    for talk in read.talks:
        wanted = talk.persona.casefold()
        same = [p.id for p in desk.personas.values() if wanted in {p.id, p.name.casefold()}]
        persona = same[0] if same else desk.persona.id
        talks.append(replace(talk, persona=persona, sponsor=desk.community.id, room=None))
    return replace(read, talks=tuple(talks))


async def _preview(read: History, desk: Desk, vault: Vault) -> Text:
    zone = read_zone(await vault.wishes(), desk.home_offset_s)
    told: list[Text] = []
    if read.count:
        first, last = (f"{datetime.fromtimestamp(at, zone):%Y-%m-%d}" for at in read.times)
        told.append(PREVIEW.format(count=read.count, first=first, last=last))
    counts: Counter[str] = Counter()
    for talk in read.talks:
        counts[talk.persona] += len(talk.lines)
    for id_, count in sorted(counts.items()):
        known = desk.personas.get(id_)
        told.append(
            WITH.format(count=count, persona=known.name)
            if known
            else UNKNOWN.format(count=count, name=id_)
        )
    if read.limits:
        told.append(LIMITS.format(count=len(read.limits)))
    if read.facts:
        told.append(FACTS.format(count=len(read.facts)))
    if (read.count or read.facts) and await vault.consent(MEMORY) is None:
        told.append(NO_MEMORY.format(prefix=desk.prefix))
    return lines(*told, SURE.format(prefix=desk.prefix))


async def _bind(read: History, vault: Vault) -> int:
    """SAFETY C2, L3: what binds is taken from a file; how many limits are new."""
    for persona in read.closed:
        await vault.set_mark(f"romance closed: {persona}", 1.0)
    there = {limit.text for limit in await vault.limits()}
    added = 0
    for one in read.limits:
        text = limits.clean(one.text)
        if text in there or not 0 < len(text) <= limits.LONGEST or not limits.read_terms([text]):
            continue
        may_be_told = check_card(Rating.ROMANCE, [text]) is None
        if may_be_told or one.is_hard:
            added += await vault.add_limit(Limit(text, one.is_hard, may_be_told), limits.MOST)
            there.add(text)
    return added


async def _remember(read: History, desk: Desk, vault: Vault) -> int:
    """SAFETY A10, L2, P4: as if the person had said `memory add` where they are remembered; how many
    are new."""
    taken = 0
    for one in read.facts:
        scope = Scope(one.persona, CommunityId(one.sponsor) if one.sponsor else None, None)
        own = [fact for fact in await vault.known.facts(scope, Rating.MATURE) if not fact.sources]
        kept = one.sentence if one.is_pinned else desk.remembers.mask(one.sentence)
        rating = rate(kept)
        if rating is None or not 0 < len(kept) <= LONGEST_FACT or len(own) >= MOST_OWN:
            continue
        if kept not in {fact.sentence for fact in own}:
            add = vault.known.add_fact
            number = await add(scope, kept, rating, desk.now, is_pinned=one.is_pinned)
            taken += number is not None
    return taken


def _tell(progress: Progress | None, prefix: str) -> Text:
    if progress is None:
        return DONE.format(taken=0, total=0, left_out=0, known=0)
    say = DONE if progress.is_over else GOING
    return say.format(
        taken=progress.taken,
        total=progress.total,
        left_out=progress.left_out,
        known=progress.known,
        prefix=prefix,
    )


def _read(content: bytes, zone: tzinfo, now: float) -> History | NotTaken | Misread:
    text = _unpacked(content)
    return text if isinstance(text, Misread) else read_history(text, zone, now)


def _unpacked(content: bytes) -> str | Misread:
    """An export that was too large for one file comes zipped, with one file in it."""
    if not content.startswith(b"PK\x03\x04"):
        return decode(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (inside,) = archive.infolist()
            # What it says of its size is its sender's word: no more is read than may be.
            with archive.open(inside) as file:
                unpacked = file.read(MOST_UNPACKED + 1)
    except (ValueError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError):
        return Misread(NO_ZIP)
    if len(unpacked) > MOST_UNPACKED:
        return Misread(FILE_TOO_LARGE.format(parameter="FILE", most=MOST_UNPACKED // 1024))
    return decode(unpacked)
