"""What is said, pressed and set in rooms that concerns a community's door and its moderators, handed to
whom it is for: the entrance, the set-up, the policy lists, what is taken away.
"""

import logging
from collections.abc import Iterable

from bot.events import Event, EventId, Message, Remove, Role, Room, Say, Voice
from bot.files import Attached
from bot.platforms.matrix import Matrix
from bot.platforms.matrix.barring import Barring
from bot.platforms.matrix.choosing import SIGN
from bot.platforms.matrix.chosen import Choices
from bot.platforms.matrix.entrance import Entrance, Press
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.names import channel_of, quoted
from bot.platforms.matrix.ports import Source
from bot.platforms.matrix.publishing import Publishing
from bot.platforms.matrix.reading import (
    Reaction,
    Said,
    read_reaction,
    read_redaction,
    read_said,
    time_of,
    without_name,
)
from bot.platforms.matrix.setting_up import SettingUp, Tell
from bot.platforms.matrix.trusted import Trusted
from bot.platforms.signs import plain
from bot.platforms.tasks import Start
from bot.text import Text

log = logging.getLogger(__name__)

HELLO = Text(
    "I am software that plays personas, and not human; what I say is made up. I am for adults, and "
    "may not be suitable for some minors. I answer who mentions me or replies to me. Who may set the "
    "rules here writes `{prefix}setup`; with `{prefix}begin` I open a private room with you."
)
REMOVE_WHAT = Text(
    "Reply with `{prefix}remove` to the message of mine that is to go. I take away nobody else's."
)
NOT_YOURS_TO_REMOVE = Text("Only who may set this community's rules can have my messages removed.")
TAKE_AWAY = "🗑"
_BEGIN = ("begin", "start")


