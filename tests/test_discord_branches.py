"""Branching on Discord: from a message's menu, by a typed reply, and back again."""

from pathlib import Path

import pytest

from bot.commands import branching
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.platforms.discord.native import MENUS
from tests.discord import discord_server
from tests.discord_help import said_in, serving

pytestmark = pytest.mark.live

BRANCH = str(MENUS["Branch"])


def echo() -> ScriptedEngine:
    return ScriptedEngine(lambda prompt: f"I heard: {last(prompt)}")


def last(prompt: Prompt) -> str:
    return prompt.parts[-1].text.split("] ")[-1]


def said(prompt: Prompt) -> list[str]:
    texts = [part.text.strip() for part in prompt.parts[2:]]
    return [text for text in texts if text and not text.startswith("[")]


async def test_branch_from_here_in_a_menu_goes_on_from_that_answer_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", echo(), has_buttons=True) as bot:
            await bot.let_in(anna)
            count = len(said_in(anna.dm, server))
            for text in ("One.", "Two."):
                await anna.writes(anna.dm, text)
                count += 1
                await bot.rests(anna, count)
            first = await bot.shows(anna.dm, "I heard: One.")
        engine = echo()
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await anna.chooses(BRANCH, anna.dm, first)
            # What it comes to, and where we are, said once more.
            there = await bot.said(anna.dm, count + 2)
            assert [one.content for one in there[-2:]] == [
                branching.BEGUN.format(number=2, prefix="/"),
                "I heard: One.",
            ]
            await anna.writes(anna.dm, "Three.")
            await bot.shows(anna.dm, "I heard: Three.")
            assert said(engine.prompts[-1]) == ["One.", "I heard: One.", "Three."]


async def test_the_row_is_about_where_we_are_and_what_was_said_once_more_is_that_answer(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna, engine = server.person("Anna"), echo()
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            count = len(said_in(anna.dm, server))
            for text in ("One.", "Two."):
                await anna.writes(anna.dm, text)
                count += 1
                await bot.rests(anna, count)
            first = await bot.shows(anna.dm, "I heard: One.")
            await anna.chooses(BRANCH, anna.dm, first)
            again = (await bot.rests(anna, count + 2))[-1]
            await anna.presses(anna.dm, again, "Another answer")
            await bot.rests(anna, count + 3)
            assert said(engine.prompts[-1]) == ["One."]
            await anna.writes(anna.dm, "Three.")
            await bot.rests(anna, count + 4)
            await anna.chooses(BRANCH, anna.dm, again)
            there = await bot.rests(anna, count + 6)
            assert there[-1].content == "I heard: One."
            await anna.runs("/branches", anna.dm, which="1")
            there = await bot.rests(anna, count + 8)
            assert there[-1].content == "I heard: Two."


async def test_of_ones_own_words_a_typed_reply_goes_back_before_them(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna, engine = server.person("Anna"), echo()
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            count = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "One.")
            await bot.rests(anna, count + 1)
            own = await anna.writes(anna.dm, "Two.")
            await bot.rests(anna, count + 2)
            await anna.writes(anna.dm, "/branch", to=own)
            there = await bot.rests(anna, count + 4)
            assert there[-2].content == branching.BEFORE.format(number=2, prefix="/")
            await anna.writes(anna.dm, "Three.")
            await bot.rests(anna, count + 5)
            assert said(engine.prompts[-1]) == ["One.", "I heard: One.", "Three."]
