"""SAFETY A9, L10: how far a session may go: the lowest of everything that is known.

What is not known counts as GENERAL (INVARIANT I3).
"""

from bot.events import AgeLevel, Rating
from bot.policy.facts import Facts


def ceiling(facts: Facts) -> Rating:
    return min(
        _known(facts.sponsor_ceiling),
        _known(facts.persona_rating),
        _known(facts.person_ceiling),
        _of_age_record(facts),
        Rating.MATURE if facts.guard_ready is True else Rating.ROMANCE,
        Rating.GENERAL if facts.romance_closed is not False else Rating.MATURE,
        Rating.GENERAL if facts.locked is not False else Rating.MATURE,
    )


def _known(rating: Rating | None) -> Rating:
    return Rating.GENERAL if rating is None else rating


def _of_age_record(facts: Facts) -> Rating:
    """One's own word opens ROMANCE and no more (SAFETY A4, A5)."""
    if facts.age_level is None or facts.age_level < facts.least_age_level:
        return Rating.GENERAL
    return Rating.ROMANCE if facts.age_level is AgeLevel.SELF_ATTESTED else Rating.MATURE
