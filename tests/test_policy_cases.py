"""Policy as tables: `tests/cases/*.toml`, which a moderator can read and add to."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.policy.decide import decide
from bot.policy.facts import Effect
from tests.policy_facts import facts

CASES = Path(__file__).parent / "cases"
LEAST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Case:
    table: str
    group: dict[str, Any]
    text: str


def _cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.toml")):
        for group in tomllib.loads(path.read_text("utf-8"))["group"]:
            for text in group["texts"]:
                yield Case(path.stem, group, text)


@pytest.mark.parametrize("case", list(_cases()), ids=lambda case: f"{case.table}: {case.text!a}")
def test_the_table_is_kept(case: Case) -> None:
    decision = decide(facts(case.text))
    expected = case.group
    rules = {verdict.rule for verdict in decision.verdicts}
    cares = [str(verdict.care) for verdict in decision.care]
    assert decision.outcome.name.lower() == expected["outcome"], rules
    assert not rules & set(expected.get("never", ()))
    assert expected.get("rule") is None or expected["rule"] in rules
    assert expected.get("care") is None or cares[0] == expected["care"]
    assert not expected.get("only_care") or len(cares) == 1
    if "effects" in expected:
        assert {str(effect) for effect in decision.effects} == set(expected["effects"])
    assert not expected.get("locks") or Effect.LOCK_UNDER_18 in decision.effects
    assert not expected.get("closes") or Effect.CLOSE_ROMANCE in decision.effects


def test_the_tables_hold_hundreds_of_rows_and_none_twice() -> None:
    rows = [(case.table, case.text) for case in _cases()]
    assert len(rows) >= LEAST_ROWS
    assert len(rows) == len(set(rows))


def test_every_group_says_what_it_is_about_and_uses_known_words_only() -> None:
    known = {
        "what",
        "texts",
        "outcome",
        "rule",
        "care",
        "only_care",
        "effects",
        "never",
        "locks",
        "closes",
        "language",
        "benign",
    }
    for case in _cases():
        assert case.group["what"]
        assert set(case.group) <= known
