"""What stands on the terminal's screen: names in colour, notices dim, one text growing."""

import os
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.events import EventId, Say, Voice
from bot.platforms.console.output import Output, on_one_line, printable
from bot.platforms.console.wrap import Wrap

_NAME_STYLE = "bold magenta"
_PROMPT_STYLE = "bold cyan"
_NOTICE_STYLE = "italic dim"
_WAITING = "…"
_CLEAR_LINE = "\r\x1b[K"
_NARROW = 20


class Page:
    """Text on a screen cannot be taken back: it grows, or it is written anew below."""

    def __init__(self, stdout: TextIO, output: Output) -> None:
        self._fd = stdout.fileno()
        self._output = output
        # It knows NO_COLOR and what this terminal can show.
        self._rich = Console(file=stdout, highlight=False, markup=False, emoji=False)
        self._wrap = Wrap(self._width)
        self._growing: EventId | None = None
        self._shown = ""
        self._is_waiting = False

    def prompt_style(self) -> tuple[str, str]:
        """What switches the prompt's style on and off."""
        on, _, off = self._styled("|", _PROMPT_STYLE).partition("|")
        return on, off

    def put(self, id_: EventId, say: Say) -> None:
        """A new message, or the same grown."""
        text = printable(say.text).lstrip()
        if id_ == self._growing and text.startswith(self._shown):
            self._output.write(self._wrap.feed(text[len(self._shown) :]))
        elif not text:
            return
        elif say.voice is Voice.NOTICE:
            self.end()
            self._output.write(self._styled(self._wrap_whole(f"* {text.rstrip()}"), _NOTICE_STYLE))
            self._end_line()
            return
        else:
            self.end()
            name = f"{on_one_line(say.name) or '?'}:"
            self._output.write(self._styled(self._wrap_whole(name), _NAME_STYLE))
            self._output.write(self._wrap.feed(" " + text))
        self._growing, self._shown = id_, text

    def wait(self) -> None:
        """Shows that the bot is at work, until it says something."""
        if self._growing is None and not self._is_waiting and not self._rich.is_dumb_terminal:
            self._output.write(self._styled(_WAITING, _NOTICE_STYLE))
            self._is_waiting = True

    def end(self) -> None:
        """Whatever grew is whole; the cursor stands at the beginning of a line."""
        if self._is_waiting:
            self.clear_line()
            self._is_waiting = False
        self._output.write(self._wrap.flush())
        self._end_line()
        self._growing, self._shown = None, ""

    def line_was_typed(self) -> None:
        """The terminal has echoed it, with its end; what grows goes on below."""
        self._wrap.start_line()
        self._is_waiting = False

    def clear_line(self) -> None:
        """Of the prompt, or of what was typed and not sent."""
        self._output.write("\n" if self._rich.is_dumb_terminal else _CLEAR_LINE)

    def _end_line(self) -> None:
        if self._wrap.column:
            self._output.write("\n")
            self._wrap.start_line()

    def _wrap_whole(self, text: str) -> str:
        return self._wrap.feed(text) + self._wrap.flush()

    def _styled(self, text: str, style: str) -> str:
        with self._rich.capture() as capture:
            self._rich.print(Text(text, style=style), end="", soft_wrap=True)
        return capture.get()

    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._fd).columns
        except OSError:
            columns = 0
        return columns if columns >= _NARROW else 80
