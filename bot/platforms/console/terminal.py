"""The console at a terminal: answers appear as they are written, and lines are edited.

At the prompt a thread waits for the line; while the bot writes, the loop itself watches for one,
because a line that is typed then is a message that interrupts. Ctrl-C is `/stop` while the bot
writes and the end at the prompt, so this file owns SIGINT for as long as its events are read.
"""

import asyncio
import contextlib
import os
import select
import signal
import termios
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from bot.events import (
    Action,
    Busy,
    Event,
    EventId,
    Idle,
    Remove,
    Revise,
    Say,
)
from bot.platforms.console.lines import decode_line, start_in_thread
from bot.platforms.console.output import Output
from bot.platforms.console.page import Page
from bot.platforms.console.prompt import Prompt
from bot.platforms.console.seat import Seat
from bot.platforms.console.spoken import Spoken

_STOP = "/stop"
_CHUNK = 1 << 16


class Terminal:
    def __init__(
        self,
        seat: Seat,
        *,
        stdin: TextIO,
        stdout: TextIO,
        output: Output,
        completions: Sequence[tuple[str, str]],
    ) -> None:
        self._seat = seat
        self._fd = stdin.fileno()
        self._output = output
        self._page = Page(stdout, output)
        self._prompt = Prompt(
            f"{seat.author.name}> ",
            self._page.prompt_style(),
            stdin=stdin,
            stdout=stdout,
            completions=completions,
        )
        self._spoken = Spoken()
        self._held: dict[EventId, None] = {}
        """Said while a line is being typed: shown whole when the bot is done."""
        self._asked: asyncio.Future[str | None] | None = None
        """The prompt, while it is on the screen."""
        self._typed: str | None = None
        self._is_busy = False
        self._is_stopping = False
        self._is_interrupted = False
        self._is_ended = False
        self._stirred = asyncio.Event()

    async def events(self) -> AsyncGenerator[Event, None]:
        with self._terminal_kept(), self._interrupts_taken():
            while (text := await self._next_text()) is not None:
                self._is_busy = True
                yield self._seat.message(text)

    def do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                id_ = EventId(action.nonce)
                if self._spoken.add(id_, action):
                    self._show(id_, action)
                return id_
            case Revise(_, id_, text):
                say = self._spoken.get(id_)
                if say is not None and say.text != text:
                    say = replace(say, text=text)
                    self._spoken.set(id_, say)
                    self._show(id_, say)
            case Remove(_, id_, _):
                self._held.pop(id_, None)
            case Busy():
                self._is_busy = True
                if self._asked is None:
                    self._page.wait()
            case Idle():
                self._is_busy = self._is_stopping = False
                self._page.end()
                self._show_held()
        self._stir()
        return None

    # --- What is shown ----------------------------------------------------------------------

    def _show(self, id_: EventId, say: Say) -> None:
        if self._asked is None:
            self._page.put(id_, say)
        else:
            self._held[id_] = None
            # Outside a message's time, as after a crash, there is no end to wait for.
            if not self._is_busy:
                self._show_held()
        self._stir()

    def _show_held(self) -> None:
        if not self._held:
            return
        if self._asked is not None:
            self._page.clear_line()
        for id_ in self._held:
            if (say := self._spoken.get(id_)) is not None:
                self._page.put(id_, say)
        self._page.end()
        self._held.clear()
        if self._asked is not None:
            self._output.write(self._prompt.redrawn())

    # --- What is typed ----------------------------------------------------------------------

    async def _next_text(self) -> str | None:
        """The next message; None at the end."""
        while not (self._is_ended or self._output.is_broken):
            if self._is_interrupted:
                self._is_interrupted = False
                # At the prompt, or when asking to stop has not helped.
                if not self._is_busy or self._is_stopping:
                    return None
                self._is_stopping = True
                return _STOP
            if self._typed is not None:
                text, self._typed = self._typed, None
                if text.strip():
                    return text
            if not self._is_busy and self._asked is None:
                # Lines that were ended before the prompt: it would misread their ends.
                if select.select([self._fd], [], [], 0)[0]:
                    self._read_line()
                    continue
                self._page.clear_line()
                self._asked = start_in_thread(self._prompt.ask)
                self._asked.add_done_callback(self._answered)
            await self._wait()
        return None

    async def _wait(self) -> None:
        """Until something happens. Without a prompt the loop watches the keyboard itself."""
        self._stirred.clear()
        loop = asyncio.get_running_loop()
        is_watching = self._asked is None
        if is_watching:
            loop.add_reader(self._fd, self._read_line)
        try:
            await self._stirred.wait()
        finally:
            if is_watching:
                loop.remove_reader(self._fd)

    def _answered(self, asked: asyncio.Future[str | None]) -> None:
        self._asked = None
        if asked.cancelled() or (line := asked.result()) is None:
            self._is_ended = True
        else:
            self._typed = line
        self._stir()

    def _read_line(self) -> None:
        try:
            line = os.read(self._fd, _CHUNK)
        except OSError:
            line = b""
        if line:
            self._typed = decode_line(line)
            self._page.line_was_typed()
        else:
            self._is_ended = True
        self._stir()

    def _interrupt(self) -> None:
        self._is_interrupted = True
        if self._is_busy and self._asked is None:
            # Behind the terminal's own ^C.
            self._output.write("\n")
            self._page.line_was_typed()
        self._stir()

    def _stir(self) -> None:
        self._stirred.set()

    @contextlib.contextmanager
    def _interrupts_taken(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        before = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    @contextlib.contextmanager
    def _terminal_kept(self) -> Iterator[None]:
        """A prompt that is left unanswered has switched off echo and lines: put them back."""
        settings = termios.tcgetattr(self._fd)
        try:
            yield
        finally:
            if self._asked is not None:
                self._output.write(self._prompt.left())
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, settings)
