"""Topics that a model is asked of: when, of whom, how often, and what a silent judge means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.dispatch import Stage
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, Edited
from bot.guarding import Guard, as_prompt
from bot.judging import Judging
from bot.policy.community.compiled import Compiled, compile_rules
from bot.policy.community.question import TRIALS, read_answer, trials
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Action
from bot.policy.decide import decide
from bot.policy.guard_formats import Format
from bot.scene import Scene
from bot.speech import Speech
from bot.store.rows import Community
from tests.conftest import Parlour, read_personas, running
from tests.engine_help import demo_path
from tests.fakes import PaperPlatform, noticed, spoken
from tests.policy_facts import facts
from tests.test_guard import _broken, _never
from tests.test_guard import running as embedded
from tests.test_rules_in_talk import cases_of, set_rules

TOPICS = """
[[rule]]
name = "homework"
kind = "own-topic"
sentence = "asks for homework to be done"
does = "warn"
steps = [{hits = 2, does = "pause", pause_minutes = 10}]

[[rule]]
name = "politics"
kind = "topics"
topics = ["politics"]
does = "mask"
side = "input"
"""
FORM: Format = "llama-guard-3"
NOT_JUDGED = "I cannot check right now"
NONE, HOMEWORK, POLITICS = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


async def _at_once(_: Prompt) -> None: ...


@dataclass
class PaperJudge:
    """Says what it is told to say of topics, and tells what it was asked."""

    says: Callable[[str], tuple[float, ...]] = lambda _: NONE
    before: Callable[[Prompt], Awaitable[None]] = _at_once
    asked: list[Prompt] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    is_fit: bool = True
    """Whether it can tell topics apart, as it is tried first."""

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        assert choices == (" 0", " A", " B")
        (words,) = [part.text for part in prompt.parts if part.speaker == "user"]
        if words in dict(TRIALS) and self.is_fit:
            return {"cooking a meal": HOMEWORK, "the weather": POLITICS, "": NONE}[
                dict(TRIALS)[words]
            ]
        self.asked.append(prompt)
        await self.before(prompt)
        return self.says(words)

    async def forget(self, key: str) -> None:
        self.forgotten.append(key)


class Talks(ScriptedEngine):
    """The model that talks, judging beside it."""

    def __init__(self, judge: PaperJudge) -> None:
        super().__init__()
        self.judge = judge.judge  # type: ignore[method-assign] # the whole of this double


@asynccontextmanager
async def judged_by(judge: PaperJudge, folder: Path) -> AsyncIterator[Parlour]:
    async with running(folder / "data", Talks(judge)) as parlour:
        await parlour.let_in()
        await set_rules(parlour, TOPICS)
        yield parlour


def compiled(text: str) -> Compiled:
    return compile_rules(CommunityId("paper:tea"), read_rules(text))


def scene() -> Scene:
    """Of somebody who has no vault, so that no guard is asked."""
    paper = PaperPlatform()
    message = paper.message("")
    return Scene(
        message=message,
        turn=None,
        stage=Stage(paper),
        community=Community(paper.tea),
        persona=read_personas()["wren"],
        vault=None,
        look=None,
        session=None,
        speech=Speech("en"),
        person=message.author.id,
        is_guest=True,
    )


def on(word: str, answer: tuple[float, ...]) -> Callable[[str], tuple[float, ...]]:
    return lambda words: answer if word in words else NONE


async def test_m1_what_the_model_finds_counts_and_what_it_does_not_passes(tmp_path: Path) -> None:
    judge = PaperJudge(on("sums", HOMEWORK))
    async with judged_by(judge, tmp_path) as parlour:
        assert spoken(await parlour.paper.say("how is the sea?"))
        assert await cases_of(parlour) == ()
        assert "This counts" in noticed(await parlour.paper.say("do my sums"))
        (case,) = await cases_of(parlour)
        assert (case.rule, case.action) == ("homework", "warn")
        assert "10 min" in noticed(await parlour.paper.say("and these sums"))
        assert judge.asked[0].parts[0] == judge.asked[-1].parts[0]
        assert judge.asked[0].parts[0].shared
        assert judge.asked[-1].community == parlour.paper.tea
        assert not any(part.shared for part in judge.asked[0].parts if part.speaker == "user")


async def test_all_topics_are_one_question_and_what_one_masks_is_read_by_nobody(
    tmp_path: Path,
) -> None:
    judge = PaperJudge(on("political", POLITICS))
    async with judged_by(judge, tmp_path) as parlour:
        assert spoken(await parlour.paper.say("a political quince"))
        assert len(judge.asked) == 1
        assert not any("quince" in part.text for part in parlour.scripted.prompts[-1].parts)
        assert [case.action for case in await cases_of(parlour)] == ["mask"]


async def test_i3_a_judge_that_fails_refuses_counts_against_nobody_and_is_asked_again(
    tmp_path: Path,
) -> None:
    judge = PaperJudge(before=_broken)
    async with judged_by(judge, tmp_path) as parlour:
        asked = len(parlour.scripted.prompts)
        assert NOT_JUDGED in noticed(await parlour.paper.say("how is the sea?"))
        assert len(parlour.scripted.prompts) == asked
        assert await cases_of(parlour) == ()
        assert parlour.scripted.forgotten[-1] == judge.asked[-1].key
        judge.before = _at_once
        assert spoken(await parlour.paper.say("how is the sea?"))


async def test_i3_a_judge_that_is_late_refuses_and_is_forgotten_about() -> None:
    judge = PaperJudge(before=_never)
    about = facts("do my sums", rules=compiled(TOPICS))
    late = Judging(Guard(), judge, within_s=0.0, first_s=0.0)
    judged, decision = await late.judged(about, decide(about), scene())
    assert judged.judged is None
    assert [(one.action, one.counts) for one in decision.rulings] == [(Action.REFUSE, False)]
    assert judge.forgotten[-1] == judge.asked[0].key


async def test_the_first_question_of_a_version_may_take_longer_and_the_next_may_not() -> None:
    """Its instructions are computed with it."""
    judge = PaperJudge()
    judging = Judging(Guard(), judge, within_s=0.0)
    for text, is_judged in (("do my sums", True), ("do your sums", False)):
        about = facts(text, rules=compiled(TOPICS))
        judge.before = _at_once if is_judged else _never
        judged, _ = await judging.judged(about, decide(about), scene())
        assert (judged.judged is not None) is is_judged


@pytest.mark.parametrize("shares", [(0.5, 0.5), (float("nan"), 0.5, 0.5), (0.9, 0.9, 0.9)])
async def test_i3_an_answer_that_makes_no_sense_refuses(
    tmp_path: Path, shares: tuple[float, ...]
) -> None:
    async with judged_by(PaperJudge(lambda _: shares), tmp_path) as parlour:
        assert NOT_JUDGED in noticed(await parlour.paper.say("how is the sea?"))


@pytest.mark.parametrize("always", [NONE, HOMEWORK, (0.4, 0.3, 0.3)])
async def test_i3_a_model_that_cannot_tell_topics_apart_is_not_believed(
    tmp_path: Path, always: tuple[float, ...]
) -> None:
    judge = PaperJudge(lambda _: always, is_fit=False)
    async with judged_by(judge, tmp_path) as parlour:
        for text in ("how is the sea?", "do my sums"):
            assert NOT_JUDGED in noticed(await parlour.paper.say(text))
        assert await cases_of(parlour) == ()
        assert len(judge.asked) <= len(TRIALS), "it is tried once"


async def test_an_answer_holds_for_its_session_and_no_longer(tmp_path: Path) -> None:
    judge = PaperJudge()
    async with judged_by(judge, tmp_path) as parlour:
        await parlour.paper.say("how is the sea?")
        await parlour.paper.say("/again")
        await parlour.paper.say("how is the sea?")
        assert len(judge.asked) == 1
        await parlour.let_in("ben")
        await parlour.paper.say("how is the sea?", "ben")
        assert len(judge.asked) == 2, "nobody learns from another's answers"
        await parlour.paper.say("/new")
        await parlour.paper.say("how is the sea?")
        assert len(judge.asked) == 3


async def test_nobody_is_asked_for_a_cry_for_help_at_the_door_for_a_command_or_in_a_pause(
    tmp_path: Path,
) -> None:
    judge = PaperJudge(on("sums", HOMEWORK))
    async with judged_by(judge, tmp_path) as parlour:
        for text in ("I want to die", "red", "/who", "/rules test do my sums"):
            await parlour.paper.say(text)
        await parlour.paper.say("hello", "ben")
        assert judge.asked == []
        for text in ("do my sums", "do these sums"):
            await parlour.paper.say(text)
        asked = len(judge.asked)
        assert "paused" in noticed(await parlour.paper.say("good evening"))
        assert len(judge.asked) == asked


async def test_l7_an_edit_is_judged_as_a_message_is(tmp_path: Path) -> None:
    judge = PaperJudge(on("sums", HOMEWORK))
    async with judged_by(judge, tmp_path) as parlour:
        message = parlour.paper.write("how is the sea?")
        await parlour.paper.rest(message.room.id)
        edited = Edited(message.room, message.author, message.id, "do my sums", at=1.0)
        await parlour.conversation.handle_change(edited, Stage(parlour.paper))
        assert [case.action for case in await cases_of(parlour)] == ["warn"]


async def test_the_guard_is_asked_where_there_is_one_and_the_talking_model_where_not() -> None:
    about = facts("do my sums", rules=compiled(TOPICS))
    for form, is_guards in ((FORM, True), (None, False)):
        guards, talks = PaperJudge(), PaperJudge()
        judging = Judging(Guard(guards, form), talks)
        await judging.judged(about, decide(about), scene())
        assert (bool(guards.asked), bool(talks.asked)) == (is_guards, not is_guards)


async def test_rules_that_change_while_a_message_is_judged_leave_its_case_with_its_version(
    tmp_path: Path,
) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def wait(_: Prompt) -> None:
        asked.set()
        await go.wait()

    judge = PaperJudge(on("sums", HOMEWORK), before=wait)
    async with judged_by(judge, tmp_path) as parlour:
        message = parlour.paper.write("do my sums")
        await asked.wait()
        await set_rules(parlour, TOPICS.replace('"homework"', '"sums"'))
        go.set()
        await parlour.paper.rest(message.room.id)
        assert [(case.rule, case.version) for case in await cases_of(parlour)] == [("homework", 1)]


@pytest.mark.live
async def test_i3_the_demo_model_answers_and_is_not_believed() -> None:
    async with embedded(demo_path()) as engine:
        (question, _), *_ = trials()
        assert read_answer(question, await engine.judge(as_prompt(question, "t"), question.choices))
        about = facts("do my sums", rules=compiled(TOPICS))
        judged, _ = await Judging(Guard(), engine, within_s=60.0).judged(
            about, decide(about), scene()
        )
        assert judged.judged is None
