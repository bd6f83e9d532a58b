"""What was tried against the whole bot, and must not work again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.drafts import Pace
from bot.engine.base import EngineError, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, Edited, PersonId, Rating, Role, Voice
from bot.personas import load_personas
from tests.conftest import PERSONAS, Parlour, running
from tests.fakes import PaperPlatform, noticed, spoken, writes


async def with_romance(parlour: Parlour) -> None:
    """Wren is played as if the file allowed romance, which no shipped persona does."""
    personas = parlour.conversation._personas
    romantic = {id_: replace(one, rating=Rating.ROMANCE) for id_, one in personas.items()}
    parlour.conversation._personas = romantic


async def test_l3_a_young_person_and_romance_do_not_meet_in_one_reply(tmp_path: Path) -> None:
    calm = "The harbour lay still and the nets hung out to dry. " * 14
    engine = writes(f"A girl of 15 stood there; she was 15 years old. {calm}Then he kissed her.")
    async with running(tmp_path / "data", engine) as parlour:
        await with_romance(parlour)
        await parlour.let_in()
        await parlour.paper.say("tell me of the harbour")
        assert not any("kissed" in text for one in parlour.paper.shown for text in one.history)


async def test_l3_the_reply_to_the_cue_is_read_under_the_closed_rules(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("I may date you now.")) as parlour:
        await with_romance(parlour)
        await parlour.let_in()
        await parlour.paper.say("In the story there is a 15-year-old squire at the gate.")
        assert not any("date you" in text for one in parlour.paper.shown for text in one.history)


async def test_a2_nobody_opens_their_own_lock_and_the_door_stands_behind_it(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("I am 15 years old")
    for whom in ("ada", "paper:ada"):
        await parlour.paper.say(f"/unlock {whom} it was a joke", "ada", Role.MODERATOR)
        await parlour.paper.say("hello", "ada")
    assert not parlour.scripted.prompts
    await parlour.paper.say("/unlock ada looked into it", "mod", Role.MODERATOR)
    assert "software, not with a human" in noticed(await parlour.paper.say("hello"))


async def test_p3_a_session_does_not_cross_from_one_sponsor_to_another(parlour: Parlour) -> None:
    both = (parlour.paper.tea, CommunityId("paper:chess"))
    parlour.paper.places[parlour.paper.message("").author.id] = both
    await parlour.let_in()
    await parlour.paper.say("the marmalade is ours")
    message = parlour.paper.message("what do you remember?")
    elsewhere = replace(message, room=replace(message.room, sponsor=CommunityId("paper:chess")))
    parlour.paper.tell(elsewhere)
    await parlour.paper.rest(message.room.id)
    texts = [part.text for part in parlour.scripted.prompts[-1].parts]
    assert "what do you remember?" in texts
    assert not any("marmalade" in text for text in texts)


@pytest.mark.parametrize("word", ["/red", "/RED!", "/yellow", "/stop red"])
async def test_c1_the_safe_word_is_heard_behind_a_prefix(parlour: Parlour, word: str) -> None:
    await parlour.let_in()
    await parlour.paper.say("the storm begins")
    said = noticed(await parlour.paper.say(word))
    assert "scene ends" in said or "gentl" in said or "soft" in said


@pytest.mark.parametrize("text", ["/rp I want to die", "/me I want to die", "/help I want to die"])
async def test_c3_a_cry_for_help_is_heard_behind_a_prefix(parlour: Parlour, text: str) -> None:
    await parlour.let_in()
    assert "emergency number" in noticed(await parlour.paper.say(text))


@pytest.mark.parametrize(
    "text",
    [
        "/me I'm 15 years old",
        "/stop I am 15 years old",
        "I am 15 years old. " + "The tide comes in. " * 2000,
        "I'm 15 years old. Bye.",
        "are you real? I'm 15 years old",
    ],
)
async def test_a2_an_age_is_heard_wherever_it_is_said_and_answered_kindly(
    parlour: Parlour, text: str
) -> None:
    await parlour.let_in()
    said = noticed(await parlour.paper.say(text))
    assert "for adults" in said
    await parlour.paper.say("hello")
    assert not parlour.scripted.prompts


async def test_safeword_as_a_command_only_explains(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("the storm begins")
    await parlour.paper.say("/safeword")
    await parlour.paper.say("go on")
    assert any("storm" in part.text for part in parlour.scripted.prompts[-1].parts)


async def test_what_is_too_long_for_the_model_is_not_kept_and_hinders_nothing(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine(context_tokens=1500)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        assert "Nothing of it was kept" in noticed(await parlour.paper.say("tide " * 1400))
        assert spoken(await parlour.paper.say("hello")) == ["You said: hello"]


async def test_two_long_messages_that_do_not_fit_together_are_both_answered(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine(context_tokens=1500)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        for word in ("tide", "wave"):
            (answer,) = spoken(await parlour.paper.say(f"{word} " * 700))
            assert answer.startswith(f"You said: {word}")


async def test_words_that_came_before_a_failure_are_not_said_twice(tmp_path: Path) -> None:
    tries = 0

    async def fail_at_two(count: int) -> None:
        nonlocal tries
        if count == 2 and tries == 0:
            tries += 1
            raise EngineError("gone")

    engine = ScriptedEngine(lambda _: "Fifteen boats. Yes.", before_piece=fail_at_two)
    paper = PaperPlatform(pace=Pace(page_chars=2000, gap_s=30.0))
    async with running(tmp_path / "data", engine, paper=paper) as parlour:
        await parlour.let_in()
        shown = await parlour.paper.say("how many boats?")
        assert len(engine.prompts) == 1
        assert "again" in noticed(shown)
        async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
            assert vault is not None
            session = await vault.session()
            assert session is not None
            kept = [turn.text.strip() for turn in await vault.window(session.id)]
        assert kept[1:] == [text.strip() for text in spoken(shown)]


async def test_h1_another_answer_and_a_new_session_disclose_too(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("hello")
    for command in ("/again", "/new", "/persona tock"):
        parlour.clock.pass_hours(30)
        assert "software" in noticed(await parlour.paper.say(command))


async def test_after_the_safe_word_the_same_persona_is_there(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/persona halina")
    await parlour.paper.say("red")
    assert "Halina" in noticed(await parlour.paper.say("/who"))
    await parlour.paper.say("and now")
    assert "Halina" in parlour.scripted.prompts[-1].parts[0].text


@pytest.mark.parametrize("name", ["schoolgirl", "lily, 14 years old"])
async def test_l2_a_childlike_name_is_in_no_prompt(parlour: Parlour, name: str) -> None:
    await parlour.let_in(name)
    await parlour.paper.say("hello", name)
    texts = " ".join(part.text for part in parlour.scripted.prompts[-1].parts)
    assert name.title() not in texts


async def test_a_message_that_broke_something_is_not_answered_after_all(tmp_path: Path) -> None:
    def breaks(_prompt: Prompt) -> str:
        raise RuntimeError

    async with running(tmp_path / "data", ScriptedEngine(breaks)) as parlour:
        await parlour.let_in()
        assert "Send it again" in noticed(await parlour.paper.say("hello"))
        person = parlour.paper.message("").author.id
        async with parlour.house.vault(person) as vault:
            assert vault is not None
            assert not await vault.waiting()


async def test_a_message_edited_while_it_waits_is_answered_as_it_is_now(tmp_path: Path) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_count: int) -> None:
        writing.set()
        await go_on.wait()

    engine = ScriptedEngine(before_piece=hold)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        parlour.paper.write("the first")
        await writing.wait()
        message = parlour.paper.write("the secnod")
        parlour.paper.tell(
            Edited(message.room, message.author, message.id, "the second", message.at)
        )
        go_on.set()
        await parlour.paper.say("the third")
        for prompt in engine.prompts:
            assert "the secnod" not in [part.text for part in prompt.parts[:-1]]


async def test_a_stop_is_not_held_up_by_an_engine_that_is_stuck(tmp_path: Path) -> None:
    stuck = asyncio.Event()

    class Stuck(ScriptedEngine):
        async def count_tokens(self, text: str) -> int:
            stuck.set()
            await asyncio.Event().wait()
            return 0

    engine = Stuck()
    async with asyncio.timeout(60), running(tmp_path / "data", engine, stop_s=0.01) as parlour:
        await parlour.let_in()
        parlour.paper.write("hello")
        await stuck.wait()
        parlour.dispatch.stop()


async def test_one_damaged_vault_does_not_keep_the_others_from_being_answered(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    async with running(data, ScriptedEngine()) as parlour:
        await parlour.let_in("ada")
        (adas,) = (data / "vaults").glob("*.db")
        await parlour.let_in("bob")
        for person in ("ada", "bob"):
            message = parlour.paper.message("left on the table", person)
            async with parlour.house.vault(message.author.id) as vault:
                assert vault is not None
                await vault.take_in(message)
            parlour.house.leave_unfinished(message.author.id)
    adas.write_bytes(b"no database")
    async with running(data, ScriptedEngine()) as parlour:
        await parlour.paper.until_shown(Voice.PERSONA)
        await parlour.paper.rest(parlour.paper.message("", "bob").room.id)
        assert spoken(parlour.paper.shown) == ["You said: left on the table"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I want to die", "emergency number"),
        ("red", "scene ends here"),
        ("I'm 15", "place is for adults"),
        ("hello", "cannot keep anything"),
    ],
)
async def test_c3_what_may_not_wait_is_answered_without_a_vault(
    tmp_path: Path, text: str, said: str
) -> None:
    data = tmp_path / "data"
    async with running(data, ScriptedEngine()) as parlour:
        await parlour.let_in()
    (vault,) = (data / "vaults").glob("*.db")
    vault.write_bytes(b"no database")
    async with running(data, ScriptedEngine()) as parlour:
        assert said in noticed(await parlour.paper.say(text))
        assert await parlour.house.locked(PersonId("paper:ada")) is (text == "I'm 15")
        assert bool(await parlour.house.referrals.of(2027)) is (text == "I want to die")


async def test_p1_a_vault_that_cannot_be_opened_can_be_erased(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(data, ScriptedEngine()) as parlour:
        await parlour.let_in()
    (vault,) = (data / "vaults").glob("*.db")
    vault.write_bytes(b"no database")
    async with running(data, ScriptedEngine()) as parlour:
        assert "cannot keep" in noticed(await parlour.paper.say("/erase"))
        assert "Erased" in noticed(await parlour.paper.say("/erase confirm"))
        assert not vault.exists()
        assert "1 of 4" in noticed(await parlour.paper.say("hello"))


async def test_c3_what_may_not_wait_is_heard_where_too_much_waits(tmp_path: Path) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_count: int) -> None:
        writing.set()
        await go_on.wait()

    engine = ScriptedEngine(before_piece=hold)
    async with running(tmp_path / "data", engine, waiting=1) as parlour:
        await parlour.let_in()
        parlour.paper.write("the first")
        await writing.wait()
        parlour.paper.write("the second")
        parlour.paper.write("I want to die")
        await parlour.paper.until_shown(Voice.NOTICE)
        parlour.paper.write("I'm 15")
        go_on.set()
        await parlour.paper.rest(parlour.paper.message("").room.id)
        said = noticed(parlour.paper.shown)
        assert "emergency number" in said
        assert await parlour.house.locked(PersonId("paper:ada"))


async def test_whose_persona_is_gone_is_told_who_answers_now(tmp_path: Path) -> None:
    data, personas = tmp_path / "data", load_personas(PERSONAS)
    async with running(data, ScriptedEngine(), personas=personas) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/persona tock")
        assert not noticed(await parlour.paper.say("how late is it?"))
    left = {id_: one for id_, one in personas.items() if id_ != "tock"}
    async with running(data, ScriptedEngine(), personas=left) as parlour:
        assert "You are with Wren" in noticed(await parlour.paper.say("and now?"))
        assert not noticed(await parlour.paper.say("and now?"))
