"""Which devices of a person are new, and when that is told: pure logic over what was seen and what
is there. It keeps nothing and says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.platforms.matrix.trust.sentences import MANY_NEW_DEVICES, NEW_DEVICE, NEW_DEVICES
from bot.text import Text

MOST_WATCHED = 300
"""Of one person; behind that they have long been told of a flood."""
MOST_NAMED = 5
AT_ONCE = 3
WITHIN_S = 3600.0
"""So often at most; what comes meanwhile is told together later."""


@dataclass(frozen=True, slots=True)
class Seen:
    """By tag, so that nothing of it can be read as a device."""

    tags: frozenset[str] = frozenset()
    told_at: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    seen: Seen
    """What to keep."""
    tell: Text | None = None
    later: bool = False
    """Something new was held back."""


def look(seen: Seen | None, there: Mapping[str, str], now: float) -> Look | None:
    """`there` gives a tag for each device's id. The first sight of somebody is silent. None where
    there is nothing: a homeserver that cannot ask another says so of all devices."""
    watched = dict(sorted(there.items(), key=lambda one: one[1])[:MOST_WATCHED])
    if not watched:
        return None
    if seen is None:
        return Look(Seen(frozenset(watched.values())))
    new = sorted(name for name, tag in watched.items() if tag not in seen.tags)
    # A clock that was set back must not silence this for ever.
    told_at = tuple(then for then in seen.told_at if 0 <= now - then < WITHIN_S)
    if not new:
        return Look(Seen(frozenset(watched.values()), told_at))
    if len(told_at) >= AT_ONCE:
        return Look(Seen(seen.tags & set(watched.values()), told_at), later=True)
    return Look(Seen(frozenset(watched.values()), (*told_at, now)), _sentence(new))


def _sentence(new: list[str]) -> Text:
    if len(new) > MOST_NAMED:
        return MANY_NEW_DEVICES.format(count=len(new))
    shown = ", ".join(map(_harmless, new))
    return (NEW_DEVICE if len(new) == 1 else NEW_DEVICES).format(devices=shown)


def _harmless(device: str) -> str:
    """An id is whatever somebody's client chose: letters, digits and a few signs are shown of it."""
    kept = "".join(
        sign for sign in device[:40] if sign.isascii() and (sign.isalnum() or sign == "-")
    )
    return kept or "?"
