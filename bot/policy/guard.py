"""What a guard model is asked, and what its answers mean (SAFETY L1, L4, L5, L6, L10).

One criterion is one question. An answer that is missing counts as the worst (INVARIANT I3).
How a question is worded is for `guard_formats.py`, who asks it for `bot/guarding.py`; this file
knows probabilities and no models.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Literal

from bot.events import Rating
from bot.policy.facts import Effect, Outcome, Verdict
from bot.text import Text


class Criterion(StrEnum):
    """The worst first: of several that are met, the first is told."""

    UNDER_18 = "under 18"
    FORCED = "forced"
    REAL_PERSON = "real person"
    HARM = "harm"
    SEXUAL = "sexual"


class Meaning(Enum):
    """Of one choice that a guard has."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    MET = "met"


Side = Literal["asked", "written"]
"""What a person wrote, or what the engine wrote."""

_BELOW_MATURE = (Criterion.UNDER_18, Criterion.HARM, Criterion.SEXUAL)
CRITERIA: Mapping[Rating, tuple[Criterion, ...]] = MappingProxyType(
    {
        Rating.GENERAL: _BELOW_MATURE,
        Rating.ROMANCE: _BELOW_MATURE,
        # What is sexual is no question here; below, it answers for the two that are left out.
        Rating.MATURE: (
            Criterion.UNDER_18,
            Criterion.FORCED,
            Criterion.REAL_PERSON,
            Criterion.HARM,
        ),
    }
)

# From which risk on a criterion counts as met. Where more is open, less is left to chance: in
# MATURE no other rule tells adults from minors (L10), below it the lists and the screen do, too.
# These are beginnings: no guard model was at hand to measure them with.
_FROM: Mapping[Criterion, tuple[float, float, float]] = MappingProxyType(
    {
        Criterion.UNDER_18: (0.5, 0.3, 0.1),
        Criterion.FORCED: (0.5, 0.5, 0.3),
        Criterion.REAL_PERSON: (0.5, 0.5, 0.5),
        Criterion.HARM: (0.5, 0.5, 0.5),
        Criterion.SEXUAL: (0.5, 0.7, 1.0),
    }
)
# How much doubt counts. "Controversial" is what Qwen3Guard calls a text whose meaning hangs on
# its circumstances. On the floor doubt is the stricter case at every rating; a kiss is in doubt
# as well, and ROMANCE is there for kisses; stories of adults may speak of danger.
_DOUBT: Mapping[Criterion, tuple[float, float, float]] = MappingProxyType(
    {
        Criterion.UNDER_18: (1.0, 1.0, 1.0),
        Criterion.FORCED: (1.0, 1.0, 1.0),
        Criterion.REAL_PERSON: (1.0, 1.0, 1.0),
        Criterion.HARM: (1.0, 0.5, 0.5),
        Criterion.SEXUAL: (1.0, 0.5, 0.0),
    }
)
_NUMBER: Mapping[Criterion, str] = MappingProxyType(
    {
        Criterion.UNDER_18: "L1",
        Criterion.FORCED: "L4",
        Criterion.REAL_PERSON: "L4",
        Criterion.HARM: "L4",
        Criterion.SEXUAL: "L5",
    }
)

MINORS: Mapping[Side, Text] = MappingProxyType(
    {
        "asked": Text(
            "I do not write anything romantic or sexual with or about somebody under 18, and that "
            "stays so for the rest of this conversation. I am glad to go on with something else."
        ),
        "written": Text(
            "I stopped there: nothing romantic or sexual is written here with anybody under 18 in "
            "it."
        ),
    }
)
TOO_FAR: Mapping[Side, Text] = MappingProxyType(
    {
        "asked": Text(
            "That goes further than I may go in this conversation, so I leave it there. It does "
            "not count against you; shall we go on with something else?"
        ),
        "written": Text(
            "I stopped there: it went further than I may go in this conversation. Write on as you "
            "like."
        ),
    }
)
SILENT = Text(
    "I cannot check right now whether that is all right here, so I leave it out. "
    "It does not count against you; please try again in a little while."
)
TOO_LONG = Text(
    "That is too long for me to check in one piece. Please write it in shorter messages."
)

WINDOW = 1500
"""Characters that are judged at once; a guard's context holds them with its instructions."""
OVERLAP = 300
LONGEST = 4000
CONTEXT = 600
"""How much of what was said before is shown with them."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is judged: a person's message, or what was written in answer to it."""

    asked: str
    written: str | None = None

    @property
    def side(self) -> Side:
        return "asked" if self.written is None else "written"


def risk(
    criterion: Criterion, rating: Rating, meanings: Sequence[Meaning], shares: Sequence[float]
) -> float | None:
    """How likely the criterion is met; None where the answer makes no sense."""
    if len(meanings) != len(shares) or not all(math.isfinite(s) and 0 <= s <= 1 for s in shares):
        return None
    if not math.isclose(sum(shares), 1.0, abs_tol=0.01):
        return None
    weight = {Meaning.FINE: 0.0, Meaning.DOUBTFUL: _DOUBT[criterion][rating], Meaning.MET: 1.0}
    return sum(weight[meaning] * share for meaning, share in zip(meanings, shares, strict=True))


def is_met(criterion: Criterion, rating: Rating, found: float) -> bool:
    return found >= _FROM[criterion][rating]


def weigh(risks: Mapping[Criterion, float | None], rating: Rating, side: Side) -> Verdict | None:
    """None lets it pass. Every criterion of the rating has to be there."""
    asked = CRITERIA[rating]
    for criterion in sorted(asked, key=list(Criterion).index):
        found = risks.get(criterion)
        if found is not None and is_met(criterion, rating, found):
            return _refused(criterion, side)
    if any(risks.get(criterion) is None for criterion in asked):
        return silent()
    return None


def silent() -> Verdict:
    """SAFETY L6: a guard that fails or is late means that nothing is sent."""
    return Verdict("guard_is_silent", "L6", Outcome.REFUSE, say=SILENT)


def too_long() -> Verdict:
    """What is not read to its end is not passed; the guard is not at fault."""
    return Verdict("guard_cannot_read_all", "L6", Outcome.REFUSE, say=TOO_LONG)


def windows(text: str) -> tuple[str, ...]:
    """The whole text in pieces that a guard can read; they overlap, so that none cuts a sense."""
    starts = range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP)
    return tuple(text[start : start + WINDOW] for start in starts)


def _refused(criterion: Criterion, side: Side) -> Verdict:
    minors = criterion is Criterion.UNDER_18
    say = MINORS[side] if minors else TOO_FAR[side]
    # SAFETY L3: it stays closed, whatever is said later.
    effects = (Effect.CLOSE_ROMANCE,) if minors else ()
    rule = f"guard_{criterion.value.replace(' ', '_')}"
    return Verdict(rule, _NUMBER[criterion], Outcome.REFUSE, say=say, effects=effects)
