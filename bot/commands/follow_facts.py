"""What is remembered of a person, shown and changed by them: `memory show`, `add`, `edit`, `pin`,
`share`, `remember`. What they have forgotten is `forgetting`'s subject.

Their sentences are kept as they are and obeyed by nobody (SAFETY M8); what no card may say is not
kept (SAFETY L2), and addresses and numbers only in what is pinned (SAFETY P4).
"""

from typing import assert_never

from bot import sentences
from bot.commands import memories
from bot.commands.desk import Answer, Desk, Farewell, Outcome
from bot.commands.fact_lines import (
    in_order,
    list_facts,
    pages,
    picks,
    short,
    tell_fact,
    tell_turn,
    tell_whole,
)
from bot.commands.forgetting import forget, read_number
from bot.commands.memories import FactCommand
from bot.events import Rating, TurnId
from bot.policy.cards import check_card
from bot.policy.door import INTIMATE, MEMORY
from bot.store.fact_rows import Fact
from bot.store.rows import Recalled, Scope, Side
from bot.store.vault import Vault
from bot.text import SILENCE, Text, lines

MOST_OWN = 500
"""Facts in the person's own words; what is learned from the talk goes by itself."""

NOTHING_YET = Text("With this persona nothing is remembered yet that can be shown here.")
SHOW_HOW = Text(
    "`{prefix}memory show NUMBER` tells more of one, `{prefix}memory search WORDS` looks through what "
    "was said, too; `edit`, `pin` and `forget` change it."
)
STORY_HOW = Text("`{prefix}story` shows the story so far.")
PAGE_OF = Text("Page {page} of {pages}. `{prefix}memory page NUMBER` shows another one.")
HIDDEN = Text("Kept for where more is open than here: {count}.")
WITH_OTHERS = Text("Something is remembered with other personas, too: {names}.")
NO_SUCH = Text(
    "Nothing with that number is remembered here. `{prefix}memory` lists what is; a number never "
    "comes twice."
)
FOUND_NOTHING = Text("I find nothing about that.")
OFF = Text("Memory is off, so I do not keep that. `{prefix}memory on` changes it.")
INCOGNITO = Text("You are incognito, so I keep nothing of that.")
IS_INCOGNITO = Text(
    "You are incognito: of this session nothing is added, and none of this is looked up. "
    "`{prefix}incognito off` ends that."
)
REFUSED = Text("I cannot keep that. Try other words.")
NO_WORDS = Text("I find no words in that to keep.")
FULL = Text("You have had {most} sentences kept, which is as many as I can.")
KEPT = Text("Kept as #{number}: “{sentence}”.")
LEFT_OUT = Text(
    "Addresses and numbers in it were left out. `{prefix}memory pin` and the sentence keeps them, too."
)
PINNED_NOW = Text("Pinned: “{sentence}”.")
UNPINNED = Text("It is like the others again: “{sentence}”.")
SHARED_NOW = Text("{name} knows it now, too: “{sentence}”. Forgotten here, it is forgotten there.")
THEIRS_ALREADY = Text("It is {name} whom you are talking with.")
NO_MESSAGE = Text(
    "I find no message of our talk to remember. `{prefix}remember` in answer to one does it, or the "
    "words behind it."
)


async def follow_facts(command: FactCommand, desk: Desk, vault: Vault) -> Outcome:  # noqa: C901, PLR0912 - one arm for each command, as in `follow`
    match command:
        case memories.Remembered(number) if number:
            return await _show(number, desk, vault)
        case memories.Remembered():
            return await _list(1, desk, vault)
        case memories.MemoryPage(number):
            return await _list(read_number(number), desk, vault)
        case memories.Search(words):
            return await _search(words, desk, vault)
        case memories.AddFact(sentence):
            return Answer(await _add(sentence, desk, vault))
        case memories.EditFact(number, sentence):
            return await _edit(number, sentence, desk, vault)
        case memories.PinFact(what):
            if what.strip().lstrip("#").isdigit():
                return await _pin(read_number(what), desk, vault, is_pinned=True)
            if what.strip().startswith("~"):
                turn = await _turn(what, desk, vault)
                return Answer(await _remember(turn, desk, vault, is_pinned=True))
            return Answer(await _add(what, desk, vault, is_pinned=True))
        case memories.UnpinFact(number):
            return await _pin(read_number(number), desk, vault, is_pinned=False)
        case memories.ShareFact(number, persona):
            return Answer(await _share(number, persona, desk, vault))
        case memories.RememberThis(words) if words:
            return Answer(await _add(words, desk, vault))
        case memories.RememberThis():
            return Answer(await _remember(await _meant(desk, vault), desk, vault))
        case memories.Forget(what):
            return await forget(what, desk, vault)
        case _:
            assert_never(command)


