"""Everything that is kept of somebody, as one page that they can read: no script, nothing from
elsewhere, and no word of it is markup. Pure.

The talk stands by day and persona, with what is remembered behind it by kind; what is neither
stands at the end as it is kept, so that nothing which the file holds is missing here.
"""

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from bot.text import Text

TITLE = Text("What is kept of you")
TALKS = Text("What was said")
WITH = Text("With {persona}")
YOU = Text("You")
OTHERS = Text("Other answers")
NO_TALK = Text("Nothing was said yet, or nothing of it is kept.")
CONSENTS = Text("What you agreed to")
LIMITS = Text("Your limits")
REMINDERS = Text("Your reminders")
SETTINGS = Text("Your settings")
MEMORIES = Text("What is remembered")
REST = Text("All else, as it is kept")

_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #222; background: #fdfcfa; }
h2 { margin-top: 3rem; border-bottom: 1px solid #ccc; } h3 { margin-top: 2rem; }
.turn { margin: .8rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { font-weight: 600; } time { color: #777; font-size: .85rem; }
.persona { padding-left: 1rem; border-left: 3px solid #c9b79c; }
pre, table { font-size: .85rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1c1b1a; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A browser that reads it loads and runs nothing, whatever somebody has written."""

Words = Callable[[Text], str]
Rows = Sequence[Mapping[str, object]]

_LISTED: Mapping[str, Text] = {
    "facts": MEMORIES,
    "consents": CONSENTS,
    "limits": LIMITS,
    "reminders": REMINDERS,
    "settings": SETTINGS,
}
"""What is shown as a table, in this order."""


def write_page(
    everything: Mapping[str, object], names: Mapping[str, str], zone: tzinfo, words: Words
) -> str:
    """`names` of personas by their ids; dates by the person's clock."""
    title = html.escape(words(TITLE))
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{title}</h1>",
            *_talks(everything, names, zone, words),
            *_tables(everything, zone, words),
            *_rest(everything, words),
            "</body></html>",
            "",
        )
    )


def _talks(
    everything: Mapping[str, object], names: Mapping[str, str], zone: tzinfo, words: Words
) -> Iterator[str]:
    yield f"<h2>{html.escape(words(TALKS))}</h2>"
    personas = {row["id"]: str(row["persona"]) for row in _rows(everything, "sessions")}
    said = [row for row in _rows(everything, "turns") if row["revisions"]]
    if not said:
        yield f"<p>{html.escape(words(NO_TALK))}</p>"
    said.sort(key=lambda row: (_at(row), _number(row["id"])))

    def of(row: Mapping[str, object]) -> tuple[str, str]:
        id_ = personas.get(row["session"], "")
        return _date(_at(row), zone), names.get(id_, id_)

    for (day, persona), turns in groupby(said, key=of):
        with_whom = words(WITH.format(persona=persona)) if persona else ""
        yield f"<h3>{day} {html.escape(with_whom)}</h3>"
        for turn in turns:
            yield from _turn(turn, persona, zone, words)


def _turn(turn: Mapping[str, object], persona: str, zone: tzinfo, words: Words) -> Iterator[str]:
    side = "persona" if turn["side"] == "persona" else "person"
    who = html.escape(persona if side == "persona" else words(YOU))
    at = f"{datetime.fromtimestamp(_at(turn), zone):%H:%M}"
    revisions = _rows(turn, "revisions")
    stands = [row for row in revisions if row["step"] == turn["chosen"]]
    text = html.escape(str(stands[0]["text"])) if stands else ""
    yield (
        f'<div class="turn {side}"><span class="who">{who}</span> <time>{at}</time>\n{text}</div>'
    )
    others = [row for row in revisions if row["step"] != turn["chosen"]]
    if others:
        yield f"<details><summary>{html.escape(words(OTHERS))}</summary>"
        for row in others:
            yield f'<div class="turn {side}">{html.escape(str(row["text"]))}</div>'
        yield "</details>"


def _tables(everything: Mapping[str, object], zone: tzinfo, words: Words) -> Iterator[str]:
    for name, title in _LISTED.items():
        rows = _rows(everything, name)
        if not rows:
            continue
        yield f"<h2>{html.escape(words(title))}</h2><table>"
        columns = list(rows[0])
        yield f"<tr>{''.join(f'<th>{html.escape(column)}</th>' for column in columns)}</tr>"
        for row in rows:
            cells = (_cell(column, row[column], zone) for column in columns)
            yield f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
        yield "</table>"


def _rest(everything: Mapping[str, object], words: Words) -> Iterator[str]:
    shown = {"turns", *_LISTED}
    rest = {name: value for name, value in everything.items() if name not in shown and value}
    if rest:
        yield f"<h2>{html.escape(words(REST))}</h2>"
        yield f"<pre>{html.escape(json.dumps(rest, ensure_ascii=False, indent=1))}</pre>"


_TIMES = {"at", "due", "began", "ended", "valid_from", "valid_to", "recorded"}


def _cell(column: str, value: object, zone: tzinfo) -> str:
    if value is None or value == "":
        return ""
    if column in _TIMES and isinstance(value, int | float):
        return _date(value, zone)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _rows(of: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    rows = of.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _at(row: Mapping[str, object]) -> float:
    return _number(row["at"])


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _date(at: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d}"
