"""Where words were said -> the places that a question is most likely about. Pure.

A turn counts for the words in it and, less, for those of the turns around it: an answer often has
none of the words of its question. What each rule brings was measured (docs/memory.md); rules that
brought nothing are not here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import islice
from statistics import fmean, pstdev

from bot.memory.question import Question
from bot.store.rows import STRETCH, Spot
from bot.store.vectors import NOTHING_ALIKE, Alike

CANDIDATES = 100
LIKE = 200
"""Those that come nearest by their meaning."""
CLOSELY = 50
"""The best of all these, whose vectors are compared."""
STRETCH_BEST = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """What each thing weighs; the bench takes one away at a time."""

    around: Mapping[int, float] = field(
        default_factory=lambda: {0: 1.0, 1: 0.6, -1: 0.35, 2: 0.35, -2: 0.2, 3: 0.2, -3: 0.1}
    )
    """Of a word, in a turn so many places behind the one that it was said in."""
    too_common: float = 0.2
    """Words that more than this share of all turns have are passed over, where others are left."""
    stretch: float = 0.1
    """What the best turns of its stretch of talk add to a turn."""
    by_that_side: float = 2.0
    in_that_time: float = 2.0
    meaning: float = 0.3
    """Of the whole score, where vectors are there to compare; words have the rest."""


RULES = Rules()
Scores = dict[int, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    spot: int
    score: float
    share: float
    """How much of what the question tells by is said there or near."""
    apart: float = 0.0
    """How far it stands out by its meaning, in standard deviations of all turns."""


def rank(
    question: Question,
    found: Mapping[str, Sequence[int]],
    total: int,
    look: Callable[[Sequence[int]], Mapping[int, Spot]],
    alike: Alike = NOTHING_ALIKE,
    *,
    rules: Rules = RULES,
) -> list[Ranked]:
    """`found` has the places of each word among `total` turns; `look` tells what stands in some
    of them, and leaves out those that may not be recalled now."""
    weights = _weights(question, found, total, rules)
    alone: Scores = {}
    for word, weight in weights.items():
        for spot in found[word]:
            alone[spot] = alone.get(spot, 0.0) + weight
    best = sorted(alone, key=lambda spot: (-alone[spot], -spot))[:CANDIDATES]
    near = {spot + step for spot in best for step in rules.around}
    by_meaning = islice(alike.roughly, LIKE)
    known = look(sorted(near.union(by_meaning)))
    scores, alone = _near(weights, found, known, rules)
    stretches = _stretches(alone)
    asked = sum(weights.values())
    worth = {spot: _worth(turn, question, rules) for spot, turn in known.items()}
    ranked = [
        Ranked(
            spot,
            (score + rules.stretch * stretches.get(_stretch(spot), 0.0)) * worth[spot],
            score / asked,
        )
        for spot, score in scores.items()
    ]
    if alike.roughly:
        ranked = _with_meaning(ranked, alike, worth, rules)
    return sorted(ranked, key=lambda one: (-one.score, -one.spot))


def _with_meaning(
    ranked: Sequence[Ranked], alike: Alike, worth: Mapping[int, float], rules: Rules
) -> list[Ranked]:
    """Roughly all of them, and then the best of these closely."""
    by_words = {one.spot: one for one in ranked}
    lowest = next(reversed(alike.roughly.values()))
    rough = {spot: alike.roughly.get(spot, lowest) for spot in worth}
    both = _both(by_words, rough, lowest, worth, rules)
    best = nlargest(CLOSELY, both.values(), key=lambda one: one.score)
    close = _on_its_scale(alike.closely([one.spot for one in best]), rough)
    return [*(both | _both(by_words, close, lowest, worth, rules)).values()]


def _both(
    by_words: Mapping[int, Ranked],
    like: Mapping[int, float],
    lowest: float,
    worth: Mapping[int, float],
    rules: Rules,
) -> dict[int, Ranked]:
    """Both scores on one scale, from nothing to the best of all."""
    best = max((one.score for one in by_words.values()), default=0.0) or 1.0
    most = max(like.values(), default=lowest) - lowest or 1.0
    both = {}
    for spot, apart in like.items():
        said = by_words.get(spot, Ranked(spot, 0.0, 0.0))
        meant = worth[spot] * (apart - lowest) / most
        score = (1 - rules.meaning) * said.score / best + rules.meaning * meant
        both[spot] = Ranked(spot, score, said.share, apart)
    return both


def _on_its_scale(close: Mapping[int, float], rough: Mapping[int, float]) -> Scores:
    """What was compared closely, with the mean and the spread that it had when compared roughly:
    how far both lie apart is another thing with each model."""
    if not close:
        return {}
    before = [rough[spot] for spot in close]
    mean, old_mean = fmean(close.values()), fmean(before)
    scale = pstdev(before, old_mean) / (pstdev(close.values(), mean) or 1.0)
    return {spot: old_mean + (like - mean) * scale for spot, like in close.items()}


def _worth(turn: Spot, question: Question, rules: Rules) -> float:
    worth = 1.0
    if turn.side is question.side:
        worth *= rules.by_that_side
    if any(first <= turn.at < last for first, last in question.ranges):
        worth *= rules.in_that_time
    return worth


def _weights(
    question: Question, found: Mapping[str, Sequence[int]], total: int, rules: Rules
) -> dict[str, float]:
    """The more seldom a word, the more it tells."""
    said = {word: len(found[word]) for word in question.words if found.get(word)}
    seldom = {word: count for word, count in said.items() if count <= rules.too_common * total}
    if len(seldom) >= 2:
        said = seldom
    return {
        word: question.words[word]
        * max(math.log((max(total - count, 0) + 0.5) / (count + 0.5)), 1e-6)
        for word, count in said.items()
    }


def _near(
    weights: Mapping[str, float],
    found: Mapping[str, Sequence[int]],
    known: Mapping[int, Spot],
    rules: Rules,
) -> tuple[Scores, Scores]:
    """Of each known place, what its words and those around it are worth; and its own alone."""
    scores: Scores = {}
    alone: Scores = {}
    for word, weight in weights.items():
        here: Scores = {}
        for said in found[word]:
            if said not in known:
                continue
            alone[said] = alone.get(said, 0.0) + weight
            for step, share in rules.around.items():
                spot = said + step
                # Once is enough: what is said again beside itself is not twice as true.
                if spot in known and share > here.get(spot, 0.0):
                    here[spot] = share
        for spot, share in here.items():
            scores[spot] = scores.get(spot, 0.0) + share * weight
    return scores, alone


def _stretches(alone: Scores) -> Scores:
    best: dict[int, list[float]] = {}
    for spot, score in alone.items():
        best.setdefault(_stretch(spot), []).append(score)
    return {s: sum(sorted(of, reverse=True)[:STRETCH_BEST]) for s, of in best.items()}


def _stretch(spot: int) -> int:
    return spot // STRETCH
