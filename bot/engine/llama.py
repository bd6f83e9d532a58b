"""The only door to llama.cpp: its low-level API behind a few typed methods.

One model, one context, a number of sequences that share nothing. It knows tokens and positions;
whose tokens they are is for the scheduler.
"""

import ctypes
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import llama_cpp.llama_cpp as lib

from bot.events import Sampling

_ERROR_LEVEL = 3
_CONTINUED_LEVEL = 5
_PENALTY_WINDOW = 64
_META_BYTES = 4096
_SPM = 1
"""llama_vocab_type of sentencepiece vocabularies, whose texts begin with a space of their own."""


class LoadError(Exception):
    """The model could not be loaded; in words for the operator."""


class DecodeError(Exception):
    """A batch could not be computed; its sequences' states can no longer be trusted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One token to compute; `output` where its successor is wanted."""

    sequence: int
    position: int
    token: int
    output: bool


class Model:
    def __init__(
        self, path: Path, *, context: int, sequences: int, threads: int, batch: int, gpu_layers: int
    ) -> None:
        self._log = _ErrorLog()
        lib.llama_backend_init()
        if gpu_layers and not lib.llama_supports_gpu_offload():
            raise LoadError(
                f"gpu_layers is {gpu_layers}, but llama.cpp was built here without a GPU: "
                "set it to 0, or build with one as the README says"
            )
        wanted = lib.llama_model_default_params()
        wanted.n_gpu_layers = gpu_layers
        self._model = lib.llama_model_load_from_file(os.fsencode(path), wanted)
        if not self._model:
            raise LoadError(self._log.sentence("it cannot be loaded"))
        self.threads = threads
        self.batch = max(batch, sequences)
        self._context = lib.llama_init_from_model(
            self._model, _context_params(context, sequences, self.threads, self.batch, gpu_layers)
        )
        if not self._context:
            raise LoadError(
                self._log.sentence(
                    f"there is no memory for {sequences} sequences of {context} tokens"
                )
            )
        self._memory = lib.llama_get_memory(self._context)
        if not self._memory:
            raise LoadError("it keeps no context: it is no model for conversations")
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._batch = lib.llama_batch_init(self.batch, 0, 1)
        self._buffer = ctypes.create_string_buffer(256)
        self._pieces: dict[int, bytes] = {}
        self._lead = self._lead_tokens()

    @property
    def name(self) -> str:
        return self._meta(b"general.name")

    @property
    def description(self) -> str:
        buffer = ctypes.create_string_buffer(_META_BYTES)
        lib.llama_model_desc(self._model, buffer, _META_BYTES)
        return buffer.value.decode("utf-8", "replace")

    @property
    def trained_context(self) -> int:
        return int(lib.llama_model_n_ctx_train(self._model))

    @property
    def chat_template(self) -> str | None:
        source = lib.llama_model_chat_template(self._model, None)
        return source.decode("utf-8", "replace") if source else None

    @property
    def bos(self) -> int | None:
        """The token that every prompt must begin with, where the model wants one."""
        wanted = lib.llama_vocab_get_add_bos(self._vocab)
        return int(lib.llama_vocab_bos(self._vocab)) if wanted else None

    def mark(self, which: str) -> str:
        """The text of the `bos` or `eos` token, as templates spell it."""
        token = lib.llama_vocab_bos(self._vocab) if which == "bos" else self._eos()
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
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    def control_tokens(self) -> frozenset[int]:
        vocab = self._vocab
        return frozenset(
            token
            for token in range(lib.llama_vocab_n_tokens(vocab))
            if lib.llama_vocab_is_control(vocab, token) or lib.llama_vocab_is_eog(vocab, token)
        )

    def user_defined(self, token: int) -> bool:
        """Whether llama.cpp finds this token in any text, also where none is asked for."""
        return bool(
            lib.llama_vocab_get_attr(self._vocab, token) & lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        )

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

    def trim(self, sequence: int, length: int) -> int:
        """Forget what lies behind `length` tokens; how many are really left."""
        if lib.llama_memory_seq_rm(self._memory, sequence, length, -1):
            return length
        # Some memories (recurrent ones) can only forget a sequence as a whole.
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return 0

    def draw_with(self, threads: int) -> None:
        """Single tokens are computed by so many threads; prompts by all that there are."""
        lib.llama_set_n_threads(self._context, threads, self.threads)

    def decode(self, rows: Sequence[Row]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for at, row in enumerate(rows):
            batch.token[at] = row.token
            batch.pos[at] = row.position
            batch.n_seq_id[at] = 1
            batch.seq_id[at][0] = row.sequence
            batch.logits[at] = row.output
        code = lib.llama_decode(self._context, batch)
        if code:
            raise DecodeError(f"llama.cpp could not compute a batch (code {code})")

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]:
        values = lib.llama_get_logits_ith(self._context, row)
        return [float(values[token]) for token in tokens]

    def sampler(self, sampling: Sampling, heard: Sequence[int]) -> "Sampler":
        """`heard`: the tokens before the reply, which the repeat penalty looks back upon."""
        sampler = Sampler(self._context, lib.llama_vocab_n_tokens(self._vocab), sampling)
        for token in heard[-_PENALTY_WINDOW:]:
            # The template's marks stand in every turn: repeating them is no fault.
            if not lib.llama_vocab_is_control(self._vocab, token):
                sampler.accept(token)
        return sampler

    def _eos(self) -> int:
        return int(lib.llama_vocab_eos(self._vocab))

    def _meta(self, key: bytes) -> str:
        buffer = ctypes.create_string_buffer(_META_BYTES)
        found = lib.llama_model_meta_val_str(self._model, key, buffer, _META_BYTES)
        return buffer.value.decode("utf-8", "replace") if found >= 0 else ""

    def _lead_tokens(self) -> int:
        """How many tokens a line break in front takes, where texts get a space of their own."""
        spaced = self._meta(b"tokenizer.ggml.add_space_prefix") != "false"
        if lib.llama_vocab_type(self._vocab) != _SPM or not spaced:
            return 0
        return len(self._tokenize("\n", special=False))

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 2
        tokens = (lib.llama_token * room)()
        count = lib.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            raise ValueError(f"a text of {len(data)} bytes has more tokens than bytes")
        return tokens[:count]

    def _to_piece(self, token: int, *, special: bool) -> bytes:
        length = lib.llama_token_to_piece(
            self._vocab, token, self._buffer, len(self._buffer), 0, special
        )
        if length < 0:
            self._buffer = ctypes.create_string_buffer(-length)
            return self._to_piece(token, special=special)
        return self._buffer.raw[:length]


