"""What the homeserver is asked to tell: what is used, and of members those who speak."""

from typing import Any

STATE = (
    "m.room.canonical_alias",
    "m.room.create",
    "m.room.encryption",
    "m.room.member",
    "m.room.name",
    "m.room.power_levels",
    "m.room.tombstone",
    "m.space.child",
    "m.space.parent",
    "org.parlour.*",
    "m.policy.rule.*",
)
SPOKEN = (
    "m.key.verification.*",
    "m.reaction",
    "m.room.encrypted",
    "m.room.message",
    "m.room.redaction",
    "m.sticker",
)
TIMELINE = 50
"""Messages of one room at once; more are fetched where something was missed."""


def make_filter() -> dict[str, Any]:
    return {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "state": {"types": [*STATE], "lazy_load_members": True},
            "timeline": {"types": [*STATE, *SPOKEN], "limit": TIMELINE},
            "ephemeral": {"types": ["m.typing"]},
            "account_data": {"types": []},
        },
    }
