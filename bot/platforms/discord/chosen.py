"""What a guild's moderators chose of Discord's own: where people come in, whom it trusts, where the
panel stands. Ratings and ages are the community's and stand elsewhere.

A small JSON for each guild.
"""

import json
from dataclasses import asdict, dataclass

from bot.platforms import chosen as kept
from bot.platforms.base import Locker
from bot.platforms.chosen import read_record

MOST_ROLES = 25
_LONGEST_ID = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids; empty where nothing was chosen."""

    entrance: str = ""
    """The channel for the panel."""
    roles: tuple[str, ...] | None = None
    """Whoever holds one is called an adult by their community (SAFETY A4). None where that was
    never chosen; empty where it was taken back, so that older signs end."""
    panel: str = ""
    """The message, and below the channel in which it stands."""
    panel_in: str = ""


NOTHING = Chosen()
Choices = kept.Choices[Chosen]


def make_choices(locker: Locker) -> Choices:
    return Choices(locker, kind="guild", nothing=NOTHING, write=write_chosen, read=read_chosen)


def write_chosen(chosen: Chosen) -> bytes:
    return json.dumps(asdict(chosen)).encode()


def read_chosen(kept: bytes) -> Chosen | None:
    """None for what is not wholly as it was written."""
    # Once it stood here, too, where moderators are told of cases: the house keeps that.
    found = read_record(kept, Chosen.__slots__, once="log")
    if found is None:
        return None
    roles = found.pop("roles")
    if not all(value == "" or _is_id(value) for value in found.values()):
        return None
    if roles is None:
        return Chosen(**found)
    if not isinstance(roles, list) or len(roles) > MOST_ROLES or not all(map(_is_id, roles)):
        return None
    return Chosen(**found, roles=tuple(roles))


def _is_id(value: object) -> bool:
    return (
        isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_ID
    )
