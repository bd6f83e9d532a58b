"""What is written to the screen or into a pipe: cleaned text, and a pipe that may close.

Whoever wrote the text, a model or a person, it must not steer a terminal or forge a line.
"""

import os
import re
import select

# Controls but tab and line feed, and what turns the direction of reading round. The marks LRM
# and RLM stay: right-to-left scripts need them.
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Programs that read lines take these for line ends too.
_LINE_ENDS = re.compile("[\u2028\u2029]")
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Sign by sign, so that the printable form of a growing text only grows."""
    text = _LINE_ENDS.sub("\n", _DROPPED.sub("", text))
    return _HALF_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def on_one_line(text: str) -> str:
    return " ".join(printable(text).split())


class Output:
    """Unbuffered, so that nothing waits for the interpreter's end to fail there once more."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.is_broken = False
        """Nobody reads any more: the pipe was closed, the terminal hung up."""

    def write(self, text: str) -> None:
        data = memoryview(text.encode("utf-8", "replace"))
        try:
            while data and not self.is_broken:
                data = data[self._write_some(data) :]
        except OSError:
            self.is_broken = True

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            # Whoever shares this pipe has made it non-blocking.
            select.select([], [self._fd], [])
            return 0
