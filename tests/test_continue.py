"""`continue`: the persona goes on with its last answer, under the rules that hold by now."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import sentences
from bot.engine.base import EngineError, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import EventId
from bot.policy.screen import STOPPED
from bot.store.rows import State
from tests.conftest import Parlour, running
from tests.fakes import noticed, spoken, writes
from tests.store_help import begin, exchange, vault_in
from tests.test_guarded_talk import about_harm, guarded

__all__ = ["guarded"]

BROKE_OFF, REST = "The tide comes in over", " the stones and the old rope."


async def texts(parlour: Parlour) -> list[str]:
    """Every version of the last answer, as the vault keeps it."""
    exported = json.loads(noticed(await parlour.paper.say("/export")))
    answers = [turn for turn in exported["turns"] if turn["side"] == "persona"]
    return [revision["text"] for revision in answers[-1]["revisions"]]


async def test_an_answer_that_broke_off_goes_on_in_the_middle_of_its_sentence(
    tmp_path: Path,
) -> None:
    engine = writes(BROKE_OFF, REST, "Good night.")
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("What do you hear?")
        assert spoken(await parlour.paper.say("/continue")) == [REST.strip()]
        begun = engine.prompts[-1].parts[-2:]
        assert [(part.speaker, part.text) for part in begun] == [
            ("assistant", BROKE_OFF),
            ("assistant", ""),
        ]
        await parlour.paper.say("And then?")
        said = [part.text for part in engine.prompts[-1].parts if part.speaker == "assistant"]
        assert said[-1] == BROKE_OFF + REST, "one answer, and one turn"


async def test_behind_an_answer_that_is_whole_a_paragraph_begins(tmp_path: Path) -> None:
    engine = writes("The tide comes in.", "Then it goes.", "*waves*", "And waits.")
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("What do you hear?")
        assert spoken(await parlour.paper.say("/continue")) == ["Then it goes."]
        assert engine.prompts[-1].parts[-1].text == "\n\n"
        assert await texts(parlour) == [
            "The tide comes in.",
            "The tide comes in.\n\nThen it goes.",
        ]
        await parlour.paper.say("Are you there?")
        await parlour.paper.say("/continue")
        assert (await texts(parlour))[-1] == "*waves*\n\nAnd waits."


async def test_back_shows_it_as_it_was_and_undo_takes_all_of_it(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("One.", "Two.", "Three.")) as parlour:
        await parlour.let_in()
        await parlour.paper.say("count")
        await parlour.paper.say("/continue")
        assert spoken(await parlour.paper.say("/continue")) == ["Three."]
        assert spoken(await parlour.paper.say("/back")) == ["One.\n\nTwo."]
        assert spoken(await parlour.paper.say("/back")) == ["One."]
        assert spoken(await parlour.paper.say("/forward")) == ["One.\n\nTwo."]
        assert noticed(await parlour.paper.say("/undo")) == sentences.UNDONE
        assert noticed(await parlour.paper.say("/continue")) == sentences.NO_REPLY_YET
        assert "Two." not in noticed(await parlour.paper.say("/export"))


async def test_a_model_that_has_nothing_to_add_leaves_the_answer_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("One.", "", "  ")) as parlour:
        await parlour.let_in()
        await parlour.paper.say("count")
        for _ in range(2):
            said = await parlour.paper.say("/continue")
            assert noticed(said) == sentences.NOTHING_MORE.format(prefix="/")
            assert spoken(said) == []
        assert await texts(parlour) == ["One."]


async def test_an_engine_that_cannot_go_on_leaves_the_answer_as_it_was(tmp_path: Path) -> None:
    def write(prompt: Prompt) -> str:
        if prompt.parts[-1].speaker == "assistant":
            raise EngineError("cannot go on with a begun reply")
        return "One."

    async with running(tmp_path / "data", ScriptedEngine(write)) as parlour:
        await parlour.let_in()
        await parlour.paper.say("count")
        said = noticed(await parlour.paper.say("/continue"))
        assert said == sentences.CANNOT_GO_ON.format(prefix="/")
        assert await texts(parlour) == ["One."]


async def test_an_answer_that_fills_the_context_is_kept_and_told(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda _: "the tide " * 200, context_tokens=900)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("hm")
        for _ in range(6):
            said = noticed(await parlour.paper.say("/continue"))
            if said:
                break
        assert said == sentences.NO_MORE_ROOM
        assert "the tide" in (await texts(parlour))[0]


async def test_nothing_is_gone_on_with_before_there_is_an_answer(parlour: Parlour) -> None:
    assert noticed(await parlour.paper.say("/continue")) not in ("", sentences.NO_REPLY_YET)
    await parlour.let_in()
    assert noticed(await parlour.paper.say("/continue")) == sentences.NO_REPLY_YET
    assert parlour.scripted.prompts == []


@pytest.mark.parametrize("ends", ["red", "/new", "/leave", "/persona tock"])
async def test_what_is_over_is_not_gone_on_with(parlour: Parlour, ends: str) -> None:
    await parlour.let_in()
    await parlour.paper.say("good morning")
    await parlour.paper.say(ends)
    asked = len(parlour.scripted.prompts)
    said = await parlour.paper.say("/continue")
    assert noticed(said) and not spoken(said)
    assert len(parlour.scripted.prompts) == asked


async def test_who_rests_is_told_so_and_a_goodbye_ends_no_answer(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("good morning")
    await parlour.paper.say("/pause")
    assert not spoken(await parlour.paper.say("/continue"))
    await parlour.paper.say("/resume")
    # SAFETY H3: silence until the person asks for more, and they have just done so.
    await parlour.paper.say("goodbye")
    assert spoken(await parlour.paper.say("/continue"))


async def test_words_that_only_together_say_it_are_stopped_where_they_meet(tmp_path: Path) -> None:
    """SAFETY L5, L7: what was shown is read once more with what follows it."""
    async with running(tmp_path / "data", writes("They make", " love now.")) as parlour:
        await parlour.let_in()
        assert spoken(await parlour.paper.say("and then?")) == ["They make"]
        said = await parlour.paper.say("/continue")
        assert spoken(said) == [] and noticed(said) == STOPPED
        assert await texts(parlour) == ["They make"]


async def test_what_went_further_than_may_be_now_is_not_gone_on_with(tmp_path: Path) -> None:
    """SAFETY C2: the answer stems from a time before the limit was set."""
    engine = writes("A spider sits by the lamp.", "It waits.")
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("who is there?")
        await parlour.paper.say("/limits hard spiders")
        said = await parlour.paper.say("/continue")
        assert spoken(said) == [] and noticed(said)
        assert len(engine.prompts) == 1, "the model is not asked"


async def test_the_guard_reads_what_was_shown_and_what_follows(
    guarded: tuple[Parlour, object],
) -> None:
    parlour, judge = guarded
    await parlour.paper.say("how is the evening")
    judge.says = about_harm("Good night")  # type: ignore[attr-defined]  # the guard of that file
    said = await parlour.paper.say("/continue")
    assert spoken(said) == []


def scripts(*replies: str) -> Callable[[Prompt], str]:
    lines: Iterator[str] = iter(replies)
    return lambda _: next(lines)


async def test_what_is_newer_ends_it_and_what_was_shown_stays(tmp_path: Path) -> None:
    async def wait(count: int) -> None:
        if count == 4 and parlour.scripted.prompts[-1].parts[-1].speaker == "assistant":
            parlour.paper.write("/stop")
            await asyncio.Event().wait()

    lines = scripts("The lamp is lit.", "And the kettle sings, and the rain falls on.", "Yes.")
    async with running(tmp_path / "data", ScriptedEngine(lines, before_piece=wait)) as parlour:
        await parlour.let_in()
        await parlour.paper.say("what do you see?")
        message = parlour.paper.write("/continue")
        await parlour.paper.rest(message.room.id)
        await parlour.paper.say("/who")
        before, kept = await texts(parlour)
    assert before == "The lamp is lit."
    assert kept.startswith("The lamp is lit.\n\nAnd the") and "rain" not in kept


async def test_a_crash_in_the_middle_keeps_the_answer_and_what_was_shown_of_the_rest(
    tmp_path: Path,
) -> None:
    """INVARIANT I7."""
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        first = await exchange(vault, session, "e1", answer="The lamp.")
        begun = "The lamp.\n\n"
        unseen = await vault.open_again(turn=first.turn, nonce="second", now=8.0, begun=begun)
        await vault.reopen(unseen, 9.0)
        shown = await vault.open_again(turn=first.turn, nonce="third", now=9.0, begun=begun)
        await vault.keep_shown(shown, ["And the"])
        await vault.sent(shown, 0, EventId("b1"))
        # As a start after a crash does.
        (left,) = await vault.left_open()
        await vault.close_reply(left, state=State.CUT, text="And the", now=9.0)
        _, answer = await vault.window(session.id)
    assert (answer.text, answer.revisions, answer.state) == ("The lamp.\n\nAnd the", 2, State.CUT)


async def test_another_answer_that_does_not_fit_ends_too(tmp_path: Path) -> None:
    """It was asked of a model with more room: nothing tries for ever to make some."""
    async with running(tmp_path / "data", writes("One.")) as parlour:
        await parlour.let_in()
        await parlour.paper.say("what do you hear?")
    small = ScriptedEngine(scripts("Two."), context_tokens=260)
    async with running(tmp_path / "data", small) as parlour:
        said = noticed(await parlour.paper.say("/again"))
        assert said == sentences.TOO_LONG_FOR_MODEL
