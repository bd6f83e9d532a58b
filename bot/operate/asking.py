"""The operator's way to a bot that runs: a socket in the data folder that its owner alone may open. A
line of JSON asks, a line answers, and that was all.

It does not know what is asked. Nobody's words go through it.
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

SOCKET = "operator.sock"
WITHIN_S = 10.0

Question = Mapping[str, Any]
Answer = Callable[[Question], Awaitable[Question]]


class NobodyAnswers(Exception):
    """No bot runs there, or it is none that can be asked."""


@asynccontextmanager
async def answering(folder: Path, answer: Answer) -> AsyncIterator[None]:
    """For as long as the block lasts. Whoever calls owns the folder. Where it can hold no socket, the
    bot runs without."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                given = await answer(json.loads(await reader.readline()))
                writer.write(json.dumps(given).encode() + b"\n")
                await writer.drain()
        except Exception as error:  # noqa: BLE001 - whatever was asked, the bot goes on
            log.warning("operator: a question was not answered: %s", type(error).__name__)
        finally:
            writer.close()

    file = folder / SOCKET
    server: asyncio.Server | None = None
    # Made as it is to stay: afterwards would be too late for who is waiting to open it.
    mask = os.umask(0o177)
    try:
        # What a bot that was killed has left.
        file.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(serve, file)
    except OSError as error:
        log.warning("operator: %s cannot be made (%s)", file, error.strerror or error)
    finally:
        os.umask(mask)
    try:
        yield
    finally:
        if server is not None:
            server.close()
            file.unlink(missing_ok=True)


async def ask(folder: Path, question: Question) -> Question:
    """Raises NobodyAnswers."""
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(folder / SOCKET)
            try:
                writer.write(json.dumps(question).encode() + b"\n")
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError):
        # TimeoutError is an OSError.
        raise NobodyAnswers(str(folder)) from None
    if not isinstance(answer, dict):
        raise NobodyAnswers(str(folder))
    return answer
