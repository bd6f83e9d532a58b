"""Long answers on Discord, and what becomes of their pages when another answer takes their place."""

import asyncio
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from tests.discord import discord_server
from tests.discord_help import ROW, labels, said_in, serving

pytestmark = pytest.mark.live

LONG = " ".join(f"the-lantern-by-the-harbour-in-the-night-{n:_>20}" for n in range(80))


def long_writes(*replies: str) -> ScriptedEngine:
    lines = iter(replies)
    return ScriptedEngine(lambda _: next(lines), context_tokens=40_000)


async def test_pages_of_an_earlier_answer_stay_whole_and_the_row_stands_under_the_newest(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        engine = long_writes(LONG, "A short one.")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "Tell me of the harbour")
            pages = (await bot.rests(anna, before + 3))[before:]
            assert " ".join(page.content for page in pages) == LONG
            # Another answer, of one page: a message of its own, and the three stay as they are.
            await anna.answered(await anna.presses(anna.dm, pages[-1], ROW[1]))
            shown = await bot.rests(anna, before + 4)
            assert shown[-1].content == "A short one."
            assert " ".join(page.content for page in shown[before : before + 3]) == LONG
            # Back to the long one: all its pages once more, and the row under the last of them.
            await anna.answered(await anna.presses(anna.dm, shown[-1], ROW[0]))
            shown = await bot.rests(anna, before + 7)
            assert " ".join(page.content for page in shown[-3:]) == LONG
            await anna.answered(await anna.presses(anna.dm, shown[-1], ROW[2]))
            assert (await bot.rests(anna, before + 8))[-1].content == "A short one."


async def test_a_long_answer_that_is_stopped_ends_on_its_second_page_and_none_is_empty(
    tmp_path: Path,
) -> None:
    go = asyncio.Event()

    async def hold(count: int) -> None:
        if count == 50:
            await go.wait()

    engine = ScriptedEngine(lambda _: LONG, before_piece=hold, context_tokens=40_000)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", engine, has_buttons=True) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "Tell me of the harbour")
            first, second = (await bot.said(anna.dm, before + 2))[before:]
            # The button stands under the page that grows, and nowhere else.
            await server.until(lambda: labels(second) and not labels(first), "the button moved")
            await anna.answered(await anna.presses(anna.dm, second, "Stop writing"))
            await bot.shows(anna.dm, "Stopped.")
            await server.until(lambda: labels(second) == ROW, "the row")
            assert LONG.startswith(f"{first.content} {second.content}")
            assert len(said_in(anna.dm, server)) == before + 3
            assert not labels(first)
            go.set()
