"""A growing reply -> pages, at the platform's pace. Pure.

A page is one message on the platform. Pages are cut from the front, each from nothing but the
text that fills it, so that a full page stays as it is however the reply goes on: only the last
page may still change. Knows no platform, no clock and no screen; `now` is passed in.
"""

import re
import unicodedata
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform allows: a page's length in characters, the seconds between two edits."""

    page_chars: int
    gap_s: float


@dataclass(frozen=True, slots=True)
class Open:
    """Say this page as a new message. Pages are counted from 0."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Revise this page; `text` is always the whole of it."""

    page: int
    text: str


Step = Open | Change


def cut_pages(text: str, limit: int) -> tuple[str, ...]:
    """At paragraphs, else lines, sentences, words, characters; whitespace at cuts is dropped.

    A code fence that is open at a cut is closed there and opened again on the next page.
    """
    if limit < 1:
        raise ValueError(f"a page of {limit} characters holds nothing; it needs at least 1")
    pages = []
    place = _Place(start=0, fence=None)
    while (cut := _cut(text, place, limit)) is not None:
        page, place = cut
        pages.append(page)
    last = _page_text(text[place.start :], place.fence)
    return (*pages, last) if last else tuple(pages)


class Draft:
    """One reply while it grows: which pages to open and to change, and when.

    First words go out at once. After that all that has gathered goes out together, at most once
    each `gap_s`; `finish` waits for nothing.
    """

    __slots__ = ("_behind", "_last_step", "_pace", "_page", "_place", "_shown", "_text")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._text = ""
        self._behind = False
        self._last_step = -inf
        # What is before `_place` is cut for good and never looked at again.
        self._place = _Place(start=0, fence=None)
        self._page = 0
        self._shown: str | None = None

    @property
    def due_at(self) -> float | None:
        """When `catch_up` may show what is pending; None when nothing is."""
        return self._last_step + self._pace.gap_s if self._behind else None

    def grow(self, released: str, now: float) -> tuple[Step, ...]:
        """`released` is the whole reply so far, as the screen let it pass."""
        if not released.startswith(self._text):
            raise ValueError("a draft only grows: what was released once cannot be taken back")
        self._behind |= len(released) > len(self._text)
        self._text = released
        return self.catch_up(now)

    def catch_up(self, now: float) -> tuple[Step, ...]:
        """For the pauses of the stream: shows what is pending if its time has come."""
        due_at = self.due_at
        return () if due_at is None or now < due_at else self._show(now)

    def finish(self, now: float) -> tuple[Step, ...]:
        """The last whole text, if it is not shown yet."""
        return self._show(now)

    def _show(self, now: float) -> tuple[Step, ...]:
        steps: list[Step] = []
        while (cut := _cut(self._text, self._place, self._pace.page_chars)) is not None:
            page, self._place = cut
            self._put(page, steps)
            self._page += 1
            self._shown = None
        last = _page_text(self._text[self._place.start :], self._place.fence)
        if last:
            self._put(last, steps)
        if steps:
            self._last_step = now
        self._behind = False
        return tuple(steps)

    def _put(self, text: str, steps: list[Step]) -> None:
        if self._shown is None:
            steps.append(Open(self._page, text))
        elif text != self._shown:
            steps.append(Change(self._page, text))
        self._shown = text


# --- Where a page ends ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fence:
    """An open code block: its backticks and the language behind them."""

    marker: str
    language: str

    @property
    def opening(self) -> str:
        return f"{self.marker}{self.language}\n"

    @property
    def closing(self) -> str:
        return f"\n{self.marker}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the page begins, and the fence that it must open again."""

    start: int
    fence: _Fence | None


_FENCE_LINE = re.compile(r"^ {0,3}(`{3,})([^`\n]*)$", re.MULTILINE)

# The best first; a cut lies at the end of a match.
_ENDS = (
    re.compile(r"(?=\n[^\S\n]*\n)"),
    re.compile(r"(?=\n)"),
    re.compile(r"[.!?…][\"'”’»)\]*_]*(?=\s)|[。！？][」』”’）]*"),
    re.compile(r"(?=\s)"),
)


def _cut(text: str, place: _Place, limit: int) -> tuple[str, _Place] | None:
    """The page that begins here and where the next begins; None while all of it fits."""
    start, fence = place.start or _next_start(text, 0, limit), place.fence
    room = limit - len(fence.opening if fence else "")
    # Whitespace at the end may yet become a page's dropped whitespace: it fills nothing.
    if len(text.rstrip()) - start <= room:
        return None
    end = _best_end(text, start, start + room)
    after = _fence_at(text, place, end, limit)
    if after is not None and end - start + len(after.closing) > room:
        end = _best_end(text, start, start + room - len(after.closing))
        after = _fence_at(text, place, end, limit)
    closing = after.closing if after is not None else ""
    page = _page_text(text[start:end], fence) + closing
    return page, _Place(_next_start(text, end, limit), after)


def _page_text(body: str, fence: _Fence | None) -> str:
    if not body.strip():
        return ""
    # Inside a fence the first line's indentation is part of the code.
    return fence.opening + body.rstrip() if fence is not None else body.strip()


def _best_end(text: str, start: int, stop: int) -> int:
    """Looks no further than the character at `stop`: what comes later must not move a cut.

    In the first half of a page no break is good enough, or pages would become scraps.
    """
    half = start + (stop - start) // 2
    for ends in _ENDS:
        found = [match.end() for match in ends.finditer(text, half + 1, stop + 1)]
        fitting = [end for end in found if half < end <= stop]
        if fitting:
            return fitting[-1]
    end = stop
    while end > half and _is_inside_character(text, end):
        end -= 1
    return end if end > half else stop


def _next_start(text: str, end: int, limit: int) -> int:
    """Past the whitespace at the cut, but not past the indentation of the next line."""
    rest = text[end:]
    first_word = end + len(rest) - len(rest.lstrip())
    line = text.rfind("\n", end, first_word) + 1
    # Indentation that would fill the page is no indentation.
    is_indentation = (line > 0 or end == 0) and first_word - line <= limit // 4
    return line if is_indentation else first_word


def _fence_at(text: str, place: _Place, end: int, limit: int) -> _Fence | None:
    fence = place.fence
    for match in _FENCE_LINE.finditer(text, place.start, end + 1):
        if match.end() > end:
            break
        marker, language = match.group(1), match.group(2).rstrip()
        if fence is None:
            fence = _Fence(marker, language)
        elif len(marker) >= len(fence.marker) and not language:
            fence = None
    # A fence that would eat the page is not worth carrying.
    if fence is not None and len(fence.opening) + len(fence.closing) > limit // 2:
        return None
    return fence


_JOINER = "\u200d"


def _is_inside_character(text: str, at: int) -> bool:
    """Whether a reader would see the two sides of `at` as one sign, or a fence's backticks."""
    before, after = text[at - 1], text[at]
    return (
        unicodedata.category(after) in {"Mn", "Mc", "Me"}
        or _JOINER in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= after <= "\U000e007f"  # the tags of a flag
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or (_is_flag_letter(after) and _flag_letters_before(text, at) % 2 == 1)
        or before == after == "`"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag_letter(text[at - count - 1]):
        count += 1
    return count
