"""The bench's picture: one panel for each load, a bar for each player."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.contest.figures import Series

_OURS, _PEER, _LIMIT = "#2a6f97", "#a9a9a9", "#d9c38c"
_SAYS = {
    "ours": "ours",
    "ours_unwarmed": "ours, not warmed",
    "llama_server": "llama-server",
    "llama_server_best": "llama-server, best flags",
    "high_level": "high-level class",
    "limit": "llama-batched-bench",
}


@dataclass(frozen=True, slots=True)
class Panel:
    series: str
    title: str
    logarithmic: bool = False


PANELS = (
    Panel("return.ttft_s", "return: seconds to the first token", logarithmic=True),
    Panel("newcomer.ttft_s", "newcomer: seconds to the first token", logarithmic=True),
    Panel("crowd.tokens_per_s", "crowd of 16: tokens a second"),
    Panel("intruder.pause_s", "intruder: longest pause of a stream, seconds", logarithmic=True),
    Panel("intruder.ttft_s", "intruder: its own first token, seconds"),
    Panel("return.computed", "return: tokens computed per turn", logarithmic=True),
)


def draw(series: Series, machine: str, file: Path) -> None:
    figure = Figure(figsize=(12, 9))
    for panel, ax in zip(PANELS, figure.subplots(3, 2).flat, strict=True):
        _draw_panel(panel, series, ax)
    figure.suptitle(f"{machine}; medians, each run as a dot", fontsize=10)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def _draw_panel(panel: Panel, series: Series, ax: Axes) -> None:
    names = [name for name in _SAYS if f"{panel.series}.{name}" in series]
    ax.set_title(panel.title, fontsize=10)
    # A load that was not played leaves its place empty.
    ax.set_visible(bool(names))
    if panel.logarithmic and names:
        ax.set_xscale("log")
        runs_of_all = [run for name in names for run in series[f"{panel.series}.{name}"]]
        ax.set_xlim(min(runs_of_all) / 3, max(runs_of_all) * 3)
    for at, name in enumerate(reversed(names)):
        runs: Sequence[float] = series[f"{panel.series}.{name}"]
        middle = median(runs)
        ax.barh(at, middle, color=_color(name), height=0.6)
        ax.plot(runs, [at] * len(runs), ".", color="black", markersize=4)
        ax.annotate(f" {middle:.3g}", (max(runs), at), va="center", fontsize=8)
    ax.set_yticks(range(len(names)), [_SAYS[name] for name in reversed(names)], fontsize=8)
    ax.margins(x=0.15)


def _color(name: str) -> str:
    if name.startswith("ours"):
        return _OURS
    return _LIMIT if name == "limit" else _PEER
