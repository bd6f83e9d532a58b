"""Who is next: people take turns, however much one of them asks for. Pure bookkeeping.

A person's first request gets in line when it comes, and each further one when the one before it
is done. So ten requests of one person delay everybody else as much as one does.
"""

from collections import deque
from typing import Generic, Protocol, TypeVar


class Asked(Protocol):
    @property
    def person(self) -> str: ...


Job = TypeVar("Job", bound=Asked)


class Line(Generic[Job]):
    def __init__(self) -> None:
        self._asked: dict[str, deque[Job]] = {}
        """Everything of each person, the one that is being answered first."""
        self._turns: dict[str, int] = {}
        """When the first of each person got in line."""
        self._answering: set[str] = set()
        self._count = 0

    def __bool__(self) -> bool:
        """Whether anything waits or is being answered."""
        return bool(self._asked)

    def add(self, job: Job) -> None:
        if job.person not in self._asked:
            self._asked[job.person] = deque()
            self._line_up(job.person)
        self._asked[job.person].append(job)

    def waiting(self) -> list[Job]:
        """Whose turn it may be, first come first; one of each person."""
        people = sorted(self._turns.keys() - self._answering, key=lambda who: self._turns[who])
        return [self._asked[person][0] for person in people]

    def answer(self, job: Job) -> None:
        assert self._asked[job.person][0] is job, "a person's requests are answered in order"
        self._answering.add(job.person)

    def remove(self, job: Job) -> None:
        """It is done, or is not wanted any more."""
        asked = self._asked[job.person]
        was_first = asked[0] is job
        asked.remove(job)
        if not asked:
            del self._asked[job.person], self._turns[job.person]
        elif was_first:
            self._line_up(job.person)
        if was_first:
            self._answering.discard(job.person)

    def all(self) -> list[Job]:
        return [job for asked in self._asked.values() for job in asked]

    def place(self, job: Job) -> int:
        """How many other people's turns come before this one's; 0 once it is being answered."""
        if self._asked[job.person][0] is not job:
            return len(self._turns) - 1
        if job.person in self._answering:
            return 0
        return sum(turn < self._turns[job.person] for turn in self._turns.values())

    def _line_up(self, person: str) -> None:
        self._count += 1
        self._turns[person] = self._count
