"""Rules that change while somebody talks: a reply in flight, an older answer, another answer."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.sentences import NO_OTHER
from tests.conftest import Parlour, running
from tests.fakes import noticed, spoken, writes
from tests.test_rules_in_talk import set_rules

QUINCE = "The quince is ripe. Good night."
NONE = "zone = 'Europe/Berlin'\n"


def about_quinces(does: str) -> str:
    return f'[[rule]]\nname = "quinces"\nkind = "words"\nwords = ["quince"]\ndoes = "{does}"\n'


def held_at(
    number: int, held: asyncio.Event, go: asyncio.Event
) -> Callable[[int], Awaitable[None]]:
    """Before its piece with this number the reply waits until it may go on."""

    async def before(count: int) -> None:
        if count == number:
            held.set()
            await go.wait()

    return before


@pytest.mark.parametrize(
    ("before", "after", "is_shown"),
    [(about_quinces("refuse"), NONE, False), (NONE, about_quinces("refuse"), True)],
    ids=["stricter", "looser"],
)
async def test_m1_a_reply_in_flight_is_screened_by_the_version_that_it_began_with(
    tmp_path: Path,
    before: str,
    after: str,
    is_shown: bool,  # noqa: FBT001 - a table's column
) -> None:
    held, go = asyncio.Event(), asyncio.Event()
    engine = ScriptedEngine(lambda _: QUINCE, before_piece=held_at(1, held, go))
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await set_rules(parlour, before)
        message = parlour.paper.write("what is ripe?")
        await held.wait()
        await set_rules(parlour, after)
        go.set()
        await parlour.paper.rest(message.room.id)
        assert ("quince" in " ".join(spoken(parlour.paper.shown))) is is_shown
        # And the next one by what holds now.
        said = " ".join(spoken(await parlour.paper.say("what is ripe?")))
        assert ("quince" in said) is not is_shown


async def with_two_answers(parlour: Parlour) -> None:
    await parlour.let_in()
    assert spoken(await parlour.paper.say("what is ripe?")) == [QUINCE]
    assert spoken(await parlour.paper.say("/again")) == ["The lamp is lit."]


async def test_m1_an_older_answer_is_looked_at_by_the_rules_of_now(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes(QUINCE, "The lamp is lit.")) as parlour:
        await with_two_answers(parlour)
        await set_rules(parlour, about_quinces("refuse"))
        said = await parlour.paper.say("/back")
        assert not spoken(said)
        assert noticed(said) == str(NO_OTHER)
        await set_rules(parlour, about_quinces("mask"))
        (shown,) = spoken(await parlour.paper.say("/back"))
        assert shown == "The ▮▮▮ is ripe. Good night."


async def test_m1_l9_another_answer_is_written_without_what_the_rules_of_now_mask(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", ScriptedEngine(lambda _: "Good night.")) as parlour:
        await parlour.let_in()
        await parlour.paper.say("is the quince ripe?")
        await set_rules(parlour, about_quinces("mask"))
        for text in ("/again", "and the lamp?"):
            assert spoken(await parlour.paper.say(text))
            read = [part.text for part in parlour.scripted.prompts[-1].parts]
            assert any("is the ▮▮▮ ripe?" in text for text in read)
            assert not any("quince" in text for text in read)


async def test_m1_words_in_the_place_of_an_answer_are_held_to_the_rules(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("The lamp is lit.")) as parlour:
        await parlour.let_in()
        await parlour.paper.say("what is lit?")
        await set_rules(parlour, about_quinces("refuse"))
        assert not spoken(await parlour.paper.say("/reword The quince is lit."))
        assert spoken(await parlour.paper.say("/reword The moon is lit.")) == ["The moon is lit."]
