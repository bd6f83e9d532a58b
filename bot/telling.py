"""What others are told of what a command or a rule has done: a person of how their appeal ended, and
moderators of a case, in their log room. It is done already, so nothing here can undo it.
"""

import logging
from collections.abc import Sequence
from functools import partial
from hashlib import blake2s

from bot.commands.cards import card_now, deeds, told_in
from bot.commands.desk import Answer, Show, Tell
from bot.events import Author, PersonId, Revise, Room, RoomId, Say
from bot.platforms.base import Platform
from bot.scene import Scene
from bot.store.case_rows import Case, Story
from bot.store.house import House

log = logging.getLogger(__name__)

_ALL = Author(PersonId(""), "")
"""Who reads a card: spoken to in the operator's language."""


async def give(answer: Answer, scene: Scene, house: House, *, is_not_in: bool) -> None:
    alone = is_not_in or answer.is_alone
    told = partial(scene.answer, answer.say, answer.file, answer.about, is_alone=alone)
    await told(commands=answer.commands, picks=answer.picks)
    if answer.story is not None:
        await _show_anew(answer.story, scene, house)
    await tell(answer.tells, scene, house)


async def show_again(shown: Show, scene: Scene) -> None:
    """Known as a page of that answer from now on, so that what is said to it is said to that one."""
    if shown.say:
        await scene.notice(shown.say)
    id_, vault = await scene.speak(shown.turn.text, name="shown"), scene.vault
    if id_ is not None and vault is not None:
        await vault.branches.shown_as(shown.turn.id, id_, f"{scene.nonce}-shown")


async def tell(tells: Sequence[Tell], scene: Scene, house: House) -> None:
    for one in tells:
        author = Author(one.person, "") if one.person else _ALL
        nonce = blake2s(one.nonce.encode(errors="replace"), digest_size=8).hexdigest()
        words = scene.speech.words(one.say, author)
        said = Say(one.room, words, f"{nonce}-told", commands=one.commands)
        platform = scene.stage.platform
        shown = await platform.do(said) if _is_there(one.room.id, platform) else None
        community, log_rooms = one.room.sponsor, house.moderation.log_rooms
        if one.card_of and community is not None:
            await log_rooms.note(community, failed=shown is None)
            if shown is not None:
                log_rooms.stands(community, one.card_of, (one.room.id, shown))
        elif shown is None:
            log.info("somebody could not be told how their appeal ended")


async def tell_of(case: Case, scene: Scene, house: House) -> None:
    """In the log room, if the community has one (SAFETY M2, M9)."""
    found = await house.moderation.log_rooms.of(case.community)
    if found is not None:
        await tell((told_in(found.room, case),), scene, house)


async def _show_anew(story: Story, scene: Scene, house: House) -> None:
    """The card that was pressed, and those that are known of since the start."""
    case, message, platform = story.case, scene.message, scene.stage.platform
    cards = house.moderation.log_rooms.cards_of(case.community, case.number)
    if message.card is not None:
        cards = tuple(dict.fromkeys((*cards, (message.room.id, message.card))))
    for room, card in cards:
        if not _is_there(room, platform):
            continue
        where = Room(room, is_direct=False, sponsor=case.community)
        words = scene.speech.words(card_now(story), _ALL)
        await platform.do(Revise(where, card, words, deeds(case)))


def _is_there(room: RoomId, platform: Platform) -> bool:
    """Somebody may have accounts on several platforms; what they do here can be about a room there."""
    return room.startswith(f"{platform.name}:")
