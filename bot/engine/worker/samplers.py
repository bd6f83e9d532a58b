"""How a reply's tokens are drawn: llama.cpp's samplers, put together for one reply."""

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap

import llama_cpp.llama_cpp as lib
import numpy as np

from bot.engine.base import Sampling
from bot.engine.worker.grammar import (
    TOKEN_DATA,
    Candidates,
    Grammar,
    SamplingError,
    closing_tokens,
    grammar_text,
    view,
)
from bot.engine.worker.llama import Model

_DRY_WINDOW = 1024
"""How many tokens DRY looks back upon."""
_DRY_BREAKERS = ("\n", ":", '"', "*")
_WATCHED = 256
"""So many tokens before a reply's last one JSON is watched, that it comes to its end in time."""
_NEVER = float("-inf")
_SEEDS = 2**32 - 1
"""The largest seed stands for "by chance" in llama.cpp."""


class Sampler:
    """Draws one reply's tokens. Must be closed: its memory is llama.cpp's."""

    def __init__(
        self,
        context: ctypes.c_void_p,
        model: Model,
        sampling: Sampling,
        heard: Sequence[int] = (),
    ) -> None:
        """`heard`: the tokens before the reply, which penalties and DRY look back upon."""
        text = grammar_text(sampling.grammar, sampling.schema)
        bias = _biases(model, sampling.logit_bias)
        self._context = context
        self._model = model
        self._left = sampling.max_tokens
        self._grammar = Grammar(model, text, _closing(model)) if text else None
        self._closes = bool(sampling.schema)
        self._way_out: list[int] = []
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for link in _links(model, sampling, bias):
            lib.llama_sampler_chain_add(self._chain, link)
        for token in _remembered(heard, sampling):
            # The template's marks stand in every turn: repeating them is no fault.
            if token not in _marks(model):
                lib.llama_sampler_accept(self._chain, token)

    def sample(self, row: int) -> int:
        """The next token after this row of the last batch."""
        if self._grammar is None:
            return int(lib.llama_sampler_sample(self._chain, self._context, row))
        token = self._within(self._grammar, row)
        lib.llama_sampler_accept(self._chain, token)
        self._left -= 1
        return token

    def close(self) -> None:
        if self._chain:
            lib.llama_sampler_free(self._chain)
            self._chain = None
        if self._grammar:
            self._grammar.close()

    def _within(self, grammar: Grammar, row: int) -> int:
        """What the grammar allows. Asking it for one token is quick, for all of them it is not."""
        if self._way_out:
            return self._way_out.pop(0)
        token = self._drawn(self._candidates(row))
        if not grammar.allows(token):
            left = grammar.allowed(self._candidates(row))
            left = left[~np.isin(left["id"], _forbidden(self._model))]
            if not len(left):
                return _end(self._model)
            token = self._drawn(left)
        if self._model.is_end(token):
            return token
        if self._closes and self._left <= _WATCHED and not self._can_end_after(grammar, token):
            return self._way_out.pop(0)
        grammar.accept(token)
        return token

    def _can_end_after(self, grammar: Grammar, token: int) -> bool:
        """Whether JSON still has the room to end after this token; if not, it ends from here."""
        ahead = grammar.after(token)
        way = ahead.way_out()
        ahead.close()
        if way is None:
            self._closes = False
        elif len(way) > self._left:
            here = grammar.way_out()
            self._way_out = here or []
        return not self._way_out

    def _candidates(self, row: int) -> Candidates:
        count = lib.llama_vocab_n_tokens(self._model.vocab)
        candidates = np.zeros(count, TOKEN_DATA)
        candidates["id"] = np.arange(count, dtype=np.int32)
        logits = lib.llama_get_logits_ith(self._context, row)
        candidates["logit"] = np.ctypeslib.as_array(logits, (count,))
        return candidates

    def _drawn(self, candidates: Candidates) -> int:
        seen = view(candidates)
        lib.llama_sampler_apply(self._chain, ctypes.byref(seen))
        return int(seen.data[seen.selected].id)


