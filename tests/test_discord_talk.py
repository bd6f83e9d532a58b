"""Talking on Discord: the door, a streamed reply, edits and deletions, stopping, losing the line."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from tests.discord import discord_server
from tests.discord_help import serving

pytestmark = pytest.mark.live


async def test_a_person_comes_in_and_is_answered_in_a_direct_message(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            reply = await bot.shows(anna.dm, "You said: How is the sea?")
            assert reply.flags & 4, "no embeds under the persona's words"
