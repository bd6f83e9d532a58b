"""Made-up talk for the loads: as long as wanted, different for everybody, the same at every run.

Sizes are in tokens of an ordinary English vocabulary; the loads print what was really counted.
"""

import random

from bot.engine.base import Part

_TOKENS_PER_WORD = 1.1
_WHO = ("the baker", "a sailor", "my aunt", "the old clock", "a heron", "the postman", "our cat")
_DID = ("found", "painted", "carried", "forgot", "mended", "watched", "sold", "remembered")
_WHAT = ("a red kite", "the garden gate", "three letters", "a box of pears", "the blue lamp")
_WHERE = ("by the harbour", "behind the mill", "on the bridge", "near the school", "at the market")
_WHEN = ("this morning", "last winter", "before the rain", "after supper", "on a quiet Sunday")


def words(chance: random.Random, tokens: int) -> str:
    """Sentences of about so many tokens."""
    told: list[str] = []
    while sum(sentence.count(" ") + 2 for sentence in told) * _TOKENS_PER_WORD < tokens:
        picked = [chance.choice(choices) for choices in (_WHO, _DID, _WHAT, _WHERE, _WHEN)]
        told.append(f"{' '.join(picked).capitalize()}.")
    return " ".join(told)


def card(name: str, chance: random.Random, tokens: int) -> Part:
    """A persona's card: the part of a prompt that may be computed once for everybody."""
    return Part("system", f"You are {name}. {words(chance, tokens - 6)}", shared=True)


def head(person: str) -> Part:
    return Part("system", f"\n\nYou are talking with {person}.")


def history(chance: random.Random, tokens: int, *, turn_tokens: int = 50) -> list[Part]:
    """A talk so far, of either side in turns; the persona spoke last."""
    pairs = max(1, round(tokens / (2 * (turn_tokens + 10))))
    return [
        Part(speaker, words(chance, turn_tokens))
        for _ in range(pairs)
        for speaker in ("user", "assistant")
    ]


def song(number: int) -> list[Part]:
    """A reply that has begun and does not end by itself, so that all streams keep running."""
    return [
        Part("user", "Sing la la la without end."),
        Part("assistant", f"Round {number}:{20 * ' la'}"),
    ]
