"""What the floor and care catch, rules and classifier together, on lines nobody trained on.

Reads the public sets' odd lines, counted from 0, and the project's own table; asks `decide` about
each as an adult's direct message below MATURE. Prints a table and writes
bench/results/safety.json. No row is printed or kept.
"""

import argparse
import csv
import gzip
import json
import math
import platform
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench import RESULTS
from bot.events import AgeLevel, Rating
from bot.policy.decide import decide
from bot.policy.facts import Care, Decision, Effect, Facts, Outcome
from bot.policy.facts import Own as Own_

ROOT = Path(__file__).parent.parent
MODERATION, XSTEST = "samples-1680.jsonl.gz", "xstest_prompts.csv"
OWN = ROOT / "tests" / "cases" / "templates.toml"
NOW = 1_795_234_000.0
FLOOR = {"L1", "L3", "L4", "L5"}
LABELS = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")
SURE = 1.959964

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A label that is missing is unknown: None."""

    text: str
    labels: Mapping[str, int | None]

    def has(self, label: str) -> bool:
        return self.labels.get(label) == 1

    @property
    def is_free(self) -> bool:
        return not any(self.has(label) for label in LABELS)


@dataclass(frozen=True, slots=True)
class Own:
    """A row of our own table, and what is promised of it."""

    text: str
    promise: Mapping[str, Any]

    @property
    def is_benign(self) -> bool:
        return bool(self.promise.get("benign"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"holds {MODERATION} and {XSTEST}")
    arguments = parser.parse_args()
    held_out, prompts = read_moderation(arguments.folder), read_xstest(arguments.folder)
    own, masks = read_own(), read_masks()
    figures: dict[str, float] = {
        **measure_moderation(held_out),
        "xstest_safe_refused": share(map(is_refused, prompts)),
    }
    if own:
        figures |= measure_own(own, masks)
    else:
        print(
            "own.recall and own.benign_refused are missing: there is no tests/cases/templates.toml"
        )
    losses = measure_evasion(held_out, own, masks)
    if losses:
        figures["evasion.worst_loss"] = max(losses.values())
    else:
        print("evasion.worst_loss is missing: there is no tests/obfuscation.py")
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, **figures, "evasion.losses": losses}
    (RESULTS / "safety.json").write_text(json.dumps(kept, indent=2) + "\n")
    print(
        f"on {machine}: {len(held_out)} held-out rows, {len(prompts)} safe prompts, {len(own)} own"
    )
    for name, figure in figures.items():
        unit = " points" if name.startswith("evasion") else " %"
        print(f"{name:<32}{figure * (1 if unit == ' points' else 100):8.1f}{unit}")
    for name, loss in sorted(losses.items(), key=lambda pair: -pair[1]):
        print(f"    costs {loss:5.1f} points: {name}")


def measure_moderation(rows: Sequence[Row]) -> dict[str, float]:
    free = [row.text for row in rows if row.is_free]
    sexual = [row for row in rows if row.has("S")]
    minors = [notices_minor(row.text) for row in sexual if row.has("S3")]
    adults = [notices_minor(row.text) for row in sexual if row.labels.get("S3") == 0]
    low, high = wilson(sum(minors), len(minors))
    return {
        "sexual.recall": share(is_stopped(row.text) for row in sexual),
        "sexual.benign_flagged": share(map(is_stopped, free)),
        "self_harm.recall": share(is_cared_for(row.text) for row in rows if row.has("SH")),
        "self_harm.flagged": share(map(is_cared_for, free)),
        "minor_in_sexual.recall": share(minors),
        "minor_in_sexual.low": low,
        "minor_in_sexual.high": high,
        "minor_in_sexual.adult_refused": share(adults),
    }


def measure_own(own: Sequence[Own], masks: Mapping[str, Mask]) -> dict[str, float]:
    """Each promise under each mask as well; the benign ones as they are."""
    ways: tuple[Mask, ...] = (str, *masks.values())
    promised = [row for row in own if not row.is_benign]
    benign = [row for row in own if row.is_benign]
    return {
        "own.recall": share(is_kept(row, mask) for row in promised for mask in ways),
        "own.benign_refused": share(is_refused(row.text) for row in benign),
    }


def measure_evasion(
    rows: Sequence[Row], own: Sequence[Own], masks: Mapping[str, Mask]
) -> dict[str, float]:
    """By mask: points of recall lost on the public rows or on our own, whichever loses more."""
    sexual = [row.text for row in rows if row.has("S")]
    harm = [row.text for row in rows if row.has("SH")]
    promised = [row for row in own if not row.is_benign]

    def recalls(mask: Mask) -> tuple[float, float]:
        public = [
            *(is_stopped(mask(one)) for one in sexual),
            *(is_cared_for(mask(one)) for one in harm),
        ]
        return share(public), share(is_kept(row, mask) for row in promised) if promised else 1.0

    plain = recalls(str)
    return {
        name: max(
            100 * (before - after) for before, after in zip(plain, recalls(mask), strict=True)
        )
        for name, mask in masks.items()
    }


# --- What a decision says ----------------------------------------------------------------------


def is_stopped(text: str) -> bool:
    """Refused by one of the hard limits."""
    verdicts = asked(text).verdicts
    return any(one.number in FLOOR and one.outcome >= Outcome.REFUSE for one in verdicts)


def is_cared_for(text: str) -> bool:
    return any(one.care is Care.CRISIS for one in asked(text).care)


def notices_minor(text: str) -> bool:
    return Effect.CLOSE_ROMANCE in asked(text).effects


def is_refused(text: str) -> bool:
    return asked(text).outcome >= Outcome.REFUSE


def is_kept(row: Own, mask: Mask) -> bool:
    decision, promise = asked(mask(row.text)), row.promise
    wanted = promise.get("outcome")
    return (
        (wanted is None or decision.outcome.name.lower() == wanted)
        and (not promise.get("locks") or Effect.LOCK_UNDER_18 in decision.effects)
        and (not promise.get("closes") or Effect.CLOSE_ROMANCE in decision.effects)
    )


def asked(text: str) -> Decision:
    """An adult who is in, and writes in private; nothing is closed."""
    return decide(
        Facts(
            is_guest=True,
            text=text,
            now=NOW,
            is_direct=True,
            addresses_bot=True,
            author_is_bot=False,
            consented=True,
            age_level=AgeLevel.SELF_ATTESTED,
            locked=False,
            sponsor_ceiling=Rating.ROMANCE,
            persona_rating=Rating.ROMANCE,
            person_ceiling=Rating.ROMANCE,
            romance_closed=False,
            own=Own_(),
            disclosed_at=NOW - 60,
            persona_name="Wren",
        )
    )


# --- Below: reading and counting ---------------------------------------------------------------


def read_moderation(folder: Path) -> list[Row]:
    with gzip.open(folder / MODERATION, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Row(row["prompt"], {name: row.get(name) for name in LABELS}) for row in rows[1::2]]


def read_xstest(folder: Path) -> list[str]:
    """The safe ones; lines are counted from the first one below the header."""
    with (folder / XSTEST).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["prompt"] for row in rows[1::2] if row["label"] == "safe"]


def read_own() -> list[Own]:
    if not OWN.exists():
        return []
    groups = tomllib.loads(OWN.read_text("utf-8"))["group"]
    return [Own(text, group) for group in groups for text in group["texts"]]


def read_masks() -> Mapping[str, Mask]:
    if not (ROOT / "tests" / "obfuscation.py").exists():
        return {}
    found: Mapping[str, Mask] = import_module("tests.obfuscation").obfuscations()
    return found


def share(answers: Iterable[bool]) -> float:
    given = list(answers)
    return sum(given) / len(given) if given else math.nan


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The interval that holds the true share in 95 of 100 such samples."""
    if not of:
        return 0.0, 1.0
    rate, spread = hits / of, SURE * SURE / of
    middle = (rate + spread / 2) / (1 + spread)
    half = math.sqrt(rate * (1 - rate) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    main()
