"""Matrix's customs, each on the raw wire and as a client decrypts it: who speaks, as what, to whom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio
import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import EventId
from bot.platforms.matrix.machines import AT_ONCE_S, HOLDS_S, IN_A_ROW, Machines
from bot.platforms.matrix.reading import MARK
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.serving import Ground, Served, make_ground, serving

pytestmark = pytest.mark.live

LONG = " ".join(f"lantern-{n:_>40}" for n in range(90))
LAST = LONG.rsplit(" ", maxsplit=1)[1]


def sent(person: Person, room: str, sender: str) -> list[dict[str, Any]]:
    """The contents of all messages and edits that this client could read, as they were sent."""
    events = person.of(room, (nio.RoomMessage, nio.RoomEncryptedMedia))
    return [one.source["content"] for one in events if one.sender == sender]


def is_edit(content: dict[str, Any]) -> bool:
    relation = content.get("m.relates_to") or {}
    return bool(relation.get("rel_type") == "m.replace")


async def unreadable(people: People, person: Person, room: str, sender: str) -> list[Any]:
    """What the homeserver holds of the bot that is no ciphertext, by its type and content."""
    wire = await people.wire_of(person).events(room)
    spoken = [one for one in wire if one["sender"] == sender and "state_key" not in one]
    return [one for one in spoken if one["type"] != "m.room.encrypted"]


async def test_everything_that_is_said_is_marked_as_what_it_is(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    engine = ScriptedEngine(lambda _: LONG, context_tokens=40_000)
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Tell me of the harbour")
        await bot.says(ada, room, LAST)
        await ada.write(room, "!nonsense")
        await bot.says(ada, room, "There is no command")
        contents = sent(ada, room, bot.id)
        notices = [one for one in contents if one["msgtype"] == "m.notice"]
        spoken = [one for one in contents if one["msgtype"] == "m.text"]
        edits = [one for one in spoken if is_edit(one)]
        assert notices
        assert edits
        assert len(notices) + len(spoken) == len(contents)
        # SAFETY H7: on each page and each edit, and on both halves of an edit.
        assert all(one[MARK] is True for one in spoken)
        assert all(one["m.new_content"][MARK] is True for one in edits)
        assert not any(MARK in one or is_edit(one) for one in notices)
        # Nobody is called by any of it.
        assert all(one["m.mentions"] == {} for one in contents)
        assert all(one["m.new_content"]["m.mentions"] == {} for one in edits)
        # Clients that know no edits read what is new.
        assert all(one["body"].startswith("* lantern-") for one in edits)
        for clear in await unreadable(people, ada, room, bot.id):
            assert clear["type"] in ("m.reaction", "m.room.redaction")
        # Beside the ciphertext stand ids and nothing else.
        wire = await people.wire_of(ada).events(room)
        relations = [
            one["content"]["m.relates_to"]
            for one in wire
            if one["sender"] == bot.id and one["type"] == "m.room.encrypted"
            if "m.relates_to" in one["content"]
        ]
        assert {tuple(sorted(one)) for one in relations} == {("event_id", "rel_type")}


async def test_a_cards_commands_are_named_under_it_and_an_edit_of_it_is_no_engines(
    people: People, tmp_path: Path
) -> None:
    ada, ground = await people.person("ada"), await make_ground(people)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        keeper, home = ground.keeper, ground.home
        mention = {"m.mentions": {"user_ids": [bot.id]}}
        await keeper.write(home, f"{bot.id}: !caselog here", **mention)
        await bot.says(keeper, home, "Each new case is told")
        await keeper.write(home, f"{bot.id}: !report person matrix:{ada.id} is loud", **mention)
        card = await bot.says(keeper, home, "Case 1: the rule report")
        commands = "`!case 1`  `!uphold 1 …`  `!lift 1 …`  `!note 1 …`"
        assert card.body.endswith(commands) and "is loud" not in card.body
        await keeper.write(home, f"{bot.id}: !uphold 1 seen to", **mention)
        anew = await bot.says(keeper, home, "How it stands: upheld")
        assert "!lift" not in anew.body
        (edit,) = [one for one in sent(keeper, home, bot.id) if is_edit(one)]
        for half in (edit, edit["m.new_content"]):
            assert half["msgtype"] == "m.notice" and MARK not in half


async def test_a_thread_keeps_all_that_is_said_to_it_and_an_edit_stays_with_its_message(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    engine = ScriptedEngine(lambda _: LONG, context_tokens=40_000)
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        root = await ada.write(room, "Good evening")
        await bot.says(ada, room, LAST)
        before = len(sent(ada, room, bot.id))
        question = await ada.answer(room, root, "Tell me of the harbour", thread=True)

        def is_whole() -> bool:
            return sum(LAST in one.body for one in bot.said(ada, room)) == 2

        await ada.until(is_whole, "a second answer")
        asked = await ada.answer(room, root, "!nonsense", thread=True)
        await bot.says(ada, room, "There is no command")
        answers = sent(ada, room, bot.id)[before:]
        new = [one for one in answers if not is_edit(one)]
        assert len([one for one in new if one["msgtype"] == "m.text"]) > 1
        for one in new:
            relation = one["m.relates_to"]
            assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)
            assert relation["is_falling_back"] is True
        to = [one["m.relates_to"]["m.in_reply_to"]["event_id"] for one in new]
        assert set(to) == {question, asked}


@asynccontextmanager
async def two_of_them(
    people: People, tmp_path: Path, words: str
) -> AsyncIterator[tuple[Served, Served]]:
    """Two Parlours in one community; what the first's persona says names the second."""
    one = await make_ground(people)
    account = await people.account("other")
    await one.keeper.invite(one.home, account.id)
    two = Ground(account, one.home, one.keeper)
    says = words.format(other=account.id)
    first = serving(people, tmp_path / "one", ScriptedEngine(lambda _: says), ground=one)
    async with first as a:
        engine = ScriptedEngine(lambda _: f"Yes, {a.id}, tell me more.")
        async with serving(people, tmp_path / "two", engine, ground=two) as b:
            yield a, b


