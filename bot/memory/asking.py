"""A turn of a person -> the engine's words for it: with one quiet second try, after a trim where
that is what it needs. It knows nothing of who may read them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Sampling
from bot.memory.until import until
from bot.memory.window import Talk, begin_with, trim, write_prompt
from bot.store.rows import Turn


async def ask(
    engine: Engine,
    talk: Talk,
    asked: Turn,
    sampling: Sampling,
    *,
    newer: asyncio.Event,
    due_in: Callable[[], float | None],
) -> AsyncGenerator[str, None]:
    """Ends when `newer` is set. A piece may be empty: then what is held back is due to be shown."""
    failed, begun, trims = False, False, 0
    while True:
        prompt = await write_prompt(talk, asked)
        try:
            generated = engine.generate(prompt, sampling)
            async with aclosing(until(newer, generated, due_in)) as pieces:
                async for piece in pieces:
                    begun = begun or bool(piece)
                    yield piece
        except PromptTooLong as error:
            if begun:
                raise EngineError("the context was full in the middle of a reply") from error
            trims += 1
            if not (
                (trims == 1 and await trim(talk, engine, above=0.0))
                or await begin_with(talk, asked)
            ):
                raise
        except EngineError:
            # Once words have come, a second try would say them twice.
            if failed or begun:
                raise
            failed = True
        else:
            return
