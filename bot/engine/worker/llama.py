"""A model's weights and its vocabulary, behind a few typed methods of llama.cpp's low-level API.

This file, `context.py`, `samplers.py` and `grammar.py` are the only door to llama.cpp.
"""

import ctypes
import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as lib

from bot.engine.wire import Split

_ERROR_LEVEL = 3
_CONTINUED_LEVEL = 5
_META_BYTES = 4096
_SPM = 1
"""llama_vocab_type of sentencepiece vocabularies, whose texts begin with a space of their own."""


class LoadError(Exception):
    """The model could not be loaded; in words for the operator."""


@dataclass(frozen=True, slots=True)
class Graphics:
    """What of a model lies on which graphics cards."""

    layers: int = 0
    main: int = 0
    split: Split = "layer"
    shares: tuple[float, ...] = ()


NO_CARD = Graphics()

_SPLITS = {
    "none": lib.LLAMA_SPLIT_MODE_NONE,
    "layer": lib.LLAMA_SPLIT_MODE_LAYER,
    "row": lib.LLAMA_SPLIT_MODE_ROW,
}


class Model:
    """Weights and vocabulary. What is computed with them is in a context."""

    def __init__(self, path: Path, graphics: Graphics = NO_CARD) -> None:
        self._log = _ErrorLog()
        lib.llama_backend_init()
        if graphics.layers and not lib.llama_supports_gpu_offload():
            raise LoadError(
                f"gpu_layers is {graphics.layers}, but llama.cpp was built here without a GPU: "
                "set it to 0, or build with one as docs/hosting.md says"
            )
        self.graphics = graphics
        self.pointer = lib.llama_model_load_from_file(os.fsencode(path), _model_params(graphics))
        if not self.pointer:
            raise LoadError(self.last_error("it cannot be loaded"))
        self.vocab = lib.llama_model_get_vocab(self.pointer)
        self._buffer = ctypes.create_string_buffer(256)
        self._pieces: dict[int, bytes] = {}
        self._lead = self._lead_tokens()

    def last_error(self, fallback: str) -> str:
        """What llama.cpp itself said last of what went wrong."""
        return self._log.sentence(fallback)

    @property
    def name(self) -> str:
        return self._meta(b"general.name")

    @property
    def description(self) -> str:
        buffer = ctypes.create_string_buffer(_META_BYTES)
        lib.llama_model_desc(self.pointer, buffer, _META_BYTES)
        return buffer.value.decode("utf-8", "replace")

    @property
    def trained_context(self) -> int:
        return int(lib.llama_model_n_ctx_train(self.pointer))

    @property
    def chat_template(self) -> str | None:
        source = lib.llama_model_chat_template(self.pointer, None)
        return source.decode("utf-8", "replace") if source else None

    @property
    def bos(self) -> int | None:
        """The token that every prompt must begin with, where the model wants one."""
        wanted = lib.llama_vocab_get_add_bos(self.vocab)
        return int(lib.llama_vocab_bos(self.vocab)) if wanted else None

    def mark(self, which: str) -> str:
        """The text of the `bos` or `eos` token, as templates spell it."""
        token = lib.llama_vocab_bos(self.vocab) if which == "bos" else self._eos()
        return self.spelled(token) if token >= 0 else ""

    def spelled(self, token: int) -> str:
        """A token as the vocabulary writes it, control tokens too."""
        return self._to_piece(token, special=True).decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """What a token adds to a text; control tokens add nothing."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._to_piece(token, special=False)
        return known

    def is_end(self, token: int) -> bool:
        return bool(lib.llama_vocab_is_eog(self.vocab, token))

    def control_tokens(self) -> frozenset[int]:
        vocab = self.vocab
        return frozenset(
            token
            for token in range(lib.llama_vocab_n_tokens(vocab))
            if lib.llama_vocab_is_control(vocab, token) or lib.llama_vocab_is_eog(vocab, token)
        )

    def user_defined(self, token: int) -> bool:
        """Whether llama.cpp finds this token in any text, also where none is asked for."""
        return bool(lib.llama_vocab_get_attr(self.vocab, token) & lib.LLAMA_TOKEN_ATTR_USER_DEFINED)

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """With `special`, control tokens that are spelled out become control tokens."""
        if not text:
            return []
        if special:
            return self._tokenize(text, special=True)
        return (
            self._tokenize("\n" + text, special=False)[self._lead :]
            if self._lead
            else (self._tokenize(text, special=False))
        )

    def tokenize_whole(self, text: str) -> list[int]:
        """With the tokens that the model wants around a text, as for a vector of it."""
        return self._tokenize(text, special=False, around=True)

    def load_adapter(self, path: Path) -> Any:
        adapter: Any = lib.llama_adapter_lora_init(self.pointer, os.fsencode(path))
        if not adapter:
            raise LoadError(self.last_error("it does not fit this model"))
        return adapter

    def _eos(self) -> int:
        return int(lib.llama_vocab_eos(self.vocab))

    def _meta(self, key: bytes) -> str:
        buffer = ctypes.create_string_buffer(_META_BYTES)
        found = lib.llama_model_meta_val_str(self.pointer, key, buffer, _META_BYTES)
        return buffer.value.decode("utf-8", "replace") if found >= 0 else ""

    def _lead_tokens(self) -> int:
        """How many tokens a line break in front takes, where texts get a space of their own."""
        spaced = self._meta(b"tokenizer.ggml.add_space_prefix") != "false"
        if lib.llama_vocab_type(self.vocab) != _SPM or not spaced:
            return 0
        return len(self._tokenize("\n", special=False))

    def _tokenize(self, text: str, *, special: bool, around: bool = False) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 4
        tokens = (lib.llama_token * room)()
        count = lib.llama_tokenize(self.vocab, data, len(data), tokens, room, around, special)
        if count < 0:
            raise ValueError(f"a text of {len(data)} bytes has more tokens than bytes")
        return tokens[:count]

    def _to_piece(self, token: int, *, special: bool) -> bytes:
        length = lib.llama_token_to_piece(
            self.vocab, token, self._buffer, len(self._buffer), 0, special
        )
        if length < 0:
            self._buffer = ctypes.create_string_buffer(-length)
            return self._to_piece(token, special=special)
        return self._buffer.raw[:length]


class _ErrorLog:
    """llama.cpp's own log, kept off the terminal: only its last errors are remembered."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=4)
        self._keeping = False
        # llama.cpp holds on to the callback, so this object does too.
        self._callback = lib.llama_log_callback(self._hear)
        lib.llama_log_set(self._callback, ctypes.c_void_p(0))

    def sentence(self, fallback: str) -> str:
        return next((line for line in self._lines if line), fallback)

    def _hear(self, level: int, text: bytes, _: object) -> None:
        if level != _CONTINUED_LEVEL:
            self._keeping = level == _ERROR_LEVEL
        if self._keeping:
            line = text.decode("utf-8", "replace").strip()
            self._lines.append(line.partition(": ")[2] or line)


def _model_params(graphics: Graphics) -> ctypes.Structure:
    params: ctypes.Structure = lib.llama_model_default_params()
    params.n_gpu_layers = graphics.layers
    params.main_gpu = graphics.main
    params.split_mode = _SPLITS[graphics.split]
    if graphics.shares:
        most = lib.llama_max_devices()
        # The structure does not hold on to the array: it has to live until the model is loaded.
        params.keeps_shares = (ctypes.c_float * most)(*graphics.shares[:most])
        params.tensor_split = params.keeps_shares
    return params
