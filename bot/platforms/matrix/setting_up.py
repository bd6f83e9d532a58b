"""`!setup`: who may manage a room is led through what its community can choose, one question after the
other, answered with words or reactions; or all of them are answered by one file.

A rating, an age level and the room for reports become the commands that they are, and are read where
every command is; what is Matrix's own is kept here. Who may do it is looked at with every single answer. What is
asked stands in `steps`, what follows from an answer in `choosing`.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.events import Author, EventId, Message, Role, Room
from bot.files import Attached
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.choosing import Choosing
from bot.platforms.matrix.names import made_of
from bot.platforms.matrix.reading import Reaction, Said
from bot.platforms.matrix.steps import (
    MOST_BYTES,
    STEPS,
    Answer,
    Control,
    question,
    read_file,
    read_sign,
    read_words,
    signs,
)
from bot.platforms.tasks import Start
from bot.text import Text, paragraphs

log = logging.getLogger(__name__)

NAME = "setup"
NOT_YOURS = Text("Only who may set this community's rules can set this up.")
HEAD = Text(
    "How people come in here, and what holds for them. Nothing changes before you answer, and "
    "everything can be changed later by `{prefix}setup`."
)
TAKEN = Text("Somebody else is setting this up in this room. Please try again in a little while.")
NO_ANSWER = Text("I did not understand that one. `again` asks again, `stop` ends the set-up.")
NOT_KEPT = Text("I could not keep that. Please try again in a little while.")
STOPPED = Text("The set-up has ended. What you chose holds; `{prefix}setup` begins it again.")
DONE = Text("That is all. `{prefix}setup` begins it again, `{prefix}status` says how it stands.")

FILE_NOT_READ = Text("I could not fetch that file, or it is too large. Nothing has changed.")

IDLE_S = 900.0
_COMMANDS = {
    "ceiling": "ceiling",
    "entry": "age entry",
    "mature": "age mature",
    "reports": "caselog",
}


class Tell(Protocol):
    async def __call__(self, room: str, text: Text, user: str) -> EventId | None:
        """Says something in a room, in somebody's language."""


@dataclass(slots=True)
class _Open:
    user: str
    at: float
    step: int = 0
    asked: EventId | None = None
    """The question that stands."""
    waits_for: EventId | None = None
    """The command whose answer comes before the next question."""


