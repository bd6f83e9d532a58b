"""The whole bot on Matrix, in the process that is measured: it tells when it is ready, and of everything
that it says, with how long that took where it answers a message of the bench.

The time runs from where a sync's answer has arrived whole to where the first request with words in
it is about to leave. `bench.matrix` starts it and reads what it tells.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import nio

from bot.__main__ import main as parlour
from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix.life import Life
from bot.platforms.matrix.line import Answer, Line
from bot.platforms.matrix.listening import Heard, Listening

TEXT = "This is message"


def main() -> int:
    with redirect_stdout(sys.stderr), hooked(), _without_its_account():
        if not Path(os.environ["PARLOUR_CARE__PROTOCOL"]).exists():
            parlour(["protocol", "--contact", "care@example.org"])
        return parlour(["run"])


@contextmanager
def hooked() -> Iterator[None]:
    """While it lasts, the bot's own parts tell of themselves."""
    with _timed(), _told_when_ready():
        yield


def _tell(**what: Any) -> None:
    assert sys.__stdout__ is not None
    print(json.dumps(what), file=sys.__stdout__, flush=True)


@contextmanager
def _timed() -> Iterator[None]:
    arrived = 0.0
    heard: dict[str, float] = {}
    parse, hear, ask = nio.AsyncClient.parse_body, Listening.hear, Line.ask

    async def timed_parse(self: Any, answer: Any) -> Any:
        nonlocal arrived
        await answer.read()
        if answer.url.path.endswith("/sync"):
            arrived = time.perf_counter()
        return await parse(self, answer)

    def timed_hear(self: Listening, room: str, batch: Sequence[Heard]) -> None:
        for one in batch:
            if str(one.source["content"].get("body", "")).startswith(TEXT):
                heard[room] = arrived
        hear(self, room, batch)

    async def timed_ask(self: Line, method: str, path: str, *more: Any, **named: Any) -> Answer:
        at, ms, parts = time.perf_counter(), None, path.split("/")
        room = unquote(parts[2]) if parts[3:5] == ["send", "m.room.encrypted"] else ""
        if (since := heard.pop(room, None)) is not None:
            ms = (at - since) * 1000
        answer = await ask(self, method, path, *more, **named)
        if room:
            _tell(said=room, ms=ms)
        return answer

    with (
        patch.object(nio.AsyncClient, "parse_body", timed_parse),
        patch.object(Listening, "hear", timed_hear),
        patch.object(Line, "ask", timed_ask),
    ):
        yield


@contextmanager
def _told_when_ready() -> Iterator[None]:
    sync = Life._sync  # noqa: SLF001 - its first end is what is waited for

    async def told(self: Life) -> float:
        was_ready = self.synced.is_set()
        wait = await sync(self)
        if self.synced.is_set() and not was_ready:
            _tell(ready=time.monotonic())
        return wait

    with patch.object(Life, "_sync", told):
        yield


@contextmanager
def _without_its_account() -> Iterator[None]:
    """The scripted engine keeps every prompt for tests, which is no memory of the bot's."""

    def made(**chosen: Any) -> ScriptedEngine:
        async def before_piece(_count: int) -> None:
            engine.prompts.clear()
            engine.warmed.clear()

        engine = ScriptedEngine(before_piece=before_piece, **chosen)
        return engine

    with patch("bot.engine.scripted.ScriptedEngine", made):
        yield


if __name__ == "__main__":
    sys.exit(main())
