"""A stream of text -> lines that break between words, however wide the terminal is just now."""

import re
from collections.abc import Callable

from rich.cells import cell_len

_TOKENS = re.compile(r"\n|[^\S\n]+|\S+")
_TAB = "    "


class Wrap:
    """Holds a word back until it is known to be whole: what is on the screen cannot be moved."""

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width
        self.column = 0
        """Where the cursor stands."""
        self._space = ""
        self._word = ""

    def feed(self, text: str) -> str:
        """What can be written now."""
        tokens = _TOKENS.findall(self._word + text.replace("\t", _TAB))
        self._word = ""
        if tokens and not tokens[-1].isspace() and cell_len(tokens[-1]) < self._width():
            self._word = tokens.pop()
        return "".join(self._place(token) for token in tokens)

    def flush(self) -> str:
        """The word that was held back; the text is at its end."""
        word, self._word = self._word, ""
        written = self._place(word) if word else ""
        self._space = ""
        return written

    def start_line(self) -> None:
        """Somebody else has ended the line."""
        self.column, self._space = 0, ""

    def _place(self, part: str) -> str:
        if part == "\n":
            self.start_line()
            return part
        if part.isspace():
            self._space += part
            return ""
        width = self._width()
        space, self._space = self._space, ""
        before = ""
        if self.column and self.column + len(space) + cell_len(part) > width:
            before, space, self.column = "\n", "", 0
        end = self.column + len(space) + cell_len(part)
        # A word longer than the line is broken by the terminal itself.
        self.column = (end - 1) % width + 1 if end else 0
        return before + space + part
