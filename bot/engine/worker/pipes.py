"""The worker's ends of its two pipes. It reads between two steps and never in between."""

import os
import select

from bot.engine.wire import Frame, Unpacker, pack

_READ_BYTES = 1 << 16


class Pipes:
    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._unpacker = Unpacker()
        self._told = bytearray()

    def tell(self, frame: Frame) -> None:
        """Written by the next `flush`, in one piece with what else is told until then."""
        self._told += pack(frame)

    def flush(self) -> None:
        # A parent that does not read stops us here: nothing piles up.
        while self._told:
            del self._told[: os.write(self._writing, self._told)]

    def read(self, *, wait: bool) -> list[Frame]:
        """What has come; with `wait`, not before something has. EOFError: the parent is gone."""
        frames: list[Frame] = []
        while self._ready(None if wait and not frames else 0):
            data = os.read(self._reading, _READ_BYTES)
            if not data:
                raise EOFError
            frames += self._unpacker.feed(data)
        return frames

    def _ready(self, timeout: float | None) -> bool:
        return bool(select.select([self._reading], [], [], timeout)[0])
