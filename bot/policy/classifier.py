"""Three scores of a text by a small model of our own: sexual, of self-harm, about somebody young.

Logistic regression on hashed words and runs of letters of the normalised views.
Trained by `tools/train_classifier.py`; what it can and cannot do stands in `docs/classifier.md`.
It does not know what follows from a score: that is the rules' business.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.policy.matching import LONGEST, for_now, views

HEADS = ("sexual", "self_harm", "minor")
SEXUAL, SELF_HARM, MINOR = range(3)
BUCKETS_BITS = 18
RUNS = (3, 4, 5)
"""How many letters are looked at together."""
CALM = 8.0
"""Added to the count of features, so that one word of a short text does not decide."""

Buckets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Each from 0 to 1; of several views of a text the highest."""

    sexual: float
    self_harm: float
    minor: float


@dataclass(frozen=True, slots=True)
class Grams:
    """Which features a text has, each once, as places in the tables of weights."""

    words: Buckets
    letters: Buckets


@dataclass(frozen=True, slots=True)
class Weights:
    """One column a head. `marks`: from where on a score counts, chosen in training."""

    words: npt.NDArray[np.int8]
    letters: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    marks: Scores
    calm: float
    """Below this a text is far from sexual, though it may hold a word of the lists."""


@for_now
def scores(text: str) -> Scores:
    """Of every view of it, so that a mask costs a text nothing (SAFETY L9)."""
    return Scores(*(float(score) for score in score_views(views(text))))


def marks() -> Scores:
    return _weights().marks


def looks_sexual(text: str) -> bool:
    return scores(text).sexual >= marks().sexual


def is_calm(text: str) -> bool:
    """So far from the mark that a single listed word is a topic, and no content."""
    return scores(text).sexual < _weights().calm


def sexual_about_young(text: str) -> bool:
    """Both at once: the head that looks for the young knows sexual texts only."""
    found, mark = scores(text), marks()
    return found.sexual >= mark.sexual and found.minor >= mark.minor


def score_views(seen: tuple[str, ...]) -> npt.NDArray[np.float64]:
    chosen = dict.fromkeys(cleaned(view) for view in seen)
    return np.asarray(np.max([_score(text) for text in chosen], axis=0), dtype=np.float64)


def cleaned(view: str) -> str:
    """Letters and digits, words parted by one space, one at each end."""
    # Cut again: one sign may have become many in its view.
    return f" {_NOT_WORDS.sub(' ', view.replace(_APOSTROPHE, '')).strip()[:LONGEST]} "


def grams(text: str) -> Grams:
    """All runs of a cleaned text, hashed by differences of one running sum."""
    letters = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    powers, inverses = _powers()
    total = np.concatenate((_ZERO, np.cumsum((letters + _ONE) * powers[: len(letters)])))
    gaps = np.flatnonzero(letters == _SPACE)
    begins, ends = gaps[:-1] + 1, gaps[1:]

    def hashed(start: Buckets, end: Buckets) -> Buckets:
        mixed = (total[end] - total[start]) * inverses[start]
        mixed ^= mixed >> _HALF
        return np.asarray((mixed * _MIX) >> _SHIFT, dtype=np.int64)

    places = np.arange(len(letters) + 1)
    runs = [hashed(places[:-size], places[size:]) for size in RUNS if size <= len(letters)]
    return Grams(
        _distinct(hashed(begins, ends)),
        _distinct(np.concatenate(runs)) if runs else places[:0],
    )


# --- Below ------------------------------------------------------------------------------------

# The standard library's pattern here cannot backtrack, so it is linear as well.
_NOT_WORDS = re.compile(r"[\W_]+")
_APOSTROPHE = "'"
_ZERO = np.zeros(1, dtype=np.uint64)
_ONE, _SPACE = np.uint64(1), np.uint64(0x20)
_HALF, _SHIFT = np.uint64(31), np.uint64(64 - BUCKETS_BITS)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0x100000001B3
_WORD = 1 << 64


@lru_cache(maxsize=1)
def _powers() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Of an odd number modulo 2^64, which has an inverse there: numpy's products wrap around."""
    most = LONGEST + 16

    def row(base: int) -> npt.NDArray[np.uint64]:
        steps = np.full(most, base, dtype=np.uint64)
        steps[0] = 1
        return np.cumprod(steps)

    return row(_BASE), row(pow(_BASE, -1, _WORD))


@lru_cache(maxsize=1)
def _weights() -> Weights:
    raw = files("bot.policy").joinpath("data/classifier.npz").read_bytes()
    kept: Any = np.load(io.BytesIO(raw), allow_pickle=False)
    return Weights(
        words=kept["words"],
        letters=kept["letters"],
        scales=kept["scales"],
        bias=kept["bias"],
        marks=Scores(*(float(mark) for mark in kept["marks"])),
        calm=float(kept["calm"]),
    )


def _distinct(found: Buckets) -> Buckets:
    """As `np.unique`, which imports masked arrays for it."""
    found = np.sort(found)
    differs = np.ones(len(found), dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=differs[1:])
    return found[differs]


@for_now
def _score(text: str) -> npt.NDArray[np.float64]:
    weights, found = _weights(), grams(text)
    words = weights.words[found.words].sum(axis=0, dtype=np.int64)
    letters = weights.letters[found.letters].sum(axis=0, dtype=np.int64)
    heads = (
        weights.bias
        + words * weights.scales[0] / np.sqrt(len(found.words) + CALM)
        + letters * weights.scales[1] / np.sqrt(len(found.letters) + CALM)
    )
    return np.asarray(1.0 / (1.0 + np.exp(-heads)), dtype=np.float64)