class Sampler:
    """Draws one reply's tokens. Must be closed: its memory is llama.cpp's."""

    def __init__(self, context: ctypes.c_void_p, vocabulary: int, sampling: Sampling) -> None:
        self._context = context
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        links = [
            lib.llama_sampler_init_penalties(
                vocabulary, _PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0
            )
        ]
        if sampling.temperature <= 0:
            links.append(lib.llama_sampler_init_greedy())
        else:
            seed = lib.LLAMA_DEFAULT_SEED if sampling.seed is None else sampling.seed & 0x7FFFFFFF
            links += [
                lib.llama_sampler_init_top_k(sampling.top_k),
                lib.llama_sampler_init_top_p(sampling.top_p, 1),
                lib.llama_sampler_init_min_p(sampling.min_p, 1),
                lib.llama_sampler_init_temp(sampling.temperature),
                lib.llama_sampler_init_dist(seed),
            ]
        for link in links:
            lib.llama_sampler_chain_add(self._chain, link)

    def accept(self, token: int) -> None:
        lib.llama_sampler_accept(self._chain, token)

    def sample(self, row: int) -> int:
        """The next token after this row of the last batch."""
        return int(lib.llama_sampler_sample(self._chain, self._context, row))

    def close(self) -> None:
        if self._chain:
            lib.llama_sampler_free(self._chain)
            self._chain = None


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


def _context_params(
    context: int, sequences: int, threads: int, batch: int, gpu_layers: int
) -> ctypes.Structure:
    params: ctypes.Structure = lib.llama_context_default_params()
    params.n_ctx = context * sequences
    params.n_seq_max = sequences
    params.n_batch = batch
    params.n_ubatch = min(batch, 512)
    params.n_outputs_max = sequences
    params.n_threads = params.n_threads_batch = threads
    # Each sequence has its own cells: nobody's prompt can take another's room, and nobody
    # attends over another's cells.
    params.kv_unified = False
    # Measured: on processors flash attention halves the speed after 2,000 tokens.
    params.flash_attn_type = (
        lib.LLAMA_FLASH_ATTN_TYPE_AUTO if gpu_layers else lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    params.no_perf = True
    return params
