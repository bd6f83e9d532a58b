"""Talking on Matrix: the door, a streamed reply, edits and redactions, and what stands on the wire."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import nio
import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import Remove, Say, Voice
from bot.platforms.matrix.names import direct_room
from bot.platforms.matrix.reading import MARK
from bot.platforms.matrix.sentences import CAME_OPEN, UNREADABLE
from bot.sentences import NO_WORDS
from tests.fakes import Held
from tests.matrix.files import send_file
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.shown import Shown
from tests.matrix.wire import Json

pytestmark = pytest.mark.live

LAMP = "The lamp is lit and the tide comes in by now."
SEND = "PUT /rooms/{}/send/{}/{}"


async def on_wire(bot: Served, room: str) -> list[Json]:
    """What the bot has sent there, as the homeserver holds it; state is not among it."""
    events = await bot.people.wire_of(bot.keeper).events(room) if room == bot.home else []
    return [one for one in events if one["sender"] == bot.id and "state_key" not in one]


async def test_a_person_comes_in_and_is_answered_in_an_encrypted_room(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        said = await ada.write(room, "How is the sea?")
        reply = await ada.sees(room, "You said: How is the sea?", sender=bot.id)
        assert reply.kind == "m.text"
        assert reply.content[MARK] is True
        assert reply.content["m.mentions"] == {}
        notices = [one for one in bot.said(ada, room) if one.kind == "m.notice"]
        assert notices
        assert not any(MARK in one.content for one in notices)

        await ada.until(lambda: has_read(bot, ada, room, said), "that the bot has read it")
    wire = await people.wire_of(ada).events(room)
    done = [one for one in wire if one["sender"] == bot.id and "state_key" not in one]
    # Signs and their removal hold no words; test_reactions.py looks at what they hold.
    spoken = [one for one in done if one["type"] not in ("m.reaction", "m.room.redaction")]
    assert {one["type"] for one in spoken} == {"m.room.encrypted"}
    assert not any("m.relates_to" in one["content"] for one in spoken if not is_edit(one))


def has_read(bot: Served, person: Person, room: str, event: str) -> bool:
    receipts = [one for where, one in person.ephemeral if where == room]
    return any(
        event in [r.event_id for r in one.receipts if r.user_id == bot.id]
        for one in receipts
        if isinstance(one, nio.ReceiptEvent)
    )


def as_sent(person: Person, shown: Shown) -> Json:
    """Before any edit."""
    found = (event for _, event in person.events if event.event_id == shown.event)
    return dict(next(found).source["content"])


def is_edit(event: Json) -> bool:
    relation: Any = event["content"].get("m.relates_to") or {}
    return bool(
        relation.get("rel_type") == "m.replace" and set(relation) == {"rel_type", "event_id"}
    )


async def test_a_reply_grows_by_edits_and_ends_whole_though_they_are_limited(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    text = " ".join(f"the-lantern-by-the-harbour-in-the-night-{n:_>50}" for n in range(85))

    async def breathe(_count: int) -> None:
        await asyncio.sleep(0)

    engine = ScriptedEngine(lambda _: text, before_piece=breathe, context_tokens=40_000)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine, through=proxy.url) as bot:
        room = await bot.let_in(ada)
        before = len(bot.said(ada, room))
        proxy.limit(SEND, retry_after_ms=30, times=4)
        await ada.write(room, "Tell me of the harbour")

        def whole() -> bool:
            pages = bot.said(ada, room)[before:]
            return " ".join(page.body for page in pages) == text

        await ada.until(whole, "the whole reply")
        pages = bot.said(ada, room)[before:]
        assert len(pages) == 3
        assert all(page.content[MARK] for page in pages)
        for page in pages:
            assert all(later.startswith(first) for first, later in pairwise(page.history))
    assert [one.status for one in proxy.of(SEND)].count(429) == 4
    edits = [
        e for e in ada.of(room, nio.RoomMessageText) if e.sender == bot.id and is_edit(e.source)
    ]
    assert edits
    assert all(e.body.startswith("* ") for e in edits), "words for clients that know no edits"


async def test_edits_that_the_homeserver_does_not_take_yet_wait_and_the_end_comes(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    held = Held(LAMP, at=6)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", held.engine, through=proxy.url) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        await bot.says(ada, room, "The")
        proxy.limit(SEND, retry_after_ms=20, times=3)
        held.go()
        shown = await ada.sees(room, LAMP, sender=bot.id)
        assert len(shown.history) > 1
    assert [one.status for one in proxy.of(SEND)].count(429) == 3


async def test_markdown_is_shown_and_no_tag_that_was_written_becomes_one(
    people: People, tmp_path: Path
) -> None:
    text = "*She smiles.* **Well** <img src=x> [here](https://example.org)"
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(lambda _: text)) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        reply = await ada.sees(room, text, sender=bot.id)
        html = reply.content["formatted_body"]
        assert html.startswith("<em>She smiles.</em> <strong>Well</strong> &lt;img")
        assert "<a" not in html


async def test_an_edit_while_the_bot_writes_ends_the_reply_and_changes_what_is_kept(
    people: People, tmp_path: Path
) -> None:
    held = Held(LAMP, at=6)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", held.engine) as bot:
        room = await bot.let_in(ada)
        said = await ada.write(room, "Count for me")
        await held.reached.wait()
        await ada.edit(room, said, "Count slowly for me")
        again = await ada.write(room, "Again, please")
        # What was told before it has been heard by then.
        await ada.until(lambda: has_read(bot, ada, room, again), "that the bot has read it")
        held.go()
        await ada.sees(room, LAMP, sender=bot.id)
        window = [part.text for part in held.engine.prompts[-1].parts]
        assert any("Count slowly for me" in text for text in window)


async def test_what_a_person_takes_away_is_forgotten(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    engine = ScriptedEngine(lambda prompt: f"{len(prompt.parts)} parts")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        said = await ada.write(room, "The key is under the mat")
        await bot.says(ada, room, "4 parts")
        await ada.redact(room, said)
        await ada.write(room, "What did I say?")
        await bot.says(ada, room, "5 parts")
        window = " ".join(part.text for part in engine.prompts[-1].parts)
        assert "under the mat" not in window


async def test_typing_is_shown_while_words_are_awaited_and_not_longer(
    people: People, tmp_path: Path
) -> None:
    held = Held(LAMP, at=0)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", held.engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await ada.until(lambda: typing(ada, room, bot)[-1:] == [True], "that the bot types")
        held.go()
        await ada.sees(room, LAMP, sender=bot.id)
        await ada.until(lambda: typing(ada, room, bot)[-1:] == [False], "that it types no more")


def typing(person: Any, room: str, bot: Served) -> list[bool]:
    told = [one for where, one in person.ephemeral if where == room]
    return [bot.id in one.users for one in told if isinstance(one, nio.TypingNoticeEvent)]


async def test_while_a_person_types_the_next_prompt_is_prepared(
    people: People, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        warmed = len(engine.warmed)
        await ada.type(room)
        # Any answer of the homeserver wakes the look.
        await ada.until(lambda: typing_of(ada, room), "her own typing")
        await ada.type(room, on=False)
        await ada.write(room, "Good evening")
        await bot.says(ada, room, "Good evening")
        assert len(engine.warmed) > warmed


async def test_while_a_person_types_keys_are_shared(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    """After a start nobody has the key of what the bot says next."""
    ground, ada = await make_ground(people), await people.person("ada")
    data, shared = tmp_path / "data", "PUT /sendToDevice/{}/{}"
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        room = await bot.let_in(ada)
    async with serving(people, data, ScriptedEngine(), ground=ground, through=proxy.url) as bot:
        await ada.type(room)
        await proxy.until(lambda: proxy.count(shared), "keys on their way")
        before = proxy.count(shared)
        await ada.write(room, "Good evening")
        await bot.says(ada, room, "Good evening")
        assert proxy.count(shared) == before


async def test_nobodys_words_wait_for_what_the_homeserver_says_of_the_bots_own_keys(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, keys = await people.person("ada"), "POST /keys/query"
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        room = await bot.let_in(ada)
        await proxy.until(lambda: not bot.platform.client.should_query_keys, "all keys known")
        with proxy.delay(keys):
            bot.platform.client.olm.add_changed_users({bot.id})
            await ada.write(room, "Good evening")
            await bot.says(ada, room, "Good evening")
            bot.platform.client.olm.add_changed_users({ada.id})
            await ada.write(room, "And the tide?")
            await proxy.until(lambda: proxy.waiting(keys), "a question for her keys")
            assert not any("tide" in one.body for one in bot.said(ada, room))
        await bot.says(ada, room, "And the tide?")


async def test_where_no_keys_have_changed_none_are_asked_for_and_of_the_silent_once(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, keys = await people.person("ada"), "POST /keys/query"
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        room, client = await bot.let_in(ada), bot.platform.client
        await proxy.until(lambda: not client.should_query_keys, "all keys known")
        before = proxy.count(keys)
        for number in range(3):
            await ada.write(room, f"Lantern {number}")
            await bot.says(ada, room, f"Lantern {number}")
        # Synapse names the bot itself now and then, and each exchange is several syncs.
        assert proxy.count(keys) <= before + 1
        # Nobody else's homeserver can be reached from here.
        client.olm.add_changed_users({"@nobody:elsewhere.test"})
        for number in range(3, 6):
            await ada.write(room, f"Lantern {number}")
            await bot.says(ada, room, f"Lantern {number}")
        await proxy.until(lambda: proxy.count(keys) > before, "a question")
        assert client.users_for_key_query == {"@nobody:elsewhere.test"}
        client.olm.add_changed_users({bot.id})
        await ada.write(room, "And now?")
        await proxy.until(lambda: bot.id not in client.users_for_key_query, "another answer")
        assert proxy.count(keys) <= before + 4


def typing_of(person: Any, room: str) -> bool:
    told = [one for where, one in person.ephemeral if where == room]
    return any(person.id in one.users for one in told if isinstance(one, nio.TypingNoticeEvent))


async def test_an_answer_stays_in_its_thread_and_a_quotation_is_not_read(
    people: People, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        root = await ada.write(room, "The first thing")
        first = await bot.says(ada, room, "The first thing")
        await ada.answer(room, root, "In a thread", thread=True)
        reply = await bot.says(ada, room, "In a thread")
        relation = as_sent(ada, reply)["m.relates_to"]
        assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)
        await ada.answer(room, first.event, "> <@parlour> You said\n\nAnd outside")
        outside = await bot.says(ada, room, "And outside")
        assert outside.body == "You said: And outside"
        assert "m.relates_to" not in as_sent(ada, outside)


async def test_an_emote_is_words_and_a_picture_is_told_kindly_and_a_notice_is_nobodys_words(
    people: People, tmp_path: Path
) -> None:
    ada, engine = await people.person("ada"), ScriptedEngine()
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.send(room, {"msgtype": "m.notice", "body": "I am a bot, too"})
        await ada.send(room, {"msgtype": "m.text", "body": "So am I", MARK: True})
        await ada.send(room, {"msgtype": "m.emote", "body": "waves"})
        await bot.says(ada, room, "You said: *waves*")
        await send_file(ada, room, b"no picture at all", name="sea.png", kind="m.image")
        await bot.says(ada, room, str(NO_WORDS))
        asked = [part.text for prompt in engine.prompts for part in prompt.parts]
        assert not any("bot, too" in text or "So am I" in text for text in asked)


async def test_what_came_in_clear_text_is_not_read(people: People, tmp_path: Path) -> None:
    """A homeserver could write it."""
    engine = ScriptedEngine()
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        wire, body = people.wire_of(ada), {"msgtype": "m.text", "body": "in the open"}
        for number in range(2):
            await wire.put(f"/rooms/{room}/send/m.room.message/t{number}", body)
        await bot.says(ada, room, str(CAME_OPEN))
        await ada.write(room, "and sealed")
        await bot.says(ada, room, "and sealed")
        assert [one.body for one in bot.said(ada, room)].count(str(CAME_OPEN)) == 1
        assert not any("in the open" in p.text for one in engine.prompts for p in one.parts)


async def test_what_cannot_be_read_is_said_once(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), late_s=0.05) as bot:
        room = await bot.let_in(ada)
        wire = people.wire_of(ada)
        unreadable = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg",
            "session_id": "of nobody",
            "sender_key": "of nobody",
            "device_id": ada.device,
        }
        for number in range(3):
            await wire.put(f"/rooms/{room}/send/m.room.encrypted/t{number}", unreadable)
        await bot.says(ada, room, str(UNREADABLE))
        await ada.write(room, "and now?")
        await bot.says(ada, room, "and now?")
        assert [one.body for one in bot.said(ada, room)].count(str(UNREADABLE)) == 1


async def test_the_same_nonce_twice_is_one_message_and_what_is_removed_is_gone_with_its_edits(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        where = direct_room(room, None)
        say = Say(where, "Once.", "a nonce", Voice.PERSONA, "Wren")
        first, second = await bot.platform.do(say), await bot.platform.do(say)
        assert first == second
        assert first is not None
        await ada.sees(room, "Once.")
        await bot.platform.do(Remove(where, first, "a test"))
        await ada.until(
            lambda: not [o for o in bot.said(ada, room) if o.body == "Once."], "removal"
        )


async def test_in_a_room_who_mentions_the_bot_is_answered_there_and_nobody_else(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await bot.let_in(ada)
        await ada.write(bot.home, "Just among us")
        asked = await ada.write(
            bot.home, f"{bot.id}: how is the sea?", **{"m.mentions": {"user_ids": [bot.id]}}
        )
        reply = await bot.says(ada, bot.home, "You said: how is the sea?")
        assert reply.body.startswith("**"), "the persona's name stands over its words"
        assert as_sent(ada, reply)["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
        spoken = [one for one in bot.said(ada, bot.home) if one.kind == "m.text"]
        assert [one.event for one in spoken] == [reply.event]
        await ada.answer(bot.home, reply.event, "And the wind?")
        await bot.says(ada, bot.home, "And the wind?")
    sent = await on_wire(bot, bot.home)
    assert "m.room.message" in {one["type"] for one in sent}
    assert "m.room.encrypted" not in {one["type"] for one in sent}
