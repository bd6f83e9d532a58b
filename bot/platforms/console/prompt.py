"""The line that a person types, with history and completion where the library for it is there."""

import contextlib
from collections.abc import Sequence
from typing import TextIO

try:
    import readline
except ImportError:  # A Python that was built without it: typing works, completing does not.
    _HAS_READLINE = False
else:
    _HAS_READLINE = True

_BRACKETED_PASTE_OFF = "\x1b[?2004l"
# Around what has no width, so that the library counts the rest.
_UNSEEN = "\x01{}\x02"


class Prompt:
    """Python's own `input` works on the process's streams, and so does this.

    History is kept in memory only: a file of it would be a person's words in the clear.
    """

    def __init__(
        self,
        label: str,
        styled: tuple[str, str],
        *,
        stdin: TextIO,
        stdout: TextIO,
        completions: Sequence[tuple[str, str]],
    ) -> None:
        """`styled` is what switches the label's style on and off."""
        on, off = styled
        self._shown = f"{on}{label}{off}"
        self._stdout = stdout
        self._completions = completions
        self._matches: list[str] = []
        self._given = self._shown
        # What no UTF-8 can hold must not end the chat.
        for stream in (stdin, stdout):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        if _HAS_READLINE:
            self._set_up_readline()
            if on and "libedit" not in (readline.__doc__ or ""):
                self._given = f"{_UNSEEN.format(on)}{label}{_UNSEEN.format(off)}"

    def ask(self) -> str | None:
        """Blocks. None at the end of the input."""
        try:
            return input(self._given)
        except (EOFError, OSError, ValueError):
            return None

    def redrawn(self) -> str:
        """The prompt as it stands on the screen, with what is typed so far."""
        typed = readline.get_line_buffer() if _HAS_READLINE else ""
        return self._shown + typed

    def left(self) -> str:
        """What sets the terminal right after a prompt that nobody will answer."""
        return _BRACKETED_PASTE_OFF + "\n" if _HAS_READLINE else "\n"

    def _set_up_readline(self) -> None:
        readline.set_completer_delims("\n")
        readline.set_completer(self._complete)
        readline.clear_history()
        if "libedit" in (readline.__doc__ or ""):
            readline.parse_and_bind("bind ^I rl_complete")
        else:
            readline.parse_and_bind("tab: complete")
            readline.set_completion_display_matches_hook(self._show_matches)

    def _complete(self, typed: str, index: int) -> str | None:
        if index == 0:
            wanted = typed.lstrip().casefold()
            found = [text for text, _ in self._completions if text.casefold().startswith(wanted)]
            self._matches = found if wanted else []
        return self._matches[index] if index < len(self._matches) else None

    def _show_matches(self, _typed: str, matches: Sequence[str], longest: int) -> None:
        about = dict(self._completions)
        lines = [f"  {match:<{longest}}  {about.get(match, '')}" for match in matches]
        with contextlib.suppress(OSError):
            self._stdout.write("\n" + "\n".join(lines) + "\n" + self.redrawn())
            self._stdout.flush()
