"""Buttons: the row under the persona's latest words in a direct room, and the answers that the bot
offers. Each is a command of the table or a word; whoever presses one has said it.

At most one message of a room has any. It knows which only since the start: a row of before works
on, and goes when it is pressed beside a newer one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot.events import Author, EventId, PersonId, Room, RoomId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.discord.signing import EVERYBODY, Kind, Press, Seal
from bot.text import Text

Body = dict[str, Any]
Words = Callable[[Text, Author], str]
"""A text in the language that this person is spoken to in."""
Change = Callable[[RoomId, EventId, list[Body]], Awaitable[None]]
"""Draws these components under a message that stands. One that is gone is no error."""

LABELS = {
    "back": Text("Previous answer"),
    "again": Text("Another answer"),
    "forward": Text("Next answer"),
    "continue": Text("Go on"),
    "stop": Text("Stop writing"),
    "help": Text("More…"),
}
"""By the command that a button is."""
DEEDS = {
    "case": Text("Show"),
    "uphold": Text("Uphold"),
    "lift": Text("Lift"),
    "note": Text("Note"),
    "memory edit": Text("Edit"),
    "memory pin": Text("Pin"),
    "memory unpin": Text("Unpin"),
    "memory forget": Text("Forget"),
    "memory page": Text("Next page"),
    "story edit": Text("Edit"),
    "story again": Text("Begin anew from it"),
}
"""What moderators can do about a case, under its card, and what people can do about what is remembered
of them, each by the command's name."""
CHOOSE = Text("Choose one of them")
SELECT = 3
AT_REST = ("back", "again", "forward", "continue", "help")
WHILE_WRITING = ("stop",)

_A_ROW = 5
_A_LIST = 25
_SHOWN = 100
_ROWS = 5


@dataclass(frozen=True, slots=True)
class _Drawn:
    message: EventId
    what: tuple[str, ...]


