"""Facts found by a model, as work: a few of the person's lines -> what of them is known from then on.

What is asked and believed is `memory/extraction`; this joins it with policy. A model is asked only once
it has found what stands in a few plain sentences, and nothing in small talk: see `TRIALS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from bot.events import TurnId
from bot.kinds import Question, nothing, with_model
from bot.memory.extraction import ask_facts, drafts_from
from bot.memory.statements import statements_in
from bot.policy.memories import may_learn
from bot.store.learning import found_by_model
from bot.store.rows import Side
from bot.store.work_rows import Batch, Portion, Said, Write

KIND = "facts"
VERSION = 2
PORTION = Portion(fewest=10, most=16, behind=4, idle_s=6 * 3600.0)
"""Of both sides: at most eight lines of the person."""


def _theirs(said: Sequence[Said]) -> list[Said]:
    """The person's lines that say something of them at all: of others code would believe nothing, and
    a small model that has said "nothing" twice goes on with it."""
    return [one for one in said if one.side is Side.PERSON and next(statements_in(one.text), None)]


def _question(lines: Sequence[Said]) -> Question:
    parts, sampling = ask_facts([one.text for one in lines])
    return Question(parts, sampling)


# --- Whether a model can do this at all ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """Plain sentences, and what is to be found in them: slots and values, and nothing else."""

    lines: tuple[str, ...]
    wanted: frozenset[tuple[str, str]]

    @property
    def question(self) -> Question:
        return _question(self._said)

    def passes(self, answer: str) -> bool:
        found = drafts_from(answer, self._said, UTC) or {}
        told = {(one.slot, one.value.casefold()) for drafts in found.values() for one in drafts}
        return told == self.wanted

    @property
    def _said(self) -> Sequence[Said]:
        said = enumerate(self.lines, start=1)
        return _theirs([Said(TurnId(turn), Side.PERSON, line, 0.0) for turn, line in said])


TRIALS = (
    Trial(
        ("I live in Lisbon.", "I was late today.", "I work as a gardener."),
        frozenset({("home", "lisbon"), ("job", "gardener")}),
    ),
    Trial(("Hm, tell me more.", "I slept badly.", "The bus was slow."), frozenset()),
    Trial(
        ("Good evening!", "We had soup.", "My cat is called Pepper."),
        frozenset({("pet", "pepper")}),
    ),
)


# --- The kind ------------------------------------------------------------------------------------


class FactFinding:
    def __init__(self, model: str = "") -> None:
        """`model` names it: what one garbled is asked of another again."""
        self.name, self.version = KIND, with_model(VERSION, model)
        self.portion, self.trials = PORTION, TRIALS

    def ask(self, batch: Batch) -> Question | None:
        lines = _theirs(batch.said)
        return _question(lines) if lines else None

    def read(self, batch: Batch, answer: str) -> Write | None:
        lines = _theirs(batch.said)
        if not lines:
            return nothing
        found = drafts_from(answer, lines, batch.zone)
        if found is None:
            return None
        kept = {
            turn: [draft for draft in drafts if may_learn(draft.quote)]
            for turn, drafts in found.items()
        }
        return found_by_model(kept, lines[-1].at)
