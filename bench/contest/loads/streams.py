"""Streams that run beside whatever a load is about: replies that do not end by themselves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bench.contest import talks
from bench.contest.players import Arrivals, BenchError, Player
from bot.engine.base import Part, Prompt


@asynccontextmanager
async def running(
    player: Player, beginnings: Sequence[Sequence[Part]], *, key: str, most_tokens: int
) -> AsyncIterator[list[Arrivals]]:
    """One stream for each beginning of a prompt; inside, all of them are in full run."""
    heard = [Arrivals() for _ in beginnings]
    prompts = [
        Prompt(f"{key} {number}", (*parts, *talks.song(number)))
        for number, parts in enumerate(beginnings)
    ]
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(player.ask(prompt, most_tokens, arrivals))
        for prompt, arrivals in zip(prompts, heard, strict=True)
    ]
    try:
        # Whichever ends first: all of them flow, or one has failed.
        flowing = asyncio.create_task(_all_flow(heard))
        await asyncio.wait([flowing, *tasks], return_when=asyncio.FIRST_COMPLETED)
        flowing.cancel()
        yield heard
        for ended in [task for task in tasks if task.done()]:
            ended.result()
            raise BenchError(f"a stream of {player.name} ended too early: give it more tokens")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await player.rest()


async def _all_flow(streams: Sequence[Arrivals]) -> None:
    for stream in streams:
        await stream.flowing()
