"""Ordinary circumstances for the policy tests: an adult who is in, with nothing closed."""

from dataclasses import replace
from typing import Any

from bot.events import AgeLevel, Rating
from bot.policy.facts import Facts, Own

NOW = 1_795_234_000.0
"""A day in November 2026."""


def facts(text: str, **changes: Any) -> Facts:
    ordinary = Facts(
        text=text,
        now=NOW,
        is_direct=True,
        addresses_bot=True,
        author_is_bot=False,
        consented=True,
        age_level=AgeLevel.SELF_ATTESTED,
        least_mature_level=AgeLevel.PLATFORM,
        is_listed=False,
        platform="console",
        locked=False,
        is_guest=True,
        sponsor_ceiling=Rating.ROMANCE,
        persona_rating=Rating.ROMANCE,
        person_ceiling=Rating.ROMANCE,
        romance_closed=False,
        own=Own(),
        disclosed_at=NOW - 60,
        persona_name="Wren",
    )
    return replace(ordinary, **changes)
