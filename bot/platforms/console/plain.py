"""The console behind a pipe: a message a line in, a finished answer a line out.

The format is a promise to scripts: `NAME: text` is a persona, `* text` is the bot itself, and
each further line of the same text begins with two spaces. Nothing else is printed. Blank lines
of the input are no messages.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from bot.events import (
    Action,
    Busy,
    Event,
    EventId,
    Idle,
    Remove,
    Revise,
    Say,
    Voice,
)
from bot.platforms.console.lines import LineReader, start_in_thread
from bot.platforms.console.output import Output, on_one_line, printable
from bot.platforms.console.seat import Seat
from bot.platforms.console.spoken import Spoken


class Plain:
    def __init__(self, seat: Seat, *, source: int, output: Output) -> None:
        self._seat = seat
        self._lines = LineReader(source)
        self._output = output
        self._spoken = Spoken()
        self._held: dict[EventId, None] = {}
        """Said and not printed yet, in the order of saying: until it is idle it may change."""
        self._idle = asyncio.Event()
        self._idle.set()

    async def events(self) -> AsyncGenerator[Event, None]:
        while not self._output.is_broken:
            line = await start_in_thread(self._lines.next)
            if line is None:
                return
            if not line.strip():
                continue
            self._idle.clear()
            yield self._seat.message(line)
            await self._idle.wait()

    def do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                id_ = EventId(action.nonce)
                if self._spoken.add(id_, action):
                    self._hold(id_)
                return id_
            case Revise(_, id_, text):
                say = self._spoken.get(id_)
                if say is not None and say.text != text:
                    self._spoken.set(id_, replace(say, text=text))
                    self._hold(id_)
            case Remove(_, id_, _):
                self._held.pop(id_, None)
            case Busy():
                self._idle.clear()
            case Idle():
                self._print_held()
                self._idle.set()
        return None

    def _hold(self, id_: EventId) -> None:
        self._held[id_] = None
        # Outside a message's time, as after a crash, there is no end to wait for.
        if self._idle.is_set():
            self._print_held()

    def _print_held(self) -> None:
        for id_ in self._held:
            if (say := self._spoken.get(id_)) is not None:
                self._output.write(_as_lines(say))
        self._held.clear()
        if self._output.is_broken:
            self._idle.set()


def _as_lines(say: Say) -> str:
    text = printable(say.text).strip()
    if not text:
        return ""
    speaker = f"{on_one_line(say.name) or '?'}:" if say.voice is Voice.PERSONA else "*"
    return f"{speaker} " + "\n  ".join(text.split("\n")) + "\n"
