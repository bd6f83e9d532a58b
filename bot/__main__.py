"""The command line: reads the configuration, builds the parts, runs until stopped.

The only place where the parts are made and put together; what they do is theirs.
"""

import argparse
import asyncio
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.arguments import make_parser
from bot.config import ConfigError, load_config, master_key_path
from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import AdapterUnusable, Engine, EngineError
from bot.events import Role
from bot.languages.catalogue import say
from bot.operate.ages import Asked, speak_for
from bot.operate.engines import TUNINGS, build_engine, named_by
from bot.operate.guards import build_guard, guard_name
from bot.operate.habits import habits_of
from bot.operate.keys import find_master_key
from bot.operate.metrics import Metrics, MetricsError
from bot.operate.models import DEMO, DEMO_WARNING, ModelError
from bot.operate.platforms import open_platforms
from bot.operate.protocol import (
    is_old,
    oldest_line,
    publish,
    require_page,
    require_resources,
)
from bot.operate.referrals import report
from bot.personas import Persona, PersonaError, load_personas
from bot.platforms.base import Platform
from bot.recovery import recover
from bot.reminders import Reminders
from bot.settings import Config
from bot.speech import Speech
from bot.store.house import House
from bot.store.keys import MasterKey, make_master_key
from bot.store.rows import StoreError

MENDABLE = 2
"""The exit code of everything that a person can mend: one sentence, never a traceback."""
TIDY_S = 30.0


def main(argv: Sequence[str] | None = None) -> int:
    # A crash dump would hold people's words (SAFETY P2).
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    arguments = make_parser().parse_args(argv)
    try:
        config = _configure(arguments)
        match arguments.command:
            case "chat":
                return asyncio.run(_chat(config, arguments))
            case "run":
                return asyncio.run(_run(config))
            case "init":
                return _init(config)
            case "protocol":
                page = publish(config, arguments.contact)
                _note(f"{page} was written. Publish it where people read it before they talk.")
                return 0
            case "referrals":
                year, as_csv = arguments.year, arguments.csv
                print(asyncio.run(report(config, os.environ, year, as_csv=as_csv)), end="")
                return 0
            case "attest" | "revoke" | "unlock" as deed:
                asked = Asked(arguments.person, arguments.by, arguments.reason, arguments.community)
                level = getattr(arguments, "level", None)
                _note(asyncio.run(speak_for(deed, asked, level, config, os.environ)))
                return 0
            case other:
                # Imported only where it is wanted: the chat does without what it needs.
                from bot.operate.once import run_check, run_models  # noqa: PLC0415 - see above

                if other == "check":
                    return asyncio.run(run_check(config, os.environ, quick=arguments.quick))
                return run_models(config, arguments.wanted, arguments.sha256)
    except (ConfigError, EngineError, MetricsError, ModelError, PersonaError, StoreError) as error:
        print(f"parlour: {error}", file=sys.stderr)
        return MENDABLE
    except KeyboardInterrupt:
        return 130


async def _chat(config: Config, arguments: argparse.Namespace) -> int:
    # Imported where it is switched on, like every platform (arrow 6).
    from bot.commands.words import completions  # noqa: PLC0415
    from bot.platforms.console import Console  # noqa: PLC0415

    if sys.stdin is None or sys.stdout is None:
        raise ConfigError("chat: standard input and output are closed, so nobody can be talked to")
    role = Role[arguments.role.upper()]
    try:
        console = Console(
            person=arguments.person,
            community=arguments.community,
            role=role,
            page_chars=config.console.page_chars,
            stdin=sys.stdin,
            stdout=sys.stdout,
            completions=[
                (typed, say(about, config.care.language))
                for typed, about in completions(role, is_direct=True, prefix="/")
            ],
        )
    except ValueError as error:
        raise ConfigError(f"--{error}") from None
    if sys.stdin.isatty():
        _note("Write hello to begin. /help lists the commands, Ctrl-D ends.")
    await _serve(config, [console], Speech(config.care.language))
    return 0


async def _run(config: Config) -> int:
    # Before a community is served (SAFETY C6).
    require_page(config)
    speech = Speech(config.care.language)
    personas = partial(_personas, config)
    async with open_platforms(config, os.environ, speech.words, personas) as platform:
        await _serve(config, [platform], speech)
    return 0


