"""Who waits is told who is before them, once; and nobody waits for ever."""

import asyncio
from pathlib import Path

import pytest

from bot import patience as patience_module
from bot.engine.base import EngineError
from bot.engine.scripted import ScriptedEngine
from bot.events import Voice
from bot.patience import FIRST_WITHIN_S, LOOK_AFTER_S, NEXT_WITHIN_S, Patience
from tests.conftest import running
from tests.fakes import PaperPlatform, noticed, spoken


def test_it_looks_once_after_a_few_seconds_without_a_piece() -> None:
    patience = Patience(now=10.0)
    assert patience.due_in(10.0) == LOOK_AFTER_S
    assert not patience.is_time_to_look(10.0 + LOOK_AFTER_S - 0.1)
    assert patience.is_time_to_look(10.0 + LOOK_AFTER_S)
    assert not patience.is_time_to_look(10.0 + LOOK_AFTER_S + 100)


def test_once_a_piece_has_come_it_does_not_look() -> None:
    patience = Patience(now=10.0)
    patience.heard(11.0)
    assert not patience.is_time_to_look(100.0)


def test_it_ends_long_after_the_last_piece() -> None:
    patience = Patience(now=0.0)
    assert not patience.is_over(FIRST_WITHIN_S - 1)
    assert patience.is_over(FIRST_WITHIN_S)
    patience.heard(FIRST_WITHIN_S - 1)
    assert not patience.is_over(FIRST_WITHIN_S + 1)
    assert patience.due_in(FIRST_WITHIN_S - 1) == NEXT_WITHIN_S
    assert patience.is_over(FIRST_WITHIN_S - 1 + NEXT_WITHIN_S)


def test_it_is_due_when_there_is_something_to_do_and_never_in_the_past() -> None:
    patience = Patience(now=0.0)
    assert patience.is_time_to_look(5.0)
    assert patience.due_in(5.0) == FIRST_WITHIN_S - 5.0
    assert patience.due_in(FIRST_WITHIN_S + 5.0) == 0.0


# --- In the bot -------------------------------------------------------------------------------


class Held(ScriptedEngine):
    """Nothing comes until a test lets it."""

    def __init__(self) -> None:
        super().__init__(before_piece=self._hold)
        self.let_go = asyncio.Event()
        self.looked = asyncio.Event()

    async def _hold(self, _count: int) -> None:
        await self.let_go.wait()

    async def place(self, key: str) -> int:
        self.looked.set()
        return await super().place(key)


async def ask_while_held(tmp_path: Path, engine: Held, before: int) -> PaperPlatform:
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        ada = parlour.paper.write("how is the tide?")
        engine.places = {ada.author.id: before}
        await engine.looked.wait()
        engine.let_go.set()
        await parlour.paper.rest(ada.room.id)
        return parlour.paper


async def test_who_waits_for_others_is_told_once_and_then_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience_module, "LOOK_AFTER_S", 0.01)
    paper = await ask_while_held(tmp_path, Held(), before=2)
    assert noticed(paper.shown).count("People before you: 2.") == 1
    assert [one.voice for one in paper.shown[-2:]] == [Voice.NOTICE, Voice.PERSONA]
    assert paper.shown[-1].text == "You said: how is the tide?"


async def test_whose_turn_it_is_hears_of_no_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience_module, "LOOK_AFTER_S", 0.01)
    paper = await ask_while_held(tmp_path, Held(), before=0)
    assert "before you" not in noticed(paper.shown)


async def test_an_engine_that_cannot_tell_the_place_answers_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mute(Held):
        async def place(self, key: str) -> int:
            self.looked.set()
            raise EngineError("gone")

    monkeypatch.setattr(patience_module, "LOOK_AFTER_S", 0.01)
    paper = await ask_while_held(tmp_path, Mute(), before=2)
    assert "before you" not in noticed(paper.shown)
    assert spoken(paper.shown)[-1] == "You said: how is the tide?"


async def test_having_looked_in_vain_a_failure_still_has_its_quiet_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DiesOnce(Held):
        async def _hold(self, _count: int) -> None:
            await self.let_go.wait()
            if not self.deaths:
                self.die()

    monkeypatch.setattr(patience_module, "LOOK_AFTER_S", 0.01)
    paper = await ask_while_held(tmp_path, DiesOnce(), before=0)
    assert spoken(paper.shown)[-1] == "You said: how is the tide?"


async def test_an_engine_that_never_says_a_word_is_given_up_and_the_person_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience_module, "FIRST_WITHIN_S", 0.02)
    monkeypatch.setattr(patience_module, "LOOK_AFTER_S", 0.01)
    engine = Held()
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        assert "stopped before it could answer" in noticed(await parlour.paper.say("hello?"))
        engine.let_go.set()
        assert spoken(await parlour.paper.say("/again")) == ["You said: hello?"]


async def test_an_engine_that_falls_silent_in_the_middle_is_given_up_and_its_words_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FallsSilent(Held):
        async def _hold(self, count: int) -> None:
            if count == 3:
                await asyncio.Event().wait()

    monkeypatch.setattr(patience_module, "NEXT_WITHIN_S", 0.02)
    async with running(tmp_path / "data", FallsSilent()) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("are the boats in?")
        assert spoken(shown) == ["You said:"]
        assert "stopped in the middle" in noticed(shown)
