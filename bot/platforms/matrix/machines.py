"""Other bots, told by what they do, since Matrix does not say who is one: whoever replies to the bot's
words within a second, again and again, has not read them.

Only replies in rooms with others count, so nobody who writes in a hurry is taken for a machine. What
follows from it is decided elsewhere.
"""

from collections.abc import Callable

from bot.events import EventId
from bot.platforms.bounded import Bounded

AT_ONCE_S = 1.0
IN_A_ROW = 5
HOLDS_S = 3600.0


class Machines:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._said: Bounded[EventId, float] = Bounded()
        """The bot's own words in rooms with others, and when they stood there."""
        self._quick: Bounded[str, int] = Bounded()
        self._until: Bounded[str, float] = Bounded()

    def said(self, message: EventId) -> None:
        self._said.put(message, self._now())

    def is_one(self, user: str, reply_to: EventId | None) -> bool:
        """Whoever has just written this, in a room with others."""
        now = self._now()
        at = self._said.get(reply_to) if reply_to is not None else None
        if at is not None:
            quick = (self._quick.get(user) or 0) + 1 if now - at < AT_ONCE_S else 0
            self._quick.put(user, quick)
            if quick >= IN_A_ROW:
                self._until.put(user, now + HOLDS_S)
        return now < (self._until.get(user) or 0.0)