async def _serve(config: Config, platforms: Sequence[Platform], speech: Speech) -> None:
    """Builds everything, answers what waits, runs until the platforms end or a signal comes."""
    require_resources()
    if is_old(oldest_line(), datetime.now(UTC).date()):
        _note(f"The oldest crisis line was checked on {oldest_line()}: upgrade (SAFETY C6).")
    personas = _personas(config)
    engine = build_engine(config, personas, os.environ)
    if config.engine.kind == "embedded" and config.engine.model == DEMO:
        _note(DEMO_WARNING)
    guard = build_guard(config, engine, os.environ, _note)
    house = await House.open(
        config.data,
        _master_key(config),
        open_vaults=config.store.open_vaults,
        idle_s=config.store.idle_s,
        clock=time.time,
    )
    metrics = Metrics()
    try:
        if config.engine.kind == "embedded" and not (config.data / TUNINGS).exists():
            _note("Measuring once what is fastest on this machine; this takes some seconds.")
        await _start(engine, personas)
        _say_what_the_model_cannot(engine)
        if guard_name(config):
            _note("Testing the guard model.")
            await guard.test()
        conversation = Conversation(
            house=house,
            engine=engine,
            personas=personas,
            habits=habits_of(config),
            metrics=metrics,
            clock=time.time,
            guard=guard,
            speech=speech,
        )
        dispatch = Dispatch(
            conversation,
            waiting=config.dispatch.waiting,
            rooms=config.dispatch.rooms,
            stop_s=config.dispatch.stop_s,
        )
        reminders = Reminders(
            house,
            platforms,
            is_at_work=dispatch.is_at_work,
            habits=habits_of(config),
            clock=time.time,
        )
        await conversation.warm_cards()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, dispatch.stop)
        # Not the loop's: a terminal takes SIGINT for itself while it is read, and gives this back.
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(dispatch.stop))
        left_over = await recover(house, platforms, time.time())
        # What stands by now stays: no collection is to look through it again in mid-reply.
        gc.freeze()
        with metrics.served(config.metrics.port):
            async with asyncio.TaskGroup() as group:
                tidying = group.create_task(_tidy(house, reminders))
                watching = group.create_task(guard.watch())
                await dispatch.run(platforms, left_over)
                tidying.cancel()
                watching.cancel()
    finally:
        await guard.close()
        await engine.close()
        await house.close()


async def _start(engine: Engine, personas: Mapping[str, Persona]) -> None:
    try:
        await engine.start()
    except AdapterUnusable as error:
        raise PersonaError(f"{named_by(error.adapter, personas)}: {error}") from None


async def _tidy(house: House, reminders: Reminders) -> None:
    while True:
        await asyncio.sleep(TIDY_S)
        await reminders.tick()
        await house.close_idle()


# --- The parts ------------------------------------------------------------------------------


def _configure(arguments: argparse.Namespace) -> Config:
    file = arguments.config
    if file is None and Path("config.toml").exists():
        file = Path("config.toml")
    overrides: dict[str, object] = {}
    if arguments.data is not None:
        overrides["data"] = arguments.data
    model = getattr(arguments, "model", None)
    if model == "scripted":
        overrides["engine.kind"] = "scripted"
    elif model is not None:
        overrides["engine.model"] = str(model)
    return load_config(file, environ=os.environ, overrides=overrides)


def _personas(config: Config) -> dict[str, Persona]:
    personas = load_personas(config.personas.folder)
    if config.personas.default not in personas:
        raise ConfigError(
            f"personas.default: there is no {config.personas.default}.toml in "
            f"{config.personas.folder}; there are: {', '.join(personas)}"
        )
    return personas


def _say_what_the_model_cannot(engine: Engine) -> None:
    facts = getattr(engine, "facts", None)
    if facts is not None and not facts.append_only:
        _note(
            f"{facts.name}: its chat template rewrites what was said before, so every reply "
            "computes the whole talk again. Another model answers faster: docs/models.md."
        )
    if facts is not None and facts.cuts == "never":
        _note(
            f"{facts.name}: what it has computed cannot be cut, so another answer to the same "
            "message computes the whole talk again. Another model answers faster: docs/models.md."
        )


def _master_key(config: Config) -> MasterKey:
    """From the environment or its file; made only where there is nothing yet that it could open."""
    if key := find_master_key(config, os.environ):
        return key
    file = master_key_path(config, os.environ)
    key = make_master_key(file)
    _note(f"A master key was made: {file}. Keep a copy of it: without it nothing can be read.")
    return key


def _note(text: str) -> None:
    """For the operator; standard output belongs to the talk."""
    print(f"parlour: {text}", file=sys.stderr)


# --- The other commands -----------------------------------------------------------------------


def _init(config: Config) -> int:
    """A config.toml to edit and a master key, where there are none yet."""
    example, file = Path(__file__).parent.parent / "config.example.toml", Path("config.toml")
    if not example.exists():
        raise ConfigError(f"{example}: the example is missing: run this where Parlour was cloned")
    if file.exists():
        _note("config.toml is there already and stays as it is.")
    else:
        file.write_text(example.read_text("utf-8"), "utf-8")
        _note("config.toml was written; every key in it is explained there.")
    _master_key(config)
    return 0


if __name__ == "__main__":
    sys.exit(main())
