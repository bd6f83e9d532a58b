"""Communities' rules as tables: `tests/cases/rules/*.toml`, which a moderator can read and add to."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from bot.events import CommunityId
from bot.policy.community.compiled import Compiled, compile_rules
from bot.policy.community.reading import read_rules
from bot.policy.decide import decide
from tests.policy_facts import facts

CASES = Path(__file__).parent / "cases" / "rules"
LEAST_ROWS = 280


@dataclass(frozen=True, slots=True)
class Case:
    table: str
    what: str
    rule: str
    text: str
    is_found: bool


def _cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.toml")):
        for group in tomllib.loads(path.read_text("utf-8"))["group"]:
            assert set(group) == {"what", "rule", "found", "passes"}, group["what"]
            for key in ("found", "passes"):
                for text in group[key]:
                    yield Case(path.stem, group["what"], group["rule"], text, key == "found")


@lru_cache
def _compiled(rule: str) -> Compiled:
    return compile_rules(CommunityId("c"), read_rules(f'[[rule]]\nname = "it"\n{rule}'))


@pytest.mark.parametrize("case", list(_cases()), ids=lambda case: f"{case.table}: {case.text!a}")
def test_the_rule_finds_what_it_should_and_lets_the_rest_pass(case: Case) -> None:
    decision = decide(facts(case.text, rules=_compiled(case.rule)))
    assert bool(decision.rulings) is case.is_found, case.what


def test_the_tables_hold_hundreds_of_rows_and_none_twice() -> None:
    rows = [(case.rule, case.text) for case in _cases()]
    assert len(rows) >= LEAST_ROWS
    assert len(rows) == len(set(rows))
