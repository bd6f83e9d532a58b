"""What a community's moderators chose of Matrix's own: where people come in, whose power speaks for
an adult, which policy lists hold, where the panel stands. A small JSON for each community.
"""

import json
from dataclasses import asdict, dataclass

from bot.platforms import chosen as kept
from bot.platforms.base import Locker
from bot.platforms.chosen import read_record

MOST_LISTS = 10
STRONGEST = 100
_LONGEST_ID = 255


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids; empty where nothing was chosen."""

    entrance: str = ""
    """The room for the panel."""
    trusted: int | None = None
    """Whoever has this power or more is called an adult by their community (SAFETY A4). None where
    that was never chosen; 0 where it was taken back, so that older signs end."""
    lists: tuple[str, ...] = ()
    """Rooms."""
    panel: str = ""
    """The message, and below the room in which it stands."""
    panel_in: str = ""


NOTHING = Chosen()
Choices = kept.Choices[Chosen]


def make_choices(locker: Locker) -> Choices:
    return Choices(locker, kind="community", nothing=NOTHING, write=write_chosen, read=read_chosen)


def write_chosen(chosen: Chosen) -> bytes:
    return json.dumps(asdict(chosen)).encode()


def read_chosen(kept: bytes) -> Chosen | None:
    """None for what is not wholly as it was written."""
    found = read_record(kept, Chosen.__slots__)
    if found is None:
        return None
    lists, trusted = found.pop("lists"), found.pop("trusted")
    if not all(value == "" or _is_id(value) for value in found.values()):
        return None
    if not isinstance(lists, list) or len(lists) > MOST_LISTS or not all(map(_is_id, lists)):
        return None
    if trusted is not None and (type(trusted) is not int or not 0 <= trusted <= STRONGEST):
        return None
    return Chosen(**found, lists=tuple(lists), trusted=trusted)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value[:1] in ("!", "$") and len(value) <= _LONGEST_ID
