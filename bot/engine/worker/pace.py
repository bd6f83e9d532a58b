"""How much of waiting prompts one step may read, so that replies in progress do not stand still.

Set from what steps took lately on this machine; it holds no clock, seconds are told to it. Pure.
"""

from collections.abc import Sequence

LEAST = 16
"""A prompt always goes on by so much, or it would never be read on a slow machine."""
FIRST = 32
"""The bite while nothing is known of this machine."""
_TRUST = 0.3
"""How far one step's time moves what is expected of the next."""
_SAFETY = 0.85


class Pace:
    def __init__(self, longest_pause_s: float) -> None:
        self.longest_pause_s = longest_pause_s
        self._reply_s = 0.0
        """Of a step in which replies grow and nothing is read."""
        self._token_s = 0.0
        """Of each token read; 0 while nothing was measured."""

    def bite(self, replies: int, share: float = 1.0) -> int:
        """How many tokens may be read in the next step, beside so many replies.

        `share`: how much of the time is ours, where another model computes in between.
        """
        if not self._token_s:
            return FIRST
        left_s = self.longest_pause_s * share * _SAFETY
        if replies:
            # Where replies alone fill the pause, reading gets as long again: everybody goes on.
            left_s = max(left_s - self._reply_s, self._reply_s)
        return max(LEAST, int(left_s / self._token_s))

    def took(self, seconds: float, *, read: int, replies: int) -> None:
        if not read:
            self._reply_s = _moved(self._reply_s, seconds)
        elif read >= LEAST:
            # Less than that is no measure: a step costs something by itself.
            spent = max(seconds - (self._reply_s if replies else 0.0), seconds / 2)
            self._token_s = _moved(self._token_s, spent / read)


def _moved(expected: float, found: float) -> float:
    return expected + _TRUST * (found - expected) if expected else found


def split(room: int, wanted: Sequence[int]) -> list[int]:
    """Shares the room out: nobody gets more than they want, and what they leave is the others'.

    So a short prompt is read at once beside a long one, and a long one is never put off. Whoever
    wants more than their share gets the same number: llama.cpp computes equal runs together.
    """
    given = [0] * len(wanted)
    left = len(wanted)
    for at in sorted(range(len(wanted)), key=lambda at: wanted[at]):
        share = max(1, room // left) if room else 0
        if wanted[at] > share:
            break
        given[at] = wanted[at]
        room -= given[at]
        left -= 1
    for at in [at for at, got in enumerate(given) if not got]:
        given[at] = min(share, room)
        room -= given[at]
    return given