def _links(model: Model, sampling: Sampling, bias: dict[int, float]) -> list[ctypes.c_void_p]:
    """In the order of llama.cpp's own programs, but for a first cut."""
    words = lib.llama_vocab_n_tokens(model.vocab)
    weighed = (lib.llama_logit_bias * len(bias))(*starmap(lib.llama_logit_bias, bias.items()))
    links = [
        lib.llama_sampler_init_logit_bias(words, len(bias), weighed),
        lib.llama_sampler_init_top_k(_first_cut(sampling)),
        lib.llama_sampler_init_penalties(
            words,
            sampling.repeat_last_n,
            sampling.repeat_penalty,
            sampling.frequency_penalty,
            sampling.presence_penalty,
        ),
    ]
    if sampling.dry_multiplier:
        made = _dry(model, sampling.dry_multiplier, sampling.dry_base, sampling.dry_allowed_length)
        links.append(lib.llama_sampler_clone(made))
    if sampling.temperature <= 0:
        return [*links, lib.llama_sampler_init_greedy()]
    seed = lib.LLAMA_DEFAULT_SEED if sampling.seed is None else sampling.seed % _SEEDS
    return [
        *links,
        lib.llama_sampler_init_top_k(sampling.top_k),
        lib.llama_sampler_init_top_p(sampling.top_p, 1),
        lib.llama_sampler_init_min_p(sampling.min_p, 1),
        lib.llama_sampler_init_xtc(sampling.xtc_probability, sampling.xtc_threshold, 1, seed),
        lib.llama_sampler_init_temp(sampling.temperature),
        lib.llama_sampler_init_dist(seed),
    ]


def _first_cut(sampling: Sampling) -> int:
    """How many of the likeliest tokens need to be weighed at all; 0: every one.

    Penalties that only take away can push down as many tokens as they look back upon. With so many
    more than are wanted in the end, the cut changes nothing, and tens of thousands are not weighed.
    """
    wanted = 1 if sampling.temperature <= 0 else sampling.top_k
    raises = (
        sampling.repeat_penalty < 1
        or min(sampling.presence_penalty, sampling.frequency_penalty) < 0
    )
    if raises or wanted <= 0:
        return 0
    return wanted + sampling.repeat_last_n + (_DRY_WINDOW if sampling.dry_multiplier else 0)


@lru_cache(maxsize=64)
def _dry(model: Model, multiplier: float, base: float, allowed_length: int) -> ctypes.c_void_p:
    """To be copied: it searches the whole vocabulary for what ends a phrase, which takes a while."""
    breakers = (ctypes.c_char_p * len(_DRY_BREAKERS))(*map(str.encode, _DRY_BREAKERS))
    made: ctypes.c_void_p = lib.llama_sampler_init_dry(
        model.vocab, multiplier, base, allowed_length, _DRY_WINDOW, breakers, len(breakers)
    )
    return made


def _remembered(heard: Sequence[int], sampling: Sampling) -> Sequence[int]:
    """Only what something looks back upon."""
    window = _DRY_WINDOW if sampling.dry_multiplier else 0
    weighs = sampling.repeat_penalty != 1 or sampling.frequency_penalty or sampling.presence_penalty
    window = max(window, sampling.repeat_last_n if weighs else 0)
    return heard[max(0, len(heard) - window) :]


def _biases(model: Model, words: Sequence[tuple[str, float]]) -> dict[int, float]:
    """Control tokens never stand in a reply: they are text to nobody."""
    biases: dict[int, float] = {}
    for word, weight in words:
        spellings = [model.tokenize(spelling, special=False) for spelling in (word, f" {word}")]
        tokens = {ids[0] for ids in spellings if len(ids) == 1}
        if not word.strip() or not tokens or tokens & _marks(model):
            raise SamplingError(
                f"logit_bias: '{word}' is no single token of this model: "
                "take a shorter or more common word"
            )
        biases |= dict.fromkeys(tokens, weight)
    return biases | dict.fromkeys(_forbidden(model), _NEVER)


@lru_cache(maxsize=4)
def _marks(model: Model) -> frozenset[int]:
    return model.control_tokens()


@lru_cache(maxsize=4)
def _forbidden(model: Model) -> list[int]:
    return sorted(token for token in _marks(model) if not model.is_end(token))


@lru_cache(maxsize=4)
def _closing(model: Model) -> list[int]:
    return closing_tokens(model, range(lib.llama_vocab_n_tokens(model.vocab)))


def _end(model: Model) -> int:
    return next(iter(_closing(model)))
