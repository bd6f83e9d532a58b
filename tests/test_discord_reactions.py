"""Reactions as shortcuts in direct messages: what they do, and everything that they do not."""

import asyncio
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import Author, EventId, RoomId
from bot.platforms.discord import names
from bot.platforms.discord.reactions import Reactions
from bot.platforms.discord.reading import Own
from tests.discord import discord_server
from tests.discord.people import Person
from tests.discord_help import ROW, Served, labels, said_in, serving
from tests.fakes import in_turn

AGAIN, BACK, FORWARD, ON, STOP, CROSS = "🔁", "⬅️", "➡️", "⏩", "⏹️", "❌"


async def heard_of(person: Person, bot: Served) -> int:
    """How many messages of theirs the bot was ever told of, whatever became of them."""
    async with bot.house.vault(names.person_id(person.id)) as vault:
        assert vault is not None
        seen = (await vault.export())["seen"]
    assert isinstance(seen, list)
    return len(seen)


@pytest.mark.live
async def test_another_answer_and_back_and_forward_by_reactions(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", in_turn(), has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "How is the sea?")
            steps = [
                ("This is tide 1.", AGAIN),
                ("This is tide 2.", BACK),
                ("This is tide 1.", FORWARD),
                ("This is tide 2.", AGAIN),
                ("This is tide 3.", ON),
                ("This is tide 4.", CROSS),
            ]
            for number, (content, emoji) in enumerate(steps, start=1):
                newest = (await bot.rests(anna, before + number))[-1]
                assert newest.content == content
                await anna.reacts(anna.dm, newest, emoji)
            # The cross does nothing, so the next words are answered beside all that was said.
            await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, "This is tide 5.")
            assert "This is tide 3." in [one.content for one in said_in(anna.dm, server)]
            assert len(said_in(anna.dm, server)) == before + len(steps) + 1


@pytest.mark.live
async def test_stop_as_a_reaction_stops_what_is_being_written(tmp_path: Path) -> None:
    reached, go = asyncio.Event(), asyncio.Event()

    async def hold(count: int) -> None:
        if count == 3:
            reached.set()
            await go.wait()

    engine = ScriptedEngine(lambda _: "The tide comes in slowly.", before_piece=hold)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "Tell me of the tide")
            await reached.wait()
            reply = (await bot.said(anna.dm, before + 1))[-1]
            assert labels(reply) != ROW
            await anna.reacts(anna.dm, reply, STOP)
            # The engine is held: nothing but the sign ends it.
            await bot.shows(anna.dm, "Stopped.")
            await server.until(lambda: labels(reply) == ROW, "the row")
            assert not go.is_set()
            assert "slowly" not in reply.content
            go.set()


@pytest.mark.live
async def test_elsewhere_by_others_and_told_twice_they_do_nothing(tmp_path: Path) -> None:
    engine = in_turn()
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            heard = await heard_of(anna, bot)
            own = await anna.writes(anna.dm, "How is the sea?")
            first = (await bot.rests(anna, before + 1))[-1]
            await anna.writes(anna.dm, "And now?")
            second = (await bot.rests(anna, before + 2))[-1]
            for shown in (own, first):
                await anna.reacts(anna.dm, shown, AGAIN)
            # What Discord would not tell, and what it tells twice.
            await ben.reacts(anna.dm, second, BACK)
            await anna.reacts(anna.dm, second, AGAIN)
            told = {"user_id": anna.id, "channel_id": anna.dm.id, "message_id": second.id}
            named = {"emoji": {"id": None, "name": AGAIN}}
            server.world.tell("MESSAGE_REACTION_ADD", told | named)
            assert (await bot.rests(anna, before + 3))[-1].content == "This is tide 3."
            await anna.writes(anna.dm, "And the boats?")
            await bot.shows(anna.dm, "This is tide 4.")
            # Three messages and one reaction, and nothing else was ever told of her.
            assert await heard_of(anna, bot) == heard + 4
            assert len(engine.prompts) == 4


def test_taken_away_and_put_there_again_it_is_meant_once_more() -> None:
    room = names.direct_room("5", None)
    latest = {RoomId(room.id): EventId("100")}
    reactions = Reactions(latest.get, lambda: 7.0, prefix="/")
    author = Author(names.person_id("1"), "Anna")
    data = {"channel_id": "5", "message_id": "100", "user_id": "1", "emoji": {"name": AGAIN}}
    own = Own("9")
    assert reactions.read("MESSAGE_REACTION_ADD", data, own) is None, "nobody is known there"
    reactions.meet(room, author)
    first = reactions.read("MESSAGE_REACTION_ADD", data, own)
    assert first is not None
    assert first.text == "/again"
    assert reactions.read("MESSAGE_REACTION_ADD", data, own) is None
    assert reactions.read("MESSAGE_REACTION_REMOVE", data, own) is None
    once_more = reactions.read("MESSAGE_REACTION_ADD", data, own)
    assert once_more is not None
    assert once_more.id != first.id
    assert not first.id.isdigit(), "no message has such an id"


def test_in_a_community_no_reaction_is_a_command() -> None:
    shared = names.shared_room("7", "5")
    reactions = Reactions({shared.id: EventId("100")}.get, lambda: 7.0, prefix="/")
    reactions.meet(shared, Author(names.person_id("1"), "Anna"))
    data = {"channel_id": "5", "message_id": "100", "user_id": "1", "emoji": {"name": AGAIN}}
    assert reactions.read("MESSAGE_REACTION_ADD", data | {"guild_id": "7"}, Own("9")) is None
