"""Ordinary circumstances for the policy tests: an adult who is in, with nothing closed."""

from dataclasses import replace
from typing import Any

from bot.events import AgeLevel, Rating
from bot.policy.community.compiled import NONE
from bot.policy.community.rule import Member
from bot.policy.facts import Facts, Own

NOW = 1_795_234_000.0
"""A day in November 2026."""


MEMBER = Member(
    hits={},
    pauses=(),
    is_revoked=False,
    roles=frozenset(),
    power_level=0,
    account_since=NOW - 1e8,
    is_approved=False,
    sent=(),
    session_s=60.0,
)
"""Somebody against whom nothing is held."""


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
        persona_id="wren",
        rules=NONE,
        member=MEMBER,
    )
    return replace(ordinary, **changes)
