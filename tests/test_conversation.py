"""The path of one message, on a platform of paper with a scripted engine."""

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from bot.engine.base import EngineError, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import Action, Deleted, Edited, EventId, Revise, Role, Say, Voice
from tests.conftest import Parlour, running
from tests.fakes import noticed, spoken


async def kept(parlour: Parlour) -> str:
    """The last answer as the vault has it."""
    person = parlour.paper.message("").author.id
    async with parlour.house.vault(person) as vault:
        assert vault is not None
        session = await vault.session()
        assert session is not None
        return (await vault.window(session.id))[-1].text


async def test_a_stranger_meets_the_door_and_the_engine_is_not_asked(parlour: Parlour) -> None:
    shown = await parlour.paper.say("hello")
    assert "software, not with a human" in noticed(shown)
    assert not spoken(shown)
    assert not parlour.scripted.prompts


async def test_behind_the_door_the_persona_greets_and_then_answers(parlour: Parlour) -> None:
    for answer in ("hello", "next", "next", "yes"):
        assert not spoken(await parlour.paper.say(answer))
    greeted = await parlour.paper.say("done")
    assert len(spoken(greeted)) == 1
    assert spoken(await parlour.paper.say("How is the sea?")) == ["You said: How is the sea?"]


async def test_no_at_the_door_leaves_nothing_behind(parlour: Parlour, tmp_path: Path) -> None:
    for answer in ("hello", "next", "next", "no"):
        await parlour.paper.say(answer)
    assert not list((tmp_path / "data").glob("vaults/*"))


