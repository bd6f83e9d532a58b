"""Figures -> the table that people read, and the JSON that is compared over time. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.contest.figures import WIDEST_SPREAD, Figure, Series


@dataclass(frozen=True, slots=True)
class Report:
    machine: str
    date: str
    figures: Sequence[Figure] = ()
    series: Series = field(default_factory=dict)
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By load."""
    setting: Mapping[str, Any] = field(default_factory=dict)
    """What was run how: flags, versions, tunings."""


def table(report: Report) -> str:
    lines = [f"on {report.machine}, {report.date}", ""]
    for load, remarks in report.remarks.items():
        lines += [load, *(f"  {remark}" for remark in remarks), ""]
    lines += [_row("", "measured", "wanted", "runs", "")]
    lines += [_figure(figure) for figure in report.figures]
    return "\n".join(lines)


def as_json(report: Report) -> str:
    told: dict[str, Any] = {"machine": report.machine, "date": report.date}
    for figure in report.figures:
        key = figure.target.key
        told[key] = figure.value
        told[f"{key}_runs"] = list(figure.runs)
        told[f"{key}_spread"] = figure.spread
    told["series"] = {name: list(runs) for name, runs in report.series.items()}
    told["remarks"] = {load: list(remarks) for load, remarks in report.remarks.items()}
    return json.dumps({**told, **report.setting}, indent=2) + "\n"


def _figure(figure: Figure) -> str:
    target = figure.target
    runs = f"{len(figure.runs)} runs, spread {figure.spread:.0%}" if len(figure.runs) > 1 else ""
    if figure.value is None:
        verdict = f"the runs spread too far for a ratio (more than {WIDEST_SPREAD:.0%})"
        return _row(target.says, "-", target.wanted, runs, verdict)
    value = f"{figure.value:.3g}"
    return _row(target.says, value, target.wanted, runs, "met" if figure.met else "MISSED")


def _row(says: str, measured: str, wanted: str, runs: str, verdict: str) -> str:
    return f"{says:<66}{measured:>9}  {wanted:<14}{runs:<20}{verdict}".rstrip()
