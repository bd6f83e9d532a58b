"""The story as work: about forty turns that are leaving the window -> a summary that stands.

What is asked and looked at is `memory/story`; this joins it with policy. A summary says nothing above
the rating of what was said (SAFETY L2), and nothing that the talk does not hold.
"""

from collections.abc import Mapping, Sequence

from bot.kinds import Question, Trial, with_model
from bot.memory.story import (
    VERSION,
    ask_summary,
    sampling_for,
    what_stands,
)
from bot.personas import Persona
from bot.policy.memories import may_surface
from bot.store.stories import KIND, summarise
from bot.store.work_rows import Batch, Portion, Write

TURNS = 40
BEHIND = 6
"""The newest turns are left alone: they may be said anew."""
SHARE = 0.25
"""Of the context: where a window holds few turns, a stretch is shorter, or none would ever be told
before it leaves."""
BYTES_PER_TOKEN = 3
LEAST_TURNS, LEAST_BYTES = 4, 200
"""Of less nothing is told."""


class StoryTelling:
    def __init__(
        self, personas: Mapping[str, Persona], context_tokens: int, model: str = ""
    ) -> None:
        """`model` names it: what one garbled is asked of another again."""
        self._personas = personas
        enough = int(context_tokens * SHARE * BYTES_PER_TOKEN)
        self.name, self.version = KIND, with_model(VERSION, model)
        self.trials: Sequence[Trial] = ()
        self.portion = Portion(fewest=TURNS, most=TURNS, enough=enough, behind=BEHIND)

    def ask(self, batch: Batch) -> Question | None:
        if not _is_worth_telling(batch):
            return None
        parts = ask_summary(batch.said, batch.name, self._persona_name(batch))
        return Question(parts, sampling_for(batch.tries))

    def read(self, batch: Batch, answer: str) -> Write | None:
        if not _is_worth_telling(batch):
            return summarise(batch, "", VERSION)
        text = what_stands(answer, batch.said, (batch.name, self._persona_name(batch)))
        if text and may_surface(text, batch.rating, ()):
            return summarise(batch, text, VERSION)
        return None

    def _persona_name(self, batch: Batch) -> str:
        persona = self._personas.get(batch.scope.persona)
        return persona.name if persona else batch.scope.persona


def _is_worth_telling(batch: Batch) -> bool:
    size = sum(len(one.text.encode()) for one in batch.said)
    return len(batch.said) >= LEAST_TURNS and size >= LEAST_BYTES
