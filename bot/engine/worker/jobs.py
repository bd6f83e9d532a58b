"""One request as the scheduler sees it: what is asked, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.engine.shares import ONE_GROUP, Share
from bot.engine.spelling import Spelling
from bot.engine.wire import Work
from bot.engine.worker.holding import Slot
from bot.engine.worker.prefix import Tokens, tokens
from bot.engine.worker.states import Card


class Drawing(Protocol):
    def sample(self, row: int) -> int: ...

    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Writing:
    """A reply on its way."""

    drawing: Drawing
    spelling: Spelling
    most: int
    """Tokens."""


@dataclass(slots=True, eq=False)
class Job:
    """`writing` for a reply, `choices` for a judgement, neither for warming."""

    id: int
    key: str
    person: str
    ids: Tokens
    card: int = 0
    """How many tokens at the beginning are a persona's card."""
    adapter: str | None = None
    background: bool = False
    share: Share = ONE_GROUP
    """Whose part of a full machine it is."""
    writing: Writing | None = None
    choices: Sequence[int] = ()
    reply: Tokens = field(default_factory=tokens)
    slot: Slot | None = None
    pending: Tokens = field(default_factory=tokens)
    """Tokens that are still to be computed: the prompt's rest, or the token sampled last."""
    reused: int = 0
    computed: int = 0

    @property
    def warms(self) -> bool:
        return self.writing is None and not self.choices

    @property
    def reads(self) -> bool:
        """It is not being written yet, or has to be read again to go on."""
        return not self.reply or len(self.pending) != 1

    @property
    def wanted(self) -> Tokens:
        return self.ids + self.reply

    @property
    def work(self) -> Work:
        return Work(len(self.ids), self.reused, self.computed, len(self.reply))

    @property
    def whole_card(self) -> Card:
        return Card(tuple(self.ids[: self.card]), self.adapter)

    def begin(self, slot: Slot) -> None:
        held = len(slot.tokens)
        self.slot = slot
        self.pending = self.wanted[held:]
        # What was interrupted finds its own earlier work here.
        self.reused = max(0, min(held, len(self.ids)) - self.computed)

    def rest(self) -> None:
        self.slot, self.pending = None, tokens()
