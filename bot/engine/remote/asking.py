"""A prompt -> the body of a request to one remote engine. Pure."""

from collections.abc import Mapping

from bot.engine.base import EngineError, Prompt, Sampling, is_raw
from bot.engine.remote.dialect import Api, Fields, Known, adapter_fields, sampling_fields
from bot.engine.remote.messages import as_chatml, as_messages

PATH: dict[Api, str] = {"chat": "/v1/chat/completions", "completion": "/v1/completions"}

# How many of the likeliest tokens may be asked for; others' completions give five.
_LISTED = {"llama-server": 100, "llama-cpp-python": 100, "vllm": 20, "other": 20}
_LISTED_BY_OTHER_COMPLETIONS = 5


def to_write(base: Fields, known: Known, sampling: Sampling, biases: Mapping[str, float]) -> Fields:
    return base | sampling_fields(known, sampling, biases) | {"stream": True}


def to_compute(base: Fields) -> Fields:
    """The prompt is computed and kept, and no word is written; understood by llama-server."""
    return base | {"max_tokens": 0, "cache_prompt": True}


def to_judge(base: Fields, known: Known, api: Api) -> Fields:
    """One token, with what else it could have been."""
    listed = _LISTED[known.kind]
    if api == "chat":
        wanted: Fields = {"logprobs": True, "top_logprobs": listed}
    else:
        other = known.kind == "other"
        wanted = {"logprobs": _LISTED_BY_OTHER_COMPLETIONS if other else listed}
    return base | {"max_tokens": 1, "temperature": 0.0} | wanted


def base_fields(prompt: Prompt, known: Known, *, api: Api, name: str, salt: str) -> Fields:
    """The words, the model and the adapter: what every request for this prompt has in common.

    `salt` keeps what vLLM has computed for one person from showing, by its speed, to another.
    """
    if not prompt.parts:
        raise EngineError("a prompt needs at least one part")
    fields = adapter_fields(known, prompt.adapter, name)
    if known.kind == "vllm":
        fields["cache_salt"] = salt
    if api == "completion":
        return fields | {"prompt": as_chatml(prompt.parts)}
    if is_raw(prompt.parts):
        raise EngineError(f"{name} cannot take a template of ours by chat; use completions")
    fields["messages"] = as_messages(prompt.parts, known.manners)
    if _goes_on(prompt):
        if not known.continues:
            raise EngineError(f"{name} cannot go on with a begun reply; use remote.api completion")
        if known.kind == "vllm":
            fields |= {"add_generation_prompt": False, "continue_final_message": True}
    return fields


def said_again(fields: Fields, prompt: Prompt, known: Known) -> str:
    """The beginning of a continued reply, which llama-server's chat repeats before the rest."""
    if known.kind == "llama-server" and "messages" in fields and _goes_on(prompt):
        return str(fields["messages"][-1]["content"])
    return ""


def _goes_on(prompt: Prompt) -> bool:
    return prompt.parts[-1].speaker == "assistant"
