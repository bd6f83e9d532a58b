"""`branch` and `branches` on paper: a prompt holds the branch that we are on and nothing of another."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot import sentences
from bot.commands import branching
from bot.commands.branching import (
    BRANCH_BARE,
    HERE_ALREADY,
    HOW_FAR,
    LISTED,
    NO_SUCH,
    NO_TALK,
    NOT_OURS,
    NOT_THIS_ONE,
    ONE_ONLY,
    TOO_FAR,
    UNSHOWN,
)
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import Deleted, EventId, RoomId
from tests.conftest import Parlour, running
from tests.fakes import Shown, in_shared_room, noticed, spoken, writes

PREFIX = "/"


def echo() -> ScriptedEngine:
    """Each answer names what it answers, so that none is like another."""
    return ScriptedEngine(lambda prompt: f"I heard: {prompt.parts[-1].text.split('] ')[-1]}")


def said(prompt: Prompt) -> list[str]:
    """What stands in a prompt behind its head, without notes."""
    texts = [part.text.strip() for part in prompt.parts[2:]]
    return [text for text in texts if text and not text.startswith("[")]


def both(*texts: str) -> list[str]:
    return [words for text in texts for words in (text, f"I heard: {text}")]


async def talk(parlour: Parlour, *texts: str) -> list[Shown]:
    return [shown for text in texts for shown in await parlour.paper.say(text)]


async def reply(parlour: Parlour, to: EventId, text: str = "/branch") -> list[Shown]:
    """Somebody answers a message, which stands anywhere above."""
    before = len(parlour.paper.shown)
    message = replace(parlour.paper.message(text), reply_to=to)
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    return parlour.paper.shown[before:]


async def prompt_of(parlour: Parlour, text: str) -> list[str]:
    await parlour.paper.say(text)
    return said(parlour.scripted.prompts[-1])


async def test_a_prompt_holds_the_turns_up_to_the_branch_and_then_its_own(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        shown = await talk(parlour, "One.", "Two.", "Three.")
        answers = await reply(parlour, shown[0].id)
        assert noticed(answers) == branching.BEGUN.format(number=2, prefix=PREFIX)
        assert spoken(answers) == ["I heard: One."], "where we are is shown once more"
        assert await prompt_of(parlour, "Four.") == [*both("One."), "Four."]
        assert await prompt_of(parlour, "Five.") == [*both("One.", "Four."), "Five."]
        answers = await parlour.paper.say("/branches 1")
        assert noticed(answers) == branching.AGAIN_ON.format(number=1)
        assert spoken(answers) == ["I heard: Three."]
        assert await prompt_of(parlour, "Six.") == [*both("One.", "Two.", "Three."), "Six."]


async def test_as_a_reply_to_ones_own_words_they_are_said_anew(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.")
        own = parlour.paper.write("Two.")
        await parlour.paper.rest(own.room.id)
        await talk(parlour, "Three.")
        answers = await reply(parlour, own.id)
        assert noticed(answers) == branching.BEFORE.format(number=2, prefix=PREFIX)
        assert await prompt_of(parlour, "Other.") == [*both("One."), "Other."]


async def test_without_a_reply_it_goes_back_by_so_many_messages(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.", "Two.", "Three.")
        assert spoken(await parlour.paper.say("/branch 2")) == ["I heard: One."]
        assert await prompt_of(parlour, "Four.") == [*both("One."), "Four."]
        assert spoken(await parlour.paper.say("/branch")) == ["I heard: One."]
        assert await prompt_of(parlour, "Five.") == [*both("One."), "Five."]
        answers = await parlour.paper.say("/branch 2")
        assert "This is branch" in noticed(answers)
        assert spoken(answers) == [], "there is nothing that we go on from"
        assert await prompt_of(parlour, "Six.") == ["Six."]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/branch 9", TOO_FAR),
        ("/branch 0", HOW_FAR.format(prefix=PREFIX)),
        ("/branch far", HOW_FAR.format(prefix=PREFIX)),
        ("/branches 9", NO_SUCH.format(prefix=PREFIX)),
        ("/branches x", NO_SUCH.format(prefix=PREFIX)),
        ("/branches 1", HERE_ALREADY),
        ("/branches forget 1", NOT_THIS_ONE),
        ("/branches forget 9", NO_SUCH.format(prefix=PREFIX)),
        ("/branches", ONE_ONLY.format(prefix=PREFIX)),
    ],
)
async def test_what_cannot_be_done_gets_a_sentence_and_changes_nothing(
    parlour: Parlour, typed: str, told: str
) -> None:
    await parlour.let_in()
    await talk(parlour, "One.", "Two.")
    answers = await parlour.paper.say(typed)
    assert (noticed(answers), spoken(answers)) == (told, [])
    assert len(await prompt_of(parlour, "Three.")) == 5


async def test_what_is_none_of_this_talk_is_no_place_to_branch_from(parlour: Parlour) -> None:
    assert "branch" not in noticed(await parlour.paper.say("/branch"))
    await parlour.let_in()
    await talk(parlour, "One.")
    greeting = parlour.paper.shown[-2].id
    assert noticed(await reply(parlour, EventId("b999"))) == NOT_OURS
    assert noticed(await reply(parlour, greeting)) == NOT_OURS
    last = parlour.paper.shown[-3]
    assert last.text.endswith("One.")
    assert noticed(await reply(parlour, last.id)) == HERE_ALREADY
    await parlour.paper.say("red")
    assert noticed(await parlour.paper.say("/branches")) == NO_TALK


async def test_a_branch_that_has_only_begun_is_listed_as_such(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.")
        await parlour.paper.say("/branch")
        listed = noticed(await parlour.paper.say("/branches")).splitlines()
        assert listed[2] == BRANCH_BARE.format(number=2)


async def test_the_list_is_the_persons_own_words_and_goes_back_to_one(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.", f"Two {'is long ' * 20}.")
        await parlour.paper.say("/branch")
        await talk(parlour, "Three.")
        listed = noticed(await parlour.paper.say("/branches")).splitlines()
        assert listed[0] == LISTED
        assert "“Two is long" in listed[1] and "…”" in listed[1] and len(listed[1]) < 100
        assert listed[2].endswith("“Three.” (we are here)")
        assert "heard" not in "".join(listed)
        await parlour.paper.say("/branches forget 1")
        assert noticed(await parlour.paper.say("/branches")) == ONE_ONLY.format(prefix=PREFIX)
        assert "long" not in noticed(await parlour.paper.say("/export"))


async def test_another_answer_on_a_new_branch_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("a1", "a2", "a3", "a4", "a5")) as parlour:
        await parlour.let_in()
        shown = await talk(parlour, "One.", "Two.")
        await reply(parlour, shown[0].id)
        assert spoken(await parlour.paper.say("/again")) == ["a3"]
        assert spoken(await parlour.paper.say("/back")) == ["a1"]
        assert spoken(await parlour.paper.say("/forward")) == ["a3"]
        assert await prompt_of(parlour, "Three.") == ["One.", "a3", "Three."]
        await parlour.paper.say("/branches 1")
        assert await prompt_of(parlour, "Four.") == ["One.", "a1", "Two.", "a2", "Four."]


async def test_an_older_answer_on_a_new_branch_leaves_the_newer_one_on_the_old(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", writes("a1", "a2", "a3", "a4", "a5")) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.")
        shown = await talk(parlour, "/again")
        await talk(parlour, "Two.")
        await reply(parlour, shown[0].id)
        assert spoken(await parlour.paper.say("/back")) == ["a1"]
        assert await prompt_of(parlour, "Three.") == ["One.", "a1", "Three."]
        await parlour.paper.say("/branches 1")
        assert await prompt_of(parlour, "Four.") == ["One.", "a2", "Two.", "a3", "Four."]


async def test_reworded_and_gone_on_with_is_what_stands_on_this_branch_alone(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", writes("a1", "a2", "and more", "a4", "a5")) as parlour:
        await parlour.let_in()
        shown = await talk(parlour, "One.", "Two.")
        await reply(parlour, shown[0].id)
        await parlour.paper.say("/reword A lamp is lit.")
        await parlour.paper.say("/continue")
        assert (await prompt_of(parlour, "Three."))[1] == "A lamp is lit.\n\nand more"
        await parlour.paper.say("/branches 1")
        assert await prompt_of(parlour, "Four.") == ["One.", "a1", "Two.", "a2", "Four."]


async def test_undo_on_a_new_branch_takes_nothing_from_the_old_one(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        shown = await talk(parlour, "One.", "Two.", "Three.")
        await reply(parlour, shown[1].id)
        told = noticed(await parlour.paper.say("/undo"))
        assert told == branching.UNDONE_HERE.format(prefix=PREFIX)
        assert await prompt_of(parlour, "Four.") == [*both("One."), "Four."]
        assert noticed(await parlour.paper.say("/undo")) == sentences.UNDONE
        await parlour.paper.say("/branches 1")
        assert await prompt_of(parlour, "Five.") == [*both("One.", "Two.", "Three."), "Five."]


async def test_what_was_shown_once_more_can_be_branched_from_like_the_first(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        shown = await talk(parlour, "One.", "Two.")
        answers = await reply(parlour, shown[0].id)
        await talk(parlour, "Three.", "Four.")
        again = await reply(parlour, answers[-1].id)
        assert spoken(again) == ["I heard: One."]
        assert await prompt_of(parlour, "Five.") == [*both("One."), "Five."]


async def test_i5_a_message_deleted_on_the_platform_goes_from_every_branch(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        first = parlour.paper.write("One.")
        await parlour.paper.rest(first.room.id)
        shown = await talk(parlour, "Two.")
        await reply(parlour, shown[0].id)
        await talk(parlour, "Three.")
        await parlour.paper.say("/branch")
        gone = Deleted(first.room, first.author, first.id, first.at)
        parlour.paper.tell(gone)
        await parlour.paper.read()
        # Engines answer with what they heard, so its answer goes by hand.
        for number in (1, 2, 3):
            await parlour.paper.say(f"/branches {number}")
            assert "One." not in await prompt_of(parlour, f"On {number}.")
        exported = json.loads(noticed(await parlour.paper.say("/export")))
        assert "One." not in [
            revision["text"] for turn in exported["turns"] for revision in turn["revisions"]
        ]


async def test_an_export_has_all_branches(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.", "Two.")
        await parlour.paper.say("/branch")
        await talk(parlour, "Three.")
        exported = json.loads(noticed(await parlour.paper.say("/export")))
        texts = {turn["revisions"][0]["text"]: turn["branch"] for turn in exported["turns"]}
        assert texts["One."] == texts["Two."] == 1 and texts["Three."] == 2
        assert {row["branch"] for row in exported["branches"]} == {1, 2}


async def test_after_a_restart_we_are_on_the_same_branch(tmp_path: Path) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.", "Two.")
        await parlour.paper.say("/branch")
        await talk(parlour, "Three.")
    async with running(tmp_path / "data", echo(), paper=parlour.paper) as parlour:
        assert await prompt_of(parlour, "Four.") == [*both("One.", "Three."), "Four."]


async def test_i7_what_was_being_answered_on_a_branch_is_answered_on_it_after_a_crash(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.", "Two.")
        await parlour.paper.say("/branch")
        async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
            assert vault is not None
            session = await vault.session()
            assert session is not None
            waits = replace(parlour.paper.message("Three."), id=EventId("x1"))
            turn = await vault.take_in(waits)
            assert turn is not None
            await vault.open_reply(
                session=session.id, answers=turn, nonce="n", note="", now=1_000_100.0
            )
        parlour.conversation.leave(waits)
    async with running(tmp_path / "data", echo()) as parlour:
        await parlour.paper.until_shown()
        assert said(parlour.scripted.prompts[0]) == [*both("One."), "Three."]


async def test_in_a_room_of_many_it_is_the_persons_own_talk_and_told_to_them_alone(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data", echo()) as parlour:
        for person in ("ada", "ben"):
            await parlour.let_in(person)
        await talk(parlour, "Alone.")
        for text in ("One.", "Two."):
            for person in ("ada", "ben"):
                await among(parlour, text, person)
        told = await among(parlour, "/branch")
        assert spoken(told) == ["I heard: One."]
        await among(parlour, "Three.")
        assert said(parlour.scripted.prompts[-1]) == [*both("One."), "Three."]
        listed = await among(parlour, "/branches")
        assert "“Two.”" in noticed(listed)
        assert [one.alone for one in listed] == [parlour.paper.message("").author.id]
        await among(parlour, "Four.", "ben")
        assert said(parlour.scripted.prompts[-1]) == [*both("One.", "Two."), "Four."]
        assert await prompt_of(parlour, "Still alone.") == [*both("Alone."), "Still alone."]
        assert noticed(await parlour.paper.say("/branches")) == ONE_ONLY.format(prefix=PREFIX)


async def among(parlour: Parlour, text: str, person: str = "ada") -> list[Shown]:
    before = len(parlour.paper.shown)
    message = in_shared_room(parlour.paper.message(text, person))
    message = replace(message, room=replace(message.room, id=RoomId("paper:square")))
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)
    return parlour.paper.shown[before:]


@pytest.mark.parametrize("typed", ["/branches 1", "/branch"])
async def test_c2_what_may_not_be_shown_now_is_not_shown_once_more(
    tmp_path: Path, typed: str
) -> None:
    replies: Sequence[str] = ("A spider sits there.", "The lamp is lit.", "Yes.", "No.")
    async with running(tmp_path / "data", writes(*replies)) as parlour:
        await parlour.let_in()
        await talk(parlour, "One.")
        if typed == "/branches 1":
            await parlour.paper.say("/branch")
        await talk(parlour, "Two.")
        await parlour.paper.say("/limits hard spiders")
        assert spoken(await parlour.paper.say(typed)) == [UNSHOWN]


async def test_who_is_not_in_branches_nothing(parlour: Parlour) -> None:
    await parlour.let_in()
    await talk(parlour, "One.", "Two.")
    await parlour.paper.say("/leave")
    for typed in ("/branch", "/branches", "/branches 1"):
        answers = await parlour.paper.say(typed)
        assert spoken(answers) == [] and "ranch" not in noticed(answers)
