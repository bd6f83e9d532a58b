"""Tiny model files of every kind that the engine must know, with seeded random weights.

They speak the demo model's tokens and its chat template, and answer nonsense, always the same.
Each is some 6 MB, nearly all of it the embeddings of 49,152 tokens, and is written in a moment.
"""

import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tests.engine_help import demo_path
from tests.gguf_files import Tensor, Value, length, number, raw_values, write

CONTEXT = 4096
WIDTH = 64
WINDOW = 64
"""How far the sliding-window model's short-sighted layer looks back."""

_LAYERS = 2
_HEADS = 2
_FEED = 128
_INNER = 2 * WIDTH
_STATE = 16
_STEP = 4
_CONVOLVED = 4
_RANK = 4
_CONTROL, _USER_DEFINED = 3, 4
"""Kinds of tokens, as files declare them."""

_ATTENDING: Mapping[str, Value] = {
    "attention.head_count": _HEADS,
    "attention.head_count_kv": _HEADS,
    "attention.key_length": WIDTH // _HEADS,
    "attention.value_length": WIDTH // _HEADS,
    "attention.layer_norm_rms_epsilon": 1e-5,
    "feed_forward_length": _FEED,
}
_RECURRENT: Mapping[str, Value] = {
    "attention.head_count": 0,
    "attention.layer_norm_rms_epsilon": 1e-5,
    "feed_forward_length": 0,
    "ssm.conv_kernel": _CONVOLVED,
    "ssm.inner_size": _INNER,
    "ssm.state_size": _STATE,
    "ssm.time_step_rank": _STEP,
}


def llama(folder: Path, seed: int = 1) -> Path:
    """An ordinary chat model; another seed gives another one, as a guard."""
    layers = [_attention(layer) | _feed_forward(layer) for layer in range(_LAYERS)]
    return _write(folder, "llama", _ATTENDING, layers, seed)


def loose(folder: Path, seed: int = 9) -> Path:
    """A chat model whose file declares its marks as ordinary words, as some careless files do."""
    head = struct.calcsize("<IIQ")
    kinds = _demo_values()["tokenizer.ggml.token_type"]
    declared = np.frombuffer(kinds, np.int32, offset=head).copy()
    declared[declared == _CONTROL] = _USER_DEFINED
    layers = [_attention(layer) | _feed_forward(layer) for layer in range(_LAYERS)]
    other = {"tokenizer.ggml.token_type": kinds[:head] + declared.tobytes()}
    return _write(folder, "llama", _ATTENDING, layers, seed, other=other)


def odd_template(folder: Path, seed: int = 10) -> Path:
    """A guard whose template takes what is said in pieces only, and so carries no talk."""
    template = "{% for m in messages %}{% for c in m.content if c.text %}{{ c.text }}{% endfor %}{% endfor %}"
    layers = [_attention(layer) | _feed_forward(layer) for layer in range(_LAYERS)]
    return _write(
        folder, "llama", _ATTENDING, layers, seed, other={"tokenizer.chat_template": template}
    )


def recurrent(folder: Path, seed: int = 2) -> Path:
    """Mamba: one state stands for the whole past."""
    layers = [_mamba(layer) for layer in range(_LAYERS)]
    return _write(folder, "mamba", _RECURRENT, layers, seed)


def hybrid(folder: Path, seed: int = 3) -> Path:
    """Jamba: a recurrent layer, then one that attends."""
    layers = [
        _mamba(0) | _mamba_norms(0) | _feed_forward(0),
        _attention(1) | _feed_forward(1),
    ]
    own = {**_RECURRENT, **_ATTENDING, "attention.head_count_kv": [0, _HEADS]}
    return _write(folder, "jamba", own, layers, seed)


def sliding(folder: Path, seed: int = 4) -> Path:
    """Gemma 2: a layer that sees `WINDOW` tokens back, then one that sees everything."""
    layers = [
        _attention(layer)
        | _feed_forward(layer)
        | {f"blk.{layer}.{name}.weight": (WIDTH,) for name in _GEMMA_NORMS}
        for layer in range(_LAYERS)
    ]
    own = {**_ATTENDING, "attention.sliding_window": WINDOW}
    return _write(folder, "gemma2", own, layers, seed)


def embedding(folder: Path, seed: int = 5) -> Path:
    """BERT with mean pooling: it reads both ways, keeps nothing and draws no words."""
    layers = [_bert(layer) for layer in range(_LAYERS)]
    own = {
        **_ATTENDING,
        "attention.causal": False,
        "attention.layer_norm_epsilon": 1e-5,
        "pooling_type": 1,
    }
    return _write(folder, "bert", own, [_BERT_BEGINNING, *layers], seed)


def adapter(folder: Path, seed: int = 6, strength: float = 0.5) -> Path:
    """A LoRA adapter that fits the demo model, and visibly changes what it says."""
    demo = _demo_values()
    layers = number(demo["llama.block_count"])
    width = number(demo["llama.embedding_length"])
    heads = number(demo["llama.attention.head_count"])
    values = width // heads * number(demo["llama.attention.head_count_kv"])
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        shapes |= _pair(f"blk.{layer}.attn_q", width, width)
        shapes |= _pair(f"blk.{layer}.attn_v", width, values)
    return _write_adapter(folder / f"adapter-{seed}.gguf", "llama", shapes, seed, strength)


def adapter_of_other_shape(folder: Path) -> Path:
    """As if made for a smaller model of the same kind."""
    shapes = _pair("blk.0.attn_q", WIDTH, WIDTH)
    return _write_adapter(folder / "adapter-shape.gguf", "llama", shapes, 7, 0.5)


