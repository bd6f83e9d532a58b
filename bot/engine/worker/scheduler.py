"""Many requests, one model: who is computed when.

Each step computes the next token of every reply in progress, and a bite of the prompts that are
being read, as large as the pace allows. People take turns (`line.py`), communities and adapters
too; what nobody waits for is done when nobody else is there, and yields at once.
It knows no pipes: answers are told to a function.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Protocol

from bot.engine.wire import Frame
from bot.engine.worker.adapters import Adapters
from bot.engine.worker.calls import Turn, calls, rows
from bot.engine.worker.context import DecodeError, Row
from bot.engine.worker.holding import Holding, Slot
from bot.engine.worker.jobs import Job, Writing
from bot.engine.worker.line import Line
from bot.engine.worker.pace import Pace, split
from bot.engine.worker.tokens import Replies, Reply

_WARMINGS_KEPT = 1024


class Computing(Protocol):
    """What is asked of the model; `context.Context` in earnest."""

    @property
    def batch(self) -> int:
        """How many tokens one step may hold."""

    @property
    def weights_in_cells(self) -> float:
        """How many tokens' cells take as long to read as all of the model's weights."""

    def decode(self, rows: Sequence[Row]) -> None: ...

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]: ...

    def use_adapter(self, name: str | None) -> None: ...

    def is_end(self, token: int) -> bool: ...

    def piece(self, token: int) -> bytes: ...


Tell = Callable[[Frame], None]


class Scheduler:
    def __init__(
        self,
        model: Computing,
        holding: Holding,
        replies: Replies,
        *,
        pace: Pace,
        clock: Callable[[], float],
        tell: Tell,
    ) -> None:
        self._model = model
        self._holding = holding
        self._replies = replies
        self._pace = pace
        self._clock = clock
        self._tell = tell
        self._line: Line[Job] = Line()
        self._warmings: OrderedDict[str, Job] = OrderedDict()
        self._background: list[Job] = []
        self._running: list[Job] = []
        self._adapters = Adapters(pace.longest_pause_s)
        self._tidy = True

    @property
    def busy(self) -> bool:
        """Whether anything is asked that is not done."""
        return bool(self._line or self._warmings or self._background)

    @property
    def idle(self) -> bool:
        return self._tidy and not self.busy

    def add(self, job: Job) -> None:
        self._tidy = False
        if job.background and not job.warms:
            self._background.append(job)
            return
        # What is asked now is the truth about a talk, and computes what an older warming would.
        if older := self._warmings.get(job.key):
            self._end(older, {"replaced": True})
        if not job.warms:
            self._line.add(job)
            return
        self._warmings[job.key] = job
        if len(self._warmings) > _WARMINGS_KEPT:
            self._end(next(iter(self._warmings.values())), {"replaced": True})

    def cancel(self, job_id: int) -> None:
        for job in self._all():
            if job.id == job_id:
                self._end(job, {"cancelled": True})

    def forget(self, key: str) -> None:
        for job in self._all():
            if job.key == key:
                self._end(job, {"error": "what it was about has been forgotten"})
        self._holding.forget(key)
        self._replies.forget(key)

    def place(self, key: str) -> int:
        """How many other people's turns come before this key's."""
        return min((self._line.place(job) for job in self._line.all() if job.key == key), default=0)

    def step(self, share: float = 1.0) -> None:
        """Computes what is due and tells what came of it.

        `share`: how much of the pause is ours, where another model computes in between.
        """
        if self._line:
            self._pause_background()
            self._begin_waiting()
        elif not self._running:
            self._begin_background()
        if not self._running:
            self._tidy = self._tidy or not self._holding.copy_ahead()
            return
        self._tidy = False
        began = self._clock()
        adapter = self._adapters.choose([job.adapter for job in self._running], began)
        turns = self._share_batch([job for job in self._running if job.adapter == adapter], share)
        read = [count for job, _, count in turns if job.reads]
        for call in calls(turns, self._model.weights_in_cells):
            self._compute(call, adapter)
        taken = self._clock() - began
        self._pace.took(taken, read=sum(read), replies=len(turns) - len(read))

    # --- Who begins -----------------------------------------------------------------------------

    def _begin_waiting(self) -> None:
        for job in self._line.waiting():
            # Whose key's sequence is busy, or whose card is on its way, holds up nobody else.
            if not self._card_is_coming(job) and self._begin(job):
                self._line.answer(job)

    def _begin_background(self) -> None:
        """One at a time, so that the sequences are free whenever somebody comes."""
        for job in [*self._warmings.values(), *self._background]:
            begun = self._begin(job)
            assert begun, "nothing runs, so every sequence idles"
            if job.pending:
                return
            self._warmed(job)

    def _pause_background(self) -> None:
        for job in [job for job in self._running if job.background or job.warms]:
            self._running.remove(job)
            self._leave(job)

    def _begin(self, job: Job) -> bool:
        slot = self._holding.take(job.key, job.wanted, job.card, job.adapter, goes_on=not job.warms)
        if slot is None:
            return False
        job.begin(slot)
        self._running.append(job)
        return True

    def _card_is_coming(self, job: Job) -> bool:
        """Somebody else is having the same card computed: twice would be once too often."""
        return (
            job.card > 0
            and not self._holding.holds(job.key)
            and not self._holding.holds(job.whole_card)
            and any(
                other.slot is not None
                and len(other.slot.tokens) < job.card
                and other.whole_card == job.whole_card
                for other in self._running
            )
        )

    # --- One step -------------------------------------------------------------------------------

    def _share_batch(self, jobs: Sequence[Job], share: float) -> list[Turn]:
        """Replies in progress first, then bites of what is being read."""
        replying = [job for job in jobs if not job.reads]
        reading = [job for job in jobs if job.reads]
        room = min(self._pace.bite(len(replying), share), self._model.batch - len(replying))
        counts = [1] * len(replying) + split(room, [self._readable(job) for job in reading])
        return [
            (job, job.slot, count)
            for job, count in zip([*replying, *reading], counts, strict=True)
            if count and job.slot is not None
        ]

    def _compute(self, turns: Sequence[Turn], adapter: str | None) -> None:
        try:
            self._model.use_adapter(adapter)
            self._model.decode(rows(turns))
        except DecodeError as exc:
            self._fail([job for job, _, _ in turns], str(exc))
            return
        row = -1
        for job, slot, count in turns:
            row += count
            self._take_in(job, slot, count, row)

    def _readable(self, job: Job) -> int:
        """All that is pending, or up to the end of a card that nobody has had computed yet."""
        held = len(job.slot.tokens) if job.slot else 0
        if held < job.card and not self._holding.holds(job.whole_card):
            return min(len(job.pending), job.card - held)
        return len(job.pending)

    def _take_in(self, job: Job, slot: Slot, count: int, row: int) -> None:
        if job.reads:
            job.computed += count
        self._line.took(job, count)
        slot.grow(job.pending[:count])
        del job.pending[:count]
        if len(slot.tokens) == job.card and not self._holding.holds(job.whole_card):
            self._holding.keep_card(slot, job.whole_card)
        if not job.pending:
            self._go_on(job, row)

    def _go_on(self, job: Job, row: int) -> None:
        """The prompt is read, or the last word computed: what comes next?"""
        if job.choices:
            self._end(job, {"logits": self._model.logits(row, job.choices)})
        elif job.writing is None:
            self._warmed(job)
        else:
            self._write(job, job.writing, row)

    def _write(self, job: Job, writing: Writing, row: int) -> None:
        token = writing.drawing.sample(row)
        if self._model.is_end(token):
            self._finish(job, writing)
            return
        job.reply.append(token)
        text = writing.spelling.feed(self._model.piece(token))
        if text:
            self._tell({"id": job.id, "piece": text})
        if writing.spelling.stopped or len(job.reply) >= writing.most:
            self._finish(job, writing)
        else:
            job.pending.append(token)

    def _warmed(self, job: Job) -> None:
        self._end(job, {"warmed": True})
        if job.card == len(job.ids):
            # Its copy is everybody's; nobody goes on from here.
            self._holding.forget(job.key)

    # --- Ends -----------------------------------------------------------------------------------

    def _finish(self, job: Job, writing: Writing) -> None:
        rest = writing.spelling.finish()
        if rest:
            self._tell({"id": job.id, "piece": rest})
        self._end(job, {})

    def _fail(self, jobs: Sequence[Job], reason: str) -> None:
        for job in jobs:
            slot = job.slot
            self._end(job, {"error": reason})
            if slot is not None:
                self._holding.clear(slot)

    def _end(self, job: Job, answer: Frame) -> None:
        if job.writing is not None:
            if job.reply:
                spelling = job.writing.spelling
                self._replies.keep(job.key, Reply(spelling.text, job.reply, spelling.marks))
            job.writing.drawing.close()
        if job in self._running:
            self._running.remove(job)
        if self._warmings.get(job.key) is job:
            del self._warmings[job.key]
        elif job in self._background:
            self._background.remove(job)
        else:
            self._line.remove(job)
        self._leave(job)
        self._tell({"id": job.id, "work": asdict(job.work), **answer})

    def _leave(self, job: Job) -> None:
        if job.slot is not None:
            self._holding.leave(job.slot)
            job.rest()

    def _all(self) -> list[Job]:
        return [*self._line.all(), *self._warmings.values(), *self._background]
