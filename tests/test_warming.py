"""What is computed ahead is what is needed next; and what was forgotten is not computed again."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dispatch import Stage
from bot.engine.base import EngineError, Part, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import (
    AgeLevel,
    Deleted,
    Edited,
    Message,
    PersonId,
    Role,
    Typing,
    Voice,
)
from bot.memory.window import Talk
from bot.personas import load_personas
from bot.store.rows import DOOR, INSTANCE
from bot.warming import Warming
from tests.conftest import PERSONAS, Parlour, running
from tests.fakes import Held, on_telephone, spoken

ADA = PersonId("paper:ada")


async def settle(parlour: Parlour) -> None:
    """Until nothing is being looked ahead for."""
    for looking in list(parlour.dispatch._ahead._looking.values()):
        await asyncio.wait([looking.task])


async def last_warmed(parlour: Parlour) -> Prompt:
    await settle(parlour)
    return parlour.scripted.warmed[-1]


async def change(parlour: Parlour, event: Edited | Deleted) -> None:
    """As dispatch does it, and done when this returns."""
    stage = Stage(parlour.paper)
    await parlour.conversation.handle_change(event, stage)
    await parlour.conversation.look_ahead(event, stage)


async def type_in(parlour: Parlour, message: Message) -> None:
    typing = Typing(message.room, message.author)
    await parlour.conversation.look_ahead(typing, Stage(parlour.paper))


def is_beginning(before: Prompt, after: Prompt) -> bool:
    same = (before.key, before.person, before.adapter) == (after.key, after.person, after.adapter)
    return same and after.parts[: len(before.parts)] == before.parts


# --- After a reply ----------------------------------------------------------------------------


async def test_after_a_reply_everything_said_so_far_is_warmed(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("How is the sea?")
    warmed = await last_warmed(parlour)
    assert warmed.parts[-1] == Part("assistant", "You said: How is the sea?")
    assert is_beginning(parlour.scripted.prompts[-1], warmed)
    assert (warmed.key, warmed.person, warmed.background) == (ADA, ADA, True)


async def test_behind_the_door_the_new_head_is_warmed(parlour: Parlour) -> None:
    await parlour.let_in()
    warmed = await last_warmed(parlour)
    await parlour.paper.say("good evening")
    assert len(warmed.parts) == 2
    assert is_beginning(warmed, parlour.scripted.prompts[-1])


async def test_a_new_persona_is_warmed_with_its_greeting(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/persona halina")
    warmed = await last_warmed(parlour)
    assert "Halina" in warmed.parts[0].text
    await parlour.paper.say("good evening")
    assert is_beginning(warmed, parlour.scripted.prompts[-1])


TEXTS = st.text(alphabet="ab .,'\n", min_size=1, max_size=40).map(lambda text: f"Well, {text}")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), TEXTS),
        st.tuples(st.just("say"), st.just("the long tide " * 60)),
        st.tuples(st.sampled_from(["/again", "/back", "/forward", "/undo", "/who"]), st.just("")),
        st.tuples(st.sampled_from(["edit", "delete", "type"]), TEXTS),
    ),
    max_size=14,
)


@settings(deadline=None, max_examples=15)  # The machine may be busy.
@given(STEPS)
async def test_what_was_warmed_begins_the_next_prompt_whatever_happened_before(
    steps: list[tuple[str, str]],
) -> None:
    said: list[Message] = []
    numbers = iter(range(1000))
    engine = ScriptedEngine(
        lambda _: f"Answer {next(numbers)}: the boats are in.", context_tokens=1500
    )
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder, "data"), engine) as parlour:
            await parlour.let_in()
            for what, text in [*steps, ("say", "and so to the end")]:
                warmed = await last_warmed(parlour)
                asked = len(engine.prompts)
                if what == "say":
                    message = parlour.paper.write(text)
                    await parlour.paper.rest(message.room.id)
                    said.append(message)
                    assert len(engine.prompts) == asked + 1
                    assert is_beginning(warmed, engine.prompts[-1])
                elif what == "type":
                    parlour.clock.pass_hours(0.1)
                    await type_in(parlour, parlour.paper.message(""))
                elif what.startswith("/"):
                    await parlour.paper.say(what)
                elif said:
                    one = said.pop() if what == "delete" else said[-1]
                    where = (one.room, one.author, one.id)
                    changed = (
                        Deleted(*where, one.at)
                        if what == "delete"
                        else Edited(*where, text, one.at)
                    )
                    await change(parlour, changed)


async def test_after_a_trim_the_shorter_talk_is_warmed(tmp_path: Path) -> None:
    engine = ScriptedEngine(context_tokens=1500)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        warmed = []
        for _ in range(8):
            warmed.append(await last_warmed(parlour))
            await parlour.paper.say("tide " * 120)
            assert is_beginning(warmed[-1], engine.prompts[-1])
        sizes = [len(prompt.parts) for prompt in warmed]
        assert sizes != sorted(sizes), "a talk this long is trimmed"


# --- While somebody types ---------------------------------------------------------------------


async def test_who_types_is_warmed_once_in_a_few_seconds(parlour: Parlour) -> None:
    await parlour.let_in()
    await settle(parlour)
    before, message = len(parlour.scripted.warmed), parlour.paper.message("")
    for _ in range(20):
        await type_in(parlour, message)
    assert len(parlour.scripted.warmed) == before + 1
    parlour.clock.now += 6
    await type_in(parlour, message)
    assert len(parlour.scripted.warmed) == before + 2


async def test_typing_reaches_the_engine_from_the_platform(parlour: Parlour) -> None:
    await parlour.let_in()
    await settle(parlour)
    before = len(parlour.scripted.warmed)
    parlour.paper.type()
    # Events are read in order, so the typing was heard before this was answered.
    await parlour.paper.say("hello", "bob")
    await settle(parlour)
    assert [prompt.person for prompt in parlour.scripted.warmed[before:]] == [ADA]


async def test_typing_opens_no_door_and_writes_nothing(parlour: Parlour, tmp_path: Path) -> None:
    await type_in(parlour, parlour.paper.message("", "stranger"))
    assert not parlour.paper.actions
    assert not parlour.scripted.warmed
    assert not list((tmp_path / "data").glob("vaults/*"))
    await parlour.let_in()
    await parlour.paper.say("hello")
    await settle(parlour)
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        exported, actions = await vault.export(), len(parlour.paper.actions)
        parlour.clock.pass_hours(30)
        await type_in(parlour, parlour.paper.message(""))
        assert await vault.export() == exported
    assert len(parlour.paper.actions) == actions


async def left(parlour: Parlour) -> None:
    await parlour.paper.say("/leave")


async def was_locked(parlour: Parlour) -> None:
    await parlour.house.lock(ADA, "A2", parlour.clock())


async def grew_a_year_older(parlour: Parlour) -> None:
    parlour.clock.pass_hours(24 * 366)


async def lost_the_record(parlour: Parlour) -> None:
    await parlour.house.revoke_age(ADA, INSTANCE, DOOR)


async def met_a_stricter_community(parlour: Parlour) -> None:
    sponsor = parlour.paper.message("").room.sponsor
    assert sponsor is not None
    community = replace(
        await parlour.house.communities.of(sponsor), least_age_level=AgeLevel.VERIFIED
    )
    await parlour.house.communities.keep(community, by="paper:mod", now=parlour.clock())


async def ended_the_scene(parlour: Parlour) -> None:
    await parlour.paper.say("red")


async def erased(parlour: Parlour) -> None:
    await parlour.paper.say("/erase confirm")


@pytest.mark.parametrize(
    "happened",
    [
        left,
        was_locked,
        grew_a_year_older,
        lost_the_record,
        met_a_stricter_community,
        ended_the_scene,
        erased,
    ],
)
async def test_who_would_not_be_answered_is_not_warmed_and_their_next_word_forgets(
    parlour: Parlour, happened: Callable[[Parlour], Awaitable[None]]
) -> None:
    await parlour.let_in()
    await parlour.paper.say("the quince is ripe")
    await happened(parlour)
    await settle(parlour)
    before = len(parlour.scripted.warmed)
    parlour.clock.now += 60
    await type_in(parlour, parlour.paper.message(""))
    await parlour.paper.say("/who")
    await settle(parlour)
    assert len(parlour.scripted.warmed) == before
    assert ADA not in parlour.scripted.held


async def test_typing_in_a_shared_room_or_of_another_bot_is_passed_over(parlour: Parlour) -> None:
    await parlour.let_in()
    await settle(parlour)
    before, message = len(parlour.scripted.warmed), parlour.paper.message("")
    await type_in(parlour, replace(message, room=replace(message.room, is_direct=False)))
    await type_in(parlour, replace(message, author=replace(message.author, is_bot=True)))
    assert len(parlour.scripted.warmed) == before


# --- Cards ------------------------------------------------------------------------------------


async def test_at_the_start_every_card_is_warmed_and_is_nobodys(parlour: Parlour) -> None:
    await parlour.conversation.warm_cards()
    assert len(parlour.scripted.warmed) == len(load_personas(PERSONAS))
    for card in parlour.scripted.warmed:
        assert (card.key, card.person) == ("", "")
        assert [part.shared for part in card.parts] == [True]
    await parlour.let_in()
    await parlour.paper.say("hello")
    assert any(
        card.parts == parlour.scripted.prompts[-1].parts[:1] for card in parlour.scripted.warmed
    )


async def test_a_session_that_has_ended_meanwhile_is_not_warmed(parlour: Parlour) -> None:
    await parlour.let_in()
    await settle(parlour)
    engine = ScriptedEngine()
    warming = Warming(engine, parlour.clock)
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        before = await vault.session()
        assert before is not None
        await parlour.paper.say("/new")
        after = await vault.session()
        assert after is not None
        talk = Talk(vault, "card", None, 1000)
        assert not await warming.warm(talk, before.id)
        assert not engine.warmed
        assert await warming.warm(talk, after.id)


# --- Faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["fails", "hangs"])
async def test_warming_that_fails_or_hangs_is_told_to_nobody_and_delays_nothing(
    tmp_path: Path, way: str
) -> None:
    class Cold(ScriptedEngine):
        async def warm(self, prompt: Prompt) -> None:
            if way == "fails":
                raise EngineError("cold")
            await asyncio.Event().wait()

    async with running(tmp_path / "data", Cold()) as parlour:
        if way == "fails":
            await parlour.conversation.warm_cards()
        await parlour.let_in()
        notices = len(parlour.paper.shown)
        for number in range(5):
            parlour.paper.type()
            shown = await parlour.paper.say(f"message {number}")
            assert [one.text for one in shown] == [f"You said: message {number}"]
        assert len(parlour.paper.shown) == notices + 5


# --- What is forgotten stays forgotten ----------------------------------------------------------


class Slow(ScriptedEngine):
    """A warming takes as long as a test holds it."""

    def __init__(self) -> None:
        super().__init__()
        self.warming = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def warm(self, prompt: Prompt) -> None:
        self.warming.set()
        await self.go_on.wait()
        await super().warm(prompt)


@pytest.mark.parametrize("command", ["/erase confirm", "/leave", "red", "I am 14 years old"])
async def test_a_warming_that_was_under_way_is_forgotten_after_it(
    tmp_path: Path, command: str
) -> None:
    engine = Slow()
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("the quince is ripe")
        await settle(parlour)
        engine.warming.clear()
        engine.go_on.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(type_in(parlour, parlour.paper.message("")))
            await engine.warming.wait()
            notices = sum(one.voice is Voice.NOTICE for one in parlour.paper.shown)
            message = parlour.paper.write(command)
            await parlour.paper.until_shown(Voice.NOTICE, count=notices + 1)
            engine.go_on.set()
        await parlour.paper.rest(message.room.id)
        await settle(parlour)
        assert ADA not in engine.held
        warmed = len(engine.warmed)
        parlour.clock.now += 60
        await type_in(parlour, message)
        assert len(engine.warmed) == warmed


async def test_who_erases_while_another_room_is_being_answered_leaves_nothing(
    tmp_path: Path,
) -> None:
    held = Held(at=2)
    async with running(tmp_path / "data", held.engine) as parlour:
        await parlour.let_in()
        first = parlour.paper.write("the quince is ripe")
        await held.reached.wait()
        elsewhere = on_telephone(parlour.paper.message("/erase confirm"))
        parlour.paper.tell(elsewhere)
        await parlour.paper.rest(elsewhere.room.id)
        held.go()
        await parlour.paper.rest(first.room.id)
        await settle(parlour)
        assert ADA not in held.engine.held


async def test_a_deleted_or_edited_message_is_in_nothing_that_is_held(parlour: Parlour) -> None:
    await parlour.let_in()
    message = parlour.paper.write("my cat is called Tom")
    await parlour.paper.rest(message.room.id)
    await parlour.paper.say("and the dog Rex")
    where = (message.room, message.author, message.id)
    await change(parlour, Edited(*where, "my cat is called Mog", message.at))
    held = [part.text for part in parlour.scripted.held[ADA].parts]
    assert "my cat is called Mog" in held
    assert "my cat is called Tom" not in held
    await change(parlour, Deleted(*where, message.at))
    assert not any("Mog" in part.text for part in parlour.scripted.held[ADA].parts[2:4])


async def test_where_the_talk_cannot_be_warmed_a_deletion_forgets_all_of_it(
    tmp_path: Path,
) -> None:
    class Cold(ScriptedEngine):
        async def warm(self, prompt: Prompt) -> None:
            raise EngineError("cold")

    async with running(tmp_path / "data", Cold()) as parlour:
        await parlour.let_in()
        message = parlour.paper.write("forget the blue door")
        await parlour.paper.rest(message.room.id)
        await settle(parlour)
        assert ADA in parlour.scripted.held
        await change(parlour, Deleted(message.room, message.author, message.id, message.at))
        assert ADA not in parlour.scripted.held


async def test_a_change_by_a_moderator_of_their_own_talk_touches_nobody_elses(
    parlour: Parlour,
) -> None:
    await parlour.let_in("ada")
    await parlour.let_in("mod")
    await parlour.paper.say("apples", "ada")
    message = parlour.paper.write("pears", "mod", Role.MODERATOR)
    await parlour.paper.rest(message.room.id)
    await settle(parlour)
    ours = parlour.scripted.held[ADA]
    await change(parlour, Deleted(message.room, message.author, message.id, message.at))
    assert parlour.scripted.held[ADA] == ours
    assert spoken(await parlour.paper.say("still here?", "ada"))
