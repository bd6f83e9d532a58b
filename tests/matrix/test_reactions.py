"""Reactions as buttons: what they do, everything that they do not, and what they cost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix.reactions import SHOWN
from bot.platforms.matrix.sentences import SIGNS
from bot.platforms.signs import NUMBERS
from tests.fakes import in_turn
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.shown import Shown

pytestmark = pytest.mark.live

AGAIN, BACK, FORWARD, ON, STOP, CROSS = "🔁", "⬅️", "➡️", "⏩", "⏹️", "❌"
PUT = "PUT /rooms/{}/send/m.reaction/{}"
HINT = SIGNS.format(prefix="!")


async def signs_under(bot: Served, person: Person, room: str, body: str) -> Shown:
    """The message of the bot that reads so, once its signs stand under it and nowhere else."""

    def found() -> Shown | None:
        said = bot.said(person, room)
        signed = [one for one in said if any(who == bot.id for who, _ in one.reactions)]
        if len(signed) != 1 or signed[0].body != body:
            return None
        put = [sign for who, sign in signed[0].reactions if who == bot.id]
        return signed[0] if put == list(SHOWN) else None

    return await person.until(found, f"signs under {body!r}")


async def persona_says(bot: Served, person: Person, room: str, body: str) -> Shown:
    """The newest message that reads so, by the persona."""

    def found() -> Shown | None:
        said = [one for one in bot.said(person, room) if one.kind == "m.text"]
        return said[-1] if said and said[-1].body == body else None

    return await person.until(found, f"{body!r}")


async def clear_events(people: People, person: Person, room: str, sender: str) -> list[Any]:
    wire = await people.wire_of(person).events(room)
    sent = [one for one in wire if one["sender"] == sender and "state_key" not in one]
    return [one for one in sent if one["type"] != "m.room.encrypted"]


async def test_another_answer_more_of_it_and_back_and_forth_by_reactions(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", in_turn()) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "How is the sea?")
        steps = [
            ("This is tide 1.", AGAIN),
            ("This is tide 2.", BACK),
            ("This is tide 1.", FORWARD),
            ("This is tide 2.", AGAIN),
            ("This is tide 3.", ON),
            ("This is tide 4.", CROSS),
        ]
        for body, sign in steps:
            newest = await persona_says(bot, ada, room, body)
            await ada.react(room, newest.event, sign)
        # The cross does nothing, so the next words are answered beside all that was said.
        await ada.write(room, "And now?")
        await persona_says(bot, ada, room, "This is tide 5.")


async def test_the_signs_stand_under_the_greeting_then_under_the_first_answer_and_are_told_of_once(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", in_turn(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        greeting = [one for one in bot.said(ada, room) if one.kind == "m.text"][-1]
        await signs_under(bot, ada, room, greeting.body)
        await ada.write(room, "How is the sea?")
        first = await signs_under(bot, ada, room, "This is tide 1.")
        put = proxy.count(PUT)
        await ada.write(room, "And now?")
        second = await persona_says(bot, ada, room, "This is tide 2.")
        gone = [one for one in bot.said(ada, room) if one.event == first.event]
        await ada.until(lambda: not gone[0].reactions or _signs(bot, ada, room) == [], "no signs")
        # One's own sign under the latest words does what the bot's would have done.
        await ada.react(room, second.event, AGAIN)
        await persona_says(bot, ada, room, "This is tide 3.")
        await ada.write(room, "And the boats?")
        await persona_says(bot, ada, room, "This is tide 4.")
        assert proxy.count(PUT) == put
        assert [one.body for one in bot.said(ada, room)].count(HINT) == 1


def _signs(bot: Served, person: Person, room: str) -> list[str]:
    said = bot.said(person, room)
    return [sign for one in said for who, sign in one.reactions if who == bot.id]


async def test_stop_as_a_reaction_stops_what_is_being_written(
    people: People, tmp_path: Path
) -> None:
    reached, go = asyncio.Event(), asyncio.Event()

    async def hold(count: int) -> None:
        if count == 3:
            reached.set()
            await go.wait()

    engine = ScriptedEngine(lambda _: "Slowly comes the tide today.", before_piece=hold)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Tell me of the tide")
        await reached.wait()
        reply = await bot.says(ada, room, "Slowly")
        await ada.react(room, reply.event, STOP)
        # The engine is held: nothing but the sign ends it.
        await bot.says(ada, room, "Stopped.")
        assert not go.is_set()
        go.set()
        assert "today" not in reply.body


async def test_elsewhere_of_others_and_taken_back_they_do_nothing(
    people: People, tmp_path: Path
) -> None:
    engine = in_turn()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        own = await ada.write(room, "How is the sea?")
        first = await persona_says(bot, ada, room, "This is tide 1.")
        await ada.write(room, "And now?")
        second = await persona_says(bot, ada, room, "This is tide 2.")
        notice = next(one for one in bot.said(ada, room) if one.kind == "m.notice")
        for event in (own, first.event, notice.event):
            await ada.react(room, event, AGAIN)
        pressed = await ada.react(room, second.event, AGAIN)
        await persona_says(bot, ada, room, "This is tide 3.")
        # Taken back it takes nothing back, and an older one counts no more.
        await ada.redact(room, pressed)
        await ada.react(room, second.event, AGAIN)
        await ada.write(room, "And the boats?")
        await persona_says(bot, ada, room, "This is tide 4.")
        assert len(engine.prompts) == 4


async def test_a_sign_that_is_taken_back_ends_nothing_that_it_began(
    people: People, tmp_path: Path
) -> None:
    reached, go = asyncio.Event(), asyncio.Event()
    tides = ["The tide is low.", "High water comes at noon today."]

    async def hold(count: int) -> None:
        if count == 3 and len(engine.prompts) == 2:
            reached.set()
            await go.wait()

    engine = ScriptedEngine(lambda _: tides.pop(0) if tides else "Hm.", before_piece=hold)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "How is the sea?")
        first = await persona_says(bot, ada, room, "The tide is low.")
        pressed = await ada.react(room, first.event, AGAIN)
        await reached.wait()
        await ada.redact(room, pressed)
        # Told behind it, so it is heard by the time this is.
        await ada.react(room, first.event, CROSS)
        await ada.until(lambda: _reacted(ada, room, CROSS), "the cross")
        go.set()
        await persona_says(bot, ada, room, "High water comes at noon today.")
        assert len(engine.prompts) == 2


def _reacted(person: Person, room: str, sign: str) -> bool:
    return any(sign == key for one in person.shown(room) for _, key in one.reactions)


async def test_in_a_room_with_others_signs_are_put_by_people_alone_and_mean_nothing(
    people: People, tmp_path: Path
) -> None:
    engine = in_turn()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        await bot.let_in(ada)
        more = {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(bot.home, "How is the sea?", **more)
        first = await persona_says(bot, ada, bot.home, "**Wren**\nThis is tide 1.")
        await ada.react(bot.home, first.event, AGAIN)
        await bot.keeper.react(bot.home, first.event, AGAIN)
        await ada.write(bot.home, "And now?", **more)
        await persona_says(bot, ada, bot.home, "**Wren**\nThis is tide 2.")
        assert len(engine.prompts) == 2
        assert _signs(bot, ada, bot.home) == []


async def test_the_doors_questions_are_answered_by_numbers_that_say_nothing_to_others(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", in_turn()) as bot:
        room = await bot.meets(ada)
        await ada.write(room, "hello")
        for number in (0, 0, 0, 2):
            await press(bot, ada, room, number)
        greeting = await ada.until(
            lambda: [one for one in bot.said(ada, room) if one.kind == "m.text"], "a greeting"
        )
        await signs_under(bot, ada, room, greeting[-1].body)
        # The homeserver sees signs under messages that it cannot read, and no word.
        clear = await clear_events(people, ada, room, bot.id)
        kinds = {one["type"] for one in clear}
        assert kinds == {"m.reaction", "m.room.redaction"}
        reactions = [one["content"] for one in clear if one["type"] == "m.reaction"]
        standing = [one["m.relates_to"] for one in reactions if one]
        assert {tuple(one) for one in standing} == {("event_id", "key", "rel_type")}
        assert {one["key"] for one in standing} <= {*SHOWN, *NUMBERS}


async def press(bot: Served, person: Person, room: str, number: int) -> None:
    """Answers the newest question by its sign, and waits until it counts no more."""

    def question() -> Shown | None:
        said = bot.said(person, room)
        signed = [one for one in said if (bot.id, NUMBERS[number]) in one.reactions]
        return signed[-1] if signed and signed[-1] is said[-1] else None

    asked = await person.until(question, f"a question with a sign {NUMBERS[number]}")
    assert f"{NUMBERS[number]} " in asked.body
    # Another sign, or a number that stands for nothing, is no answer, and takes none away.
    for sign in (AGAIN, NUMBERS[8]):
        await person.react(room, asked.event, sign)
    await person.react(room, asked.event, NUMBERS[number])
    await person.until(lambda: question() is None or _is_newer(question(), asked), "the next one")


def _is_newer(one: Shown | None, than: Shown) -> bool:
    return one is not None and one.event != than.event


async def test_signs_neither_count_as_unread_nor_keep_words_waiting(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", in_turn(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        greeting = [one for one in bot.said(ada, room) if one.kind == "m.text"][-1]
        await signs_under(bot, ada, room, greeting.body)
        # The signs came behind it, and the homeserver counts none of them.
        hint = next(one for one in bot.said(ada, room) if one.body == HINT)
        await ada.read(room, hint.event)
        assert await _unread(people, ada, room) == 0
        proxy.limit(PUT, retry_after_ms=60_000)
        await ada.write(room, "How is the sea?")
        await persona_says(bot, ada, room, "This is tide 1.")
        await ada.write(room, "And now?")
        await persona_says(bot, ada, room, "This is tide 2.")
        # Refused once, no further sign was tried under those words.
        refused = [one for one in proxy.of(PUT) if one.status == 429]
        assert len(refused) == 1


async def _unread(people: People, person: Person, room: str) -> int:
    found = await people.wire_of(person).get("/sync?timeout=0")
    return int(found["rooms"]["join"][room]["unread_notifications"]["notification_count"])


async def test_after_a_restart_nobody_is_told_again(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    ground = await make_ground(people)
    folder = tmp_path / "data"
    async with serving(people, folder, in_turn(), ground=ground) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "How is the sea?")
        await signs_under(bot, ada, room, "This is tide 1.")
    async with serving(people, folder, in_turn(1), ground=ground) as bot:
        for number in (2, 3):
            await ada.write(room, f"And now, {number}?")
            await persona_says(bot, ada, room, f"This is tide {number}.")
        bodies = [one.body for one in bot.said(ada, room)]
        assert bodies.count(HINT) == 1
        reacted = [one for one in bot.said(ada, room) if one.reactions]
        # What stood there when it stopped stays and means nothing.
        assert len(reacted) == 1
