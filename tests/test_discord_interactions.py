"""What is asked on Discord by command, form or menu: acknowledged whatever the bot is at, answered
where only the asker sees it, and never left "thinking…"."""

import asyncio
import re
from pathlib import Path

import pytest
from discord.http import Route

import bot.platforms.discord as discord_adapter
from bot.engine.scripted import ScriptedEngine
from bot.events import Deleted, EventId, Idle, Message, Role, Room, Say, Voice
from bot.platforms.discord.asked import (
    NOT_FOR_YOU,
    NOT_HERE,
    TOO_LATE,
    UNKNOWN,
)
from bot.platforms.discord.native import application_commands
from bot.platforms.discord.on_message import FORGOTTEN, NOT_YOUR_OWN_WORDS
from bot.platforms.discord.signing import Kind, Press
from tests.discord import DiscordServer, discord_server
from tests.discord.people import Person
from tests.discord.state import Asked, Channel, Shown
from tests.discord_small import TinyPlatform, come_in, tiny, whole_bot

pytestmark = pytest.mark.live

THINKING = 1 << 7
CALLBACK = "POST /interactions/{}/{}/callback"
FORGET = "Forget this message"


def say(event: Message, text: str, nonce: str = "n", voice: Voice = Voice.NOTICE) -> Say:
    return Say(event.room, text, nonce, voice, answers=event.id)


async def heard(client: TinyPlatform, count: int = 1) -> Message:
    """The newest of so many, as a message."""
    await client.server.until(lambda: len(client.heard) >= count, f"event {count}")
    event = client.heard[count - 1]
    assert isinstance(event, Message)
    return event


def is_thinking(shown: Shown) -> bool:
    return bool(shown.flags & THINKING)


def room_with_ben(server: DiscordServer, anna: Person) -> tuple[Person, Channel]:
    ben = server.person("Ben")
    guild = server.guild("Harbour", owner=ben)
    server.joins(guild, anna)
    return ben, server.channel(guild, "talk")


async def again(server: DiscordServer, asked: Asked, **changes: object) -> None:
    """The gateway tells an interaction that a test has changed, or tells it twice."""
    server.world.tell("INTERACTION_CREATE", {**asked.data, **changes}, None)


# --- Acknowledged -----------------------------------------------------------------------------


async def test_what_is_asked_is_acknowledged_although_nobody_reads_events() -> None:
    async with discord_server() as server, tiny(server):
        anna = server.person("Anna")
        for number in range(30):
            asked = await anna.runs("/who" if number % 2 else "/personas", anna.dm)
            await anna.answered(asked)
        server.pass_time(4)
        assert anna.failed() == []
        assert all(is_thinking(shown) for shown in anna.dm.shown)


async def test_a_command_is_acknowledged_and_stops_a_reply_that_is_being_written(
    tmp_path: Path,
) -> None:
    held = asyncio.Event()

    async def wait_in_the_middle(count: int) -> None:
        if count == 3:
            await held.wait()

    engine = ScriptedEngine(lambda _: "The tide comes in slowly.", before_piece=wait_in_the_middle)
    async with discord_server() as server, whole_bot(server, tmp_path / "d", engine) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        await anna.writes(anna.dm, "Tell me of the tide.")
        await server.until(lambda: anna.dm.shown[-1].content.startswith("The tide"))
        asked = await anna.runs("/stop", anna.dm)
        await anna.answered(asked)
        await server.until(lambda: asked.original and asked.original.content == "Stopped.")
        assert not held.is_set()
        assert [one.content for one in anna.dm.shown].count("The tide comes in slowly.") == 0
        held.set()


async def test_what_was_not_acknowledged_in_time_is_not_done_and_a_sentence_says_so() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        with server.delay(CALLBACK):
            await anna.runs("/erase", anna.dm, sure="confirm")
            server.pass_time(4)
        await server.until(lambda: anna.dm.shown, "a sentence")
        assert [one.content for one in anna.dm.shown] == [str(TOO_LATE)]
        assert client.heard == []


async def test_faults_of_discord_leave_time_for_another_try() -> None:
    """The library alone would be at its third try after four seconds."""
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        server.fail(CALLBACK, 502, times=2)
        await anna.runs("/who", anna.dm)
        await client.do(say(await heard(client), "Wren."))
        assert [one.content for one in anna.dm.shown] == ["Wren."]
        assert server.faults.failures == {CALLBACK: []}
        assert anna.failed() == []


@pytest.mark.parametrize("done", [True, False])
async def test_a_line_that_breaks_is_no_answer_and_another_try_is_made(*, done: bool) -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        server.break_off(CALLBACK, done=done)
        await anna.runs("/who", anna.dm)
        await client.do(say(await heard(client), "Wren."))
        assert [one.content for one in anna.dm.shown] == ["Wren."]
        tries = [one.status for one in server.requests if one.route == CALLBACK]
        assert tries == ([200, 400] if done else [500, 200])
        assert len(client.heard) == 1


async def test_whatever_acknowledges_is_tried_again() -> None:
    for file in Path(discord_adapter.__file__).parent.glob("*.py"):
        directly = re.findall(r"\.response\.(?!is_done)\w+\(", file.read_text())
        assert not directly, f"{file.name}: only acknowledge() calls {directly}"


