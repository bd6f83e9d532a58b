"""Our own export -> the talks in it, and what binds the person. Pure.

Consents, locks, age records, settings and whatever else says what somebody may do is never taken
from a file: it is given again, here, by who may give it. Nor are notes: they are made anew.
"""

import json
from collections.abc import Mapping

from bot.clean import clean_text
from bot.histories.tavern import LATE, NOTHING, TOO_LONG, TOO_MANY
from bot.histories.values import (
    LONGEST_LINE,
    MOST_LINES,
    TOLD,
    History,
    Line,
    NotTaken,
    OwnFact,
    OwnLimit,
    Problem,
    Talk,
    in_order,
)
from bot.store.rows import Side
from bot.text import Text

NO_EXPORT = Text("This is neither an export of mine nor a chat history of SillyTavern.")
NO_TURN = Text("This turn is not as I write them.")

_DAY_S = 86_400.0
_CLOSED = "romance closed: "
_MOST_LIMITS = 200
_MOST_FACTS = 1000


def read_export(content: str, now: float) -> History | NotTaken:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return NotTaken((Problem(0, NO_EXPORT),), is_ours=True)
    turns, sessions = _list(data, "turns"), _list(data, "sessions")
    if turns is None or sessions is None:
        return NotTaken((Problem(0, NO_EXPORT),), is_ours=True)
    if len(turns) > MOST_LINES:
        return NotTaken((Problem(0, TOO_MANY.format(most=MOST_LINES)),))
    talks = {row.get("id"): row for row in sessions}
    said: dict[object, list[Line]] = {}
    problems: list[Problem] = []
    for number, row in enumerate(turns, start=1):
        if row.get("session") is None or row.get("state") not in {"done", "cut"}:
            # Of no talk: a message that was not answered yet, or was no talk at all.
            continue
        line = _line(row, now)
        if isinstance(line, Text) or row["session"] not in talks:
            problems.append(Problem(number, line if isinstance(line, Text) else NO_TURN))
        else:
            said.setdefault(row["session"], []).append(line)
        if len(problems) >= TOLD:
            break
    if problems:
        return NotTaken(tuple(problems), is_ours=True)
    found = [_talk(talks[id_], lines) for id_, lines in said.items()]
    limits = [_limit(row) for row in (_list(data, "limits") or [])[:_MOST_LIMITS]]
    marks = {row.get("name"): row.get("value") for row in _list(data, "marks") or []}
    closed = [
        name.removeprefix(_CLOSED)
        for name, value in marks.items()
        if isinstance(name, str) and name.startswith(_CLOSED) and value
    ]
    history = History(
        tuple(found),
        is_ours=True,
        limits=tuple(one for one in limits if one),
        facts=tuple(map(_fact, filter(_is_own, _list(data, "facts") or [])))[:_MOST_FACTS],
        closed=tuple(closed),
    )
    if not (history.count or history.limits or history.facts):
        return NotTaken((Problem(0, NOTHING),))
    return history


def _list(data: object, name: str) -> list[dict[str, object]] | None:
    rows = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _line(row: Mapping[str, object], now: float) -> Line | Text:
    side, at, chosen = row.get("side"), row.get("at"), row.get("chosen")
    revisions = _list(row, "revisions")
    if side not in {Side.PERSON, Side.PERSONA} or not revisions:
        return NO_TURN
    if isinstance(at, bool) or not isinstance(at, int | float):
        return NO_TURN
    texts = {row.get("step"): row.get("text") for row in revisions}
    words = [text for text in texts.values() if isinstance(text, str)]
    if chosen not in texts or len(words) < len(texts):
        return NO_TURN
    if not 0 < at < now + _DAY_S:
        return LATE
    if any(len(text) > LONGEST_LINE for text in words):
        return TOO_LONG.format(most=LONGEST_LINE)
    kept = tuple(clean_text(text) for text in words)
    return Line(Side(str(side)), kept, list(texts).index(chosen), float(at))


def _talk(row: Mapping[str, object], lines: list[Line]) -> Talk:
    sponsor, room = row.get("sponsor"), row.get("room")
    return Talk(
        persona=clean_text(str(row.get("persona", "")))[:40],
        sponsor=sponsor if isinstance(sponsor, str) else None,
        room=room if isinstance(room, str) else None,
        lines=tuple(in_order(lines)),
    )


def _limit(row: Mapping[str, object]) -> OwnLimit | None:
    text = row.get("text")
    return OwnLimit(text, bool(row.get("is_hard"))) if isinstance(text, str) else None


def _is_own(row: Mapping[str, object]) -> bool:
    is_theirs = row.get("origin") == "person" and not row.get("sources") and not row.get("room")
    return is_theirs and isinstance(row.get("sentence"), str) and row.get("valid_to") is None


def _fact(row: Mapping[str, object]) -> OwnFact:
    sponsor = row.get("sponsor")
    return OwnFact(
        persona=clean_text(str(row.get("persona", "")))[:40],
        sponsor=sponsor if isinstance(sponsor, str) and sponsor else None,
        sentence=" ".join(clean_text(str(row["sentence"])).split()),
        is_pinned=bool(row.get("pinned")),
    )
