"""Messages that were missed for long: read in order, and only the newest is answered."""

from dataclasses import replace
from pathlib import Path

from bot.engine.scripted import ScriptedEngine
from tests.conftest import running
from tests.fakes import PaperPlatform


async def test_of_what_was_missed_only_the_newest_is_answered_and_all_of_it_is_read(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        shown = len(parlour.paper.shown)
        _miss(parlour.paper, *(f"The tide at {hour}" for hour in range(12)))
        await parlour.paper.say("And how is it now?")
        assert [one.text for one in parlour.paper.shown[shown:]] == ["You said: And how is it now?"]
        asked = [part.text for part in parlour.scripted.prompts[-1].parts]
        assert [text for text in asked if text.startswith("The tide")] == [
            f"The tide at {hour}" for hour in range(12)
        ]


async def test_a_cry_for_help_is_answered_however_long_ago_it_was_missed(tmp_path: Path) -> None:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        _miss(parlour.paper, "I want to end my life")
        said = await parlour.paper.say("Good morning")
        assert any("https://" in one.text or "findahelpline" in one.text for one in said)


async def test_who_missed_the_door_reads_it_once(tmp_path: Path) -> None:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        _miss(parlour.paper, "hello", "is anybody there?")
        assert len(await parlour.paper.say("hello again")) == 1


def _miss(paper: PaperPlatform, *texts: str) -> None:
    for text in texts:
        paper.tell(replace(paper.message(text), is_past=True))
