"""A turn of a person -> the engine's words for it: with one quiet second try, after a trim where
that is what it needs. It knows nothing of who may read them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Sampling
from bot.memory.until import until
from bot.memory.window import Talk, trim, write_prompt
from bot.store.rows import Turn


async def ask(
    engine: Engine,
    talk: Talk,
    asked: Turn,
    sampling: Sampling,
    *,
    newer: asyncio.Event,
    due_in: Callable[[], float | None],
    anything_shown: Callable[[], bool],
) -> AsyncGenerator[str, None]:
    """Ends when `newer` is set. A piece may be empty: then what is held back is due to be shown."""
    for last_try in (False, True):
        prompt = await write_prompt(talk, asked)
        try:
            generated = engine.generate(prompt, sampling)
            async with aclosing(until(newer, generated, due_in)) as pieces:
                async for piece in pieces:
                    yield piece
        except PromptTooLong:
            if last_try or not await trim(talk, engine, above=0.0):
                raise
        except EngineError:
            if last_try or anything_shown():
                raise
        else:
            return
