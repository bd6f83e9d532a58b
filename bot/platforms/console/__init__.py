"""The console: one person at a terminal, or a script behind a pipe.

A translator only: what a line means and what may be said is decided elsewhere. The libraries
that draw a terminal are imported where there is one, so that a piped chat starts light.
"""

import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import TextIO
from uuid import uuid4

from bot.drafts import Pace
from bot.events import HOME, Action, CommunityId, Event, EventId, PersonId, Revise, Role, Say
from bot.platforms.console.files import as_answer
from bot.platforms.console.output import Output
from bot.platforms.console.plain import Plain
from bot.platforms.console.seat import PLATFORM, Seat
from bot.platforms.signs import spelled_out

# Often enough to read along; a piped answer is printed at its end, so its steps only need to be
# frequent enough that a crash finds most of them kept.
_TERMINAL_GAP_S = 0.05
_PLAIN_GAP_S = 0.5


def _new_id() -> str:
    return uuid4().hex


class Console:
    """Implements `Platform`. Streams need file descriptors; a terminal's must be the process's."""

    def __init__(
        self,
        *,
        person: str,
        community: str | None,
        role: Role,
        page_chars: int,
        stdin: TextIO,
        stdout: TextIO,
        completions: Sequence[tuple[str, str]] = (),
        new_id: Callable[[], str] = _new_id,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`completions` are whole commands, each with its line. ValueError: no usable name."""
        seat = Seat.take(person=person, community=community, role=role, new_id=new_id, clock=clock)
        stdout.flush()
        output = Output(stdout.fileno())
        is_terminal = os.isatty(stdin.fileno()) and os.isatty(stdout.fileno())
        gap_s = _TERMINAL_GAP_S if is_terminal else _PLAIN_GAP_S
        self._pace = Pace(page_chars=page_chars, gap_s=gap_s)
        self._person, self._room = seat.author.id, seat.room.id
        self._communities = (seat.room.sponsor or HOME,)
        if is_terminal:
            from bot.platforms.console.terminal import Terminal  # noqa: PLC0415 - see above

            self._side: Terminal | Plain = Terminal(
                seat, stdin=stdin, stdout=stdout, output=output, completions=completions
            )
        else:
            self._side = Plain(seat, source=stdin.fileno(), output=output)

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def pace(self) -> Pace:
        return self._pace

    @property
    def prefix(self) -> str:
        return "/"

    def reaches(self, person: PersonId) -> bool:
        return person == self._person

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        return self._communities if person == self._person else ()

    def name_of(self, _community: CommunityId) -> str | None:
        """Communities have no other name here than their ids."""
        return None

    def events(self) -> AsyncGenerator[Event, None]:
        return self._side.events()

    async def do(self, action: Action) -> EventId | None:
        if action.room.id != self._room:
            # Whoever sits there has another terminal, and this one's reader is somebody else.
            return None
        if isinstance(action, Say | Revise):
            action = spelled_out(action, self.prefix)
        if isinstance(action, Say) and action.file is not None:
            # A file is shown behind the words: what is private is not left lying in some folder,
            # and a script reads it like any answer.
            id_ = self._side.do(replace(action, file=None))
            self._side.do(as_answer(action, action.file))
            return id_
        return self._side.do(action)
