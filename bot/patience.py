"""How long a person waits for the engine's words: when to look who is before them, and when there
is nothing left to wait for. Pure; every time is passed in.
"""

LOOK_AFTER_S = 3.0
FIRST_WITHIN_S = 600.0
NEXT_WITHIN_S = 120.0


class Patience:
    """With one reply, a quiet second try included."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._has_begun = False
        self._has_looked = False

    def heard(self, now: float) -> None:
        """A piece has come."""
        self._since = now
        self._has_begun = True

    def due_in(self, now: float) -> float:
        """Seconds until it is time to look, or to give up."""
        return max(0.0, self._since + self._next_s() - now)

    def is_time_to_look(self, now: float) -> bool:
        """True once for each reply, and only before its first piece."""
        is_time = not (self._has_begun or self._has_looked) and now >= self._since + LOOK_AFTER_S
        self._has_looked |= is_time
        return is_time

    def is_over(self, now: float) -> bool:
        return now >= self._since + (NEXT_WITHIN_S if self._has_begun else FIRST_WITHIN_S)

    def _next_s(self) -> float:
        if self._has_begun:
            return NEXT_WITHIN_S
        return FIRST_WITHIN_S if self._has_looked else LOOK_AFTER_S
