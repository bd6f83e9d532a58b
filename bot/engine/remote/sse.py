"""The bytes of an event stream -> the data of its events. Pure; knows no JSON and no network.

A character, a line or an event may be split anywhere between two chunks: only whole lines are
decoded. Comments, which some engines send to keep a line open, are no events.
"""

from collections.abc import Iterator

# Far beyond any event of an engine; without a bound a line without an end would fill the memory.
LONGEST_EVENT = 1_048_576


class StreamError(Exception):
    """This is no event stream that an engine would send."""


class Events:
    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The data of each event that this chunk completes, up to the first that is broken."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if not (line := line.removesuffix(b"\r")):
                if self._data:
                    yield "\n".join(self._data)
                self._data, self._size = [], 0
            elif line.startswith(b"data:"):
                self._size += len(line)
                self._data.append(_text(line[5:].removeprefix(b" ")))
        if len(self._rest) + self._size > LONGEST_EVENT:
            raise StreamError("an event has no end")


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # Without the cause: it holds the bytes, and those are words.
        raise StreamError("an event is not UTF-8") from None