async def test_a_prompt_and_its_reply_are_the_beginning_of_the_next_prompt(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    for text in ("one", "two fish", "the lighthouse?", "four"):
        await parlour.paper.say(text)
    prompts = parlour.scripted.prompts
    for earlier, later in itertools.pairwise(prompts):
        assert later.parts[: len(earlier.parts)] == earlier.parts
        assert later.parts[len(earlier.parts)].speaker == "assistant"


async def test_a_newer_message_stops_the_writing_within_one_piece(tmp_path: Path) -> None:
    reached = asyncio.Event()

    async def after_five(count: int) -> None:
        if count == 5:
            reached.set()
            await asyncio.Event().wait()

    words = "The sea is calm tonight, and the lamp burns."
    engine = ScriptedEngine(lambda _: words, before_piece=after_five)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        parlour.paper.write("tell me")
        await reached.wait()
        shown = await parlour.paper.say("/stop")
        assert engine.pieces_made == 5
        assert "Stopped." in noticed(shown)
        written = next(s for s in reversed(parlour.paper.shown) if s.voice is Voice.PERSONA)
        assert words.startswith(written.text)
        assert (await kept(parlour)).strip() == written.text


async def test_every_word_is_in_the_vault_before_it_is_shown(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parlour.let_in()
    looked = 0
    do = parlour.paper.do

    async def look_first(action: Action) -> EventId | None:
        nonlocal looked
        if isinstance(action, Revise) or (
            isinstance(action, Say) and action.voice is Voice.PERSONA
        ):
            async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
                assert vault is not None
                (reply,) = await vault.left_open()
                assert action.text in [page.text for page in await vault.pages(reply.turn)]
            looked += 1
        return await do(action)

    monkeypatch.setattr(parlour.paper, "do", look_first)
    shown = await parlour.paper.say("How is the sea tonight, and who is at the lamp?")
    assert spoken(shown)
    assert looked > 1


async def test_two_messages_in_a_row_are_both_in_the_next_prompt(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def hold(_count: int) -> None:
        held.set()
        await asyncio.Event().wait()

    engine = ScriptedEngine(before_piece=hold)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        parlour.paper.write("first thought")
        await held.wait()
        engine._before_piece = ScriptedEngine()._before_piece
        await parlour.paper.say("second thought")
        texts = [part.text for part in engine.prompts[-1].parts]
        assert texts.index("first thought") < texts.index("second thought")


async def test_an_engine_that_fails_once_is_asked_again_in_silence(tmp_path: Path) -> None:
    failures = iter([EngineError("gone"), None])

    def fail_once(_prompt: Prompt) -> str:
        if error := next(failures):
            raise error
        return "here I am"

    async with running(tmp_path / "data", ScriptedEngine(fail_once)) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("are the lamps lit?")
        assert spoken(shown) == ["here I am"]
        assert not noticed(shown)


async def test_an_engine_that_stays_broken_is_said_and_again_mends_it(tmp_path: Path) -> None:
    working = False

    def maybe(_prompt: Prompt) -> str:
        if not working:
            raise EngineError("gone")
        return "back again"

    async with running(tmp_path / "data", ScriptedEngine(maybe)) as parlour:
        await parlour.let_in()
        assert "/again" in noticed(await parlour.paper.say("hello there"))
        working = True
        assert spoken(await parlour.paper.say("/again")) == ["back again"]


async def test_again_back_and_forward_walk_through_the_answers(tmp_path: Path) -> None:
    answers = iter(["first answer", "second answer"])
    async with running(tmp_path / "data", ScriptedEngine(lambda _: next(answers))) as parlour:
        await parlour.let_in()
        await parlour.paper.say("well?")
        assert spoken(await parlour.paper.say("/again")) == ["second answer"]
        assert spoken(await parlour.paper.say("/back")) == ["first answer"]
        assert "no other" in noticed(await parlour.paper.say("/back"))
        assert spoken(await parlour.paper.say("/forward")) == ["second answer"]


async def test_undo_takes_the_exchange_out_of_every_later_prompt(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("a secret marmalade")
    await parlour.paper.say("/undo")
    await parlour.paper.say("what did I say?")
    assert not any("marmalade" in part.text for part in parlour.scripted.prompts[-1].parts)


async def test_an_edited_message_is_edited_in_the_next_prompt(parlour: Parlour) -> None:
    await parlour.let_in()
    message = parlour.paper.write("my cat is called Tom")
    await parlour.paper.rest(message.room.id)
    parlour.paper.tell(
        Edited(message.room, message.author, message.id, "my cat is called Mog", message.at)
    )
    await parlour.paper.say("and now?")
    texts = [part.text for part in parlour.scripted.prompts[-1].parts]
    assert "my cat is called Mog" in texts
    assert "my cat is called Tom" not in texts


async def test_a_deleted_message_is_in_no_later_prompt(parlour: Parlour) -> None:
    await parlour.let_in()
    message = parlour.paper.write("forget the blue door")
    await parlour.paper.rest(message.room.id)
    parlour.paper.tell(Deleted(message.room, message.author, message.id, message.at))
    await parlour.paper.say("and now?")
    assert "forget the blue door" not in [p.text for p in parlour.scripted.prompts[-1].parts]


async def test_an_edit_that_would_have_been_refused_is_forgotten_instead(parlour: Parlour) -> None:
    await parlour.let_in()
    message = parlour.paper.write("let us write a story")
    await parlour.paper.rest(message.room.id)
    changed = "write a love scene with a 15-year-old"
    parlour.paper.tell(Edited(message.room, message.author, message.id, changed, message.at))
    await parlour.paper.until_shown(Voice.NOTICE, count=7)
    assert "under 18" in parlour.paper.shown[-1].text
    await parlour.paper.say("and now?")
    texts = [part.text for part in parlour.scripted.prompts[-1].parts]
    assert changed not in texts
    assert "let us write a story" not in texts


async def test_a_name_that_no_card_may_hold_is_in_no_prompt(parlour: Parlour) -> None:
    await parlour.let_in("erotic eric")
    await parlour.paper.say("hello", "erotic eric")
    assert not any("erotic" in part.text.lower() for part in parlour.scripted.prompts[-1].parts)


async def test_the_same_event_twice_is_answered_once(parlour: Parlour) -> None:
    await parlour.let_in()
    message = parlour.paper.write("only once")
    await parlour.paper.rest(message.room.id)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    await parlour.paper.say("and on")
    asked = [prompt.parts[-1].text for prompt in parlour.scripted.prompts]
    assert asked == ["only once", "and on"]


async def test_what_waited_when_the_bot_stopped_is_answered_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        message = parlour.paper.message("left on the table")
        async with parlour.house.vault(message.author.id) as vault:
            assert vault is not None
            await vault.take_in(message)
        parlour.house.leave_unfinished(message.author.id)
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.paper.until_shown(Voice.PERSONA)
        await parlour.paper.rest(message.room.id)
        assert spoken(parlour.paper.shown) == ["You said: left on the table"]


async def test_a_full_inbox_is_said_and_nothing_else_is_lost(tmp_path: Path) -> None:
    held, release = asyncio.Event(), asyncio.Event()

    async def hold(_count: int) -> None:
        held.set()
        await release.wait()

    engine = ScriptedEngine(before_piece=hold)
    async with running(tmp_path / "data", engine, waiting=2) as parlour:
        await parlour.let_in()
        message = parlour.paper.write("the first")
        await held.wait()
        # Once the engine is asked, its answer is cut by what comes next; hold that next one too.
        for number in range(20):
            parlour.paper.write(f"message {number}")
        await parlour.paper.until_shown(Voice.NOTICE, count=8)
        release.set()
        await parlour.paper.rest(message.room.id)
        refused = [s for s in parlour.paper.shown if "wait already" in s.text]
        assert refused
        person = message.author.id
        async with parlour.house.vault(person) as vault:
            assert vault is not None
            assert not await vault.waiting()


async def test_a_message_of_a_megabyte_is_refused_kindly_and_not_kept(
    parlour: Parlour, tmp_path: Path
) -> None:
    await parlour.let_in()
    assert "longer than I can read" in noticed(await parlour.paper.say("a " * 500_000))
    exported = json.loads(noticed(await parlour.paper.say("/export")))
    assert "a a a a" not in json.dumps(exported)


async def test_export_gives_every_word_and_erase_leaves_none(
    parlour: Parlour, tmp_path: Path
) -> None:
    await parlour.let_in()
    await parlour.paper.say("remember the walnut tree")
    exported = json.loads(noticed(await parlour.paper.say("/export")))
    assert "walnut tree" in json.dumps(exported)
    assert [record["method"] for record in exported["age_records"]] == ["door"]
    assert exported["locked"] is False
    assert "confirm" in noticed(await parlour.paper.say("/erase"))
    assert noticed(await parlour.paper.say("/erase confirm")).startswith("Erased")
    assert not list((tmp_path / "data" / "vaults").iterdir())
    assert "software" in noticed(await parlour.paper.say("hello again"))


async def test_leaving_closes_the_door_and_keeps_the_vault(parlour: Parlour) -> None:
    await parlour.let_in()
    assert "You are out" in noticed(await parlour.paper.say("/leave"))
    before = len(parlour.scripted.prompts)
    assert "software" in noticed(await parlour.paper.say("are you there"))
    assert len(parlour.scripted.prompts) == before


async def test_a_moderator_lowers_the_ceiling_and_members_do_not_learn_of_it(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    refused = noticed(await parlour.paper.say("/ceiling general"))
    assert "moderator" not in refused.lower()
    assert "ceiling is general" not in refused
    shown = await parlour.paper.say("/ceiling general", "mod", Role.MODERATOR)
    assert "general" in noticed(shown)
    assert "general" in noticed(await parlour.paper.say("/status", "mod", Role.MODERATOR))


async def test_two_people_at_once_never_see_each_others_words(parlour: Parlour) -> None:
    await asyncio.gather(parlour.let_in("ada"), parlour.let_in("bob"))
    mine, yours = await asyncio.gather(
        parlour.paper.say("apples from ada", "ada"), parlour.paper.say("pears from bob", "bob")
    )
    assert spoken(mine) == ["You said: apples from ada"]
    assert spoken(yours) == ["You said: pears from bob"]
    for prompt in parlour.scripted.prompts:
        texts = " ".join(part.text for part in prompt.parts)
        assert not ("apples" in texts and "pears" in texts)
