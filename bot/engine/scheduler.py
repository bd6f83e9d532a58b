"""Many requests, one model: who is computed when.

Each step computes one batch: the next token of every reply in progress, and beside them a chunk
of the prompts that are being read. Requests begin in the order in which they came; one key has
one sequence, so its requests follow each other. Warming is done when nobody waits.
It knows no pipes: answers are told to a function.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

from bot.engine.llama import DecodeError, Row
from bot.engine.sequences import Slot, Slots
from bot.engine.spelling import Spelling
from bot.engine.tokens import Replies, Reply
from bot.engine.wire import Frame, Work
from bot.events import Sampling

# Prompts are read in bites, since nobody can begin or be cancelled within a step. Measured on two
# cores: bites of 64 to 128 tokens read no slower than larger ones.
BITE = 128
# Beside replies in progress the bites are smaller, so that their words keep coming.
BITE_BESIDE_REPLIES = 32


class Computing(Protocol):
    """What is asked of the model; `llama.Model` in earnest."""

    @property
    def batch(self) -> int:
        """How many tokens one step may hold."""

    def trim(self, sequence: int, length: int) -> int: ...

    def decode(self, rows: Sequence[Row]) -> None: ...

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]: ...

    def sampler(self, sampling: Sampling, heard: Sequence[int]) -> "Drawing": ...

    def is_end(self, token: int) -> bool: ...

    def piece(self, token: int) -> bytes: ...


class Drawing(Protocol):
    def sample(self, row: int) -> int: ...

    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Job:
    """One request. `sampling` for a reply, `choices` for a judgement, neither for warming."""

    id: int
    key: str
    ids: Sequence[int]
    sampling: Sampling | None = None
    choices: Sequence[int] = ()
    slot: Slot | None = None
    pending: list[int] = field(default_factory=list)
    """Tokens that are still to be computed: the prompt's rest, or the token sampled last."""
    drawing: Drawing | None = None
    spelling: Spelling | None = None
    reply: list[int] = field(default_factory=list)
    reused: int = 0
    computed: int = 0

    @property
    def warms(self) -> bool:
        return self.sampling is None and not self.choices

    @property
    def work(self) -> Work:
        return Work(len(self.ids), self.reused, self.computed, len(self.reply))


Tell = Callable[[Frame], None]


