"""What somebody calls their time zone -> the zone. It reads the system's table of zones, or that of
the package `tzdata` where it is installed; where neither is, an offset is understood all the same.
"""

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])(\d{1,2})(?::?([0-5]\d))?")
_FURTHEST_WEST, _FURTHEST_EAST = timedelta(hours=-12), timedelta(hours=14)


def name_zone(typed: str) -> str | None:
    """`europe/berlin`, `Berlin` and `UTC+2` as they are kept; None for what is no zone."""
    wanted = "_".join(typed.split()).casefold()
    if wanted in ("utc", "gmt", "z"):
        return "+00:00"
    if found := _OFFSET.fullmatch(" ".join(typed.split()).casefold().replace("−", "-")):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        offset = -offset if found[1] == "-" else offset
        if _FURTHEST_WEST <= offset <= _FURTHEST_EAST:
            return f"{found[1]}{int(found[2]):02}:{found[3] or '00'}"
        return None
    return _by_name().get(wanted)


def zone_of(name: str, otherwise_s: float) -> tzinfo:
    """Of a kept name. One that this machine no longer knows falls back on the operator's clock."""
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-offset if found[1] == "-" else offset)
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return timezone(timedelta(seconds=round(otherwise_s)))


@cache
def list_zones() -> tuple[str, ...]:
    """Those of places, as they are kept."""
    return tuple(sorted({name for name in _by_name().values() if not name.startswith("Etc/")}))


@cache
def _by_name() -> dict[str, str]:
    """Whole names, and the last part of one where it means one place only."""
    names = sorted(name for name in available_timezones() if "/" in name)
    places: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith("Etc/"):
            places.setdefault(name.rsplit("/", 1)[-1].casefold(), []).append(name)
    short = {place: found[0] for place, found in places.items() if len(found) == 1}
    return short | {name.casefold(): name for name in names}
