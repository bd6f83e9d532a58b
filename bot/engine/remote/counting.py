"""How many tokens a text is over there, and which: asked where that can be, estimated elsewhere."""

import re
from typing import Any

from bot.engine.base import EngineError
from bot.engine.remote.dialect import Known
from bot.engine.remote.peer import Busy, Lost, Peer

_LETTERS = re.compile(rb"[A-Za-z ]+")
_LETTERS_PER_TOKEN = 3


def estimate(text: str) -> int:
    """Never fewer than one token for three English letters, and one for each other byte.

    Tokenizers make about one of four and a half letters in English, and at most one of each
    byte. So this errs on the large side, often by half as much again: the talk is trimmed earlier
    than it had to be, and nothing overflows unseen.
    """
    data = text.encode("utf-8", "replace")
    runs = _LETTERS.findall(data)
    letters = sum(map(len, runs))
    return sum(-(-len(run) // _LETTERS_PER_TOKEN) for run in runs) + len(data) - letters


async def count(peer: Peer, known: Known, text: str) -> int:
    try:
        tokens = await _tokens(peer, known, text) if known.counts else None
    except (Lost, Busy, EngineError):
        # Whoever counts wants to know what fits: a careful guess serves them better than an error.
        tokens = None
    return estimate(text) if tokens is None else len(tokens)


async def numbers_of(peer: Peer, known: Known, word: str) -> tuple[str, ...]:
    """The tokens of a word, as the keys of a `logit_bias`."""
    return tuple(str(token) for token in await _tokens(peer, known, word) or ())


async def _tokens(peer: Peer, known: Known, text: str) -> list[Any] | None:
    if known.kind == "vllm":
        body = {"model": known.model, "prompt": text, "add_special_tokens": False}
    else:
        body = {"model": known.model, "content": text, "parse_special": False}
    answer = await peer.tell("/tokenize", body)
    tokens = answer.get("tokens") if isinstance(answer, dict) else None
    return tokens if isinstance(tokens, list) else None
