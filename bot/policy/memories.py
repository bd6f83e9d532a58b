"""SAFETY A10, L2, C2: what of a talk may be kept for another, and what of it may come up again."""

from collections.abc import Mapping, Sequence

from bot.events import Rating
from bot.policy.cards import check_card
from bot.policy.door import DOOR_VERSION, MEMORY
from bot.policy.limits import crosses, read_terms


def may_remember(consents: Mapping[str, str], *, is_private: bool) -> bool:
    """By the words that the person agreed to; of shared rooms nothing is kept beyond the window."""
    return is_private and consents.get(MEMORY) == DOOR_VERSION


def surface_under(ceiling: Rating, *, romance_closed: bool) -> Rating:
    """Above it nothing comes up: where romance is closed, nothing that was said with it (L3)."""
    return Rating.GENERAL if romance_closed else ceiling


def may_surface(text: str, ceiling: Rating, hard_limits: Sequence[str]) -> bool:
    """Looked at again on reading: rules and limits may be newer than what was said."""
    return check_card(ceiling, [text]) is None and not crosses(read_terms(hard_limits), text)


def may_learn(text: str) -> bool:
    """On writing (L2): nothing is kept that could not come up under any ceiling."""
    return any(check_card(rating, [text]) is None for rating in Rating)
