"""Moderators' patterns, in RE2 (SAFETY M4): all of a community's looked for in one pass.

No pattern can be written that takes more than linear time; one that is too large is refused when
it is read. They are matched without regard to case. What is looked at is for others.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import re2

from bot.policy.community import problems as say
from bot.policy.community.problems import Unfit
from bot.policy.matching import Pattern
from bot.text import Text, verbatim

ONE_BYTES = 1 << 19
"""What one pattern may take."""
SET_BYTES = tuple(1 << bits for bits in range(16, 23))
"""What all of a community's may take. Where they do not fit, each is asked alone, which is slower."""
REMEMBERED = 512
"""Patterns compiled alone, of all communities together: 5 to 20 KB each."""


def check(pattern: str) -> None:
    """`Unfit` for what RE2 cannot read."""
    try:
        one(pattern)
    except re2.error as error:
        raise Unfit(_why(error), pattern) from error


@lru_cache(maxsize=REMEMBERED)
def one(pattern: str) -> Pattern:
    """Alone, where it matters what exactly it found."""
    return cast(Pattern, re2.compile(pattern, _options(ONE_BYTES)))


class Patterns:
    """Which of many patterns a text holds, in one pass."""

    __slots__ = ("_all", "_count", "_set", "bytes")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._all = tuple(patterns)
        self._count = len(self._all)
        self._set, self.bytes = _compiled(self._all)

    def found(self, text: str) -> Sequence[int]:
        """Their places in what it was made of."""
        if not self._count:
            return ()
        hits = self._set.Match(text) if self._set is not None else None
        # The last one is empty and found in every text: where it is not, RE2 ran out of memory
        # and found nothing of anything. INVARIANT I3: then each is asked alone.
        if hits is None or self._count not in hits:
            return [at for at, pattern in enumerate(self._all) if one(pattern).search(text)]
        return [at for at in hits if at != self._count]


# --- Below ------------------------------------------------------------------------------------


def _compiled(patterns: tuple[str, ...]) -> tuple[Any, int]:
    """In the least memory in which it fits, which bounds what it takes while it works, too."""
    if not patterns:
        return None, 0
    for most in SET_BYTES:
        found = re2.Set.SearchSet(_options(most))
        for pattern in (*patterns, ""):
            found.Add(pattern)
        try:
            found.Compile()
        except re2.error:
            continue
        # Its states are made as they are met, so it seldom takes all that it may.
        return found, most // 3
    return None, 0


def _options(most_bytes: int) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = most_bytes
    return options


def _why(error: Exception) -> Text:
    told = error.args[0] if error.args else ""
    why = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    if "too large" in why:
        return say.PATTERN_TOO_LARGE
    return say.NO_PATTERN.format(why=verbatim(why))
