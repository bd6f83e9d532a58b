"""Who is not in, and is told so: a few times as often as they like, then once in a while. Another bot
that answers everything would otherwise be answered for ever, however slowly it speaks.

In memory only, since nothing of theirs is kept; it does not know what they are told.
"""

from collections.abc import Callable

from bot.events import PersonId, RoomId

EVERY_S = 600.0
AT_THE_DOOR = 30
"""Of answers in a direct room: the door's screens several times over."""
BEFORE_OTHERS = 3
MOST = 10_000

At = tuple[PersonId, RoomId]


class Strangers:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[At, tuple[float, float]] = {}
        """How many answers are left, and when that was so."""

    def may_be_told(self, person: PersonId, room: RoomId, *, is_direct: bool) -> bool:
        """Counts, where they may."""
        most, now = AT_THE_DOOR if is_direct else BEFORE_OTHERS, self._clock()
        left, at = self._told.pop((person, room), (float(most), now))
        # A clock that was set back gives nothing.
        left = min(most, left + max(0.0, now - at) / EVERY_S)
        may = left >= 1.0
        if len(self._told) >= MOST:
            del self._told[next(iter(self._told))]
        self._told[person, room] = (left - 1.0 if may else left, now)
        return may