# --- Shown --------------------------------------------------------------------------------------


async def _list(page: int, desk: Desk, vault: Vault) -> Outcome:
    about, prefix = desk.remembers, desk.prefix
    memory, intimate = [await vault.consent(kind) is not None for kind in (MEMORY, INTIMATE)]
    given = sentences.MEMORY_ON if memory else sentences.MEMORY_OFF
    told = [sentences.MEMORY_INTIMATE if intimate else given]
    if desk.own.is_incognito:
        told.append(IS_INCOGNITO.format(prefix=prefix))
    every = await vault.known.facts(about.scope, Rating.MATURE)
    seen = in_order([one for one in every if one.rating <= about.under])
    cut = list(pages(seen))
    shown = cut[min(max(page, 1), len(cut)) - 1] if cut else ()
    told += [list_facts(shown, about.zone)] if shown else [NOTHING_YET]
    at = cut.index(shown) + 1 if shown else 0
    if len(cut) > 1:
        told.append(PAGE_OF.format(page=at, pages=len(cut), prefix=prefix))
    if len(every) > len(seen):
        told.append(HIDDEN.format(count=len(every) - len(seen)))
    if names := await vault.unsaid.others(about.scope):
        known = [desk.personas[one].name for one in names if one in desk.personas]
        told.append(WITH_OTHERS.format(names=", ".join(known) or "…"))
    if shown:
        told.append(SHOW_HOW.format(prefix=prefix))
    if memory:
        told.append(STORY_HOW.format(prefix=prefix))
    further = (f"memory page {at + 1}",) if at < len(cut) else ()
    told.append(sentences.MEMORY_HOW.format(prefix=prefix))
    return Answer(lines(*told), picks=picks(shown), commands=further)


async def _show(typed: str, desk: Desk, vault: Vault) -> Outcome:
    if turn := await _turn(typed, desk, vault):
        about = desk.remembers
        said = tell_turn(turn, about.excerpt(turn.text), desk.persona.name, about.zone)
        return Answer(said, commands=(f"memory forget ~{turn.turn}",))
    fact = await _find(read_number(typed), desk, vault)
    if fact is None:
        return Answer(NO_SUCH.format(prefix=desk.prefix))
    pin = "unpin" if fact.is_pinned else "pin"
    can = (f"memory edit {fact.id} …", f"memory {pin} {fact.id}", f"memory forget {fact.id}")
    return Answer(tell_whole(fact, desk.remembers.zone), commands=can)


async def _search(words: str, desk: Desk, vault: Vault) -> Outcome:
    about = desk.remembers
    facts = await vault.known.find_facts(about.scope, about.under, words.split())
    shown = in_order(facts)[:8]
    turns = await about.find(words)
    told = [tell_fact(one, about.zone) for one in shown]
    told += [
        tell_turn(one, short(about.excerpt(one.text)), desk.persona.name, about.zone)
        for one in turns
    ]
    return Answer(lines(*told), picks=picks(shown)) if told else Answer(FOUND_NOTHING)


# --- Changed ------------------------------------------------------------------------------------


async def _add(words: str, desk: Desk, vault: Vault, *, is_pinned: bool = False) -> Text:
    sentence, refused = _read(words)
    if refused or desk.own.is_incognito:
        return refused or INCOGNITO
    about = desk.remembers
    own = [one for one in await vault.known.facts(about.scope, Rating.MATURE) if not one.sources]
    if len(own) >= MOST_OWN:
        return FULL.format(most=MOST_OWN)
    kept = sentence if is_pinned else about.mask(sentence)
    add, under = vault.known.add_fact, _rating(desk)
    number = await add(about.scope, kept, under, desk.now, is_pinned=is_pinned)
    return _told(number, kept, desk, is_masked=kept != sentence)


async def _edit(typed: str, words: str, desk: Desk, vault: Vault) -> Outcome:
    fact = await _find(read_number(typed), desk, vault)
    if fact is None:
        return Answer(NO_SUCH.format(prefix=desk.prefix))
    sentence, refused = _read(words)
    if refused or desk.own.is_incognito:
        return Answer(refused or INCOGNITO)
    kept = sentence if fact.is_pinned else desk.remembers.mask(sentence)
    # SAFETY P3: what was shared ends with what it was shared from.
    await vault.unsaid.forget_copies(fact.id)
    changed = await vault.known.edit_fact(fact.id, kept, desk.now, _rating(desk))
    number = None if changed is None else changed.id
    told = _told(number, kept, desk, is_masked=kept != sentence)
    return Answer(told) if changed is None else Farewell(told)


