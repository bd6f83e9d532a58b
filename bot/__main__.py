"""The command line: reads the configuration and does what was asked; `operate/serving.py` puts
the parts together.
"""

import argparse
import asyncio
import gc
import os
import resource
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

# What is read in here stays: to look through it for garbage, again and again while it grows, takes
# a tenth of the start.
gc.disable()

from bot.arguments import make_parser
from bot.config import ConfigError, load_config
from bot.engine.base import EngineError
from bot.events import Role
from bot.languages.catalogue import say
from bot.operate.ages import Asked, speak_for
from bot.operate.logins import log_in_on_matrix
from bot.operate.metrics import MetricsError
from bot.operate.models import ModelError
from bot.operate.offers import offer
from bot.operate.platforms import open_platforms, require_platforms
from bot.operate.protocol import publish, require_page
from bot.operate.published import read_rules
from bot.operate.referrals import report
from bot.operate.serving import build, master_key, open_house, serve
from bot.operate.verifying import verify
from bot.personas import PersonaError
from bot.settings import Config
from bot.speech import Speech
from bot.store.rows import StoreError

# Else the first look, which comes at once, is at all of it.
gc.freeze()
gc.enable()

MENDABLE = 2
"""The exit code of everything that a person can mend: one sentence, never a traceback."""


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
            case _:
                return _once(config, arguments)
    except (ConfigError, EngineError, MetricsError, ModelError, PersonaError, StoreError) as error:
        print(f"parlour: {error}", file=sys.stderr)
        return MENDABLE
    except KeyboardInterrupt:
        return 130


def _once(config: Config, arguments: argparse.Namespace) -> int:
    """The commands that do one thing and end."""
    match arguments.command:
        case "login":
            _note(asyncio.run(log_in_on_matrix(config, os.environ, by_token=arguments.token)))
            return 0
        case "matrix":
            print(asyncio.run(verify(config.data, arguments.word, arguments.number)))
            return 0
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
    built = build(config, os.environ, _note)
    async with open_house(config, os.environ, _note) as house:
        speech = Speech(config.care.language)
        await serve(config, built, house, [console], speech=speech, note=_note)
    return 0


async def _run(config: Config) -> int:
    # Before a community is served (SAFETY C6).
    require_page(config)
    require_platforms(config, os.environ)
    speech = Speech(config.care.language)
    built = build(config, os.environ, _note)
    async with (
        open_house(config, os.environ, _note) as house,
        open_platforms(
            config,
            os.environ,
            speech.words,
            personas=built.personas,
            locker_of=house.locker.of,
            rules_of=partial(read_rules, house, config),
            offers=partial(offer, house, time.time),
        ) as platforms,
    ):
        await serve(config, built, house, platforms, speech=speech, note=_note)
    return 0


# --- Below ------------------------------------------------------------------------------------


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


def _note(text: str) -> None:
    """For the operator; standard output belongs to the talk."""
    print(f"parlour: {text}", file=sys.stderr)


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
    master_key(config, os.environ, _note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