def adapter_of_other_kind(folder: Path) -> Path:
    shapes = _pair("blk.0.ssm_in", WIDTH, 2 * _INNER)
    return _write_adapter(folder / "adapter-kind.gguf", "mamba", shapes, 8, 0.5)


Shapes = dict[str, tuple[int, ...]]
"""What a layer is made of: tensors by name, rows before columns."""

_GEMMA_NORMS = ("post_attention_norm", "post_ffw_norm")
_BERT_BEGINNING: Shapes = {
    "token_types.weight": (2, WIDTH),
    "position_embd.weight": (CONTEXT, WIDTH),
    "token_embd_norm.weight": (WIDTH,),
    "token_embd_norm.bias": (WIDTH,),
}


def _attention(layer: int) -> Shapes:
    projections = ("attn_q", "attn_k", "attn_v", "attn_output")
    return {f"blk.{layer}.attn_norm.weight": (WIDTH,)} | {
        f"blk.{layer}.{name}.weight": (WIDTH, WIDTH) for name in projections
    }


def _feed_forward(layer: int) -> Shapes:
    return {
        f"blk.{layer}.ffn_norm.weight": (WIDTH,),
        f"blk.{layer}.ffn_gate.weight": (_FEED, WIDTH),
        f"blk.{layer}.ffn_up.weight": (_FEED, WIDTH),
        f"blk.{layer}.ffn_down.weight": (WIDTH, _FEED),
    }


def _mamba(layer: int) -> Shapes:
    block = f"blk.{layer}"
    return {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.ssm_in.weight": (2 * _INNER, WIDTH),
        f"{block}.ssm_conv1d.weight": (_INNER, _CONVOLVED),
        f"{block}.ssm_conv1d.bias": (_INNER,),
        f"{block}.ssm_x.weight": (_STEP + 2 * _STATE, _INNER),
        f"{block}.ssm_dt.weight": (_INNER, _STEP),
        f"{block}.ssm_dt.bias": (_INNER,),
        f"{block}.ssm_a": (_INNER, _STATE),
        f"{block}.ssm_d": (_INNER,),
        f"{block}.ssm_out.weight": (WIDTH, _INNER),
    }


def _mamba_norms(layer: int) -> Shapes:
    sizes = {"ssm_dt_norm": _STEP, "ssm_b_norm": _STATE, "ssm_c_norm": _STATE}
    return {f"blk.{layer}.{name}.weight": (size,) for name, size in sizes.items()}


def _bert(layer: int) -> Shapes:
    block = f"blk.{layer}"
    norms = (f"{block}.attn_output_norm", f"{block}.layer_output_norm")
    unused = {f"{block}.{name}.weight" for name in ("attn_norm", "ffn_norm", "ffn_gate")}
    parts = _attention(layer) | _feed_forward(layer)
    parts |= {f"{norm}.{half}": (WIDTH,) for norm in norms for half in ("weight", "bias")}
    return {name: shape for name, shape in parts.items() if name not in unused}


def _pair(name: str, reads: int, writes: int) -> Shapes:
    return {f"{name}.weight.lora_a": (_RANK, reads), f"{name}.weight.lora_b": (writes, _RANK)}


def _write(
    folder: Path,
    kind: str,
    own: Mapping[str, Value],
    layers: list[Shapes],
    seed: int,
    *,
    other: Mapping[str, Value] = MappingProxyType({}),
) -> Path:
    common: Mapping[str, Value] = {
        "context_length": CONTEXT,
        "embedding_length": WIDTH,
        "block_count": _LAYERS,
    }
    demo = _demo_values()
    values: dict[str, Value] = {
        "general.architecture": kind,
        "general.name": f"Tiny {kind} {seed}",
        **{f"{kind}.{key}": value for key, value in {**common, **own}.items()},
        **{key: raw for key, raw in demo.items() if key.startswith("tokenizer.")},
        **other,
    }
    if kind == "bert":
        values["tokenizer.ggml.token_type_count"] = 2
    shapes: Shapes = {"output_norm.weight": (WIDTH,)} if kind != "bert" else {}
    for layer in layers:
        shapes |= layer
    words = (length(demo["tokenizer.ggml.tokens"]), WIDTH)
    tensors = {"token_embd.weight": _random("words", words, seed, WIDTH**0.5).astype(np.float16)}
    weights = {name: _weights(name, shape, seed) for name, shape in shapes.items()}
    return write(folder / f"{kind}-{seed}.gguf", values, tensors | weights)


def _write_adapter(path: Path, kind: str, shapes: Shapes, seed: int, strength: float) -> Path:
    values: Mapping[str, Value] = {
        "general.type": "adapter",
        "general.architecture": kind,
        "adapter.type": "lora",
        "adapter.lora.alpha": float(_RANK),
    }
    return write(
        path, values, {name: _random(name, shape, seed, strength) for name, shape in shapes.items()}
    )


def _weights(name: str, shape: tuple[int, ...], seed: int) -> Tensor:
    if name.endswith("ssm_a"):
        # The state fades, or it would grow without bound; slowly, so that old words still tell.
        return -np.abs(_random(name, shape, seed, 0.05)) - np.float32(0.001)
    if "norm" in name and name.endswith("weight"):
        return np.ones(shape, np.float32)
    # Attention that is choosy looks at single words, so that each of a long past can tell.
    return _random(name, shape, seed, 3.0 if name.endswith("attn_q.weight") else 1.0)


def _random(name: str, shape: tuple[int, ...], seed: int, strength: float) -> Tensor:
    chance = np.random.default_rng([seed, zlib.crc32(name.encode())])
    scale = np.float32(strength / shape[-1] ** 0.5)
    return chance.standard_normal(shape, np.float32) * scale


@cache
def _demo_values() -> dict[str, bytes]:
    return raw_values(demo_path())
