"""Who is next: people take turns, however much one of them asks for, and so do communities, by
their shares (`shares.py`). Pure bookkeeping.

A person's first request gets in line when it comes, and each further one when the one before it
is done. So ten requests of one person delay everybody else as much as one does.
"""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from bot.engine.shares import Share, Shares


class Asked(Hashable, Protocol):
    @property
    def person(self) -> str: ...

    @property
    def share(self) -> Share: ...


Job = TypeVar("Job", bound=Asked)


class Line(Generic[Job]):
    def __init__(self) -> None:
        self._asked: dict[str, deque[Job]] = {}
        """Everything of each person, the one that is being answered first."""
        self._turns: dict[str, int] = {}
        """When the first of each person got in line."""
        self._answering: set[str] = set()
        self._waiting: Counter[str] = Counter()
        """How many people of each community wait."""
        self._shares: Shares[Job] = Shares()
        self._count = 0

    def __bool__(self) -> bool:
        """Whether anything waits or is being answered."""
        return bool(self._asked)

    def add(self, job: Job) -> None:
        is_next = job.person not in self._asked
        self._asked.setdefault(job.person, deque()).append(job)
        if is_next:
            self._line_up(job)

    def waiting(self) -> list[Job]:
        """Whose turn it may be, one of each person: by their communities' shares, and of one
        community first come first."""
        people = sorted(self._turns.keys() - self._answering, key=lambda who: self._turns[who])
        return self._shares.ordered(self._asked[person][0] for person in people)

    def answer(self, job: Job) -> None:
        assert self._asked[job.person][0] is job, "a person's requests are answered in order"
        self._answering.add(job.person)
        self._waiting[job.share.of] -= 1
        self._shares.begin(job)

    def took(self, job: Job, tokens: int) -> None:
        """So many were computed for it."""
        self._shares.took(job, tokens)

    def remove(self, job: Job) -> None:
        """It is done, or is not wanted any more."""
        asked = self._asked[job.person]
        was_first = asked[0] is job
        asked.remove(job)
        self._shares.end(job)
        if was_first:
            self._waiting[job.share.of] -= job.person not in self._answering
            self._answering.discard(job.person)
        if not asked:
            del self._asked[job.person], self._turns[job.person]
        elif was_first:
            self._line_up(asked[0])
        if not self._asked:
            self._waiting.clear()
            self._shares.close()

    def all(self) -> list[Job]:
        return [job for asked in self._asked.values() for job in asked]

    def place(self, job: Job) -> int:
        """How many other people's turns come before this one's; 0 once it is being answered."""
        if self._asked[job.person][0] is not job:
            return len(self._turns) - 1
        if job.person in self._answering:
            return 0
        return len(self._answering) + self.waiting().index(job)

    def _line_up(self, job: Job) -> None:
        self._count += 1
        self._turns[job.person] = self._count
        if not self._waiting[job.share.of]:
            self._shares.line_up(job.share)
        self._waiting[job.share.of] += 1
