"""Whether this machine is quiet: threads that wait for each other suffer most from company."""

import asyncio
from pathlib import Path

_TIMES = Path("/proc/stat")
_LOOK_S = 2.0
NOISY = 0.1


async def others_share() -> float | None:
    """How much of all cores is in use, while the bench itself does nothing; None where untold."""
    if not _TIMES.exists():
        return None
    before = _busy_and_all()
    await asyncio.sleep(_LOOK_S)
    after = _busy_and_all()
    busy, everything = (late - early for early, late in zip(before, after, strict=True))
    return busy / everything if everything else None


def remark(share: float | None) -> list[str]:
    if share is None or share < NOISY:
        return []
    return [f"NOT QUIET: other programs took {share:.0%} of the cores before this load began"]


def _busy_and_all() -> tuple[int, int]:
    # user, nice, system, idle, iowait, irq, softirq, steal
    times = [int(field) for field in _TIMES.read_text().split("\n", 1)[0].split()[1:9]]
    return sum(times) - times[3] - times[4], sum(times)
