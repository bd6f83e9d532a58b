"""A reaction to the persona's latest words in a direct room -> the command that its button is.

Whatever stands elsewhere, comes from anybody else or is another sign says nothing to the bot. It
remembers who is in a direct room and what was told twice, and does not know what a command does.
"""

from collections.abc import Callable

from bot.events import Author, EventId, Message, Room, RoomId
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import person_id
from bot.platforms.discord.reading import Own, Payload, room_of
from bot.platforms.signs import command_of, plain

PUT, TAKEN = "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"


class Reactions:
    def __init__(
        self,
        latest: Callable[[RoomId], EventId | None],
        clock: Callable[[], float],
        *,
        prefix: str,
    ) -> None:
        """`latest` is the persona's last message in a room, as far as is known since the start."""
        self._latest = latest
        self._clock = clock
        self._prefix = prefix
        self._people: Bounded[RoomId, Author] = Bounded()
        self._there: Bounded[tuple[EventId, str], None] = Bounded()
        self._counted: Bounded[EventId, int] = Bounded()
        """How many commands a message has been."""

    def meet(self, room: Room, author: Author) -> None:
        """Somebody said something there."""
        if room.is_direct:
            self._people.put(room.id, author)

    def read(self, name: str, data: Payload, own: Own) -> Message | None:
        room, message = room_of(data, own), EventId(str(data["message_id"]))
        sign = plain(str(data["emoji"].get("name") or ""))
        command, author = command_of(sign), self._people.get(room.id)
        if command is None or not room.is_direct or message != self._latest(room.id):
            return None
        if author is None or author.id != person_id(str(data["user_id"])):
            return None
        if name == TAKEN:
            # Taken away and put there again, it is meant once more.
            self._there.pop((message, sign))
            return None
        if (message, sign) in self._there:
            return None
        self._there.put((message, sign), None)
        count = (self._counted.get(message) or 0) + 1
        self._counted.put(message, count)
        # Discord gives a reaction no id.
        id_ = EventId(f"sign-{count}-{message}")
        return Message(id_, room, author, f"{self._prefix}{command}", self._clock())
