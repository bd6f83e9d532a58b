"""What a remote engine answers -> pieces, likelihoods, vectors, refusals. Pure.

Nothing that it says in words goes any further: a refusal may quote the prompt.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.engine.base import EngineError, PromptTooLong

_LIMIT = re.compile(r"context length is (?:only )?(\d{1,9})")
# Where a probability is no more than nothing: some engines say so for "never".
_LEAST_LOGPROB = -9999
_ASKED = re.compile(r"(\d{1,9}) input tokens|(?:requested|resulted in) (\d{1,9})")


class AnswerError(Exception):
    """An answer that cannot be read, or that says the engine broke. Holds no words of people."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    finished: bool = False
    """The engine has said why it ended; without that, a reply was cut."""
    wrote: int | None = None
    """How many tokens the reply has, where the engine says so."""


def read_json(data: bytes | str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        # Without the cause: it holds the whole text.
        raise AnswerError("its answer is no JSON") from None


def read_piece(data: str) -> Piece:
    """One event of a stream, of a chat or of a completion."""
    event = read_json(data)
    if not isinstance(event, dict):
        raise AnswerError("its stream holds something else than pieces")
    if "error" in event:
        if refusal := too_long(event):
            raise refusal
        raise AnswerError("it broke off with an error of its own")
    choice = _first(event.get("choices"))
    reason = choice.get("finish_reason")
    if reason in {"error", "abort"}:
        raise AnswerError("it gave the reply up")
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else choice.get("text")
    wrote = _number(_part(event, "timings").get("predicted_n"), -1)
    wrote = _number(_part(event, "usage").get("completion_tokens"), wrote)
    finished = reason is not None
    return Piece(text if isinstance(text, str) else "", finished, wrote if wrote >= 0 else None)


def too_long(answer: object, *, tokens: int = 0, room: int = 0) -> PromptTooLong | None:
    """A refusal because of the context, with its numbers, or ours where it gives none."""
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return None
    if error.get("type") == "exceed_context_size_error":
        return PromptTooLong(
            _number(error.get("n_prompt_tokens"), tokens), _number(error.get("n_ctx"), room)
        )
    message = error.get("message")
    limit = _LIMIT.search(message) if isinstance(message, str) else None
    if limit is None and error.get("code") != "context_length_exceeded":
        return None
    asked = _ASKED.search(message) if isinstance(message, str) else None
    return PromptTooLong(
        int(asked[1] or asked[2]) if asked else tokens, int(limit[1]) if limit else room
    )


def likelihoods(answer: object) -> list[tuple[str, float]]:
    """The likeliest next tokens, as (text, natural logarithm)."""
    choice = _first(answer.get("choices") if isinstance(answer, dict) else None)
    logprobs = choice.get("logprobs")
    listed: Iterable[tuple[object, object]] = ()
    if isinstance(logprobs, dict) and isinstance(logprobs.get("content"), list):
        top = _first(logprobs["content"]).get("top_logprobs")
        listed = ((one.get("token"), one.get("logprob")) for one in _dicts(top))
    elif isinstance(logprobs, dict):
        listed = _first(logprobs.get("top_logprobs")).items()
    return [
        # No probability is above one, whatever is said; and whole numbers know no bound.
        (token, float(max(_LEAST_LOGPROB, min(0, logprob))))
        for token, logprob in listed
        if isinstance(token, str) and isinstance(logprob, int | float)
        if not (isinstance(logprob, float) and math.isnan(logprob))
    ]


def judged(listed: Sequence[tuple[str, float]], choices: Sequence[str]) -> tuple[float, ...]:
    """Each choice's share, by the longest beginning of it that is listed.

    " Yes" and "Yes" are the same word, and count together. A choice that is not listed is less
    likely than everything that is: it counts half of the least likely.
    """
    if not listed:
        raise EngineError("the remote engine gives no likelihoods, and cannot judge without them")
    begins = [_beginning(choice, listed) for choice in choices]
    found = [begin for begin in begins if begin]
    if len(set(found)) < len(found):
        raise EngineError("two choices begin with the same token; name choices that differ at once")
    if not found:
        # INVARIANT I3: equal shares would be a verdict that nobody gave.
        raise EngineError("none of the choices is among the remote engine's likeliest next words")
    least = math.exp(min(logprob for _, logprob in listed)) / 2
    weights = [
        sum(math.exp(logprob) for token, logprob in listed if begin and token.strip() == begin)
        or least
        for begin in begins
    ]
    total = sum(weights)
    if not (math.isfinite(total) and total > 0):
        raise EngineError("the remote engine gives likelihoods that are none")
    return tuple(weight / total for weight in weights)


def vectors(answer: object, count: int) -> tuple[tuple[float, ...], ...]:
    """In the order of the texts, each of length one."""
    rows = _dicts(answer.get("data") if isinstance(answer, dict) else None)
    rows.sort(key=lambda row: _number(row.get("index"), 0))
    if len(rows) != count:
        raise AnswerError("its vectors are not as many as the texts")
    return tuple(_of_length_one(row.get("embedding")) for row in rows)


def _of_length_one(vector: object) -> tuple[float, ...]:
    if not (isinstance(vector, list) and all(isinstance(x, int | float) for x in vector)):
        raise AnswerError("its vectors are no lists of numbers")
    try:
        length = math.hypot(*vector)
    except OverflowError:
        length = math.inf
    if not (math.isfinite(length) and length > 0):
        raise AnswerError("a vector of its has no length")
    return tuple(x / length for x in vector)


def _beginning(choice: str, listed: Sequence[tuple[str, float]]) -> str:
    word = choice.strip()
    begins = [token.strip() for token, _ in listed if word.startswith(token.strip())]
    return max(begins, key=len, default="")


def _first(value: object) -> Mapping[str, Any]:
    items = _dicts(value)
    return items[0] if items else {}


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
