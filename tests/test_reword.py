"""`reword`: a person's own words in the place of an answer, and the form for it on Discord."""

from pathlib import Path

import pytest

from bot import sentences
from bot.commands.rewording import REFUSED
from bot.platforms.discord.native import MENUS
from bot.platforms.discord.on_message import EDIT_IT_YOURSELF, ONLY_THE_LATEST
from tests.conftest import Parlour, running
from tests.discord import discord_server
from tests.discord_help import said_in, serving
from tests.fakes import noticed, spoken, writes

EDIT = str(MENUS["Edit"])


async def test_the_words_stand_for_the_answer_and_back_shows_what_it_was(tmp_path: Path) -> None:
    engine = writes("The tide comes in.", "Yes.")
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("what do you hear?")
        said = await parlour.paper.say("/reword The tide goes out.\nAnd the gulls come.")
        assert spoken(said) == ["The tide goes out.\nAnd the gulls come."]
        await parlour.paper.say("and now?")
        parts = [part.text for part in engine.prompts[-1].parts if part.speaker == "assistant"]
        assert parts == ["The tide goes out.\nAnd the gulls come."]
        await parlour.paper.say("/undo")
        assert spoken(await parlour.paper.say("/back")) == ["The tide comes in."]
        assert spoken(await parlour.paper.say("/forward"))[0].startswith("The tide goes out.")


@pytest.mark.parametrize(
    "words",
    [
        "They make love now.",
        "I am a real human being.",
        "She is fifteen years old, and he kisses her.",
        "A spider sits by the lamp.",
    ],
)
async def test_l2_and_l7_what_no_persona_may_say_is_not_put_into_its_mouth(
    parlour: Parlour, words: str
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/limits hard spiders")
    await parlour.paper.say("good morning")
    before = spoken(parlour.paper.shown)
    said = await parlour.paper.say(f"/reword {words}")
    assert spoken(said) == [] and noticed(said)
    assert spoken(parlour.paper.shown) == before
    assert words not in noticed(await parlour.paper.say("/export"))


async def test_nothing_is_reworded_where_there_is_no_answer_or_somebody_rests(
    parlour: Parlour,
) -> None:
    assert REFUSED not in noticed(await parlour.paper.say("/reword Hm."))
    await parlour.let_in()
    assert noticed(await parlour.paper.say("/reword Hm.")) == sentences.NO_REPLY_YET
    await parlour.paper.say("good morning")
    await parlour.paper.say("/pause")
    assert spoken(await parlour.paper.say("/reword Hm.")) == []
    assert parlour.scripted.prompts != []


@pytest.mark.live
async def test_on_discord_the_latest_answer_opens_in_a_form(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        engine = writes("The tide comes in.", "It stays.")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            own = await anna.writes(anna.dm, "What do you hear?")
            first = (await bot.rests(anna, before + 1))[-1]
            asked = await anna.chooses(EDIT, anna.dm, own)
            await anna.answered(asked)
            assert anna.sees(anna.dm)[-1].content == str(EDIT_IT_YOURSELF)
            asked = await anna.chooses(EDIT, anna.dm, first)
            await anna.answered(asked)
            modal = await server.until(lambda: asked.modal, "a form")
            assert "The tide comes in." in str(modal)
            await anna.fills(asked, words="The tide goes out.")
            newest = (await bot.rests(anna, before + 2))[-1]
            assert newest.content == "The tide goes out." and newest.flags & 4
            await anna.answered(await anna.chooses(EDIT, anna.dm, first))
            await server.until(
                lambda: anna.sees(anna.dm)[-1].content == str(ONLY_THE_LATEST), "a no"
            )
