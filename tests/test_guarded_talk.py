"""The guard on the path: what it does not pass is not asked of the engine, and not shown (L6)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.dispatch import Stage
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import Edited, Rating
from bot.guarding import Guard
from bot.policy.guard import SILENT, TOO_FAR
from tests.conftest import Parlour, running
from tests.fakes import noticed
from tests.test_guard import PaperGuard, _broken


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[tuple[Parlour, PaperGuard]]:
    """A guard that is asked at every rating, and from its self-test on passes everything."""
    judge = PaperGuard()
    guard = Guard(judge, "llama-guard-3", asked_from=Rating.GENERAL)
    assert (await guard.test()).ready
    judge.says = lambda _: False
    engine = ScriptedEngine(lambda _: "The lamp is lit. The kettle sings. Good night.")
    async with running(tmp_path / "data", engine, guard=guard) as parlour:
        await parlour.let_in()
        yield parlour, judge


def about_harm(word: str) -> Callable[[Prompt], bool]:
    """A guard that finds serious harm wherever it reads this word."""

    def says(prompt: Prompt) -> bool:
        whole = "".join(part.text for part in prompt.parts)
        return word in whole and "Serious Harm" in whole

    return says


async def test_what_a_person_asks_is_judged_before_the_engine_is_asked(
    guarded: tuple[Parlour, PaperGuard],
) -> None:
    parlour, judge = guarded
    judge.says = about_harm("thunder")
    asked = len(parlour.scripted.prompts)
    said = await parlour.paper.say("tell me of thunder", "ada")
    assert len(parlour.scripted.prompts) == asked
    assert TOO_FAR["asked"] in [one.text for one in said]


async def test_a_reply_is_shown_as_far_as_the_guard_has_passed_it(
    guarded: tuple[Parlour, PaperGuard],
) -> None:
    parlour, judge = guarded
    judge.says = about_harm("kettle")
    said = await parlour.paper.say("how is the evening", "ada")
    shown = " ".join(one.text for one in said)
    assert "The lamp is lit." in shown
    assert "kettle" not in shown


async def test_l6_a_guard_that_fails_means_that_nothing_is_sent(
    guarded: tuple[Parlour, PaperGuard],
) -> None:
    parlour, judge = guarded
    judge.before = _broken
    said = await parlour.paper.say("how is the evening", "ada")
    assert SILENT in [one.text for one in said]
    assert "The lamp is lit." not in " ".join(one.text for one in said)


async def test_l7_an_edit_is_judged_by_the_guard_as_a_message_is(
    guarded: tuple[Parlour, PaperGuard],
) -> None:
    parlour, judge = guarded
    message = parlour.paper.write("tell me of the evening")
    await parlour.paper.rest(message.room.id)
    judge.says = about_harm("thunder")
    edited = Edited(message.room, message.author, message.id, "tell me of thunder", at=1.0)
    stage = Stage(parlour.paper)
    await parlour.conversation.handle_change(edited, stage)
    assert parlour.paper.shown[-1].text == TOO_FAR["asked"]
    exported = noticed(await parlour.paper.say("/export"))
    assert "thunder" not in exported
    assert "tell me of the evening" not in exported


async def test_l6_an_edit_that_no_guard_could_judge_is_forgotten(
    guarded: tuple[Parlour, PaperGuard],
) -> None:
    parlour, judge = guarded
    message = parlour.paper.write("tell me of the evening")
    await parlour.paper.rest(message.room.id)
    judge.before = _broken
    edited = Edited(message.room, message.author, message.id, "tell me of the morning", at=1.0)
    await parlour.conversation.handle_change(edited, Stage(parlour.paper))
    assert parlour.paper.shown[-1].text == SILENT
    assert "morning" not in noticed(await parlour.paper.say("/export"))
