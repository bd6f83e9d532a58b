"""The guard that config.toml asks for, and how its last self-test went.

What a self-test found is kept in the data folder, so that `parlour check` can tell it without
loading a model. It holds nothing of anybody.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.config import ConfigError
from bot.engine.base import Engine
from bot.events import Rating
from bot.guarding import Guard, Standing
from bot.operate.engines import build_guard_engine
from bot.operate.models import check_model, find_model
from bot.policy.guard_formats import FORMATS, Format, find_format
from bot.settings import Config

TESTED = "guard-test.json"
"""In the data folder."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The last self-test of this guard, asked in this way."""

    ready: bool
    why: str
    day: str


def build_guard(
    config: Config,
    engine: Engine,
    environ: Mapping[str, str],
    note: Callable[[str], None],
) -> Guard:
    """`engine` is the one that talks; it judges as well where the guard model runs beside it."""
    asked_from = Rating[config.guard.asked_from.upper()]
    name = guard_name(config)
    if not name:
        if asked_from < Rating.MATURE:
            raise ConfigError(
                "guard.asked_from: there is no guard model to ask; name one in engine.guard"
            )
        return Guard()
    apart = build_guard_engine(config, environ)

    def tell(standing: Standing) -> None:
        keep_test(config, standing)
        if not standing.ready:
            note(f"The guard model {name} is not used: {standing.why}. The ceiling is ROMANCE.")

    return Guard(
        apart or engine,
        guard_format(config),
        asked_from=asked_from,
        within_s=config.guard.within_s,
        apart=apart,
        tell=tell,
    )


def guard_name(config: Config) -> str:
    """As config.toml calls it; empty where there is none."""
    if config.engine.kind == "scripted":
        return ""
    if config.engine.guard:
        return config.engine.guard
    if config.engine.kind == "remote" and config.remote.guard_addresses:
        return config.remote.guard_model or "of remote.guard_addresses"
    return ""


def guard_format(config: Config) -> Format | None:
    """As it is configured, or by what the model calls itself."""
    for form in FORMATS:
        if form == config.guard.format:
            return form
    if config.engine.guard:
        file = find_model(config, "guard")
        head = check_model(file, "guard")
        return find_format((head.name, file.stem), head.architecture)
    return find_format((config.remote.guard_model,))


def keep_test(config: Config, standing: Standing) -> None:
    day = datetime.now(UTC).date().isoformat()
    found = {**_asked(config), "ready": standing.ready, "why": standing.why, "day": day}
    # Only the check wants it: a disk that is full keeps nobody from being answered.
    with suppress(OSError):
        (config.data / TESTED).write_text(json.dumps(found), "utf-8")


def last_test(config: Config) -> Tested | None:
    """None where there was none, or of another guard."""
    try:
        found = json.loads((config.data / TESTED).read_text("utf-8"))
        if {key: found[key] for key in _asked(config)} != _asked(config):
            return None
        return Tested(found["ready"] is True, str(found["why"]), str(found["day"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _asked(config: Config) -> dict[str, str]:
    return {"guard": guard_name(config), "format": config.guard.format}
