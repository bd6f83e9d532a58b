"""Lines from a file descriptor, read beside the event loop.

Pipes, files and terminals are all read in a thread: an event loop cannot wait for a plain file.
"""

import asyncio
import contextlib
import os
import select
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_CHUNK = 1 << 16
# Far beyond what anybody reads as one message; the rest of such a line is passed over, so that
# a file without line ends cannot fill the memory.
LONGEST_LINE = 1 << 21


def start_in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """Unlike the loop's own threads, this one is not waited for when the process ends.

    `work` may block for ever, and must not raise.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T) -> None:
        if not future.done():
            future.set_result(result)

    def run() -> None:
        result = work()
        # The loop may be closed by now; then nobody waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, name="console input", daemon=True).start()
    return future


class LineReader:
    """Below Python's own buffers: their locks would hold up the process's end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = bytearray()
        self._is_ended = False

    def next(self) -> str | None:
        """Blocks. The next line without its end; None at the end of the input."""
        searched = 0
        while (end := self._rest.find(b"\n", searched)) < 0 and not self._is_ended:
            del self._rest[LONGEST_LINE:]
            searched = len(self._rest)
            chunk = self._read()
            self._is_ended = not chunk
            self._rest += chunk
        if end < 0 and not self._rest:
            return None
        stop = end if end >= 0 else len(self._rest)
        line = decode_line(bytes(self._rest[: min(stop, LONGEST_LINE)]))
        del self._rest[: stop + 1]
        return line

    def _read(self) -> bytes:
        while True:
            try:
                return os.read(self._fd, _CHUNK)
            except BlockingIOError:
                select.select([self._fd], [], [])
            except OSError:
                return b""


def decode_line(line: bytes) -> str:
    """Bytes that are no UTF-8 become U+FFFD."""
    text = line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
