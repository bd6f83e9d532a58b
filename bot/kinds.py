"""What a kind of work is: a run of turns -> what a model is asked of it -> what is kept of the answer.

`jobs` takes the work and puts it aside; what is made is each kind's own.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.engine.base import Part, Sampling
from bot.store.work_rows import Batch, Portion, Write


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked, and how its answer may look (a grammar or a schema)."""

    parts: tuple[Part, ...]
    sampling: Sampling


class Trial(Protocol):
    """What a model has to do right before it is believed in what it makes of people's words."""

    @property
    def question(self) -> Question: ...

    def passes(self, answer: str) -> bool: ...


class Kind(Protocol):
    """One kind of thing that is made of turns."""

    @property
    def name(self) -> str:
        """As in the rows of `work`."""

    @property
    def version(self) -> int:
        """Above 0. Another one tries again what this one gave up: see `with_model`."""

    @property
    def portion(self) -> Portion: ...

    @property
    def trials(self) -> Sequence[Trial]:
        """Where a model fails one, its work waits for another model."""

    def ask(self, batch: Batch) -> Question | None:
        """None where no model is needed: then `read` is given nothing."""

    def read(self, batch: Batch, answer: str) -> Write | None:
        """Looked at by code. What is to be written together with the end of the work, perhaps
        nothing (`nothing`); None where the answer is no use, which counts as a try."""


def with_model(version: int, model: str) -> int:
    """What one model has garbled another may tell, so each is a version of its own."""
    return version + (zlib.crc32(model.encode()) << 16 if model else 0)


def nothing(_db: object) -> None:
    """There was nothing to make of it."""
