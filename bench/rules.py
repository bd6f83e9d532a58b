"""`make bench-rules`: what communities' rules cost in time and in memory. Prints a table and writes
`bench/results/rules.json`.

Rules and messages are made up at random from one seed: every community has rules of its own, so
nothing is shared that would not be shared in the world. `--fuzz N` reads and decides so many
random rule files and messages besides, and says whether any of them raised anything.
"""

import argparse
import gc
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import RESULTS
from bot.events import CommunityId
from bot.policy.community.checks import (
    Check,
    Flood,
    Invites,
    Languages,
    Length,
    Links,
    Patterns,
    Repetition,
    Topic,
    Topics,
    Words,
)
from bot.policy.community.compiled import Compiled, Kept, compile_rules
from bot.policy.community.layer import community_rules
from bot.policy.community.patterns import Patterns as Found
from bot.policy.community.rule import Action, Rule, RuleSet, Step, Version
from bot.policy.community.written import Written
from bot.policy.decide import decide
from bot.policy.matching import forget_views
from tests.policy_facts import facts

COMMUNITIES, RULES, MESSAGES = 1_000, 200, 2_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OFTEN = (8, 2, 3, 4, 12, 2, 2, 6, 7, 1, 1, 4, 2, 7, 8, 2, 1, 6, 6, 9, 3, 1, 2, 1, 2, 1)
BACKTRACKERS = (r"(a+)+$", r"(a|aa)+$", r"(a|a?)+$", r"(.*a){12}$", r"^(\w+\s?)*$")
"""Known examples that take a backtracking engine longer than anybody lives."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fuzz", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    figures = {
        **_words_and_patterns(chance),
        **_decide(chance),
        **_linear(),
        **_communities(chance),
    }
    if given.fuzz:
        figures |= _fuzz(given.fuzz)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "rules.json").write_text(json.dumps(figures, indent=1) + "\n")


# --- Below: what is measured ------------------------------------------------------------------


def _words_and_patterns(chance: random.Random) -> dict[str, float]:
    """1,000 words and 50 patterns, on a message of some 200 letters."""
    words = tuple(sorted({_word(chance) for _ in range(1_000)}))
    patterns = tuple(sorted({_pattern(chance) for _ in range(50)}))
    rules = _compiled((Words(words), Patterns(patterns)))
    texts = [_message(chance) for _ in range(MESSAGES)]

    def look(text: str) -> None:
        rules.finder.rules(text)
        forget_views()

    alone = _times(look, texts)
    return {
        "words_1000_patterns_50.p95_ms": _p95(alone),
        "words_1000_patterns_50.p50_ms": _p50(alone),
    }


def _decide(chance: random.Random) -> dict[str, float]:
    rules = compile_rules(CommunityId("bench"), _rule_set(chance))
    texts = [_message(chance) for _ in range(MESSAGES)]
    around = facts("", rules=rules)
    bare = facts("")

    def layer(text: str) -> None:
        community_rules(replace(around, text=text))
        forget_views()

    def screen(text: str) -> None:
        written = Written(around)
        written.is_near(text)
        written.stops(text)
        written.masked(text)
        forget_views()

    whole = _times(lambda text: decide(replace(around, text=text)), texts)
    without = _times(lambda text: decide(replace(bare, text=text)), texts)
    return {
        "decide_200.p95_ms": _p95(whole),
        "decide_200.p50_ms": _p50(whole),
        "decide_0.p95_ms": _p95(without),
        "decide_0.p50_ms": _p50(without),
        "layer_200.p95_ms": _p95(_times(layer, texts)),
        "screen_200.p95_ms": _p95(_times(screen, texts)),
    }


def _linear() -> dict[str, float]:
    """How many times as long a text of eight times the length takes: 8 is linear."""
    found = Found(BACKTRACKERS)

    def seconds(length: int) -> float:
        text = "a" * length + "!"
        return min(_timed(lambda: found.found(text)) for _ in range(15))

    return {"linear.ratio_of_8_times_the_length": round(seconds(16_000) / seconds(2_000), 1)}


def _communities(chance: random.Random) -> dict[str, float]:
    around = facts("")
    texts = [_message(chance) for _ in range(4 * COMMUNITIES)]
    gc.collect()
    before = _rss()
    kept = Kept()
    versions: list[tuple[CommunityId, Version]] = []
    compiling = 0.0
    for number in range(COMMUNITIES):
        rules, community = _rule_set(chance), CommunityId(f"bench:{number}")
        began = time.perf_counter()
        made = compile_rules(community, rules)
        compiling += (time.perf_counter() - began) / COMMUNITIES
        versions.append((community, made.version))
        kept.get(community, made.version, partial(_same, rules))
        del rules, made
    gc.collect()
    layer_s = whole_s = 0.0
    missed = 0

    def gone() -> RuleSet:
        nonlocal missed
        missed += 1
        return _rule_set(chance)

    for number, text in enumerate(texts):
        community, version = versions[number % COMMUNITIES]
        began = time.perf_counter()
        at = replace(around, text=text, rules=kept.get(community, version, gone))
        community_rules(at)
        forget_views()
        layer_s += time.perf_counter() - began
        began = time.perf_counter()
        decide(at)
        whole_s += time.perf_counter() - began
    gc.collect()
    return {
        "communities_1000.mb": round(_rss() - before, 1),
        "communities_1000.per_second": round(len(texts) / layer_s),
        "communities_1000.whole_decisions_per_second": round(len(texts) / whole_s),
        "communities_1000.estimate_mb": round(kept.bytes / 1e6, 1),
        "communities_1000.made_again": missed,
        "compile_200.ms": round(compiling * 1e3, 2),
    }


def _fuzz(many: int) -> dict[str, float]:
    from tests.rule_files import fuzz  # noqa: PLC0415 - hypothesis is slow to import

    began = time.perf_counter()
    tried = fuzz(many)
    return {"fuzz.tried": tried, "fuzz.s": round(time.perf_counter() - began, 1)}


# --- Below: rules and messages that nobody wrote ----------------------------------------------


def _rule_set(chance: random.Random) -> RuleSet:
    """200 rules: 120 of words and phrases (240 of them), 40 of patterns, and of every other kind that looks at
    a message."""
    checks: list[Check] = [
        Words(tuple(_word(chance) for _ in range(chance.randint(1, 3)))) for _ in range(120)
    ]
    checks += [Patterns((_pattern(chance),)) for _ in range(40)]
    checks += [Topics((chance.choice(list(Topic)),)) for _ in range(20)]
    checks += [Links(("example.org",)), Invites(), Languages(("en", "de")), Length(3_500)] * 3
    checks += [Flood(8, 20), Repetition(4, 120)] * 4
    rules = [
        Rule(
            f"rule {number}",
            check,
            (Step(1, Action.MASK if number % 10 == 0 and number < 160 else Action.REFUSE),),
        )
        for number, check in enumerate(checks)
    ]
    assert len(rules) == RULES
    return RuleSet(tuple(sorted(rules, key=lambda rule: rule.name)))


def _compiled(checks: Sequence[Check]) -> Compiled:
    rules = tuple(Rule(f"rule {number}", check) for number, check in enumerate(checks))
    return compile_rules(CommunityId("bench"), RuleSet(rules))


def _word(chance: random.Random) -> str:
    word = "".join(chance.choices(LETTERS, OFTEN, k=chance.randint(5, 10)))
    kind = chance.random()
    if kind < 0.15:
        return f"{word} {''.join(chance.choices(LETTERS, OFTEN, k=5))}"
    return f"{word}*" if kind < 0.3 else word


def _pattern(chance: random.Random) -> str:
    one, other = (_word(chance).strip("*") for _ in range(2))
    return chance.choice(
        (
            rf"\b{one}[\w-]*{other}\b",
            rf"{one[:5]}\d{{2,4}}",
            rf"(?:{one}|{other})\s+(?:{other}|{one})",
            rf"\b{one[:4]}[a-z]{{0,3}}{other[:3]}s?\b",
            rf"https?://(?:www\.)?{one.split()[0]}\.(?:com|net|org)",
        )
    )


SAID = (
    "i was walking home yesterday and thought about what you told me about the lighthouse",
    "it is a lovely story and i would like to hear how it goes on with the old keeper and his dog",
    "my train was late again, so i read two chapters of that book on the platform",
    "what would you do if the lamp went out in a storm and the ship was already in sight",
    "today was long. i cooked soup, called my sister and forgot the bread in the oven",
    "tell me about the market, the one with the blue tents where you bought the clock",
)


def _message(chance: random.Random) -> str:
    """Some 90 to 260 letters; one in ten is disguised."""
    text = ". ".join(chance.sample(SAID, k=chance.randint(1, 3)))
    if chance.random() < 0.1:
        text = text.replace("o", "0", 3).replace("lighthouse", "l i g h t h o u s e")
    return f"{text} {_word(chance)}"


def _same(rules: RuleSet) -> RuleSet:
    return rules


def _times(work: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    for text in texts[:50]:
        work(text)
    return sorted(_timed(partial(work, text)) for text in texts)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _p95(times: Sequence[float]) -> float:
    return round(times[int(len(times) * 0.95)] * 1e3, 3)


def _p50(times: Sequence[float]) -> float:
    return round(times[len(times) // 2] * 1e3, 3)


def _rss() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
