"""The project's own table for A2, L1, L3 and L8 holds in every disguise of L9.

The table itself, undisguised, is tested row by row in `test_policy_cases.py`. Here every row
meets every disguise: some ten thousand decisions, which take seconds. `make eval-safety` prints
the same as figures.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.policy.decide import decide
from bot.policy.facts import Decision, Effect, Outcome
from tests.obfuscation import obfuscations
from tests.policy_facts import facts

TABLE = Path(__file__).parent / "cases" / "templates.toml"
LANGUAGES = {"English", "German", "French", "Spanish", "Portuguese", "Japanese"}
LEAST_TEMPLATES = 400
LEAST_CONTRASTS = 200
MOST_REFUSED = 0.03


@dataclass(frozen=True, slots=True)
class Row:
    group: dict[str, Any]
    text: str


def _rows(*, benign: bool) -> list[Row]:
    groups = tomllib.loads(TABLE.read_text("utf-8"))["group"]
    return [
        Row(group, text)
        for group in groups
        if group.get("benign", False) is benign
        for text in group["texts"]
    ]


def _holds(row: Row, decision: Decision) -> bool:
    rules = {verdict.rule for verdict in decision.verdicts}
    expected = row.group
    return (
        # What is disguised may look worse to another rule; it never looks better.
        decision.outcome >= Outcome[expected["outcome"].upper()]
        and expected["rule"] in rules
        and (not expected.get("locks") or Effect.LOCK_UNDER_18 in decision.effects)
        and (not expected.get("closes") or Effect.CLOSE_ROMANCE in decision.effects)
    )


def test_the_table_is_large_enough_in_every_language() -> None:
    templates, contrasts = _rows(benign=False), _rows(benign=True)
    assert len(templates) >= LEAST_TEMPLATES
    assert len(contrasts) >= LEAST_CONTRASTS
    for rows in (templates, contrasts):
        counted = Counter(row.group["language"] for row in rows)
        assert set(counted) == LANGUAGES
        assert min(counted.values()) >= len(rows) // (2 * len(LANGUAGES))


@pytest.mark.parametrize("name", list(obfuscations()))
def test_no_disguise_gets_round_the_table(name: str) -> None:
    disguise = obfuscations()[name]
    rows = _rows(benign=False)
    passed = [row.text for row in rows if not _holds(row, decide(facts(disguise(row.text))))]
    assert not passed


@pytest.mark.parametrize("name", list(obfuscations()))
def test_a_disguised_contrast_is_still_no_reason_to_refuse(name: str) -> None:
    disguise = obfuscations()[name]
    rows = _rows(benign=True)
    refused = [
        row.text for row in rows if decide(facts(disguise(row.text))).outcome > Outcome.GUIDE
    ]
    assert len(refused) <= MOST_REFUSED * len(rows), refused


def test_a_disguise_changes_most_of_the_table_and_is_the_same_every_time() -> None:
    texts = [row.text for row in _rows(benign=False) if row.group["language"] == "English"]
    for name, disguise in obfuscations().items():
        disguised = [disguise(text) for text in texts]
        assert disguised == [disguise(text) for text in texts]
        if name != "parted accents":
            changed = sum(one != other for one, other in zip(texts, disguised, strict=True))
            assert changed >= 0.9 * len(texts), name