async def test_an_interaction_that_is_told_twice_is_followed_once() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        asked = await anna.answered(await anna.runs("/again", anna.dm))
        await again(server, asked)
        await anna.answered(await anna.runs("/who", anna.dm))
        assert [(await heard(client, n)).text for n in (1, 2)] == ["/again", "/who"]
        assert len(client.heard) == 2
        for number, answer in ((1, "Again."), (2, "Wren.")):
            await client.do(say(await heard(client, number), answer))
        assert [one.content for one in anna.dm.shown] == ["Again.", "Wren."]


# --- Answered ---------------------------------------------------------------------------------


async def test_in_a_server_only_the_asker_sees_the_answer_however_long_it_is() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        ben, place = room_with_ben(server, anna)
        await anna.runs("/help", place)
        event = await heard(client)
        assert place.guild is not None
        assert event.room.sponsor == f"discord:{place.guild.id}" and not event.room.is_direct
        long = "\n".join(["A line of help."] * 200)
        await client.do(say(event, long))
        await client.do(say(event, "And a word more.", "n2"))
        seen = anna.sees(place)
        assert len(seen) == 3 and not any(map(is_thinking, seen))
        assert "\n".join(one.content for one in seen[:2]) == long
        assert all(one.only_for == anna.id for one in seen)
        assert ben.sees(place) == []


async def test_in_direct_messages_the_first_answer_takes_its_place_and_more_follows_below() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        await anna.runs("/where", anna.dm)
        event = await heard(client)
        assert is_thinking(anna.dm.shown[0])
        first = await client.do(say(event, "One."))
        await client.do(say(event, "Two.", "n2"))
        await client.do(Idle(event.room))
        assert [one.content for one in anna.dm.shown] == ["One.", "Two."]
        assert first == anna.dm.shown[0].id
        assert not any(map(is_thinking, anna.dm.shown))


async def test_the_same_answer_twice_is_one_message() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        _, place = room_with_ben(server, anna)
        for where in (anna.dm, place):
            client.heard.clear()
            await anna.runs("/help", where)
            event = await heard(client)
            ids = {await client.do(say(event, "Once.")) for _ in range(3)}
            assert len(ids) == 1
            assert [one.content for one in anna.sees(where)] == ["Once."]


async def test_a_persona_speaks_the_ordinary_way_and_nothing_thinks_beside_her() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        await anna.runs("/again", anna.dm)
        event = await heard(client)
        await client.do(say(event, "The tide.", voice=Voice.PERSONA))
        (shown,) = anna.dm.shown
        assert shown.content == "The tide." and shown.interaction_token is None


async def test_what_gets_no_answer_does_not_think_for_ever() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        _, place = room_with_ben(server, anna)
        for where in (anna.dm, place):
            client.heard.clear()
            await anna.runs("/help", where)
            event = await heard(client)
            client.asked.tell(event)
            assert [is_thinking(one) for one in anna.sees(where)] == [True]
            await client.do(Idle(event.room))
            assert anna.sees(where) == []


async def test_that_others_were_answered_ends_nothing_for_who_has_just_asked() -> None:
    """In a shared room the bot rests between two people's questions."""
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        _, place = room_with_ben(server, anna)
        await anna.runs("/help", place)
        event = await heard(client)
        await client.do(Idle(event.room))
        await client.do(say(event, "Here is help."))
        assert [(one.content, one.only_for) for one in place.messages if not one.deleted] == [
            ("Here is help.", anna.id)
        ]


@pytest.mark.parametrize("is_answered_before", [True, False])
async def test_after_fifteen_minutes_an_answer_is_an_ordinary_message(
    is_answered_before: bool,  # noqa: FBT001 - a table of two
) -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        _, place = room_with_ben(server, anna)
        await anna.runs("/help", place)
        event = await heard(client)
        if is_answered_before:
            await client.do(say(event, "In time."))
        server.pass_time(15 * 60 + 1)
        await client.do(say(event, "At last.", "n2"))
        assert place.shown[-1].content == "At last." and place.shown[-1].only_for is None


async def test_an_answer_that_somebody_took_away_is_said_again_below() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        await anna.runs("/where", anna.dm)
        event = await heard(client)
        await anna.deletes(anna.dm, anna.dm.shown[0])
        await client.do(say(event, "Here."))
        assert [one.content for one in anna.dm.shown] == ["Here."]


async def test_what_answers_nobody_is_no_interactions_business() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        await anna.runs("/where", anna.dm)
        event = await heard(client)
        await client.do(Say(event.room, "A reminder.", "r"))
        assert [is_thinking(one) for one in anna.dm.shown] == [True, False]
        assert await client.asked.answer(Say(event.room, "x", "y", answers=EventId("1"))) == (
            False,
            None,
        )


# --- Not what it seems ------------------------------------------------------------------------


