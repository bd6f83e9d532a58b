"""A growing reply -> pages, at the platform's pace. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform allows: a page's length in characters, the seconds between two edits."""

    page_chars: int
    gap_s: float
