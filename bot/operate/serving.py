"""The parts, made and put together, and run until the platforms end or a signal comes.

What the parts do is theirs. It knows nothing of what was typed after `parlour`.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.config import ConfigError, master_key_path
from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import AdapterUnusable, Engine
from bot.extracting import FactFinding
from bot.guarding import Guard
from bot.guests import Guests
from bot.memory.meaning import Meaning
from bot.operate.ages import age_level
from bot.operate.engines import TUNINGS, build_engine, named_by
from bot.operate.guards import build_guard, guard_name
from bot.operate.keys import find_master_key
from bot.operate.metrics import Metrics
from bot.operate.models import DEMO, DEMO_WARNING
from bot.operate.protocol import is_old, oldest_line, require_resources
from bot.personas import Persona, PersonaError, load_personas
from bot.platforms.base import Platform
from bot.recovery import recover, show_whole
from bot.reminders import Reminders
from bot.retention import Retention
from bot.scene import Habits
from bot.settings import Config
from bot.speech import Speech
from bot.store.house import House
from bot.store.keys import MasterKey, make_master_key
from bot.story import StoryTelling

TIDY_S = 30.0
DAY_S = 86_400.0
SWITCH_S = 0.001
"""A message goes from thread to thread some dozen times, and each time it waits for the interpreter at
most so long where another thread is at work, as on a long file that somebody hands in."""

Note = Callable[[str], None]
"""Tells the operator."""


@dataclass(frozen=True, slots=True)
class Built:
    """What needs no house: made first, so that what is wrong there is told before a key is made."""

    personas: Mapping[str, Persona]
    engine: Engine
    guard: Guard


def build(config: Config, environ: Mapping[str, str], note: Note) -> Built:
    """Nothing runs yet."""
    require_resources()
    if is_old(oldest_line(), datetime.now(UTC).date()):
        note(f"The oldest crisis line was checked on {oldest_line()}: upgrade (SAFETY C6).")
    personas = all_personas(config)
    engine = build_engine(config, personas, environ)
    if config.engine.kind == "embedded" and config.engine.model == DEMO:
        note(DEMO_WARNING)
    return Built(personas, engine, build_guard(config, engine, environ, note))


@asynccontextmanager
async def open_house(
    config: Config, environ: Mapping[str, str], note: Note
) -> AsyncIterator[House]:
    house = await House.open(
        config.data,
        master_key(config, environ, note),
        open_vaults=config.store.open_vaults,
        idle_s=config.store.idle_s,
        clock=time.time,
    )
    try:
        yield house
    finally:
        await house.close()


async def serve(
    config: Config,
    built: Built,
    house: House,
    platforms: Sequence[Platform],
    *,
    speech: Speech,
    note: Note,
) -> None:
    """Answers what waits, then what comes."""
    personas, engine, guard = built.personas, built.engine, built.guard
    model = config.remote.model if config.engine.kind == "remote" else config.engine.model
    sys.setswitchinterval(SWITCH_S)
    metrics = Metrics()
    try:
        if config.engine.kind == "embedded" and not (config.data / TUNINGS).exists():
            note("Measuring once what is fastest on this machine; this takes some seconds.")
        await _start(engine, personas)
        _say_what_the_model_cannot(engine, note)
        if guard_name(config):
            note("Testing the guard model.")
            await guard.test()
        guests = Guests(time.time)
        conversation = Conversation(
            house=house,
            engine=engine,
            personas=personas,
            habits=_habits(config),
            metrics=metrics,
            clock=time.time,
            guard=guard,
            speech=speech,
            guests=guests,
            meaning=_meaning(config, engine),
            kinds=[StoryTelling(personas, engine.context_tokens, model), FactFinding(model)],
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
            habits=_habits(config),
            clock=time.time,
            guests=guests,
        )
        retention = Retention(
            house,
            keep_days=config.memory.keep_days,
            forget=conversation.forget_computed,
            clock=time.time,
        )
        await conversation.warm_cards()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, dispatch.stop)
        # Not the loop's: a terminal takes SIGINT for itself while it is read, and gives this back.
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(dispatch.stop))
        began = time.time()
        left_over = await recover(house, platforms, began)
        # What stands by now stays: no collection is to look through it again in mid-reply.
        gc.freeze()
        with metrics.served(config.metrics.port):
            async with asyncio.TaskGroup() as group:
                tidying = group.create_task(_tidy(house, reminders, retention))
                working = group.create_task(conversation.jobs.run())
                watching = group.create_task(guard.watch())
                showing = group.create_task(show_whole(house, platforms, began))
                importing = group.create_task(conversation.importing.run())
                await dispatch.run(platforms, left_over)
                tidying.cancel()
                working.cancel()
                watching.cancel()
                showing.cancel()
                importing.cancel()
    finally:
        await guard.close()
        await engine.close()


def all_personas(config: Config) -> dict[str, Persona]:
    personas = load_personas(config.personas.folder)
    if config.personas.default not in personas:
        raise ConfigError(
            f"personas.default: there is no {config.personas.default}.toml in "
            f"{config.personas.folder}; there are: {', '.join(personas)}"
        )
    return personas


def master_key(config: Config, environ: Mapping[str, str], note: Note) -> MasterKey:
    """From the environment or its file; made only where there is nothing yet that it could open."""
    if key := find_master_key(config, environ):
        return key
    file = master_key_path(config, environ)
    key = make_master_key(file)
    note(f"A master key was made: {file}. Keep a copy of it: without it nothing can be read.")
    return key


# --- Below ------------------------------------------------------------------------------------


async def _start(engine: Engine, personas: Mapping[str, Persona]) -> None:
    try:
        await engine.start()
    except AdapterUnusable as error:
        raise PersonaError(f"{named_by(error.adapter, personas)}: {error}") from None


async def _tidy(house: House, reminders: Reminders, retention: Retention) -> None:
    tidied = time.time()
    while True:
        await asyncio.sleep(TIDY_S)
        if abs(time.time() - tidied) >= DAY_S:
            tidied = time.time()
            await house.moderation.tidy(tidied)
        await reminders.tick()
        await retention.tick()
        await house.close_idle()


def _say_what_the_model_cannot(engine: Engine, note: Note) -> None:
    facts = getattr(engine, "facts", None)
    if facts is not None and not facts.append_only:
        note(
            f"{facts.name}: its chat template rewrites what was said before, so every reply "
            "computes the whole talk again. Another model answers faster: docs/models.md."
        )
    if facts is not None and facts.cuts == "never":
        note(
            f"{facts.name}: what it has computed cannot be cut, so another answer to the same "
            "message computes the whole talk again. Another model answers faster: docs/models.md."
        )


def _meaning(config: Config, engine: Engine) -> Meaning | None:
    return Meaning(engine, config.engine.embedding) if config.engine.embedding else None


def _habits(config: Config) -> Habits:
    return Habits(
        default_persona=config.personas.default,
        reply_tokens=config.engine.reply_tokens,
        region=config.care.region,
        disclose_every_s=config.care.disclose_every_h * 3600,
        utc_offset_s=float(time.localtime().tm_gmtoff),
        least_age_level=age_level(config.door.entry),
        least_mature_level=age_level(config.door.mature),
        allows_mature=config.door.mature != "closed",
        is_listed=config.door.listed,
        language=config.care.language,
        allowed=frozenset(config.communities.allow),
        denied=frozenset(config.communities.deny),
        keep_days=config.memory.keep_days,
    )