class Scheduler:
    def __init__(self, model: Computing, slots: Slots, replies: Replies, tell: Tell) -> None:
        self._model = model
        self._slots = slots
        self._replies = replies
        self._tell = tell
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._warming: list[Job] = []

    @property
    def idle(self) -> bool:
        return not (self._waiting or self._running or self._warming)

    def add(self, job: Job) -> None:
        (self._warming if job.warms else self._waiting).append(job)

    def cancel(self, job_id: int) -> None:
        for job in self._all():
            if job.id == job_id:
                self._end(job, {"cancelled": True})

    def forget(self, key: str) -> None:
        for job in self._all():
            if job.key == key:
                self._end(job, {"error": "what it was about has been forgotten"})
        for slot in self._slots.drop(key):
            self._model.trim(slot.number, 0)
        self._replies.forget(key)

    def step(self) -> None:
        """Computes one batch and tells what came of it."""
        self._begin_waiting()
        if not self._running:
            self._begin_warming()
        turns = self._share_batch()
        rows = [
            Row(slot.number, len(slot.tokens) + at, token, output=at + 1 == len(job.pending))
            for job, slot, count in turns
            for at, token in enumerate(job.pending[:count])
        ]
        if not rows:
            return
        try:
            self._model.decode(rows)
        except DecodeError as exc:
            self._fail([job for job, _, _ in turns], str(exc))
            return
        row = -1
        for job, slot, count in turns:
            row += count
            slot.tokens += job.pending[:count]
            if not job.reply:
                job.computed += count
            del job.pending[:count]
            if not job.pending:
                self._go_on(job, row)
            elif job.warms:
                self._pause(job)

    def _begin_waiting(self) -> None:
        for job in list(self._waiting):
            slot = self._slots.take(job.key)
            # A key whose sequence is busy does not hold up those behind it.
            if slot is not None:
                self._waiting.remove(job)
                self._begin(job, slot)

    def _begin_warming(self) -> None:
        """One bite at a time, so that the sequence is free whenever somebody comes."""
        if self._warming:
            job = self._warming.pop(0)
            slot = self._slots.take(job.key)
            assert slot is not None, "nothing runs, so every sequence idles"
            self._begin(job, slot)

    def _begin(self, job: Job, slot: Slot) -> None:
        kept = self._model.trim(slot.number, slot.shared(job.ids))
        del slot.tokens[kept:]
        job.slot = slot
        job.pending = list(job.ids[kept:])
        # A warming that was interrupted finds its own earlier work here.
        job.reused = max(0, kept - job.computed)
        if job.sampling is not None:
            job.spelling = Spelling(job.sampling.stop)
            job.drawing = self._model.sampler(job.sampling, job.ids)
        self._running.append(job)

    def _pause(self, job: Job) -> None:
        self._leave(job)
        self._warming.insert(0, job)

    def _share_batch(self) -> list[tuple[Job, Slot, int]]:
        """(who, where, how many of its pending tokens), replies in progress first."""
        replying = [job for job in self._running if job.reply]
        reading = [job for job in self._running if not job.reply]
        bite = BITE_BESIDE_REPLIES if replying else BITE
        room = min(bite, self._model.batch - len(replying))
        turns = [(job, job.slot, 1) for job in replying if job.slot]
        for job in reading:
            count = min(room, len(job.pending))
            if count and job.slot:
                turns.append((job, job.slot, count))
                room -= count
        return turns

    def _go_on(self, job: Job, row: int) -> None:
        """The prompt is read, or the last word computed: what comes next?"""
        if job.choices:
            self._end(job, {"logits": self._model.logits(row, job.choices)})
        elif job.sampling is None or job.drawing is None or job.spelling is None:
            self._end(job, {})
        else:
            self._sample(job, job.sampling, job.drawing, job.spelling, row)

    def _sample(
        self, job: Job, sampling: Sampling, drawing: Drawing, spelling: Spelling, row: int
    ) -> None:
        token = drawing.sample(row)
        if self._model.is_end(token):
            self._finish(job, spelling)
            return
        job.reply.append(token)
        text = spelling.feed(self._model.piece(token))
        if text:
            self._tell({"id": job.id, "piece": text})
        if spelling.stopped or len(job.reply) >= sampling.max_tokens:
            self._finish(job, spelling)
        else:
            job.pending = [token]

    def _finish(self, job: Job, spelling: Spelling) -> None:
        rest = spelling.finish()
        if rest:
            self._tell({"id": job.id, "piece": rest})
        self._end(job, {})

    def _fail(self, jobs: Sequence[Job], reason: str) -> None:
        for job in jobs:
            slot = job.slot
            self._end(job, {"error": reason})
            if slot is not None:
                self._model.trim(slot.number, 0)
                slot.tokens = []

    def _end(self, job: Job, answer: Frame) -> None:
        if job.spelling is not None and job.reply:
            reply = Reply(job.spelling.text, job.reply, job.spelling.marks)
            self._replies.keep(job.key, reply)
        self._leave(job)
        self._tell({"id": job.id, "work": asdict(job.work), **answer})

    def _leave(self, job: Job) -> None:
        for jobs in (self._waiting, self._running, self._warming):
            if job in jobs:
                jobs.remove(job)
        if job.drawing is not None:
            job.drawing.close()
        if job.slot is not None:
            job.slot.busy = False
            job.slot = None

    def _all(self) -> list[Job]:
        return [*self._running, *self._waiting, *self._warming]
