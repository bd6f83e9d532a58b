"""What a reply may be made of where a grammar or a JSON schema is given: llama.cpp's grammars.

llama.cpp ends the process when a token is accepted that its grammar forbids, so nothing is accepted
here that was not asked for before. A reply that runs out of room is brought to its end.
"""

import ctypes
import json
from collections.abc import Iterable, Sequence
from copy import copy

import llama_cpp.llama_cpp as lib
import numpy as np
import numpy.typing as npt
from llama_cpp.llama_grammar import json_schema_to_gbnf

from bot.engine.worker.gbnf import find_fault
from bot.engine.worker.llama import Model

_ROOT = b"root"
_MOST_CLOSING = 512
_CLOSERS = b'"}]'
_NUMBERS_AND_LETTERS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
Candidates = npt.NDArray[np.void]


class SamplingError(Exception):
    """This is no way to draw words; in words for operators, without people's."""


def grammar_text(grammar: str, schema: str) -> str:
    """Both as a grammar, checked as far as that goes without a model; empty where none is given."""
    if grammar and schema:
        raise SamplingError("a grammar and a schema are both given: one of them is enough")
    text = _from_schema(schema) if schema else grammar
    if fault := find_fault(text):
        raise SamplingError(f"the {'schema' if schema else 'grammar'} cannot be used: {fault}")
    return text


class Grammar:
    """Where one reply stands in its grammar. Must be closed: its memory is llama.cpp's."""

    def __init__(self, model: Model, text: str, single_bytes: Sequence[int]) -> None:
        """`single_bytes`: the tokens of one byte each, which can spell any end."""
        self._model = model
        self._pointer = None
        if b"\0" not in (data := text.encode()):
            self._pointer = lib.llama_sampler_init_grammar(model.vocab, data, _ROOT)
        if not self._pointer:
            raise SamplingError("the grammar cannot be read: it needs a rule 'root', as GBNF says")
        self._closing = array(single_bytes)

    def allows(self, token: int) -> bool:
        return bool(len(self.allowed(array([token]))))

    def allowed(self, candidates: Candidates) -> Candidates:
        lib.llama_sampler_apply(self._pointer, ctypes.byref(view(candidates)))
        return candidates[candidates["logit"] > -np.inf]

    def accept(self, token: int) -> None:
        """This must have been allowed just now."""
        lib.llama_sampler_accept(self._pointer, token)

    def after(self, token: int) -> "Grammar":
        """Where it would stand after this token, which must be allowed; to be closed as well."""
        ahead = copy(self)
        ahead._pointer = lib.llama_sampler_clone(self._pointer)  # noqa: SLF001 - its own kind
        ahead.accept(token)
        return ahead

    def way_out(self) -> list[int] | None:
        """Tokens that bring a reply to its end in a few steps, the end's own last; None if none do.

        The grammar goes along, and stands at that end.
        """
        way: list[int] = []
        while len(way) < _MOST_CLOSING:
            left = self.allowed(self._closing.copy())
            if not len(left):
                return None
            token = int(left["id"][0])
            if self._model.is_end(token):
                return [*self._shortened(way), token]
            self.accept(token)
            way.append(token)
        return None

    def _shortened(self, way: list[int]) -> list[int]:
        """The same characters in fewer tokens, where the vocabulary has them."""
        said = b"".join(map(self._model.piece, way))
        fewer = self._model.tokenize(said.decode("utf-8", "ignore"), special=False)
        return fewer if b"".join(map(self._model.piece, fewer)) == said else way

    def close(self) -> None:
        if self._pointer:
            lib.llama_sampler_free(self._pointer)
            self._pointer = None


def closing_tokens(model: Model, tokens: Iterable[int]) -> list[int]:
    """Ends first, then bytes: what closes JSON, what is short, and spaces, which lead nowhere."""
    tokens = list(tokens)
    ends = [token for token in tokens if model.is_end(token)]
    order = _CLOSERS + _NUMBERS_AND_LETTERS
    rank = {byte: at for at, byte in enumerate(order)}
    single = {model.piece(token)[0]: token for token in tokens if len(model.piece(token)) == 1}
    later = [byte for byte in single if byte not in rank]
    later.sort(key=lambda byte: (bytes([byte]).isspace(), byte in b"\\,", byte))
    return (
        ends[:1] + [single[byte] for byte in order if byte in single] + [single[b] for b in later]
    )


def array(tokens: Sequence[int]) -> Candidates:
    candidates = np.zeros(len(tokens), TOKEN_DATA)
    candidates["id"] = tokens
    return candidates


def view(candidates: Candidates) -> ctypes.Structure:
    """The same memory, as llama.cpp's samplers want it."""
    data = candidates.ctypes.data_as(ctypes.POINTER(lib.llama_token_data))
    seen: ctypes.Structure = lib.llama_token_data_array(data, len(candidates), -1, False)
    return seen


def _from_schema(schema: str) -> str:
    try:
        text: str = json_schema_to_gbnf(schema)
    except json.JSONDecodeError as exc:
        raise SamplingError(f"the schema is no JSON: {exc.msg}, line {exc.lineno}") from exc
    # The converter raises whatever it stumbles over, deep schemas a RecursionError too.
    except Exception as exc:
        raise SamplingError(f"the schema cannot be read ({type(exc).__name__})") from exc
    # JSON knows no raw control characters in its strings; the converter forgets that.
    return text.replace('char ::= [^"\\\\] |', 'char ::= [^"\\\\\\x00-\\x1F] |')
