"""What is computed with a model: one context of llama.cpp, a number of sequences that share nothing.

It knows tokens, positions and bytes; whose they are is for `holding.py`.
"""

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from mmap import mmap
from typing import Any

import llama_cpp.llama_cpp as lib

from bot.engine.base import Sampling
from bot.engine.wire import Cuts, KvType
from bot.engine.worker.llama import LoadError, Model
from bot.engine.worker.samplers import Sampler

_KV_TYPES = {"f16": lib.GGML_TYPE_F16, "q8_0": lib.GGML_TYPE_Q8_0, "q4_0": lib.GGML_TYPE_Q4_0}
_UBATCH = 512


class DecodeError(Exception):
    """A batch could not be computed; its sequences' states can no longer be trusted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One token to compute; `output` where its successor is wanted."""

    sequence: int
    position: int
    token: int
    output: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """How a context is laid out."""

    context: int
    """Tokens of each sequence."""
    sequences: int
    batch: int
    threads: int
    flash_attention: bool = False
    kv_type: KvType = "f16"
    embeds: bool = False


class Context:
    def __init__(self, model: Model, shape: Shape) -> None:
        self.model = model
        self.shape = shape
        self.batch = max(shape.batch, shape.sequences)
        self._pointer = lib.llama_init_from_model(model.pointer, self._params())
        if not self._pointer:
            raise LoadError(
                model.last_error(
                    f"there is no memory for {shape.sequences} sequences of {shape.context} tokens"
                )
            )
        self._memory = lib.llama_get_memory(self._pointer)
        if not self._memory and not shape.embeds:
            raise LoadError("it keeps no context: it is no model for conversations")
        self._batch = lib.llama_batch_init(self.batch, 0, 1)
        self._adapters: dict[str, Any] = {}
        self._adapter: str | None = None
        self.weights_in_cells = 0.0 if shape.embeds else self._measured_in_cells()
        """How many tokens' cells take as long to read as all of the model's weights."""

    def close(self) -> None:
        """Gives its memory back; nothing may be asked of it any more."""
        lib.llama_batch_free(self._batch)
        lib.llama_free(self._pointer)

    # --- Computing --------------------------------------------------------------------------

    def threads(self, single: int, many: int) -> None:
        """Single tokens are computed by so many threads, prompts by so many."""
        lib.llama_set_n_threads(self._pointer, single, many)

    def decode(self, rows: Sequence[Row]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        token, position, count = batch.token, batch.pos, batch.n_seq_id
        sequence, output = batch.seq_id, batch.logits
        for at, row in enumerate(rows):
            token[at] = row.token
            position[at] = row.position
            count[at] = 1
            sequence[at][0] = row.sequence
            output[at] = row.output
        code = lib.llama_decode(self._pointer, batch)
        if code:
            raise DecodeError(f"llama.cpp could not compute a batch (code {code})")

    def logits(self, row: int, tokens: Sequence[int]) -> list[float]:
        values = lib.llama_get_logits_ith(self._pointer, row)
        return [float(values[token]) for token in tokens]

    def vector(self, sequence: int, row: int) -> list[float]:
        """What the last batch says of a whole text, at a length of one."""
        pooled = lib.llama_get_embeddings_seq(self._pointer, sequence)
        values = pooled or lib.llama_get_embeddings_ith(self._pointer, row)
        vector = values[: lib.llama_model_n_embd_out(self.model.pointer)]
        length = sqrt(sum(value * value for value in vector)) or 1.0
        return [value / length for value in vector]

    def sampler(self, sampling: Sampling, heard: Sequence[int]) -> Sampler:
        """`heard`: the tokens before the reply, which the penalties look back upon."""
        return Sampler(self._pointer, self.model, sampling, heard)

    def is_end(self, token: int) -> bool:
        return self.model.is_end(token)

    def piece(self, token: int) -> bytes:
        return self.model.piece(token)

    # --- What sequences hold ------------------------------------------------------------------

    def _measured_in_cells(self) -> float:
        tokens = 16
        self.decode([Row(0, at, self._any_token(), output=False) for at in range(tokens)])
        cell = self.state_bytes(0) / tokens
        self.trim(0, 0)
        return float(lib.llama_model_size(self.model.pointer)) / cell

    def cuts(self) -> Cuts:
        """Tried, since no model file tells it; what a copy loses cannot be seen from outside."""
        self.decode([Row(0, at, self._any_token(), output=at == 1) for at in range(2)])
        able = bool(lib.llama_memory_seq_rm(self._memory, 0, 1, -1))
        self.trim(0, 0)
        if not able:
            return "never"
        return "unless copied" if lib.llama_model_n_swa(self.model.pointer) else "anywhere"

    def trim(self, sequence: int, length: int) -> int:
        """Forget what lies behind `length` tokens; how many are really left."""
        if not self._memory:
            return 0
        if lib.llama_memory_seq_rm(self._memory, sequence, length, -1):
            return length
        # Some memories (recurrent ones) can only forget a sequence as a whole.
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return 0

    def state_bytes(self, sequence: int) -> int:
        return int(lib.llama_state_seq_get_size(self._pointer, sequence))

    def save(self, sequence: int) -> mmap | None:
        """A copy of what a sequence holds, in memory of its own; None where that fails."""
        size = self.state_bytes(sequence)
        # Mapped, not allocated: what is dropped goes back to the machine at once and whole.
        state = mmap(-1, max(size, 1))
        buffer = (ctypes.c_uint8 * size).from_buffer(state)
        saved = lib.llama_state_seq_get_data(self._pointer, buffer, size, sequence)
        return state if saved == size else None

    def restore(self, sequence: int, state: mmap) -> bool:
        """Puts a copy into an empty sequence; False where it does not take it."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer(state)
        taken = lib.llama_state_seq_set_data(self._pointer, buffer, len(state), sequence)
        return bool(taken)

    # --- Adapters -----------------------------------------------------------------------------

    def know_adapters(self, adapters: Mapping[str, Any]) -> None:
        self._adapters = dict(adapters)

    def use_adapter(self, name: str | None) -> None:
        """From now on everything is computed with this adapter, or with none."""
        if name == self._adapter:
            return
        count = 0 if name is None else 1
        pointer: Any = lib.llama_adapter_lora_p_ctypes
        chosen = (pointer * count)(*([] if name is None else [self._adapters[name]]))
        scales = (ctypes.c_float * count)(*([1.0] * count))
        if lib.llama_set_adapters_lora(self._pointer, chosen, count, scales):
            raise DecodeError(f"the adapter '{name}' could not be switched on")
        self._adapter = name

    def _any_token(self) -> int:
        return max(0, int(lib.llama_vocab_bos(self.model.vocab)))

    def _params(self) -> ctypes.Structure:
        shape = self.shape
        params: ctypes.Structure = lib.llama_context_default_params()
        params.n_ctx = shape.context * shape.sequences
        params.n_seq_max = shape.sequences
        params.n_batch = self.batch
        # A text that becomes a vector is computed as a whole.
        params.n_ubatch = self.batch if shape.embeds else min(self.batch, _UBATCH)
        params.n_outputs_max = self.batch if shape.embeds else shape.sequences
        params.n_threads = params.n_threads_batch = shape.threads
        # Each sequence has its own cells: nobody's prompt can take another's room, and nobody
        # attends over another's cells.
        params.kv_unified = False
        # All cells of models with a sliding window are held: only so can a talk be cut and reused.
        params.swa_full = True
        params.type_k = params.type_v = _KV_TYPES[shape.kv_type]
        params.flash_attn_type = (
            lib.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if shape.flash_attention
            else lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        params.embeddings = shape.embeds
        params.no_perf = True
        return params
