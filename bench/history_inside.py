"""The whole bot with several people at pipes, in the process that is measured: `bench.history` starts it
and talks to it. A signal lets an hour pass, since what is large is tidied only after one.
"""

import asyncio
import os
import signal
import sys
import time
from collections import deque
from pathlib import Path

from bot.config import load_config
from bot.engine.scripted import ScriptedEngine
from bot.events import Role
from bot.operate.serving import build, open_house, serve
from bot.platforms.console import Console
from bot.speech import Speech

HOUR_S = 3601.0


def main() -> None:
    """The data folder, then for each person their name and the numbers of both ends of their pipes."""
    data, *people = sys.argv[1:]
    passed = 0.0
    now = time.time

    def pass_an_hour(*_: object) -> None:
        nonlocal passed
        passed += HOUR_S

    signal.signal(signal.SIGUSR1, pass_an_hour)
    # Every part is handed this clock when it is made.
    time.time = lambda: now() + passed
    asyncio.run(_serve(Path(data), [one.split(":") for one in people]))


async def _serve(data: Path, people: list[list[str]]) -> None:
    overrides = {"data": data, "engine.kind": "scripted"}
    config = load_config(None, environ=os.environ, overrides=overrides)
    # A console holds only the numbers of its pipes: they are held here.
    pipes = [(os.fdopen(int(one[1])), os.fdopen(int(one[2]), "w")) for one in people]
    consoles = [
        Console(
            person=name,
            community="home",
            role=Role.MEMBER,
            page_chars=config.console.page_chars,
            stdin=stdin,
            stdout=stdout,
        )
        for (name, *_), (stdin, stdout) in zip(people, pipes, strict=True)
    ]
    built = build(config, os.environ, _note)
    assert isinstance(built.engine, ScriptedEngine)
    # It keeps every prompt for tests, which is no memory of the bot's.
    built.engine.prompts = deque(maxlen=1)  # type: ignore[assignment] # as a list, as far as is asked
    async with open_house(config, os.environ, _note) as house:
        speech = Speech(config.care.language)
        await serve(config, built, house, consoles, speech=speech, note=_note)


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