class Buttons:
    def __init__(self, *, seal: Seal, words: Words, change: Change) -> None:
        self._seal = seal
        self._words = words
        self._change = change
        self._people: Bounded[RoomId, Author] = Bounded()
        self._drawn: Bounded[RoomId, _Drawn] = Bounded()

    def meet(self, room: Room, author: Author) -> None:
        """Somebody said something there: in a direct room the buttons are made for them."""
        if room.is_direct:
            self._people.put(room.id, author)

    def under(self, say: Say, asked_by: Author | None = None) -> list[Body]:
        """What goes out together with this. Elsewhere than in direct rooms only what answers one
        person, and is seen by nobody else, has buttons."""
        author = asked_by or self._people.get(say.room.id)
        if say.commands or say.picks:
            # A card stands for everybody there; alone with somebody, all of it is theirs.
            whom = author if author is not None and say.room.is_direct else Author(EVERYBODY, "")
            return [*self._list(say, whom), *self._deeds(say, whom)]
        if author is None:
            return []
        if say.choices:
            return self.choices(say.choices, say.room.id, author.id)
        if say.voice is Voice.PERSONA and say.room.is_direct:
            return self._row(WHILE_WRITING, say.room, author)
        return []

    def choices(
        self, words: tuple[str, ...], room: RoomId, person: PersonId, kind: Kind = Kind.WORD
    ) -> list[Body]:
        signed = [self._seal.sign(Press(kind, word), room, person) for word in words]
        return _rows([_button(*named) for named in zip(words, signed, strict=True)])

    async def said(self, say: Say, message: EventId) -> None:
        """It stands now, with what `under` gave: the one before has no buttons any more."""
        if not say.room.is_direct or say.commands or say.picks or not self.under(say):
            return
        await self._move(say.room, message, say.choices or WHILE_WRITING)

    async def show(self, room: Room, last: EventId) -> None:
        """The room rests: its row under the persona's last words."""
        author, drawn = self._people.get(room.id), self._drawn.get(room.id)
        if author is None or drawn == _Drawn(last, AT_REST) or self.is_old(room.id, last):
            return
        await self._move(room, last, AT_REST)
        await self._change(room.id, last, self._row(AT_REST, room, author))

    async def stand_elsewhere(self, room: Room, message: EventId) -> None:
        """What this room is asked now is shown outside of it: older buttons are over, and those
        there are nothing that can be taken away from here."""
        await self._move(room, message, ())

    def lost(self, room: RoomId, message: EventId) -> None:
        """They went with the press: nobody has to take them away."""
        drawn = self._drawn.get(room)
        if drawn is not None and drawn.message == message:
            self._drawn.put(room, _Drawn(message, ()))

    def is_latest(self, room: RoomId, message: EventId) -> bool:
        """Whether this is what the persona said last and has the row, as far as is known since the
        start."""
        return self._drawn.get(room) == _Drawn(message, AT_REST)

    def is_old(self, room: RoomId, message: EventId) -> bool:
        """Whether a newer message has the buttons, as far as is known since the start."""
        drawn = self._drawn.get(room)
        return drawn is not None and int(message) < int(drawn.message)

    async def _move(self, room: Room, message: EventId, what: tuple[str, ...]) -> None:
        before = self._drawn.get(room.id)
        self._drawn.put(room.id, _Drawn(message, what))
        if before is not None and before.what and before.message != message:
            await self._change(room.id, before.message, [])

    def _deeds(self, say: Say, whom: Author) -> list[Body]:
        """For everybody there, in the language in which all are spoken to, or for one."""
        buttons = []
        for command in (one.removesuffix(" …") for one in say.commands):
            label = self._words(DEEDS[deed_of(command)], whom)
            custom_id = self._seal.sign(Press(Kind.DEED, command), say.room.id, whom.id)
            buttons.append(_button(label, custom_id))
        return _rows(buttons)

    def _list(self, say: Say, whom: Author) -> list[Body]:
        """What can be picked is shown to who reads the words above it; its id tells nothing of it."""
        if not say.picks:
            return []
        command = say.picks[0].command.rpartition(" ")[0]
        options = [
            {"label": one.shown[:_SHOWN], "value": one.command.rpartition(" ")[2]}
            for one in say.picks[:_A_LIST]
        ]
        custom_id = self._seal.sign(Press(Kind.PICK, command), say.room.id, whom.id)
        chosen = {"type": SELECT, "custom_id": custom_id, "options": options}
        placeholder = self._words(CHOOSE, whom)
        return [{"type": 1, "components": [chosen | {"placeholder": placeholder}]}]

    def _row(self, commands: tuple[str, ...], room: Room, author: Author) -> list[Body]:
        buttons = []
        for command in commands:
            custom_id = self._seal.sign(Press(Kind.COMMAND, command), room.id, author.id)
            label = self._words(LABELS[command], author)
            buttons.append(_button(label, custom_id, is_stop=command == "stop"))
        return _rows(buttons)


def deed_of(command: str) -> str:
    """By its first words, as `DEEDS` names it."""
    first, second, *_ = [*command.split(), ""]
    return first if first in DEEDS else f"{first} {second}"


def as_view(rows: list[Body]) -> discord.ui.View | None:
    """The same as the library's own value. Stopped, so that the library keeps nothing of it: what
    is pressed is read from the interaction itself."""
    if not rows:
        return None
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for one in row["components"]:
            if one["type"] == SELECT:
                options = [discord.SelectOption.from_dict(each) for each in one["options"]]
                custom_id, shown = one["custom_id"], one["placeholder"]
                view.add_item(
                    discord.ui.Select(
                        custom_id=custom_id, placeholder=shown, options=options, row=number
                    )
                )
                continue
            style = discord.ButtonStyle(one["style"])
            label, custom_id = one["label"], one["custom_id"]
            view.add_item(
                discord.ui.Button(label=label, custom_id=custom_id, style=style, row=number)
            )
    view.stop()
    return view


def _button(label: str, custom_id: str, *, is_stop: bool = False) -> Body:
    style = discord.ButtonStyle.danger if is_stop else discord.ButtonStyle.secondary
    return {"type": 2, "style": style.value, "label": label[:80], "custom_id": custom_id}


def _rows(buttons: list[Body]) -> list[Body]:
    cut = [buttons[at : at + _A_ROW] for at in range(0, len(buttons), _A_ROW)]
    return [{"type": 1, "components": row} for row in cut[:_ROWS]]
