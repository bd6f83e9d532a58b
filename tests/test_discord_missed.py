"""What happens in a direct room while nobody listens: written, edited, taken away, and found out."""

import asyncio
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId
from bot.platforms.discord.missed import MESSAGES
from bot.store.house import House
from tests.discord import DiscordServer, Person, discord_server
from tests.discord.state import Shown
from tests.discord_help import Served, said_in, serving

pytestmark = pytest.mark.live

FETCH = "GET /channels/{}/messages"


async def lose_gateway(server: DiscordServer) -> None:
    """For good: what is told from now on is told to nobody."""
    server.refuse_resume()
    server.drop_gateway()
    await server.until(lambda: not server.gateway.lines, "the end of the line")
    server.gateway.sessions.clear()


async def answered(bot: Served, anna: Person, text: str) -> Shown:
    said = await anna.writes(anna.dm, text)
    await bot.shows(anna.dm, f"You said: {text}")
    return said


def read_by(engine: ScriptedEngine) -> str:
    """Of the person's own words, what the engine was asked with last."""
    return "\n".join(one.text for one in engine.prompts[-1].parts if one.speaker == "user")


async def test_what_was_edited_and_taken_away_while_the_gateway_was_lost_holds(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            kept = await answered(bot, anna, "The kite is red")
            gone = await answered(bot, anna, "The orchard is empty")
            fetched = len([one for one in server.requests if one.route == FETCH])
            await lose_gateway(server)
            await anna.edits(anna.dm, kept, "The kite is blue")
            await anna.deletes(anna.dm, gone)
            await server.until(
                lambda: len([one for one in server.requests if one.route == FETCH]) > fetched,
                "a look at what was missed",
            )
            await answered(bot, anna, "And now?")
            await answered(bot, anna, "What do you know?")
            assert "The kite is blue" in read_by(engine)
            assert "The kite is red" not in read_by(engine)
            assert "orchard" not in read_by(engine)


async def test_what_was_edited_and_taken_away_while_the_bot_was_stopped_holds(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            kept = await answered(bot, anna, "The kite is red")
            gone = await answered(bot, anna, "The orchard is empty")
            await answered(bot, anna, "The drum is loud")
        await anna.edits(anna.dm, kept, "The kite is blue")
        await anna.deletes(anna.dm, gone)
        async with serving(server, tmp_path / "data", engine) as bot:
            missed = await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, "You said: And now?")
            await anna.deletes(anna.dm, missed)
            await answered(bot, anna, "What do you know?")
            assert "The kite is blue" in read_by(engine)
            assert "The drum is loud" in read_by(engine)
            assert "orchard" not in read_by(engine)
            assert "And now?" not in read_by(engine)
            edits = [one for one in anna.dm.shown if one.content == "You said: The kite is blue"]
            assert not edits, "what was answered long ago is not answered again"


async def test_a_press_is_no_message_that_was_taken_away(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            await answered(bot, anna, "The kite is red")
            await anna.reacts(anna.dm, anna.dm.shown[-1], "🔁")
            await server.until(lambda: len(engine.prompts) == 2, "another answer")
        async with serving(server, tmp_path / "data", engine) as bot:
            await answered(bot, anna, "And now?")
            assert "The kite is red" in read_by(engine)


@pytest.mark.parametrize("then", ["an edit", "a newer message"])
async def test_what_comes_before_the_look_hides_nothing_that_was_missed(
    tmp_path: Path, then: str
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await answered(bot, anna, "The kite is red")
            begun = server.gateway.counted["identify"]
            await lose_gateway(server)
            missed = await anna.writes(anna.dm, "The drum is loud")
            with server.delay(FETCH):
                await server.until(
                    lambda: server.gateway.counted["identify"] > begun and server.gateway.lines,
                    "a new session",
                )
                if then == "an edit":
                    await anna.edits(anna.dm, missed, "The drum is low")
                else:
                    await answered(bot, anna, "And now?")
            words = "The drum is low" if then == "an edit" else "The drum is loud"
            await bot.shows(anna.dm, f"You said: {words}")


async def test_what_comes_at_once_after_a_start_hides_nothing_that_was_missed_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await answered(bot, anna, "The kite is red")
        await anna.writes(anna.dm, "The drum is loud")
        recent = House.recent

        async def writes_first(house: House) -> tuple[PersonId, ...]:
            """She writes before her vault is asked what was heard in it last."""
            await anna.writes(anna.dm, "And now?")
            await asyncio.sleep(0.3)
            return await recent(house)

        monkeypatch.setattr(House, "recent", writes_first)
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.shows(anna.dm, "You said: The drum is loud")


async def test_what_lies_before_all_that_discord_shows_at_once_was_not_taken_away(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            await answered(bot, anna, "The kite is red")
        other = server.world.users[server.application]
        for number in range(MESSAGES):
            server.messages.post(anna.dm, other, {"content": f"A notice, {number}", "flags": 0})
        async with serving(server, tmp_path / "data", engine) as bot:
            await answered(bot, anna, "And now?")
            assert "The kite is red" in read_by(engine)
            assert len(said_in(anna.dm, server)) >= 2
