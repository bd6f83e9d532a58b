"""`parlour check`: is everything in place, and where not, what to do.

It looks and changes nothing, except that it opens the house when there is one. It knows nothing
of a bot that runs beside it: what that one holds open, `quick` leaves alone.
"""

import resource
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.config import MASTER_KEY_VARIABLE, ConfigError, master_key_path
from bot.operate.engines import find_adapters
from bot.operate.guards import guard_format, guard_name, last_test
from bot.operate.houses import look_at_house
from bot.operate.keys import find_master_key
from bot.operate.matrix import look_at_matrix
from bot.operate.models import DEMO, ModelError, Setting, check_model, describe, find_model
from bot.operate.platforms import look_at_discord
from bot.operate.protocol import is_old, oldest_line, require_page
from bot.operate.remembering import look_at_memory
from bot.personas import PersonaError, load_personas
from bot.settings import Config
from bot.store.rows import StoreError

_LOW_BYTES = 1_000_000_000
_NO_ROOM_BYTES = 50_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Level(IntEnum):
    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    mend: str = ""


async def check(
    config: Config, environ: Mapping[str, str], *, now: float, quick: bool = False
) -> list[Finding]:
    """`quick` is for health checks, beside a bot that runs: it does not open the house."""
    findings = [
        *_data_folder(config.data),
        *_master_key(config, environ),
        *_personas(config),
        *_model(config),
        *_mature(config),
        *(Finding(Level.OK, what) for what in look_at_memory(config)),
        *_crisis_lines(datetime.fromtimestamp(now, UTC).date()),
        _protocol_page(config),
        *_core_dumps(),
        *(
            Finding(Level.FAIL if mend else Level.OK, what, mend)
            for look in (look_at_discord, look_at_matrix)
            for what, mend in look(config, environ)
        ),
    ]
    if not quick:
        findings += [
            Finding(Level.FAIL if is_bad else Level.OK, what, mend)
            for is_bad, what, mend in await look_at_house(config, environ, now)
        ]
    return findings


def print_findings(findings: list[Finding], console: Console) -> int:
    """The exit code: 1 when something fails, and 0 with warnings too."""
    marks = {Level.OK: "[green]ok  [/]", Level.WARN: "[yellow]warn[/]", Level.FAIL: "[red]fail[/]"}
    for finding in findings:
        text = finding.what + (f" Mend: {finding.mend}" if finding.mend else "")
        console.print(f"{marks[finding.level]} {escape(text)}", highlight=False, soft_wrap=True)
    return int(any(finding.level is Level.FAIL for finding in findings))


def _data_folder(data: Path) -> Iterator[Finding]:
    if not data.exists():
        yield Finding(Level.OK, f"{data} is not there yet; the first start makes it.")
        yield from _room(next(above for above in data.absolute().parents if above.exists()))
        return
    if not data.is_dir():
        yield Finding(Level.FAIL, f"{data} is no folder.", "name another in `data`.")
        return
    try:
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as exc:
        mend = "give this user the right to write there, or name another in `data`."
        yield Finding(Level.FAIL, f"{data} cannot be written to ({exc.strerror}).", mend)
    else:
        yield Finding(Level.OK, f"{data} can be written to.")
    if data.stat().st_mode & _OTHERS:
        yield Finding(Level.WARN, f"{data} is open to other users.", f"chmod 700 {data}")
    yield from _room(data)


def _room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < _LOW_BYTES:
        level = Level.FAIL if free < _NO_ROOM_BYTES else Level.WARN
        yield Finding(level, f"{free / 1e6:.0f} MB are free under {folder}.", "make room.")
    else:
        yield Finding(Level.OK, f"{free / 1e9:.0f} GB are free under {folder}.")


