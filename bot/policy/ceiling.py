"""SAFETY A9, L10: how far a session may go: the lowest of everything that is known.

What is not known counts as GENERAL (INVARIANT I3). MATURE needs more than ratings: see `mature`.
"""

from dataclasses import dataclass

from bot.events import CommunityId, PersonId, Rating
from bot.policy import mature
from bot.policy.community.standing import ceiling_of
from bot.policy.facts import Facts


@dataclass(frozen=True, slots=True)
class Fall:
    """For whom less may be written from now on, and how much is left: what is being written above
    that ends at once (SAFETY A9). Without a person it is everybody in the community, and without
    a community the person wherever they are."""

    person: PersonId | None = None
    community: CommunityId | None = None
    to: Rating | None = None
    """None: nothing at all."""
    account: PersonId | None = None
    """Instead of the person: only where they come with this account, because it left."""


def ceiling(facts: Facts) -> Rating:
    lowest = min(
        _known(facts.sponsor_ceiling),
        _known(facts.persona_rating),
        _known(facts.person_ceiling),
        _of_age_record(facts),
        Rating.GENERAL if facts.romance_closed is not False else Rating.MATURE,
        Rating.GENERAL if facts.locked is not False else Rating.MATURE,
        # SAFETY M1: and what the community's rules set beside its ceiling.
        ceiling_of(facts),
        # SAFETY A6: who reads along in a shared room has passed no door and has no age record.
        Rating.MATURE if facts.is_direct is True else Rating.GENERAL,
    )
    return min(lowest, Rating.ROMANCE) if mature.missing(facts) else lowest


def _known(rating: Rating | None) -> Rating:
    return Rating.GENERAL if rating is None else rating


def _of_age_record(facts: Facts) -> Rating:
    if facts.age_level is None or facts.age_level < facts.least_age_level:
        return Rating.GENERAL
    return Rating.MATURE
