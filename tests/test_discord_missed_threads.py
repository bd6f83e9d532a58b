"""What happens in a private thread, in the place of direct messages, while nobody listens."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.discord.names import person_id
from tests.discord import DiscordServer, discord_server
from tests.discord.state import Channel
from tests.discord_help import Served, serving, setup
from tests.test_discord_missed import lose_gateway, read_by
from tests.test_discord_threads import Harbour

pytestmark = pytest.mark.live


def made(server: DiscordServer) -> Harbour:
    anna, ben = server.person("Anna"), server.person("Ben")
    guild = server.guild("Harbour", owner=ben)
    server.joins(guild, anna)
    return Harbour(server, None, guild, server.channel(guild, "door"), anna, ben)  # type: ignore[arg-type]  # the bot comes when it is served


async def opened(at: Harbour, bot: Served) -> Channel:
    at.bot = bot
    await at.server.until(lambda: at.server.world.commands, "the commands")
    return await at.open()


async def answered(at: Harbour, bot: Served, thread: Channel, text: str) -> None:
    await at.anna.writes(thread, text)
    await bot.shows(thread, f"You said: {text}")


async def kept(bot: Served, at: Harbour) -> str:
    async with bot.house.vault(person_id(at.anna.id)) as vault:
        assert vault is not None
        return str((await vault.export())["turns"])


async def test_what_was_written_edited_and_taken_away_while_the_bot_was_down_is_found_out(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        at, chosen = made(server), setup(server, message_content=True)
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            thread = await opened(at, bot)
            first = await at.anna.writes(thread, "The kite is red")
            await bot.shows(thread, "You said: The kite is red")
            gone = await at.anna.writes(thread, "The orchard is empty")
            await bot.shows(thread, "You said: The orchard is empty")
        await at.anna.edits(thread, first, "The kite is blue")
        await at.anna.deletes(thread, gone)
        await at.anna.writes(thread, "Are you there?")
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            await bot.shows(thread, "You said: Are you there?")
            await answered(at, bot, thread, "And now?")
            assert "The kite is blue" in read_by(engine)
            assert "The kite is red" not in read_by(engine)
            assert "orchard" not in read_by(engine)
            assert "'The orchard is empty'" not in await kept(bot, at)
            said = [one.content for one in thread.shown if "Are you there?" in one.content]
            assert len(said) == 2, "answered once"


async def test_what_was_missed_while_the_gateway_was_lost_is_answered(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        at, chosen = made(server), setup(server, message_content=True)
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            thread = await opened(at, bot)
            await answered(at, bot, thread, "The kite is red")
            await lose_gateway(server)
            await at.anna.writes(thread, "Are you there?")
            await bot.shows(thread, "You said: Are you there?")


async def test_without_the_content_intent_what_mentions_the_bot_is_answered_and_no_more(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        at, chosen = made(server), setup(server)
        mention = f"<@{server.application}>"
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            thread = await opened(at, bot)
            await at.anna.writes(thread, f"{mention} The kite is red")
            await bot.shows(thread, "You said: The kite is red")
        await at.anna.writes(thread, f"{mention} Are you there?")
        await at.anna.writes(thread, "Hello?")
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            await bot.shows(thread, "You said: Are you there?")
            assert "Hello?" not in await kept(bot, at)


async def test_a8_what_was_missed_is_not_private_where_a_third_has_come_meanwhile(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        at, chosen = made(server), setup(server, message_content=True)
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True) as bot:
            thread = await opened(at, bot)
            await answered(at, bot, thread, "The kite is red")
        await at.ben.adds(thread, at.ben.id)
        await at.anna.writes(thread, f"<@{server.application}> Are you there?")
        async with serving(server, tmp_path / "d", engine, chosen, has_buttons=True):
            await server.until(lambda: len(engine.prompts) == 2, "an answer in sight of both")
            assert "kite" not in read_by(engine)
