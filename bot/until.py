"""Words that stop when something newer waits."""

import asyncio
from collections.abc import AsyncGenerator


async def until(
    newer: asyncio.Event, pieces: AsyncGenerator[str, None]
) -> AsyncGenerator[str, None]:
    """The pieces; once `newer` is set, none any more, and their maker is told at once."""
    stop = asyncio.ensure_future(newer.wait())
    piece: asyncio.Future[str | None] | None = None
    try:
        while not newer.is_set():
            piece = asyncio.ensure_future(anext(pieces, None))
            await asyncio.wait({stop, piece}, return_when=asyncio.FIRST_COMPLETED)
            if not piece.done():
                return
            text = piece.result()
            if text is None:
                return
            yield text
    finally:
        stop.cancel()
        if piece is not None and not piece.done():
            piece.cancel()
            await asyncio.wait({piece})
        await pieces.aclose()
