"""What others are told of what a command or a rule has done: a person of how their appeal ended, and
moderators of a case, in their log room. It is done already, so nothing here can undo it.
"""

import logging
from collections.abc import Sequence
from hashlib import blake2s

from bot.commands.cards import told_in
from bot.commands.desk import Answer, Tell
from bot.events import Author, PersonId, Say
from bot.scene import Scene
from bot.store.case_rows import Case
from bot.store.house import House

log = logging.getLogger(__name__)


async def give(answer: Answer, scene: Scene, house: House, *, is_not_in: bool) -> None:
    await scene.answer(answer.say, answer.file, answer.about, is_not_in=is_not_in)
    await tell(answer.tells, scene, house)


async def tell(tells: Sequence[Tell], scene: Scene, house: House) -> None:
    for one in tells:
        author = Author(one.person or PersonId(""), "")
        nonce = blake2s(one.nonce.encode(errors="replace"), digest_size=8).hexdigest()
        said = Say(one.room, scene.speech.words(one.say, author), f"{nonce}-told")
        shown = await scene.stage.platform.do(said)
        if one.is_card and one.room.sponsor is not None:
            await house.moderation.log_rooms.note(one.room.sponsor, failed=shown is None)
        elif shown is None:
            log.info("somebody could not be told how their appeal ended")


async def tell_of(case: Case, scene: Scene, house: House) -> None:
    """In the log room, if the community has one (SAFETY M2, M9)."""
    found = await house.moderation.log_rooms.of(case.community)
    if found is not None:
        await tell((told_in(found.room, case),), scene, house)