class Doorway:
    """Implements `Door` and `Watch`."""

    def __init__(
        self,
        platform: Matrix,
        line: Line,
        choices: Choices,
        *,
        entrance: Entrance,
        setting_up: SettingUp,
        barring: Barring,
        trusted: Trusted,
        publishing: Publishing,
        tell: Tell,
        start: Start,
    ) -> None:
        self._platform = platform
        self._rooms = platform.rooms
        self._line = line
        self._choices = choices
        self._entrance = entrance
        self._setting_up = setting_up
        self._barring = barring
        self._trusted = trusted
        self._publishing = publishing
        self._tell = tell
        self._start = start

    # --- As `Door` ---------------------------------------------------------------------------

    async def take_in_room(self, room: str, source: Source) -> tuple[bool, Event | None]:
        if source.get("type") == "m.room.redaction" and (gone := read_redaction(source)):
            self._barring.redacted(room, gone)
        if room in self._rooms.asides:
            # A list is read, and nobody talks there.
            return True, None
        sender = str(source.get("sender"))
        if self._rooms.person_in(room) is not None or sender == self._rooms.own_id:
            return False, None
        if self._barring.is_barred(sender, self._rooms.community_of(room)):
            return False, None
        if source.get("type") == "m.reaction":
            sign = read_reaction(source)
            return await self._take_sign(room, sign, time_of(source)) if sign else (False, None)
        said = read_said(source)
        if said is None or said.is_edit or said.is_generated:
            return False, None
        return await self._take_words(room, said)

    async def joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        """SAFETY H1: said once, and nothing else."""
        if is_direct or room in self._rooms.asides:
            return
        if self._barring.is_room_barred(room):
            await self._barring.leave(room)
            return
        answer = await self._line.find(f"/rooms/{quoted(room)}/state/m.room.create")
        # In a space nobody talks.
        if answer is not None and answer.is_fine and answer.body.get("type") != "m.space":
            hello = HELLO.format(prefix=self._platform.prefix)
            await self._tell(room, hello, inviter)

    async def said(self, say: Say, message: EventId) -> None:
        del message
        self._entrance.said(say)
        if not say.room.is_direct:
            room = channel_of(say.room.id)
            await self._setting_up.said(room, say.answers)
            if say.voice is Voice.NOTICE and say.answers is not None:
                # Perhaps the answer to a command that has changed something.
                await self._publishing.keep_up(self._rooms.community_of(room))

    async def rest(self, room: Room) -> None:
        pass

    # --- As `Watch` --------------------------------------------------------------------------

    def take_state(self, room: str, sources: Iterable[Source]) -> None:
        for source in sources:
            self._barring.take_state(room, source)
            self._trusted.take_state(room, source)
            self._publishing.take_state(room, source)
            self._entrance.take_state(room, source)

    async def ready(self, room: str) -> bool:
        return await self._barring.ready(room)

    def is_barred(self, user: str, community: str) -> bool:
        return self._barring.is_barred(user, community)

    def saw(self, user: str, community: str) -> None:
        self._trusted.saw(user, community)

    async def settle(self) -> None:
        """Once the homeserver has told what there is."""
        await self._platform.synced.wait()
        await self._barring.join_lists()
        for community in self._rooms.communities():
            await self._publishing.keep_up(community)

    # --- Below -------------------------------------------------------------------------------

    async def _take_sign(self, room: str, sign: Reaction, at: float) -> tuple[bool, Message | None]:
        author = self._platform.author(room, sign.sender)
        is_taken, message = await self._setting_up.press(room, author, sign, at)
        if is_taken:
            return True, message
        if plain(sign.sign) == SIGN and await self._is_panel(room, sign.message):
            self._start(self._press(Press(sign.id, room, sign.sender, at)))
            return True, None
        if plain(sign.sign) == TAKE_AWAY and author.role >= Role.MODERATOR:
            self._start(self._remove(room, sign.message))
            return True, None
        return False, None

    async def _take_words(self, room: str, said: Said) -> tuple[bool, Message | None]:
        author, prefix = self._platform.author(room, said.sender), self._platform.prefix
        own, place = self._rooms.own_id, self._rooms.place(room)
        called = place.called.get(own, "") if place else ""
        text = without_name(said.text, (own, called, own[1:].partition(":")[0]))
        attached: tuple[Attached, ...] = ()
        if author.role >= Role.MODERATOR:
            is_sealed = place is not None and place.is_encrypted
            attached = self._platform.files.attached(room, said, is_sealed=is_sealed)
        name = text.strip().casefold().removeprefix(prefix) if text.startswith(prefix) else ""
        match name:
            case "setup" if attached:
                self._start(self._setting_up.take_file(room, author, said, attached[0]))
            case "setup":
                self._start(self._setting_up.begin(room, author, said.sender))
            case "remove" if author.role < Role.MODERATOR:
                self._start(self._say(room, NOT_YOURS_TO_REMOVE, said.sender))
            case "remove" if said.reply_to is None:
                text_ = REMOVE_WHAT.format(prefix=prefix)
                self._start(self._say(room, text_, said.sender))
            case "remove":
                assert said.reply_to is not None, "looked at above"
                self._start(self._remove(room, said.reply_to))
            case _ if name in _BEGIN:
                press = Press(said.id, room, said.sender, said.at)
                self._start(self._entrance.take(press))
            case _:
                return await self._setting_up.hear(room, author, said)
        return True, None

    async def _is_panel(self, room: str, message: str) -> bool:
        chosen = await self._choices.of(self._rooms.community_of(room))
        return (chosen.panel_in, chosen.panel) == (room, message)

    async def _press(self, press: Press) -> None:
        """Who has pressed is nobody's business: where the bot may, it takes the reaction away."""
        await self._entrance.take(press)
        place = self._rooms.place(press.room)
        if place is not None and place.may_redact(self._rooms.own_id):
            path = f"/rooms/{quoted(press.room)}/redact/{quoted(press.event)}/{quoted(press.event)}"
            await self._line.attempt("PUT", path, {})

    async def _remove(self, room: str, message: EventId) -> None:
        """The bot's own, and nobody else's."""
        if not self._platform.is_own(message):
            path = f"/rooms/{quoted(room)}/event/{quoted(message)}"
            answer = await self._line.find(path)
            if answer is None or answer.body.get("sender") != self._rooms.own_id:
                return
        action = Remove(self._rooms.room_of(room), message, "a moderator asked for it")
        await self._platform.do(action)

    async def _say(self, room: str, text: Text, user: str) -> None:
        await self._tell(room, text, user)
