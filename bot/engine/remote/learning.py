"""What a remote engine is and can do: a few questions, asked once before it is used."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from bot.engine.base import EngineError, Part, Speaker
from bot.engine.remote.dialect import Api, Kind, Known
from bot.engine.remote.messages import Manners, as_messages
from bot.engine.remote.peer import Lost, Missing, Peer, Refused

_Answer = Mapping[str, Any]


async def learn(peer: Peer, *, model: str, api: Api) -> Known:
    listed = _models(await _perhaps(peer, "/v1/models") if model else await peer.get("/v1/models"))
    props = await _perhaps(peer, "/props")
    if "default_generation_settings" in props or _owner(listed) == "llamacpp":
        known = await _llama_server(peer, model or _first_model(peer, listed), props)
    elif version := (await _perhaps(peer, "/version")).get("version"):
        known = _vllm(peer, model, listed, str(version))
    else:
        kind: Kind = "llama-cpp-python" if _owner(listed) == "me" else "other"
        # It writes for one person at a time; a second request would cut the first one short.
        slots = 1 if kind == "llama-cpp-python" else None
        known = Known(kind, model or _first_model(peer, listed), slots=slots)
    if api == "completion":
        return known
    return replace(known, manners=await _manners(peer, known))


async def _llama_server(peer: Peer, model: str, props: _Answer) -> Known:
    settings = props.get("default_generation_settings")
    context = settings.get("n_ctx") if isinstance(settings, dict) else None
    adapters = await _perhaps_list(peer, "/lora-adapters")
    return Known(
        "llama-server",
        model,
        context=_count(context),
        slots=_count(props.get("total_slots")),
        adapters={
            PurePosixPath(one["path"]).stem: one["id"]
            for one in adapters
            if isinstance(one.get("path"), str) and isinstance(one.get("id"), int)
        },
    )


def _vllm(peer: Peer, model: str, listed: list[_Answer], version: str) -> Known:
    names = [str(one.get("id")) for one in listed]
    if model and model not in names:
        # What it says of itself is shown in part: it may be anything.
        there = ", ".join(name for name in names[:8] if name.isprintable())[:400]
        raise EngineError(f"{peer.name} lists no model '{model}'; it lists {there}")
    chosen = model or _first_model(peer, listed)
    sizes = {str(one.get("id")): one.get("max_model_len") for one in listed}
    digits = [part for part in version.split(".")[:2] if part.isdecimal()]
    return Known(
        "vllm",
        chosen,
        context=_count(sizes.get(chosen)),
        version=tuple(map(int, digits)),
        adapters={str(one["id"]): str(one["id"]) for one in listed if one.get("parent")},
    )


async def _manners(peer: Peer, known: Known) -> Manners:
    """What the chat template on the other side carries, tried with words of ours."""
    if await _carries(peer, known, "system", "user", "assistant", "system", "user"):
        manners = Manners("anywhere")
    elif await _carries(peer, known, "system", "user"):
        manners = Manners("first")
    else:
        manners = Manners("none")
    head: tuple[Speaker, ...] = () if manners.system == "none" else ("system",)
    greets = await _carries(peer, known, *head, "assistant", "user")
    return Manners(manners.system, needs_opener=not greets)


async def _carries(peer: Peer, known: Known, *speakers: Speaker) -> bool:
    words = [f"word{number}." for number in range(len(speakers))]
    parts = [Part(speaker, word) for speaker, word in zip(speakers, words, strict=True)]
    messages = as_messages(parts, Manners())
    try:
        match known.kind:
            case "llama-server":
                answer = await peer.tell("/apply-template", {"messages": messages})
                prompt = answer.get("prompt") if isinstance(answer, dict) else None
                return isinstance(prompt, str) and _in_order(prompt, words)
            case "vllm":
                await peer.tell("/tokenize", {"model": known.model, "messages": messages})
            case "llama-cpp-python" | "other":
                body = {"model": known.model, "messages": messages, "max_tokens": 1}
                await peer.post("/v1/chat/completions", body)
    except Lost as exc:
        # A template that refuses is an error of its own to some engines.
        if exc.gone:
            raise
        return False
    except Refused:
        return False
    except Missing:
        # An old llama-server cannot say; anybody else does not know the model.
        if known.kind == "llama-server":
            return True
        raise
    return True


def _in_order(text: str, words: list[str]) -> bool:
    places = [text.find(word) for word in words]
    return places == sorted(places) and -1 not in places


async def _perhaps(peer: Peer, path: str) -> _Answer:
    answer = await _asked(peer, path)
    return answer if isinstance(answer, dict) else {}


async def _perhaps_list(peer: Peer, path: str) -> list[_Answer]:
    answer = await _asked(peer, path)
    return [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []


async def _asked(peer: Peer, path: str) -> Any:
    """What few engines have: not having it tells something too."""
    try:
        return await peer.get(path)
    except Lost as exc:
        if exc.gone:
            raise
    except Missing:
        pass
    return None


def _models(answer: object) -> list[_Answer]:
    data = answer.get("data") if isinstance(answer, dict) else None
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def _owner(listed: list[_Answer]) -> object:
    return listed[0].get("owned_by") if listed else None


def _first_model(peer: Peer, listed: list[_Answer]) -> str:
    if not listed or not isinstance(listed[0].get("id"), str):
        raise EngineError(f"{peer.name} lists no models; name one as remote.model")
    return str(listed[0]["id"])


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
