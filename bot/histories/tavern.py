"""SillyTavern's chat histories -> a talk. Pure.

One JSON object a line: first a header that may name both sides, then a message each with `name`,
`is_user`, `send_date`, `mes`, and for another answer `swipes` with `swipe_id`. Dates have had
several forms over the years. Lines that the program itself wrote (`is_system`) are no talk.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import chain, islice

from bot.clean import clean_text
from bot.histories.values import (
    LONGEST_LINE,
    MOST_LINES,
    TOLD,
    History,
    Line,
    NotTaken,
    Problem,
    Talk,
    in_order,
)
from bot.store.rows import Side
from bot.text import Text

NO_JSON = Text("This is no JSON object.")
NO_WORDS = Text("`mes` is no text, or is empty, and there are no `swipes`.")
NO_SIDE = Text("`is_user` is neither true nor false.")
NO_DATE = Text("`send_date` is no date that I can read.")
LATE = Text("It has a date that is still to come, or lies before 1970.")
TOO_LONG = Text("It is longer than {most} signs.")
TOO_MANY = Text("There are more than {most} messages in it.")
NOTHING = Text("There is no message in it.")

_HUMAN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s(?: ?(\d{1,3})ms)?")  # fmt: skip
_SPOKEN = re.compile(
    r"([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2}) ?([ap])m", re.IGNORECASE
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MS = 100_000_000_000
"""Above this a number counts milliseconds."""
_DAY_S = 86_400.0
_HEADER = {"chat_metadata", "user_name", "character_name", "create_date"}


def read_tavern(text: str, zone: tzinfo, now: float) -> History | NotTaken:
    """All of it, or what is wrong with it."""
    # One row at a time: a hundred thousand at once would be a hundred megabytes.
    rows = _rows(text)
    first = list(islice(rows, 1))
    header = first.pop()[1] if first and _is_header(first[0][1]) else {}
    before = read_date(header.get("create_date"), zone)
    names: dict[bool, object] = {}
    """Of the other side, under True: the first that is there."""
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, row in chain(first, rows):
        if row.get("is_system"):
            continue
        names.setdefault(row.get("is_user") is False, row.get("name"))
        line = _read(row, zone, before, now)
        if isinstance(line, Text):
            problems.append(Problem(number, line))
        else:
            lines.append(line)
            before = line.at
        if len(problems) == TOLD:
            break
    if len(lines) > MOST_LINES:
        problems.append(Problem(0, TOO_MANY.format(most=MOST_LINES)))
    if not lines and not problems:
        problems.append(Problem(0, NOTHING))
    if problems:
        return NotTaken(tuple(problems))
    named = header.get("character_name")
    if not isinstance(named, str) or named in {"", "unused"}:
        named = names.get(True, "")
    persona = clean_text(str(named)).strip()[:40]
    return History((Talk(persona, None, None, tuple(in_order(lines))),), is_ours=False)


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """With their numbers; empty where a line is no object."""
    # Not by `splitlines`: text may hold signs that part lines, and JSON leaves them as they are.
    for number, written in enumerate(text.split("\n"), start=1):
        if written.strip():
            try:
                row = json.loads(written)
            except (ValueError, RecursionError):
                row = None
            yield number, row if isinstance(row, dict) else {}


def _is_header(row: Mapping[str, object]) -> bool:
    return "mes" not in row and bool(row.keys() & _HEADER)


def read_date(value: object, zone: tzinfo) -> float | None:
    """What has no zone of its own is told by the person's clock."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        if not isinstance(value, str) or value.strip().isdigit():
            return float(value) / (1000 if float(value) > _MS else 1)
        if found := _HUMAN.fullmatch(value.strip()):
            year, month, day, hour, minute, second, ms = (int(one or 0) for one in found.groups())
            told = datetime(year, month, day, hour, minute, second, ms * 1000, zone)
        elif found := _SPOKEN.fullmatch(value.strip()):
            day, year, hour, minute = (int(one) for one in found.group(2, 3, 4, 5))
            hour = hour % 12 + (12 if found[6].lower() == "p" else 0)
            month = _MONTHS.index(found[1].lower()) + 1
            told = datetime(year, month, day, hour, minute, tzinfo=zone)
        else:
            told = datetime.fromisoformat(value.strip())
            told = told if told.tzinfo else told.replace(tzinfo=zone)
        return told.timestamp()
    except (ValueError, OverflowError):
        return None


def _read(row: Mapping[str, object], zone: tzinfo, before: float | None, now: float) -> Line | Text:
    if not row:
        return NO_JSON
    is_user = row.get("is_user")
    if not isinstance(is_user, bool):
        return NO_SIDE
    swipes, chosen = row.get("swipes"), row.get("swipe_id")
    texts = [row.get("mes")]
    at = 0
    if isinstance(swipes, list) and swipes and not is_user:
        is_known = isinstance(chosen, int) and 0 <= chosen < len(swipes)
        at = chosen if is_known and isinstance(chosen, int) else 0
        # What stands in the talk is `mes`: it may have been edited after it was chosen.
        texts = [*swipes[:at], row.get("mes") or swipes[at], *swipes[at + 1 :]]
    kept = [(n, clean_text(one)) for n, one in enumerate(texts) if isinstance(one, str)]
    kept = [(n, one) for n, one in kept if one.strip()]
    if at not in (n for n, _ in kept):
        return NO_WORDS
    if any(len(one) > LONGEST_LINE for _, one in kept):
        return TOO_LONG.format(most=LONGEST_LINE)
    when = read_date(row["send_date"], zone) if row.get("send_date") else before
    if when is None:
        return NO_DATE
    if not 0 < when < now + _DAY_S:
        return LATE
    side = Side.PERSON if is_user else Side.PERSONA
    return Line(side, tuple(one for _, one in kept), [n for n, _ in kept].index(at), when)
