"""Whatever the engine does, each message is answered or its person is told, and nothing hangs.

How a real worker process dies and comes back: tests/test_engine_child.py.
"""

import asyncio
import random
from pathlib import Path

import pytest

from bot.drafts import Pace
from bot.engine.base import EngineError, Prompt, PromptTooLong
from bot.engine.scripted import ScriptedEngine
from bot.events import Message
from tests.conftest import Parlour, running
from tests.fakes import PaperPlatform, Shown, noticed, spoken

PEOPLE = [f"person{number}" for number in range(16)]
DEATHS = 200
TROUBLE = ("stopped before it could answer", "stopped in the middle")


def tell(text: str) -> str:
    return f"{text}: the boats came in and the nets were dry."


def tell_of(prompt: Prompt) -> str:
    return tell(prompt.parts[-1].text)


class Mortal(ScriptedEngine):
    """Dies at random moments, whoever it is at work for, and fails at small things, too."""

    def __init__(self, seed: int) -> None:
        super().__init__(tell_of, before_piece=self._at_risk, context_tokens=1500)
        self._chance = random.Random(seed)
        self.is_mortal = False

    async def _at_risk(self, _count: int) -> None:
        for _ in range(self._chance.randrange(3)):
            await asyncio.sleep(0)
        if self.is_mortal and self._chance.random() < 0.03:
            self.die()

    def _may_fail(self) -> None:
        if self.is_mortal and self._chance.random() < 0.1:
            raise EngineError("the scripted engine died")

    async def warm(self, prompt: Prompt) -> None:
        self._may_fail()
        await super().warm(prompt)

    async def count_tokens(self, text: str) -> int:
        if self._chance.random() < 0.03:
            self._may_fail()
        return await super().count_tokens(text)


async def check_exchange(parlour: Parlour, message: Message, shown: list[Shown]) -> bool:
    """Answered whole (True), or told about; never both, and neither twice."""
    whole = tell(message.text)
    replies, notices = spoken(shown), noticed(shown)
    told = sum(notices.count(words) for words in TROUBLE)
    assert len(replies) <= 1
    if told:
        assert told == 1
        assert all(whole.startswith(reply) and reply != whole for reply in replies)
    else:
        assert replies == [whole]
    async with parlour.house.vault(message.author.id) as vault:
        assert vault is not None
        assert not await vault.left_open()
        assert not await vault.waiting()
    return not told


async def test_the_engine_dies_at_random_moments_and_nobody_is_lost_or_answered_twice(
    tmp_path: Path,
) -> None:
    # Thousands of small steps: asyncio's bookkeeping for each would take most of the time.
    asyncio.get_running_loop().set_debug(False)
    engine, chance = Mortal(seed=20261121), random.Random(5)
    # Few revisions: it is not the platform that is tried here.
    paper = PaperPlatform(pace=Pace(page_chars=2000, gap_s=30.0))
    async with running(tmp_path / "data", engine, paper=paper) as parlour:
        for person in PEOPLE:
            await parlour.let_in(person)
        engine.is_mortal = True
        round_ = 0
        answered: list[bool] = []
        while engine.deaths < DEATHS:
            round_ += 1
            before = len(parlour.paper.shown)
            people = PEOPLE if round_ % 4 == 1 else chance.sample(PEOPLE, 4)
            messages = [parlour.paper.write(f"In round {round_}", person) for person in people]
            for message in messages:
                await parlour.paper.rest(message.room.id)
            new = parlour.paper.shown[before:]
            for message in messages:
                shown = [one for one in new if one.room == message.room.id]
                answered.append(await check_exchange(parlour, message, shown))
        assert 0.15 < sum(answered) / len(answered) < 0.9, "both happened often"
        engine.is_mortal = False
        for person in PEOPLE:
            assert spoken(await parlour.paper.say("After all that", person))


async def test_messages_that_interrupt_each_other_while_it_dies_are_all_settled(
    tmp_path: Path,
) -> None:
    engine, chance = Mortal(seed=7), random.Random(8)
    async with running(tmp_path / "data", engine) as parlour:
        for person in PEOPLE[:4]:
            await parlour.let_in(person)
        engine.is_mortal = True
        for round_ in range(10):
            last: dict[str, Message] = {}
            before = len(parlour.paper.shown)
            for number in range(12):
                person = chance.choice(PEOPLE[:4])
                last[person] = parlour.paper.write(f"In round {round_}, {number}", person)
                for _ in range(chance.randrange(40)):
                    await asyncio.sleep(0)
            for message in last.values():
                await parlour.paper.rest(message.room.id)
                mine = [s for s in parlour.paper.shown[before:] if s.room == message.room.id]
                told = any(words in noticed(mine[-1:]) for words in TROUBLE)
                assert told or spoken(mine)[-1] == tell(message.text), [
                    (s.voice, s.text[:40]) for s in mine
                ] + [message.text]
                async with parlour.house.vault(message.author.id) as vault:
                    assert vault is not None
                    assert not await vault.left_open()
                    assert not await vault.waiting()


async def test_an_engine_that_dies_in_the_middle_keeps_what_was_seen_and_says_so(
    tmp_path: Path,
) -> None:
    class DiesAtFour(ScriptedEngine):
        async def _at(self, count: int) -> None:
            if count == 4 and not self.deaths:
                self.die()

        def __init__(self) -> None:
            super().__init__(tell_of, before_piece=self._at)

    async with running(tmp_path / "data", DiesAtFour()) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("Tell me")
        assert spoken(shown) == ["Tell me: the"]
        assert "stopped in the middle" in noticed(shown)
        again = await parlour.paper.say("/again")
        assert spoken(again) == ["Tell me: the boats came in and the nets were dry."]


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n"])
async def test_an_engine_that_says_nothing_is_told_about_and_nothing_is_kept(
    tmp_path: Path, nothing: str
) -> None:
    async with running(tmp_path / "data", ScriptedEngine(lambda _: nothing)) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("well?")
        assert "no words for that one" in noticed(shown)
        assert not spoken(shown)
        await parlour.paper.say("and now?")
        assert not any(part.speaker == "assistant" for part in parlour.scripted.prompts[-1].parts)


async def test_a_context_that_is_full_in_the_middle_of_a_reply_says_nothing_twice(
    tmp_path: Path,
) -> None:
    async def full_at_four(count: int) -> None:
        if count == 4:
            raise PromptTooLong(4000, 3000)

    engine = ScriptedEngine(tell_of, before_piece=full_at_four)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("Tell me")
        assert len(engine.prompts) == 1
        assert spoken(shown) == ["Tell me: the"]
        assert "stopped in the middle" in noticed(shown)


async def test_an_engine_that_never_counts_holds_up_no_next_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NeverCounts(ScriptedEngine):
        counts = True

        async def count_tokens(self, text: str) -> int:
            if not self.counts:
                await asyncio.Event().wait()
            return await super().count_tokens(text)

        async def _stop_counting(self, _count: int) -> None:
            self.counts = False

    monkeypatch.setattr("bot.memory.window.COUNT_S", 0.01)
    engine = NeverCounts(context_tokens=1500)
    engine._before_piece = engine._stop_counting
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        message = parlour.paper.write("tide " * 500)
        await parlour.paper.rest(message.room.id)
        assert spoken(parlour.paper.shown)[-1].startswith("You said: tide")