def _master_key(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    file = master_key_path(config, environ)
    try:
        key = find_master_key(config, environ)
    except StoreError as exc:
        yield Finding(Level.FAIL, _sentence(exc))
        return
    if key is None:
        yield Finding(Level.OK, f"There is no master key yet; the first start makes {file}.")
    elif environ.get(MASTER_KEY_VARIABLE):
        yield Finding(Level.OK, f"The master key comes from {MASTER_KEY_VARIABLE}.")
    elif file.resolve().is_relative_to(config.data.resolve()):
        mend = "move it elsewhere and name it in keys.master_key_file."
        yield Finding(Level.FAIL, f"The master key lies inside the data folder: {file}.", mend)
    else:
        yield Finding(Level.OK, f"The master key is {file}, readable by its owner only.")


def _personas(config: Config) -> Iterator[Finding]:
    try:
        personas = load_personas(config.personas.folder)
    except PersonaError as exc:
        yield Finding(Level.FAIL, _sentence(exc))
        return
    if config.personas.default not in personas:
        what = f"personas.default is {config.personas.default!r}, which is not there."
        yield Finding(Level.FAIL, what, f"choose one of: {', '.join(personas)}.")
    else:
        yield Finding(Level.OK, f"Personas: {', '.join(personas)}.")


def _model(config: Config) -> Iterator[Finding]:
    match config.engine.kind:
        case "scripted":
            mend = 'set engine.kind to "embedded", unless this is a test.'
            yield Finding(Level.WARN, "The engine is the scripted one: no model answers.", mend)
        case "remote":
            yield from _remote(config)
        case "embedded":
            yield from _embedded(config)
    try:
        yield _guard(config)
    except ModelError as exc:
        # Beside an embedded engine it is told where that is looked at.
        if config.engine.kind != "embedded":
            yield Finding(Level.FAIL, _sentence(exc))


def _guard(config: Config) -> Finding:
    """SAFETY L10: no word list can tell well enough, so without a guard MATURE does not exist."""
    closed = "Nothing above the rating ROMANCE opens (SAFETY L10)"
    name = guard_name(config)
    if not name:
        if config.guard.asked_from != "mature":
            mend = "name one in engine.guard (docs/models.md)."
            return Finding(Level.FAIL, "guard.asked_from: there is no guard model to ask.", mend)
        return Finding(Level.OK, f"{closed}: no guard model is configured.")
    form = guard_format(config)
    if form is None:
        mend = "choose one by docs/models.md, or say in guard.format which it is."
        what = f"{closed}: the guard model {name} is none that Parlour knows how to ask."
        return Finding(Level.WARN, what, mend)
    tested = last_test(config)
    if tested is None:
        what = (
            f"The guard model {name} is asked as {form}; its self-test comes with the next start."
        )
        return Finding(Level.OK, what)
    if tested.ready:
        what = f"The guard model {name}, asked as {form}, passed its self-test on {tested.day}."
        return Finding(Level.OK, what)
    mend = "choose another guard by docs/models.md, or give it more time in guard.within_s."
    what = f"{closed}: the guard model {name}, asked as {form} on {tested.day}: {tested.why}."
    return Finding(Level.WARN, what, mend)


def _remote(config: Config) -> Iterator[Finding]:
    if not config.remote.addresses:
        mend = 'name one, as in ["http://127.0.0.1:8080"].'
        yield Finding(Level.FAIL, "remote.addresses is empty.", mend)
        return
    guards = () if config.engine.guard else config.remote.guard_addresses
    where = ", ".join(dict.fromkeys((*config.remote.addresses, *guards)))
    mend = "docs/remote.md says what that means for people."
    yield Finding(Level.WARN, f"People's words leave this machine, to {where}.", mend)


def _embedded(config: Config) -> Iterator[Finding]:
    try:
        head = check_model(find_model(config))
    except ModelError as exc:
        yield Finding(Level.FAIL, _sentence(exc))
        return
    yield Finding(Level.OK, f"Model {config.engine.model}: {describe(head)}.")
    if config.engine.model == DEMO:
        mend = "choose a better one by docs/models.md."
        yield Finding(Level.WARN, "The demo model is small and silly.", mend)
    if not head.has_template:
        mend = "choose a model that was made for talking (an `Instruct` or `it` one)."
        yield Finding(Level.FAIL, "The model file carries no chat template.", mend)
    if 0 < head.context < config.engine.context:
        what = (
            f"engine.context is {config.engine.context} and the model was made for {head.context}."
        )
        yield Finding(Level.WARN, what, "lower engine.context.")
    yield from _beside(config)


def _beside(config: Config) -> Iterator[Finding]:
    """What stands beside the main model: further models, and adapters."""
    settings: tuple[Setting, ...] = ("guard", "embedding")
    for setting in settings:
        if named := getattr(config.engine, setting):
            try:
                head = check_model(find_model(config, setting), setting)
                yield Finding(Level.OK, f"The {setting} model {named}: {describe(head)}.")
            except ModelError as exc:
                yield Finding(Level.FAIL, _sentence(exc))
    with suppress(PersonaError):  # Told where personas are looked at.
        try:
            adapters = find_adapters(config, load_personas(config.personas.folder))
        except ConfigError as exc:
            yield Finding(Level.FAIL, _sentence(exc))
        else:
            if adapters:
                yield Finding(Level.OK, f"Adapters: {', '.join(adapters)}.")


def _crisis_lines(today: date) -> Iterator[Finding]:
    oldest = oldest_line()
    if is_old(oldest, today):
        mend = "upgrade, or read each line's source and tell the project."
        yield Finding(Level.WARN, f"The oldest crisis line was checked on {oldest}.", mend)
    else:
        yield Finding(Level.OK, f"The crisis lines were checked since {oldest}.")


def _protocol_page(config: Config) -> Finding:
    """SAFETY C6: the terminal does without it, `parlour run` does not."""
    try:
        require_page(config)
    except ConfigError as exc:
        return Finding(Level.WARN, f"`parlour run` will not start: {_sentence(exc)}")
    return Finding(Level.OK, f"The protocol page {config.care.protocol} says what the code does.")


def _mature(config: Config) -> Iterator[Finding]:
    """SAFETY A7, L10: what was set and cannot be."""
    if config.door.mature == "closed":
        return
    if config.door.listed:
        what = "door.mature is set and door.listed is true, so MATURE does not exist (SAFETY A7)."
        yield Finding(Level.WARN, what, 'set door.mature to "closed", or door.listed to false.')
    elif not guard_name(config):
        what = (
            "door.mature is set and there is no guard model, so MATURE stays closed (SAFETY L10)."
        )
        yield Finding(Level.WARN, what, "name one in engine.guard (docs/models.md).")


def _core_dumps() -> Iterator[Finding]:
    limit, _most = resource.getrlimit(resource.RLIMIT_CORE)
    if limit == 0:
        yield Finding(Level.OK, "A crash leaves no core dump.")
    else:
        mend = "`ulimit -c 0` before the start; the container and the unit have it so."
        yield Finding(Level.WARN, "A crash may leave a core dump, with people's words in it.", mend)


def _sentence(exc: Exception) -> str:
    """Errors of other rooms hold no words of people (INVARIANT I8), so they are shown whole."""
    return str(exc).rstrip(".") + "."
