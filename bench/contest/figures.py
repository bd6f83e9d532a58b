"""Repeated runs -> figures with their targets. Pure: it knows series of numbers, no players.

A ratio is taken run by run, since alternating runs share the machine's mood, and its figure is
the median of those. Runs that disagree too far give no figure: a ratio that would come out
otherwise tomorrow is worse than none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

WIDEST_SPREAD = 0.35
"""The middle half of the runs, as a share of their median; wider than this, no ratio is told."""

Series = Mapping[str, Sequence[float]]
"""Each thing that was measured, run by run."""


@dataclass(frozen=True, slots=True)
class Target:
    key: str
    """As DESIGN.md names it; compared over time."""
    says: str
    measured: str
    """The series."""
    bound: float
    against: str = ""
    """The series that it is divided by; without one, the figure is no ratio."""
    at_least: bool = False

    @property
    def wanted(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.bound:g}"

    def met_by(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    target: Target
    runs: tuple[float, ...]
    spread: float

    @property
    def value(self) -> float | None:
        """None where the runs spread too far for a ratio to be told."""
        if self.target.against and self.spread > WIDEST_SPREAD:
            return None
        return median(self.runs)

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.target.met_by(self.value)


TARGETS = (
    Target(
        "return.ttft_ratio_to_llama_server_default",
        "return: first token, to llama-server as it comes",
        "return.ttft_s.ours",
        0.8,
        "return.ttft_s.llama_server",
    ),
    Target(
        "return.ttft_ratio_to_llama_server_best",
        "return: first token, to llama-server with the best flags",
        "return.ttft_s.ours",
        1.0,
        "return.ttft_s.llama_server_best",
    ),
    Target(
        "return.ttft_ratio_to_high_level",
        "return: first token, to the high-level class",
        "return.ttft_s.ours",
        0.05,
        "return.ttft_s.high_level",
    ),
    Target(
        "return.tokens_computed_ratio",
        "return: tokens computed, to message, note and template",
        "return.computed_share.ours_unwarmed",
        1.05,
    ),
    Target(
        "newcomer.card_tokens_computed",
        "newcomer: tokens of the card computed",
        "newcomer.card_tokens.ours",
        0,
    ),
    Target(
        "newcomer.ttft_ratio_to_llama_server_default",
        "newcomer: first token, to llama-server as it comes",
        "newcomer.ttft_s.ours",
        0.2,
        "newcomer.ttft_s.llama_server",
    ),
    Target(
        "crowd.ratio_to_llama_server_best",
        "crowd: tokens a second, to llama-server with the best flags",
        "crowd.tokens_per_s.ours",
        0.95,
        "crowd.tokens_per_s.llama_server_best",
        at_least=True,
    ),
    Target(
        "crowd.ratio_to_limit",
        "crowd: tokens a second, to llama-batched-bench",
        "crowd.tokens_per_s.ours",
        0.9,
        "crowd.tokens_per_s.limit",
        at_least=True,
    ),
    Target(
        "intruder.longest_pause_ratio_to_llama_server_default",
        "intruder: longest pause of a stream, to llama-server as it comes",
        "intruder.pause_s.ours",
        0.05,
        "intruder.pause_s.llama_server",
    ),
    Target(
        "intruder.own_ttft_ratio_to_llama_server_default",
        "intruder: its own first token, to llama-server as it comes",
        "intruder.ttft_s.ours",
        1.3,
        "intruder.ttft_s.llama_server",
    ),
    Target(
        "long_talk.tokens_mean",
        "long talk: tokens computed per turn, mean",
        "long_talk.mean.ours",
        140,
    ),
    Target(
        "long_talk.tokens_p95",
        "long talk: tokens computed per turn, 95 %",
        "long_talk.p95.ours",
        260,
    ),
    Target(
        "overhead_share",
        "overhead of the scheduler at 8 streams, share of wall time",
        "overhead.share.ours",
        0.05,
    ),
)


def figures(series: Series, targets: Sequence[Target] = TARGETS) -> list[Figure]:
    """One for each target whose series were measured."""
    told = []
    for target in targets:
        runs = _runs(target, series)
        if runs:
            told.append(Figure(target, runs, spread(runs)))
    return told


def spread(runs: Sequence[float]) -> float:
    """How far the middle half of the runs reaches, as a share of their median."""
    if len(runs) < 2 or not median(runs):
        return 0.0
    low, _, high = quantiles(runs, n=4, method="inclusive")
    return (high - low) / median(runs)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _runs(target: Target, series: Series) -> tuple[float, ...]:
    measured = series.get(target.measured, ())
    if not target.against:
        return tuple(measured)
    # A slow peer plays fewer runs: those which both have played are compared.
    pairs = zip(measured, series.get(target.against, ()), strict=False)
    return tuple(ours / theirs for ours, theirs in pairs)
