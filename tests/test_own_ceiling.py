"""A person's own ceiling, kept in their vault and lowered in one word (SAFETY A9)."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import sentences
from bot.events import Rating
from bot.policy.door_rules import NOT_IN
from tests.conftest import Parlour, read_personas, running
from tests.fakes import noticed, spoken, writes


async def ceiling(parlour: Parlour) -> str:
    said = noticed(await parlour.paper.say("/where"))
    return said.split("your own is ")[1].split(",")[0]


async def test_one_word_lowers_it_and_one_word_raises_it_again(parlour: Parlour) -> None:
    await parlour.let_in()
    assert await ceiling(parlour) == "romance"
    assert noticed(await parlour.paper.say("/general")) == sentences.OWN_GENERAL.format(prefix="/")
    assert await ceiling(parlour) == "general"
    await parlour.paper.say("/romance")
    assert await ceiling(parlour) == "romance"


async def test_it_is_kept_with_every_persona_and_over_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes()) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/general")
    async with running(tmp_path / "data", writes()) as parlour:
        await parlour.paper.say("/persona halina")
        assert await ceiling(parlour) == "general"


async def test_it_is_one_persons_own(parlour: Parlour) -> None:
    await parlour.let_in("ada")
    await parlour.let_in("bob")
    await parlour.paper.say("/general", "bob")
    assert await ceiling(parlour) == "romance"


async def test_what_the_engine_writes_is_held_to_it(tmp_path: Path) -> None:
    courts = "The evening is mild. May I kiss you?"
    wren = replace(read_personas()["wren"], rating=Rating.ROMANCE)
    engine, personas = writes(courts, courts), {"wren": wren}
    async with running(tmp_path / "data", engine, personas=personas) as parlour:
        await parlour.let_in()
        assert spoken(await parlour.paper.say("how is the evening")) == [courts]
        await parlour.paper.say("/general")
        shown = await parlour.paper.say("how is the evening")
        assert "kiss" not in " ".join(spoken(shown))


@pytest.mark.parametrize("typed", ["/general", "/romance", "/mature"])
async def test_who_is_not_in_sets_nothing(parlour: Parlour, typed: str) -> None:
    assert noticed(await parlour.paper.say(typed)) == NOT_IN
