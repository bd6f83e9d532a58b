"""What each kind of remote engine understands, and our sampling in its words. Pure.

An engine refuses a field that it does not know, or reads it differently, so each kind is sent
what it understands and nothing else. What shapes a reply's form (grammar, schema) is never left
out in silence; what colours its words (DRY, XTC, penalties' reach) is left out where unknown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.engine.base import EngineError, Sampling
from bot.engine.remote.messages import Manners

Api = Literal["chat", "completion"]
Kind = Literal["llama-server", "vllm", "llama-cpp-python", "other"]
Fields = dict[str, Any]

# OpenAI's own bound; the rest is cut here.
_STOPS_OF_OTHERS = 4
# The first version that takes `structured_outputs`; 0.12 took `guided_grammar` away.
_STRUCTURED_SINCE = (0, 11)


@dataclass(frozen=True, slots=True)
class Known:
    """What one remote engine has told of itself."""

    kind: Kind
    model: str
    context: int | None = None
    """Tokens that one conversation may hold there, where it says so."""
    slots: int | None = None
    """Conversations that it writes in at the same moment, where it says so."""
    version: tuple[int, ...] = ()
    manners: Manners = field(default_factory=Manners)
    adapters: Mapping[str, int | str] = field(default_factory=dict)
    """Adapters by name; llama-server's by its own number, vLLM's as the name of a model."""

    @property
    def counts(self) -> bool:
        """llama-cpp-python can count, but cuts everybody's streams short for it."""
        return self.kind in {"llama-server", "vllm"}

    @property
    def continues(self) -> bool:
        """Whether a chat call may end with the beginning of a reply."""
        return self.kind in {"llama-server", "vllm"}


def sampling_fields(known: Known, sampling: Sampling, biases: Mapping[str, float]) -> Fields:
    """`biases` are by token number for vLLM and `sampling.logit_bias` for the others."""
    common: Fields = {
        "max_tokens": sampling.max_tokens,
        "temperature": max(0.0, sampling.temperature),
        "top_p": sampling.top_p,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
    }
    if sampling.seed is not None:
        common["seed"] = sampling.seed & 0x7FFFFFFF
    if stop := [text for text in sampling.stop if text]:
        common["stop"] = stop[:_STOPS_OF_OTHERS] if known.kind == "other" else stop
    return common | _own_fields(known, sampling, biases) | _form(known, sampling)


def adapter_fields(known: Known, adapter: str | None, place: str) -> Fields:
    """Which model answers, and with which adapter."""
    if adapter is not None and adapter not in known.adapters:
        raise EngineError(
            f"{place} lists no adapter '{adapter}'; load it there or take it out of the persona"
        )
    if known.kind == "vllm" and adapter is not None:
        return {"model": known.adapters[adapter]}
    fields: Fields = {"model": known.model}
    if known.kind == "llama-server" and known.adapters:
        # All of them by name: one that is left out would keep the scale it was started with.
        fields["lora"] = [
            {"id": number, "scale": 1.0 if name == adapter else 0.0}
            for name, number in known.adapters.items()
        ]
    return fields


def _own_fields(known: Known, sampling: Sampling, biases: Mapping[str, float]) -> Fields:
    match known.kind:
        case "llama-server":
            return {
                "cache_prompt": True,
                "top_k": sampling.top_k,
                "min_p": sampling.min_p,
                "repeat_penalty": sampling.repeat_penalty,
                "repeat_last_n": sampling.repeat_last_n,
                "dry_multiplier": sampling.dry_multiplier,
                "dry_base": sampling.dry_base,
                "dry_allowed_length": sampling.dry_allowed_length,
                "xtc_probability": sampling.xtc_probability,
                "xtc_threshold": sampling.xtc_threshold,
                # Words as they are: it makes tokens of them itself.
                "logit_bias": [[word, bias] for word, bias in biases.items()],
            }
        case "vllm":
            fields: Fields = {
                "top_k": sampling.top_k or -1,
                "min_p": sampling.min_p,
                "repetition_penalty": sampling.repeat_penalty,
            }
            return fields | ({"logit_bias": dict(biases)} if biases else {})
        case "llama-cpp-python":
            fields = {
                "top_k": sampling.top_k,
                "min_p": sampling.min_p,
                "repeat_penalty": sampling.repeat_penalty,
            }
            words = {"logit_bias": dict(biases), "logit_bias_type": "tokens"}
            return fields | (words if biases else {})
        case "other":
            return {}


def _form(known: Known, sampling: Sampling) -> Fields:
    if sampling.grammar and sampling.schema:
        raise EngineError("a reply has a grammar or a schema, not both")
    if sampling.schema:
        schema = _schema(sampling.schema)
        if known.kind == "llama-cpp-python":
            return {"response_format": {"type": "json_object", "schema": schema}}
        named = {"name": "reply", "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    if not sampling.grammar:
        return {}
    match known.kind:
        case "llama-server" | "llama-cpp-python":
            return {"grammar": sampling.grammar}
        case "vllm" if known.version >= _STRUCTURED_SINCE:
            return {"structured_outputs": {"grammar": sampling.grammar}}
        case "vllm":
            return {"guided_grammar": sampling.grammar}
        case "other":
            raise EngineError("this remote engine takes no grammar; a JSON schema may do instead")


def _schema(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise EngineError("the reply's schema is no JSON") from None
