"""Branching on Matrix: `!branch` as a reply to an earlier message, in an encrypted room."""

from pathlib import Path

import pytest

from bot.commands import branching
from tests.fakes import in_turn
from tests.matrix.people import People
from tests.matrix.serving import serving
from tests.matrix.test_reactions import persona_says

pytestmark = pytest.mark.live


async def test_as_a_reply_to_an_earlier_answer_the_talk_goes_on_from_there(
    people: People, tmp_path: Path
) -> None:
    ada, engine = await people.person("ada"), in_turn()
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "One.")
        first = await persona_says(bot, ada, room, "This is tide 1.")
        own = await ada.write(room, "Two.")
        await persona_says(bot, ada, room, "This is tide 2.")
        await ada.answer(room, first.event, "!branch")
        told = branching.BEGUN.format(number=2, prefix="!").replace("`", "")
        await ada.until(
            lambda: [one for one in bot.said(ada, room) if one.body.replace("`", "") == told],
            "the new branch",
        )
        again = await persona_says(bot, ada, room, "This is tide 1.")
        assert again.event != first.event
        await ada.write(room, "Three.")
        await persona_says(bot, ada, room, "This is tide 3.")
        texts = [part.text for part in engine.prompts[-1].parts]
        assert "This is tide 1." in texts and "This is tide 2." not in texts
        # One's own message of the branch that is set aside: before it, on a third one.
        await ada.answer(room, own, "!branch")
        await ada.write(room, "Four.")
        await persona_says(bot, ada, room, "This is tide 4.")
        texts = [part.text for part in engine.prompts[-1].parts]
        assert "This is tide 1." in texts and "This is tide 3." not in texts
