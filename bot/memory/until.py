"""Words that stop when something newer waits, and that say when they pause."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any


async def until(
    newer: asyncio.Event,
    pieces: AsyncGenerator[str, None],
    due_in: Callable[[], float | None],
) -> AsyncGenerator[str, None]:
    """The pieces; once `newer` is set, none any more, and their maker is told at once.

    Where `due_in` says that something waits to be shown, and no piece comes before then, an empty
    one does.
    """
    stop = asyncio.ensure_future(newer.wait())
    piece: asyncio.Future[str | None] | None = None
    try:
        while not newer.is_set():
            piece = piece or asyncio.ensure_future(anext(pieces, None))
            either: set[asyncio.Future[Any]] = {stop, piece}
            await asyncio.wait(either, timeout=due_in(), return_when=asyncio.FIRST_COMPLETED)
            if piece.done():
                text = piece.result()
                piece = None
                if text is None:
                    return
                yield text
            elif not newer.is_set():
                yield ""
    finally:
        stop.cancel()
        if piece is not None:
            piece.cancel()
            await asyncio.wait({piece})
        await pieces.aclose()
