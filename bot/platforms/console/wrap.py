"""A stream of text -> lines that break between words, however wide the terminal is just now."""

import re
from collections.abc import Callable

from rich.cells import cell_len

# Scripts without spaces break at any sign.
_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_PARTS = re.compile(rf"\n|[^\S\n]+|[{_WIDE}]|[^\s{_WIDE}]+")
_WORD = re.compile(rf"[^\s{_WIDE}]+")
_TAB = "    "


class Wrap:
    """Holds a word back until it is known to be whole: what is on the screen cannot be moved."""

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width
        self.column = 0
        """Where the cursor stands."""
        self._space = ""
        self._word = ""
        self._is_inside_word = False
        """A word longer than the line was written before its end was known."""

    def feed(self, text: str) -> str:
        """What can be written now."""
        parts: list[str] = _PARTS.findall(self._word + text.replace("\t", _TAB))
        self._word = ""
        written = ""
        if parts and self._is_inside_word:
            if _WORD.fullmatch(parts[0]):
                written = self._put(parts.pop(0))
            self._is_inside_word = bool(written) and not parts
        if parts and _WORD.fullmatch(parts[-1]):
            if cell_len(parts[-1]) < self._width():
                self._word = parts.pop()
            else:
                self._is_inside_word = True
        return written + "".join(self._place(part) for part in parts)

    def flush(self) -> str:
        """The word that was held back; the text is at its end."""
        word, self._word = self._word, ""
        written = self._place(word) if word else ""
        self._space, self._is_inside_word = "", False
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
        space, self._space = self._space, ""
        if self.column + len(space) + cell_len(part) > self._width():
            # Indentation that leaves no room for its word is none.
            end = "\n" if self.column else ""
            self.start_line()
            return end + self._put(part)
        return self._put(space + part)

    def _put(self, text: str) -> str:
        end = self.column + cell_len(text)
        # What is longer than the line is broken by the terminal itself.
        self.column = (end - 1) % self._width() + 1 if end else 0
        return text
