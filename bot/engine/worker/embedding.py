"""Texts -> vectors, by a model of its own: one text a step, first come first served."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.engine.base import PromptTooLong
from bot.engine.wire import Frame
from bot.engine.worker.context import DecodeError, Row
from bot.engine.worker.scheduler import Tell


class Embedding(Protocol):
    """What is asked of the model; `context.Context` in earnest."""

    def decode(self, rows: Sequence[Row]) -> None: ...

    def vector(self, sequence: int, row: int) -> list[float]: ...

    def trim(self, sequence: int, length: int) -> int: ...


class Texts(Protocol):
    def tokenize_whole(self, text: str) -> list[int]: ...


@dataclass(slots=True, eq=False)
class _Job:
    id: int
    left: deque[list[int]]
    vectors: list[list[float]] = field(default_factory=list)


class Embedder:
    """A desk and a scheduler in one: nothing is shared between texts, so there is little to do."""

    def __init__(self, model: Embedding, texts: Texts, *, most: int, tell: Tell) -> None:
        """`most`: how many tokens one text may have."""
        self._model = model
        self._texts = texts
        self._most = most
        self._tell = tell
        self._jobs: deque[_Job] = deque()

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    @property
    def idle(self) -> bool:
        return not self._jobs

    def do(self, frame: Frame) -> Frame | None:
        match frame["do"]:
            case "embed":
                texts = [self._texts.tokenize_whole(text) for text in frame["texts"]]
                longest = max(map(len, texts), default=0)
                if longest > self._most:
                    raise PromptTooLong(longest, self._most)
                if not all(texts):
                    return {"error": "a text that is to become a vector is empty"}
                if not texts:
                    return {"vectors": []}
                self._jobs.append(_Job(frame["id"], deque(texts)))
                return None
            case other:
                return {"error": f"an embedding model does not know how to '{other}'"}

    def drop(self, frame: Frame) -> None:
        if frame["do"] == "cancel":
            self._jobs = deque(job for job in self._jobs if job.id != frame["id"])

    def step(self, share: float = 1.0) -> None:
        del share
        if not self._jobs:
            return
        job = self._jobs.popleft()
        ids = job.left.popleft()
        try:
            self._model.trim(0, 0)
            self._model.decode([Row(0, at, token, output=True) for at, token in enumerate(ids)])
        except DecodeError as exc:
            self._tell({"id": job.id, "error": str(exc)})
            return
        job.vectors.append(self._model.vector(0, len(ids) - 1))
        if job.left:
            # Behind the others: many texts of one request hold up nobody.
            self._jobs.append(job)
        else:
            self._tell({"id": job.id, "vectors": job.vectors})
