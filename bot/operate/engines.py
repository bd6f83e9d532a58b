"""The engine that config.toml asks for: its files are found and looked at, and nothing is loaded."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.config import ConfigError
from bot.engine.base import Engine
from bot.engine.setup import Setup
from bot.operate.models import Setting, find_model
from bot.personas import Persona
from bot.settings import Config

TUNINGS = "engine-tunings.json"
"""In the data folder: what was measured of this machine, with nothing of anybody."""


def build_engine(
    config: Config, personas: Mapping[str, Persona], environ: Mapping[str, str]
) -> Engine:
    # Each imported only where it is wanted: they bring libraries along.
    match config.engine.kind:
        case "scripted":
            from bot.engine.scripted import ScriptedEngine  # noqa: PLC0415

            return ScriptedEngine(context_tokens=config.engine.context)
        case "remote":
            return _remote(config, personas)
        case "embedded":
            return _embedded(config, personas, environ)


def build_guard_engine(config: Config, environ: Mapping[str, str]) -> Engine | None:
    """An engine for the guard model alone; None where it runs beside the one that talks.

    A guard on this machine comes before one elsewhere: then words that are judged stay here.
    """
    if config.engine.kind != "remote":
        return None
    if config.engine.guard:
        from bot.engine.embedded import EmbeddedEngine  # noqa: PLC0415

        return EmbeddedEngine(_setup(config, "guard"), environment=environ)
    if not config.remote.guard_addresses:
        return None
    from bot.engine.remote import RemoteEngine  # noqa: PLC0415

    remote = config.remote
    return RemoteEngine(
        remote.guard_addresses,
        # A guard's prompt has a form of its own, which no chat template gives it.
        api="completion",
        model=remote.guard_model,
        key=_key(remote.key_file),
        at_once=remote.at_once,
        connect_s=remote.connect_s,
        first_token_s=remote.first_token_s,
        between_tokens_s=remote.between_tokens_s,
    )


def named_by(adapter: str, personas: Mapping[str, Persona]) -> str:
    """The persona files that name an adapter, for an error's text."""
    return ", ".join(f"{one.id}.toml" for one in personas.values() if one.adapter == adapter)


def find_adapters(config: Config, personas: Mapping[str, Persona]) -> dict[str, Path]:
    adapters = {}
    for name in _adapter_names(personas):
        file = config.engine.adapters / name
        found = next((f for f in (file, file.with_name(f"{file.name}.gguf")) if f.is_file()), None)
        if found is None:
            raise ConfigError(
                f"{named_by(name, personas)}: there is no adapter '{name}' in "
                f"{config.engine.adapters}: put its GGUF file there, or take `adapter` out"
            )
        adapters[name] = found
    return adapters


def _embedded(
    config: Config, personas: Mapping[str, Persona], environ: Mapping[str, str]
) -> Engine:
    from bot.engine.embedded import EmbeddedEngine  # noqa: PLC0415

    beside = replace(
        _setup(config, "model"),
        guard=find_model(config, "guard") if config.engine.guard else None,
        embedding=find_model(config, "embedding") if config.engine.embedding else None,
        adapters=find_adapters(config, personas),
        context=config.engine.context,
        weights=config.communities.weights,
    )
    return EmbeddedEngine(beside, environment=environ)


def _setup(config: Config, setting: Setting) -> Setup:
    """One model alone on this machine."""
    engine = config.engine
    return Setup(
        model=find_model(config, setting),
        sequences=engine.sequences,
        batch=engine.batch,
        threads=engine.threads,
        flash_attention=engine.flash_attention,
        kv_type=engine.kv_type,
        gpu_layers=engine.gpu_layers,
        gpu_main=engine.gpu_main,
        gpu_split=engine.gpu_split,
        gpu_shares=engine.gpu_shares,
        longest_pause_s=engine.longest_pause_s,
        states_mb=engine.states_mb,
        tunings=config.data / TUNINGS,
    )


def _remote(config: Config, personas: Mapping[str, Persona]) -> Engine:
    from bot.engine.remote import RemoteEngine  # noqa: PLC0415

    remote = config.remote
    if not remote.addresses:
        raise ConfigError('remote.addresses is empty: name one, as in ["http://127.0.0.1:8080"]')
    return RemoteEngine(
        remote.addresses,
        api=remote.api,
        model=remote.model,
        key=_key(remote.key_file),
        context=remote.context,
        at_once=remote.at_once,
        connect_s=remote.connect_s,
        first_token_s=remote.first_token_s,
        between_tokens_s=remote.between_tokens_s,
        adapters=_adapter_names(personas),
        weights=config.communities.weights,
    )


def _adapter_names(personas: Mapping[str, Persona]) -> list[str]:
    return sorted({one.adapter for one in personas.values() if one.adapter})


def _key(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        why = getattr(exc, "strerror", None) or "it is no text"
        raise ConfigError(f"remote.key_file: {file} cannot be read ({why})") from None