async def _pin(number: int, desk: Desk, vault: Vault, *, is_pinned: bool) -> Outcome:
    fact = await _find(number, desk, vault)
    if fact is None or not await vault.known.pin_fact(fact.id, is_pinned=is_pinned):
        return Answer(NO_SUCH.format(prefix=desk.prefix))
    if is_pinned:
        return Answer(PINNED_NOW.format(sentence=fact.sentence))
    sentence = desk.remembers.mask(fact.sentence)
    if sentence != fact.sentence:
        # SAFETY P4: what was kept as it is only because it was pinned.
        await vault.known.edit_fact(fact.id, sentence, desk.now, fact.rating)
    return Farewell(UNPINNED.format(sentence=sentence))


async def _share(typed: str, persona: str, desk: Desk, vault: Vault) -> Text:
    """SAFETY P3: to one other persona, as the same community's guest, by the person's own word."""
    fact = await _find(read_number(typed), desk, vault)
    if fact is None:
        return NO_SUCH.format(prefix=desk.prefix)
    wanted = persona.strip().removeprefix("with ").strip().casefold()
    found = [p for p in desk.personas.values() if wanted in (p.id, p.name.casefold())]
    if not found:
        return sentences.NO_PERSONA.format(names=", ".join(desk.personas))
    if found[0].id == desk.persona.id:
        return THEIRS_ALREADY.format(name=desk.persona.name)
    there = Scope(found[0].id, desk.remembers.scope.sponsor, None)
    if await vault.known.share_fact(fact.id, there, desk.now) is None:
        return OFF.format(prefix=desk.prefix)
    return SHARED_NOW.format(name=found[0].name, sentence=fact.sentence)


async def _remember(
    turn: Recalled | None, desk: Desk, vault: Vault, *, is_pinned: bool = False
) -> Text:
    """A message's own words, which go with it (INVARIANT I5), kept where it was said (SAFETY P3)."""
    if desk.own.is_incognito:
        return INCOGNITO
    place = None if turn is None else await vault.unsaid.place_of(turn.turn)
    if turn is None or place is None or place[0].room is not None:
        return NO_MESSAGE.format(prefix=desk.prefix)
    scope, rating = place
    sentence, refused = _read(desk.remembers.excerpt(turn.text))
    if refused:
        return refused
    if turn.side is Side.PERSONA and (speaker := desk.personas.get(scope.persona)):
        sentence = f"{speaker.name}: {sentence}"
    # Of what was not indexed nobody knows the ceiling: as high as it can have been.
    rating = min(desk.persona.rating, Rating.ROMANCE) if rating is None else rating
    add = vault.known.add_fact
    number = await add(scope, sentence, rating, desk.now, is_pinned=is_pinned, turn=turn.turn)
    return _told(number, sentence, desk)


async def _meant(desk: Desk, vault: Vault) -> Recalled | None:
    message, turn = desk.message, None
    if message.reply_to is not None:
        turn = await vault.turn_of(message.room.id, message.reply_to)
    elif desk.session and (last := await vault.last_exchange(desk.session.id)):
        turn = last[0]
    return None if turn is None else Recalled(turn.id, turn.side, turn.text, turn.at)


# --- Below --------------------------------------------------------------------------------------


async def _turn(typed: str, desk: Desk, vault: Vault) -> Recalled | None:
    """A message, by the number with which a search shows it."""
    sign, number = typed.strip()[:1], read_number(typed.strip()[1:])
    if sign != "~" or not number:
        return None
    return await vault.unsaid.said(desk.remembers.scope, desk.remembers.under, TurnId(number))


async def _find(number: int, desk: Desk, vault: Vault) -> Fact | None:
    return await vault.known.fact(desk.remembers.scope, desk.remembers.under, number)


def _read(words: str) -> tuple[str, Text]:
    """On one line; with a refusal where it is not kept."""
    sentence = " ".join(words.split())
    if not any(sign.isalnum() for sign in sentence):
        return "", NO_WORDS
    # SAFETY L2, and nothing that only MATURE is for: no guard has read it.
    refused = check_card(Rating.ROMANCE, [sentence]) is not None
    return sentence, REFUSED if refused else SILENCE


def _rating(desk: Desk) -> Rating:
    return min(desk.remembers.under, Rating.ROMANCE)


def _told(number: int | None, sentence: str, desk: Desk, *, is_masked: bool = False) -> Text:
    if number is None:
        return OFF.format(prefix=desk.prefix)
    kept = KEPT.format(number=number, sentence=sentence)
    return lines(kept, LEFT_OUT.format(prefix=desk.prefix)) if is_masked else kept
