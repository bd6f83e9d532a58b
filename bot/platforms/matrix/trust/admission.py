"""Who may begin a verification, when many would: each costs a question to the homeserver and a line
on the operator's screen. It knows users and times, and nothing of what they verify.
"""

from collections import deque

WITHIN_S = 600.0
MOST_OPEN = 8
"""Nobody compares more at a time."""
MOST_OF_ONE = 5
MOST_OF_ALL = 50


class Admission:
    def __init__(self) -> None:
        self._asked: deque[tuple[float, str]] = deque()

    def admits(self, user: str, now: float, *, are_open: int) -> bool:
        """Counts, where it does. In ten minutes so many of one user, and so many of all."""
        while self._asked and now - self._asked[0][0] > WITHIN_S:
            self._asked.popleft()
        of_user = sum(who == user for _, who in self._asked)
        if are_open >= MOST_OPEN or of_user >= MOST_OF_ONE or len(self._asked) >= MOST_OF_ALL:
            return False
        self._asked.append((now, user))
        return True