class SettingUp:
    def __init__(
        self,
        choosing: Choosing,
        *,
        tell: Tell,
        react: Callable[[str, EventId, str], Awaitable[None]],
        room_of: Callable[[str], Room],
        put: Callable[[Message], None],
        start: Start,
        now: Callable[[], float],
        prefix: str,
    ) -> None:
        self._choosing = choosing
        self._tell = tell
        self._react = react
        self._room_of = room_of
        self._put = put
        self._start = start
        self._now = now
        self._prefix = prefix
        self._open: Bounded[str, _Open] = Bounded()
        """In each room one."""

    async def begin(self, room: str, author: Author, user: str) -> None:
        if author.role < Role.MODERATOR:
            await self._tell(room, NOT_YOURS, user)
            return
        found = self._current(room)
        if found is not None and found.user != user:
            await self._tell(room, TAKEN, user)
            return
        self._open.put(room, open_ := _Open(user, self._now()))
        stands = await self._choosing.how_it_stands(room)
        await self._tell(room, paragraphs(HEAD.format(prefix=self._prefix), *stands), user)
        await self._ask(room, open_)

    async def hear(self, room: str, author: Author, said: Said) -> tuple[bool, Message | None]:
        """Whether it was meant for the set-up, and the command that it is."""
        open_ = self._of(room, author, said.sender)
        if open_ is None or said.is_edit:
            return False, None
        answer = read_words(open_.step, said.text)
        if answer is None:
            is_reply = said.reply_to is not None and said.reply_to == open_.asked
            if is_reply:
                self._start(_quietly(self._tell(room, NO_ANSWER, said.sender)))
            return is_reply, None
        return True, self._take(room, open_, answer, author, said.id, said.at)

    async def press(
        self, room: str, author: Author, sign: Reaction, at: float
    ) -> tuple[bool, Message | None]:
        open_ = self._of(room, author, sign.sender)
        if open_ is None or open_.asked != sign.message:
            return False, None
        answer = read_sign(open_.step, sign.sign)
        if answer is None:
            return False, None
        return True, self._take(room, open_, answer, author, made_of(sign.id, "sign"), at)

    async def take_file(self, room: str, author: Author, said: Said, file: Attached) -> None:
        """All of it, or nothing; one after the other, as it would be answered."""
        if author.role < Role.MODERATOR:
            await self._tell(room, NOT_YOURS, said.sender)
            return
        content = await file.read(MOST_BYTES)
        read = read_file(content) if isinstance(content, bytes) else FILE_NOT_READ
        if isinstance(read, Text):
            await self._tell(room, read, said.sender)
            return
        for step, answer in read:
            if step.name in _COMMANDS:
                id_ = made_of(said.id, step.name)
                self._put(self._command(room, step.name, answer, author, id_, said.at))
            else:
                told, _ = await self._chosen(room, step.name, answer)
                await self._tell(room, told, said.sender)
        if told := await self._choosing.publish(room):
            await self._tell(room, told, said.sender)
        await self._tell(room, DONE.format(prefix=self._prefix), said.sender)

    async def said(self, room: str, answers: EventId | None) -> None:
        """Something was said there: perhaps the answer to a command of a set-up's."""
        open_ = self._open.get(room)
        if open_ is not None and answers is not None and answers == open_.waits_for:
            open_.waits_for = None
            await self._go_on(room, open_)

    # --- Below -------------------------------------------------------------------------------

    def _current(self, room: str) -> _Open | None:
        found = self._open.get(room)
        if found is not None and self._now() - found.at > IDLE_S:
            self._open.pop(room)
            return None
        return found

    def _of(self, room: str, author: Author, user: str) -> _Open | None:
        """Of this person, if they may still."""
        found = self._current(room)
        if found is None or found.user != user:
            return None
        if author.role < Role.MODERATOR:
            self._open.pop(room)
            return None
        found.at = self._now()
        return found

    def _take(  # noqa: PLR0917 - an answer, and where, by whom and when it was given
        self,
        room: str,
        open_: _Open,
        answer: Answer | Control,
        author: Author,
        id_: EventId,
        at: float,
    ) -> Message | None:
        # A second answer to the same question is one to nothing.
        open_.asked = None
        step = STEPS[open_.step].name
        if isinstance(answer, Answer) and step in _COMMANDS:
            open_.waits_for = id_
            return self._command(room, step, answer, author, id_, at)
        self._start(self._follow(room, open_, answer))
        return None

    async def _follow(self, room: str, open_: _Open, answer: Answer | Control) -> None:
        match answer:
            case Control.STOP:
                await self._end(room, open_, STOPPED)
            case Control.NEXT:
                await self._go_on(room, open_)
            case Control.BACK:
                open_.step = max(0, open_.step - 1)
                await self._ask(room, open_)
            case Control.AGAIN:
                await self._ask(room, open_)
            case Answer():
                await self._choose(room, open_, answer)

    def _command(  # noqa: PLR0917 - likewise
        self, room: str, step: str, answer: Answer, author: Author, id_: EventId, at: float
    ) -> Message:
        text = f"{self._prefix}{_COMMANDS[step]} {answer.word}"
        return Message(id_, self._room_of(room), author, text, at)

    async def _choose(self, room: str, open_: _Open, answer: Answer) -> None:
        told, is_done = await self._chosen(room, STEPS[open_.step].name, answer)
        if told:
            await self._tell(room, told, open_.user)
        if is_done:
            await self._go_on(room, open_)
        else:
            await self._ask(room, open_)

    async def _chosen(self, room: str, step: str, answer: Answer) -> tuple[Text, bool]:
        try:
            return await self._choosing.choose(room, step, answer)
        except Exception as error:  # noqa: BLE001 - the store's; whatever it is, they are told
            log.warning("matrix: a setting was not kept: %s", type(error).__name__)
            return NOT_KEPT, False

    async def _go_on(self, room: str, open_: _Open) -> None:
        open_.step += 1
        if open_.step < len(STEPS):
            await self._ask(room, open_)
            return
        if told := await self._choosing.publish(room):
            await self._tell(room, told, open_.user)
        await self._end(room, open_, DONE)

    async def _ask(self, room: str, open_: _Open) -> None:
        step = open_.step
        asked = await self._tell(room, question(step), open_.user)
        if asked is None or open_.step != step:
            return
        open_.asked = asked
        for sign in signs(step):
            await self._react(room, asked, sign)

    async def _end(self, room: str, open_: _Open, text: Text) -> None:
        if self._open.get(room) is open_:
            self._open.pop(room)
        await self._tell(room, text.format(prefix=self._prefix), open_.user)


async def _quietly(work: Awaitable[object]) -> None:
    await work
