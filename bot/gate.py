"""Between the screen and what is shown: text is held until the guard has passed it (SAFETY L6).

Sentence by sentence, each with what stands before it, so that nothing is missed where it is
split. At a rating at which the guard is not asked, everything goes through at once.
"""

import asyncio
import re
from collections.abc import Coroutine

from bot.events import Rating
from bot.guarding import Guard
from bot.policy.facts import Verdict
from bot.policy.guard import CONTEXT, WINDOW

HOLD = 400
"""A sentence longer than this is judged and let go in parts."""
_MOST = WINDOW - CONTEXT
_END = re.compile(r"""[.!?…]["'”’)\]*_~]*\s+|[。！？]|\n+""")


class Gate:
    """One reply's. `feed` what the screen has passed, show what it returns, `finish` at the end."""

    def __init__(self, guard: Guard, rating: Rating, *, asked: str, stop: asyncio.Event) -> None:
        """Once `stop` is set, nothing passes any more and nobody is waited for."""
        self.blocked: Verdict | None = None
        self._guard = guard
        self._rating = rating
        self._asked = asked
        self._stop = stop
        self._held = ""
        self._passed = ""

    @property
    def is_through(self) -> bool:
        """Whether everything that was fed has passed."""
        return not self._held and self.blocked is None

    async def feed(self, text: str) -> str:
        return await self._let_through(text, last=False)

    async def finish(self) -> str:
        return await self._let_through("", last=True)

    async def _let_through(self, text: str, *, last: bool) -> str:
        if not self._guard.is_asked(self._rating):
            return text
        self._held += text
        free = ""
        while not (self.blocked or self._stop.is_set()) and (end := _cut(self._held, last=last)):
            sentence, self._held = self._held[:end], self._held[end:]
            seen = (self._passed + sentence)[-WINDOW:]
            judging = self._guard.judge_written(self._asked, seen, self._rating)
            done, self.blocked = await _unless(self._stop, judging)
            if not done:
                self._held = sentence + self._held
            elif self.blocked is None:
                self._passed = seen
                free += sentence
        return free


def _cut(held: str, *, last: bool) -> int:
    """How much is to be judged next; 0: not yet."""
    within = held[:_MOST]
    ends = [found.end() for found in _END.finditer(within)]
    if ends and not (last and len(held) <= _MOST):
        return ends[-1]
    return len(within) if last or len(held) >= HOLD else 0


async def _unless(
    stop: asyncio.Event, asking: Coroutine[object, object, Verdict | None]
) -> tuple[bool, Verdict | None]:
    """(True, the answer), or (False, None) where `stop` came first."""
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(asking)
        stopped = group.create_task(stop.wait())
        answer.add_done_callback(lambda _: stopped.cancel())
        stopped.add_done_callback(lambda _: answer.cancel())
    return (False, None) if answer.cancelled() else (True, answer.result())
