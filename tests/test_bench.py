"""The pure parts of the engine bench: figures, targets, the table, made-up talk."""

import json
import random

import pytest

from bench.contest import quiet, talks
from bench.contest.figures import TARGETS, WIDEST_SPREAD, Target, figures, percentile, spread
from bench.contest.players import Arrivals, messages
from bench.contest.report import Report, as_json, table
from bot.engine.base import Part

RATIO = Target("a.ratio", "ours to theirs", "a.ours", 0.8, "a.theirs")
COUNT = Target("a.count", "tokens", "a.tokens", 140)


def test_a_ratio_is_the_median_of_ratios_taken_run_by_run() -> None:
    # The machine was twice as slow in the second run, for both.
    series = {"a.ours": [1.0, 2.0, 1.0], "a.theirs": [2.0, 4.0, 2.0]}
    (figure,) = figures(series, [RATIO])
    assert figure.value == 0.5
    assert figure.spread == 0
    assert figure.met is True


def test_a_ratio_whose_runs_spread_too_far_is_not_told() -> None:
    series = {"a.ours": [1.0, 2.0, 5.0], "a.theirs": [2.0, 2.0, 2.0]}
    (figure,) = figures(series, [RATIO])
    assert figure.spread > WIDEST_SPREAD
    assert figure.value is None
    assert figure.met is None
    told = table(Report("a machine", "2026-11-21", [figure], series, {}))
    assert "the runs spread too far for a ratio" in told
    assert told.splitlines()[-1].split()[3] == "-"
    kept = json.loads(as_json(Report("a machine", "2026-11-21", [figure], series, {})))
    assert kept["a.ratio"] is None
    assert kept["a.ratio_runs"] == [0.5, 1.0, 2.5]


def test_a_count_is_told_however_its_runs_spread() -> None:
    (figure,) = figures({"a.tokens": [100, 200, 300]}, [COUNT])
    assert figure.value == 200
    assert figure.met is False


def test_one_run_that_went_astray_spoils_no_figure() -> None:
    assert spread([1.0, 1.0, 1.0, 1.0, 9.0]) == 0
    assert spread([1.0]) == 0
    assert spread([0.0, 0.0, 1.0]) == 0


def test_a_peer_that_played_fewer_runs_is_compared_in_those() -> None:
    series = {"a.ours": [1.0, 1.0, 9.0], "a.theirs": [2.0, 2.0]}
    (figure,) = figures(series, [RATIO])
    assert figure.runs == (0.5, 0.5)


def test_a_load_that_was_not_played_has_no_figure() -> None:
    assert figures({"a.ours": [1.0]}, [RATIO, COUNT]) == []


@pytest.mark.parametrize(
    ("target", "met", "missed"),
    [
        (Target("k", "", "m", 0.8, "n"), 0.8, 0.81),
        (Target("k", "", "m", 0.95, "n", at_least=True), 0.95, 0.94),
    ],
)
def test_a_target_is_met_at_its_bound_and_not_beyond(
    target: Target, met: float, missed: float
) -> None:
    assert target.met_by(met)
    assert not target.met_by(missed)


def test_the_targets_are_those_of_the_design() -> None:
    assert {target.key: (target.bound, target.at_least) for target in TARGETS} == {
        "return.ttft_ratio_to_llama_server_default": (0.8, False),
        "return.ttft_ratio_to_llama_server_best": (1.0, False),
        "return.ttft_ratio_to_high_level": (0.05, False),
        "return.tokens_computed_ratio": (1.05, False),
        "newcomer.card_tokens_computed": (0, False),
        "newcomer.ttft_ratio_to_llama_server_default": (0.2, False),
        "crowd.ratio_to_llama_server_best": (0.95, True),
        "crowd.ratio_to_limit": (0.9, True),
        "intruder.longest_pause_ratio_to_llama_server_default": (0.05, False),
        "intruder.own_ttft_ratio_to_llama_server_default": (1.3, False),
        "long_talk.tokens_mean": (140, False),
        "long_talk.tokens_p95": (260, False),
        "overhead_share": (0.05, False),
    }


def test_the_table_says_what_was_met_and_what_was_missed() -> None:
    series = {"a.ours": [1.0, 1.0], "a.theirs": [2.0, 2.0], "a.tokens": [150.0]}
    report = Report(
        "a machine", "2026-11-21", figures(series, [RATIO, COUNT]), series, {"a": ["a remark"]}
    )
    ratio, count = table(report).splitlines()[-2:]
    assert "0.5" in ratio and "at most 0.8" in ratio and ratio.endswith("met")
    assert "150" in count and "at most 140" in count and count.endswith("MISSED")
    assert "a remark" in table(report)
    assert json.loads(as_json(report))["a.count_spread"] == 0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile(range(1, 101), 95) == 95
    assert percentile([3, 1, 2], 95) == 3
    assert percentile([7], 5) == 7


def test_the_longest_pause_counts_silence_at_either_end() -> None:
    arrivals = Arrivals()
    arrivals.at = [1.0, 2.0, 5.0, 9.0]
    assert arrivals.longest_pause(1.5, 6.0) == 3.0
    assert arrivals.longest_pause(2.5, 4.0) == 1.5


def test_a_machine_that_is_not_quiet_is_told_so() -> None:
    (told,) = quiet.remark(0.42)
    assert "other programs took 42%" in told
    assert quiet.remark(0.02) == []
    assert quiet.remark(None) == []


def test_parts_of_one_speaker_share_a_message() -> None:
    parts = [Part("system", "A", shared=True), Part("system", "b"), Part("user", "c")]
    assert messages(parts) == [
        {"role": "system", "content": "Ab"},
        {"role": "user", "content": "c"},
    ]


def test_made_up_talk_is_the_same_at_every_run_and_as_long_as_wanted() -> None:
    text = talks.words(random.Random(1), 200)
    assert text == talks.words(random.Random(1), 200)
    assert text != talks.words(random.Random(2), 200)
    assert 150 < len(text.split()) < 250
    talk = talks.history(random.Random(1), 1000)
    assert [part.speaker for part in talk[:2]] == ["user", "assistant"]
    assert talk[-1].speaker == "assistant"
