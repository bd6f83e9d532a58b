"""A turn of a person -> the engine's words for it: with one quiet second try, after a trim where
that is what it needs. It knows nothing of who may read them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from bot.engine.base import Engine, EngineError, PromptTooLong, Sampling, Wrote, nobody_counts
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
    begun: Sequence[str] = (),
    wrote: Wrote = nobody_counts,
) -> AsyncGenerator[str, None]:
    """Ends when `newer` is set. A piece may be empty: then what is held back is due to be shown."""
    failed, came, trims = False, False, 0
    while True:
        prompt = await write_prompt(talk, asked, begun)
        try:
            generated = engine.generate(prompt, sampling, wrote)
            async with aclosing(until(newer, generated, due_in)) as pieces:
                async for piece in pieces:
                    came = came or bool(piece)
                    yield piece
        except PromptTooLong as error:
            if came:
                raise EngineError("the context was full in the middle of a reply") from error
            trims += 1
            if not (
                (trims == 1 and await trim(talk, engine, above=0.0))
                or await begin_with(talk, asked)
            ):
                raise
        except EngineError:
            # Once words have come, a second try would say them twice.
            if failed or came:
                raise
            failed = True
        else:
            return