async def test_a_command_that_is_no_more_gets_a_sentence() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        old = {"type": 1, "name": "older", "description": "of before", "contexts": [0, 1]}
        route = Route("PUT", "/applications/{id}/commands", id=server.application)
        await client.http.request(route, json=[*application_commands(is_listed=False), old])
        await anna.answered(await anna.runs("/older", anna.dm))
        assert [one.content for one in anna.sees(anna.dm)] == [str(UNKNOWN)]
        assert client.heard == []


async def test_a_room_that_others_may_share_unseen_is_no_direct_room() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        asked = await anna.answered(await anna.runs("/who", anna.dm))
        await heard(client)
        fresh = server.world.new_id()
        copy = Asked(fresh, f"t{fresh}", asked.data, anna.id, anna.dm, server.world.now())
        server.world.asked[copy.token] = copy
        await again(server, asked, id=fresh, token=copy.token, context=2)
        await anna.answered(copy)
        assert anna.sees(anna.dm)[-1].content == str(NOT_HERE)
        assert len(client.heard) == 1


# --- Forms ------------------------------------------------------------------------------------


async def test_a_line_that_was_left_out_is_asked_for_in_a_form(tmp_path: Path) -> None:
    async with discord_server() as server, whole_bot(server, tmp_path / "d") as client:
        anna = server.person("Anna", locale="de")
        await come_in(client, anna)
        asked = await anna.answered(await anna.runs("/limits", anna.dm, verb="hard"))
        assert asked.modal is not None and asked.modal["title"] == "/limits"
        assert asked.modal["components"][0]["label"].startswith("die Grenze in deinen Worten")
        filled = await anna.answered(await anna.fills(asked, words='no "spiders",\nplease'))
        await server.until(lambda: filled.original and filled.original.content)
        assert "limits hard" in (await heard(client, len(client.heard))).text
        assert filled.original is not None and "spiders" in filled.original.content


async def test_a_command_with_nothing_chosen_says_how_things_stand_instead() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        for name in ("/limits", "/remind", "/language", "/safeword", "/quiet", "/timezone"):
            asked = await anna.answered(await anna.runs(name, anna.dm))
            assert asked.modal is None
        await server.until(lambda: len(client.heard) == 6)


async def test_a_forms_custom_id_holds_no_words_of_a_person_and_is_no_button() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna")
        asked = await anna.answered(await anna.runs("/limits", anna.dm, verb="soft"))
        assert asked.modal is not None
        custom_id = asked.modal["custom_id"]
        assert custom_id.endswith("limits soft") and len(custom_id) <= 100
        forged = {**asked.modal, "custom_id": custom_id.replace("soft", "hard")}
        asked.answer = {"type": 9, "data": forged}
        await anna.answered(await anna.fills(asked, words="anything"))
        assert anna.sees(anna.dm)[-1].content == str(NOT_FOR_YOU)
        room = Room(client.buttons_room(anna.dm.id), is_direct=True)
        other = client.seal.sign(Press(Kind.WORD, "limits hard"), room.id, client.person(anna.id))
        asked.answer = {"type": 9, "data": {**asked.modal, "custom_id": other}}
        await anna.answered(await anna.fills(asked, words="anything"))
        assert anna.sees(anna.dm)[-1].content == str(NOT_FOR_YOU)
        assert client.heard == []


# --- On a message -----------------------------------------------------------------------------


async def test_a_message_of_ones_own_can_be_forgotten_from_its_menu(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda _: "The tide comes in.")
    async with discord_server() as server, whole_bot(server, tmp_path / "d", engine) as client:
        anna = server.person("Anna")
        await come_in(client, anna)
        async with client.resting(anna):
            said = await anna.writes(anna.dm, "The lighthouse is green.")
        await anna.answered(await anna.chooses(FORGET, anna.dm, anna.dm.shown[-1]))
        assert anna.sees(anna.dm)[-1].content == str(NOT_YOUR_OWN_WORDS)
        await anna.answered(await anna.chooses(FORGET, anna.dm, said))
        await server.until(lambda: isinstance(client.heard[-1], Deleted), "a deletion")
        assert anna.sees(anna.dm)[-1].content == str(FORGOTTEN)
        async with client.resting(anna):
            await anna.runs("/export", anna.dm)
        (file,) = anna.dm.shown[-1].data["attachments"]
        kept = server.world.files[file["id"]].decode()
        assert '"turns"' in kept and "lighthouse" not in kept


async def test_roles_come_with_the_interaction_and_the_language_stays() -> None:
    async with discord_server() as server, tiny(server) as client:
        anna = server.person("Anna", locale="ja")
        ben, place = room_with_ben(server, anna)
        await ben.answered(await ben.runs("/help", place))
        await anna.answered(await anna.runs("/help", place))
        await ben.answered(await ben.runs("/help", ben.dm))
        await server.until(lambda: len(client.heard) == 3)
        said = [event for event in client.heard if isinstance(event, Message)]
        roles = [message.author.role for message in said]
        assert roles == [Role.MODERATOR, Role.MEMBER, Role.MEMBER]
        for person, language in ((anna, "ja"), (ben, "en-US"), (server.person("Cleo"), None)):
            client.heard.clear()
            await person.writes(person.dm, "what I type says nothing of it")
            assert (await heard(client)).author.language == language