async def test_two_of_them_in_one_room_answer_people_and_never_each_other(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with two_of_them(people, tmp_path, "Good evening, {other}! What do you think?") as (a, b):
        await a.let_in(ada)
        await b.let_in(ada)
        both = {"m.mentions": {"user_ids": [a.id, b.id]}}

        def kinds(bot: Served) -> list[str]:
            """But for what each says of itself when it comes into a room."""
            said = bot.said(ada, bot.home)
            return [one.kind for one in said if not one.body.startswith("I am software that")]

        await ada.write(a.home, "Good evening, both of you", **both)
        said = await a.says(ada, a.home, "What do you think?")
        await b.says(ada, a.home, "tell me more")
        # An older client, which says nothing of whom it means, in answer to one of them.
        await ada.answer(a.home, said.event, "And now?")
        await ada.until(lambda: kinds(a) == ["m.text"] * 2, "a second answer")
        # Once each has answered something newer, nothing of before is still to come.
        await ada.write(a.home, "!about", **both)
        await ada.until(lambda: kinds(a) == ["m.text", "m.text", "m.notice"], "the one")
        await ada.until(lambda: kinds(b) == ["m.text", "m.notice"], "the other")
        assert len(a.engine.prompts) == 2  # type: ignore[attr-defined]  # a scripted one
        assert len(b.engine.prompts) == 1  # type: ignore[attr-defined]  # a scripted one


async def test_a_bot_that_answers_everything_is_not_answered_for_ever(
    people: People, tmp_path: Path
) -> None:
    echo = await people.person("echo")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await bot.keeper.invite(bot.home, echo.id)
        await echo.join(bot.home)
        to_bot = {"m.mentions": {"user_ids": [bot.id]}}

        def answer_to(event: str) -> str | None:
            for one in bot.said(echo, bot.home):
                answered = (one.content.get("m.relates_to") or {}).get("m.in_reply_to", {})
                if answered.get("event_id") == event:
                    return one.event
            return None

        said = await echo.write(bot.home, "Good evening", **to_bot)
        for _ in range(60):
            # A room is answered in order, so all that comes is there before this is answered.
            asked = await bot.keeper.write(bot.home, "!about", **to_bot)
            await echo.until(lambda asked=asked: answer_to(asked), "that the keeper was answered")  # type: ignore[misc]  # mypy sees no types of defaults
            if (answer := answer_to(said)) is None:
                return
            said = await echo.answer(bot.home, answer, "You said something")
        raise AssertionError("the two would never come to an end")


def test_only_who_replies_at_once_again_and_again_is_a_machine() -> None:
    now = 100.0
    machines = Machines(lambda: now)

    def replies(after_s: float) -> bool:
        nonlocal now
        message = EventId(f"$at-{now}")
        machines.said(message)
        now += after_s
        return machines.is_one("@echo:a", message)

    assert not any(replies(0.5) for _ in range(IN_A_ROW - 1))
    # Once somebody has taken their time, it begins anew; who replies to none is in a hurry.
    assert not replies(AT_ONCE_S + 1)
    assert not any(machines.is_one("@echo:a", None) for _ in range(20))
    assert [replies(0.5) for _ in range(IN_A_ROW)][-1]
    assert machines.is_one("@echo:a", None)
    assert not machines.is_one("@ada:a", None)
    now += HOLDS_S
    assert not machines.is_one("@echo:a", None)
