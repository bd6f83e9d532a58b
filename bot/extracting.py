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
from bot.policy.memories import may_learn
from bot.store.learning import found_by_model
from bot.store.rows import Side
from bot.store.work_rows import Batch, Portion, Said, Write

KIND = "facts"
VERSION = 1
PORTION = Portion(fewest=10, most=16, behind=4, idle_s=6 * 3600.0)
"""Of both sides: five to eight lines of the person."""


def _theirs(said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.side is Side.PERSON and one.text.strip()]


def _question(lines: Sequence[str]) -> Question:
    parts, sampling = ask_facts(lines)
    return Question(parts, sampling)


# --- Whether a model can do this at all ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """Plain sentences, and what is to be found in them: slots and values, and nothing else."""

    lines: tuple[str, ...]
    wanted: frozenset[tuple[str, str]]

    @property
    def question(self) -> Question:
        return _question(self.lines)

    def passes(self, answer: str) -> bool:
        said = [
            Said(TurnId(number), Side.PERSON, line, 0.0)
            for number, line in enumerate(self.lines, start=1)
        ]
        found = drafts_from(answer, said, UTC) or {}
        told = {(one.slot, one.value.casefold()) for drafts in found.values() for one in drafts}
        return told == self.wanted


TRIALS = (
    Trial(
        ("I live in Lisbon.", "It rains a lot today.", "I work as a gardener."),
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
        return _question([one.text for one in lines]) if lines else None

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
