"""What the engine and its worker say to each other: values, and frames on a pipe.

A frame is four bytes of length and one JSON object. JSON carries any text that Python can hold,
half surrogate pairs included, and cannot carry code. Nothing here reads or writes a pipe.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.engine.base import Part, Prompt, Sampling
from bot.engine.shares import ONE_GROUP, Share

Frame = dict[str, Any]
"""One JSON object; the two sides check its fields where they use them."""

LONGEST_FRAME = 64 * 1024 * 1024
_LENGTH_BYTES = 4


Role = Literal["main", "guard", "embedding"]
"""What a model is there for."""
KvType = Literal["f16", "q8_0", "q4_0"]
Split = Literal["none", "layer", "row"]
Cuts = Literal["anywhere", "unless copied", "never"]
"""Where what is held may be cut at its end: a model with a sliding window forgets what lies behind
its window when it is copied, and one that recurs holds a single state of everything.
"""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was measured to be fastest here, with this model; kept from start to start."""

    reading_threads: int
    drawing_threads: int
    flash_attention: bool


@dataclass(frozen=True, slots=True)
class Loading:
    """How the worker is to load one model."""

    model: str
    context: int
    sequences: int
    batch: int
    today: str
    """ISO date for templates that name the day: frozen, since a prompt must only ever grow."""
    role: Role
    threads: int
    """0: as many as are fastest."""
    flash_attention: Literal["measured", "on", "off"]
    kv_type: KvType
    gpu_layers: int
    gpu_main: int
    gpu_split: Split
    gpu_shares: tuple[float, ...]
    longest_pause_s: float
    states_mb: int
    adapters: tuple[tuple[str, str], ...]
    """(name, file)."""
    tuning: Tuning | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was learned when the model was loaded."""

    name: str
    description: str
    trained_context: int
    context: int
    sequences: int
    tuning: Tuning
    template: Literal["model", "chatml", "none"]
    """Whose chat template is used: the model file's, or plain ChatML because it has none."""
    append_only: bool
    """False where each turn of a conversation must be computed from further back."""
    system: Literal["anywhere", "first", "none"]
    """Where the template can carry a system message; elsewhere its text goes into the user's."""
    cuts: Cuts
    """Where not "anywhere", a talk that is changed must often be computed from its card on."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one request cost, in tokens."""

    prompt_tokens: int
    reused_tokens: int
    computed_tokens: int
    """Of the prompt; each token of the reply is computed once besides."""
    reply_tokens: int


class WireError(Exception):
    """The other side sent what is no frame."""


class Unpacker:
    """Bytes as they come -> whole frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        self._held += data
        frames = []
        while len(self._held) >= _LENGTH_BYTES:
            length = int.from_bytes(self._held[:_LENGTH_BYTES])
            if length > LONGEST_FRAME:
                raise WireError(f"a frame of {length} bytes; {LONGEST_FRAME} is the most")
            end = _LENGTH_BYTES + length
            if len(self._held) < end:
                break
            frames.append(_object(bytes(self._held[_LENGTH_BYTES:end])))
            del self._held[:end]
        return frames


def pack(frame: Frame) -> bytes:
    body = json.dumps(frame, separators=(",", ":")).encode("ascii")
    if len(body) > LONGEST_FRAME:
        raise WireError(f"a frame of {len(body)} bytes; {LONGEST_FRAME} is the most")
    return len(body).to_bytes(_LENGTH_BYTES) + body


def prompt_to_json(prompt: Prompt, share: Share = ONE_GROUP) -> Frame:
    return {
        "key": prompt.key,
        "person": prompt.person or prompt.key,
        "adapter": prompt.adapter,
        "background": prompt.background,
        "community": share.of,
        "weight": share.weight,
        "parts": [[part.speaker, part.text, part.shared] for part in prompt.parts],
    }


def parts_from_json(frame: Frame) -> tuple[Part, ...]:
    return tuple(Part(speaker, text, shared) for speaker, text, shared in frame["parts"])


def sampling_to_json(sampling: Sampling) -> Frame:
    return asdict(sampling)


def sampling_from_json(fields: Frame) -> Sampling:
    bias = tuple((word, number) for word, number in fields["logit_bias"])
    return Sampling(**{**fields, "stop": tuple(fields["stop"]), "logit_bias": bias})


def loading_from_json(fields: Frame) -> Loading:
    tuning = fields["tuning"]
    return Loading(
        **{
            **fields,
            "gpu_shares": tuple(fields["gpu_shares"]),
            "adapters": tuple((name, file) for name, file in fields["adapters"]),
            "tuning": Tuning(**tuning) if tuning else None,
        }
    )


def facts_from_json(fields: Frame) -> ModelFacts:
    return ModelFacts(**{**fields, "tuning": Tuning(**fields["tuning"])})


def _object(body: bytes) -> Frame:
    try:
        value = json.loads(body)
    except ValueError as exc:
        # The body may be people's words: only its size is told.
        raise WireError(f"{len(body)} bytes that are no JSON") from exc
    if not isinstance(value, dict):
        raise WireError(f"a frame that is a {type(value).__name__}, not an object")
    return value
