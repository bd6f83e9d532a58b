"""A message that its author edits while it is being answered is answered as it says now, once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.dispatch import Arrival, Stage
from bot.drafts import Pace
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import Deleted, Edited, Message
from bot.store.rows import State, Turn
from tests.conftest import Parlour, running
from tests.fakes import PaperPlatform, noticed, spoken

FIRST, SECOND = "what do you see in the north", "what do you see in the south"
SEEN = "A ship with brown sails. It keeps well away from the rocks. The wind has turned since noon."


@dataclass
class Held:
    """A bot whose engine stops before one piece of the first answer until it is let go on."""

    parlour: Parlour
    engine: ScriptedEngine
    asked: Message
    writing: asyncio.Event
    go_on: asyncio.Event

    async def edit(self, text: str) -> None:
        asked = self.asked
        self.parlour.paper.tell(Edited(asked.room, asked.author, asked.id, text, asked.at + 1))
        await self.parlour.paper.read()

    async def settle(self) -> None:
        self.go_on.set()
        await self.parlour.paper.rest(self.asked.room.id)

    async def turns(self) -> list[Turn]:
        async with self.parlour.house.vault(self.asked.author.id) as vault:
            assert vault is not None
            talk = await vault.talk()
            assert talk is not None
            return list(talk[1])


@asynccontextmanager
async def held(data: Path, before: int, *, gap_s: float = 0.0) -> AsyncIterator[Held]:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def hold(count: int) -> None:
        if count == before:
            writing.set()
            await go_on.wait()

    def sees(prompt: Prompt) -> str:
        return SEEN if "north" in prompt.parts[-1].text else "Nothing but gulls."

    engine = ScriptedEngine(sees, before_piece=hold)
    paper = PaperPlatform(pace=Pace(page_chars=2000, gap_s=gap_s))
    async with running(data, engine, paper=paper) as parlour:
        await parlour.let_in()
        asked = parlour.paper.write(FIRST)
        async with asyncio.timeout(20):
            await writing.wait()
        yield Held(parlour, engine, asked, writing, go_on)


@pytest.mark.parametrize("before", [0, 4])
async def test_the_edited_words_are_answered_instead(tmp_path: Path, before: int) -> None:
    async with held(tmp_path / "data", before) as bot:
        await bot.edit(SECOND)
        await bot.settle()
        said, answer = await bot.turns()
        assert (said.text, answer.text) == (SECOND, "Nothing but gulls.")
        assert answer.state is State.DONE
        shown = spoken(bot.parlour.paper.shown)
        assert shown[-1] == "Nothing but gulls."
        assert before == 0 or SEEN.startswith(shown[-2]), "what was cut stands as it was"


async def test_two_edits_are_answered_once_as_the_last_says(tmp_path: Path) -> None:
    async with held(tmp_path / "data", 4) as bot:
        await bot.edit("what do you see in the east")
        await bot.edit(SECOND)
        await bot.settle()
        said, _ = await bot.turns()
        assert said.text == SECOND
        assert spoken(bot.parlour.paper.shown).count("Nothing but gulls.") == 1


async def test_whoever_has_written_on_gets_one_answer_and_to_what_they_wrote_last(
    tmp_path: Path,
) -> None:
    async with held(tmp_path / "data", 4) as bot:
        bot.parlour.paper.write("and who keeps the lamp")
        await bot.edit(SECOND)
        await bot.settle()
        said = [(turn.text, turn.state) for turn in await bot.turns()]
        assert [text for text, _ in said[:1] + said[2:]] == [
            SECOND,
            "and who keeps the lamp",
            "Nothing but gulls.",
        ]
        assert [state for _, state in said] == [State.DONE, State.CUT, State.DONE, State.DONE]


async def test_a_change_to_what_was_said_before_has_the_answer_written_again(
    tmp_path: Path,
) -> None:
    async with held(tmp_path / "data", 4) as bot:
        earlier = bot.asked
        bot.go_on.set()
        await bot.parlour.paper.rest(earlier.room.id)
        bot.go_on.clear()
        bot.writing.clear()
        bot.parlour.paper.write("and what is in the north of the south")
        await bot.writing.wait()
        bot.parlour.paper.tell(Deleted(earlier.room, earlier.author, earlier.id, earlier.at + 2))
        await bot.parlour.paper.read()
        await bot.settle()
        assert FIRST not in [part.text for part in bot.engine.prompts[-1].parts]
        assert (await bot.turns())[-1].state is State.DONE


async def test_i5_a_message_that_is_deleted_while_it_is_answered_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where more of the answer was written than the platform's pace has let out."""
    async with held(tmp_path / "data", 4, gap_s=60.0) as bot:
        asked, notices = bot.asked, noticed(bot.parlour.paper.shown)
        bot.parlour.paper.tell(Deleted(asked.room, asked.author, asked.id, asked.at + 1))
        await bot.parlour.paper.read()
        await bot.settle()
        assert FIRST not in [turn.text for turn in await bot.turns()]
        assert noticed(bot.parlour.paper.shown) == notices
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_an_edit_that_is_refused_takes_the_message_and_is_not_answered(
    tmp_path: Path,
) -> None:
    async with held(tmp_path / "data", 4) as bot:
        before = len(bot.engine.prompts)
        await bot.edit("red")
        await bot.settle()
        assert len(bot.engine.prompts) == before
        assert "The scene ends here" in noticed(bot.parlour.paper.shown)


async def test_an_edit_after_the_answer_changes_the_transcript_and_is_not_answered(
    tmp_path: Path,
) -> None:
    async with held(tmp_path / "data", 0) as bot:
        await bot.settle()
        before = len(bot.engine.prompts)
        await bot.edit(SECOND)
        said, answer = await bot.turns()
        assert (said.text, answer.text) == (SECOND, SEEN)
        assert len(bot.engine.prompts) == before


async def test_an_answer_that_is_whole_by_then_stays_the_only_one(tmp_path: Path) -> None:
    async with held(tmp_path / "data", 0) as bot:
        await bot.settle()
        before = len(bot.engine.prompts)
        asked, paper = bot.asked, bot.parlour.paper
        async with bot.parlour.house.vault(asked.author.id) as vault:
            assert vault is not None
            turn = await vault.turn_of(asked.room.id, asked.id)
        assert turn is not None
        again = Arrival(replace(asked, cut_at=asked.at), turn.id)
        await bot.parlour.conversation.handle_message(again, Stage(paper))
        assert len(bot.engine.prompts) == before


async def test_a_command_that_a_change_cuts_short_is_not_taken_for_the_message(
    tmp_path: Path,
) -> None:
    async with held(tmp_path / "data", 4) as bot:
        earlier = bot.asked
        await bot.settle()
        bot.go_on.clear()
        bot.writing.clear()
        bot.parlour.paper.write("/again")
        await bot.writing.wait()
        before = len(bot.engine.prompts)
        bot.asked = earlier
        await bot.edit("what do you see far in the north")
        await bot.settle()
        assert len(bot.engine.prompts) == before
