"""The engine's side of its worker process: starts it, hears it, notices its end.

It is a protocol of asyncio, so no task is needed for reading: frames arrive as calls. A worker is
never mended; when it has ended, another one is started.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import bot
from bot.engine.base import AdapterUnusable, EngineError
from bot.engine.wire import (
    Frame,
    Loading,
    ModelFacts,
    Unpacker,
    WireError,
    facts_from_json,
    pack,
)

# What a driver, the loader or the threads may need to know. No other variable reaches the worker.
_PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "GOMP_SPINCOUNT",
    "HIP_VISIBLE_DEVICES",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "LLAMA_CPP_LIB_PATH",
)
_LAST_WORDS = 4096
# Assertions of llama.cpp and the place of a fault in ours: code, never anybody's words.
_TELLING = re.compile(r"GGML_ASSERT\([^\n]*\) failed|FAULT: [^\n]*")
_TIME_TO_END_S = 2.0


class ModelUnusable(EngineError):
    """Which of the models cannot be used, and why."""

    def __init__(self, role: str, why: str) -> None:
        super().__init__(why)
        self.role = role


class Child(asyncio.SubprocessProtocol):
    """One worker process. `hear` is called with each frame about a request."""

    def __init__(self, hear: Callable[[Frame], None], died: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self._hear = hear
        self._died = died
        self._unpacker = Unpacker()
        self._last_words = b""
        self._transport: asyncio.SubprocessTransport | None = None
        self._ready: asyncio.Future[dict[str, ModelFacts]] = loop.create_future()
        self._gone = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def alive(self) -> bool:
        return not self._gone.is_set()

    @property
    def pid(self) -> int:
        assert self._transport is not None
        return self._transport.get_pid()

    async def load(self, loadings: Sequence[Loading]) -> dict[str, ModelFacts]:
        """Waits until the models are loaded; EngineError when one is not to be."""
        self._write(pack({"load": [asdict(loading) for loading in loadings]}))
        return await self._ready

    async def send(self, frame: Frame) -> None:
        """Waits while the worker has enough to read."""
        data = pack(frame)
        await self._writable.wait()
        if self.alive:
            self._write(data)

    def cancel(self, request: int) -> None:
        # Small, and never to be waited for: whoever cancels may be being cancelled.
        if self.alive:
            self._write(pack({"do": "cancel", "id": request}))

    async def end(self) -> None:
        """Closes its pipe, which ends it; kills it when it takes too long over that."""
        assert self._transport is not None
        stdin = self._transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(_TIME_TO_END_S):
                await self._gone.wait()
        except TimeoutError:
            self._kill()
            await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._last_words = (self._last_words + data)[-_LAST_WORDS:]
            return
        try:
            for frame in self._unpacker.feed(data):
                self._sort(frame)
        except WireError:
            self._kill()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        del exc
        # A worker that cannot be heard is of no use, and one that is dead is not hurt.
        if fd == 1:
            self._kill()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended and everything it said has been read."""
        del exc
        assert self._transport is not None
        reason = self._reason()
        self._transport.close()
        self._gone.set()
        self._writable.set()
        if not self._ready.done():
            self._ready.set_exception(EngineError(f"the model could not be loaded: {reason}"))
            # Nobody may be waiting for it any more.
            self._ready.exception()
        self._died(reason)

    def _sort(self, frame: Frame) -> None:
        if "ready" in frame and not self._ready.done():
            facts = {role: facts_from_json(fields) for role, fields in frame["ready"].items()}
            self._ready.set_result(facts)
        elif "failed" in frame and not self._ready.done():
            why, adapter = frame["failed"], frame["adapter"]
            self._ready.set_exception(
                AdapterUnusable(adapter, why) if adapter else ModelUnusable(frame["model"], why)
            )
        else:
            self._hear(frame)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        stdin = self._transport.get_pipe_transport(0)
        if isinstance(stdin, asyncio.WriteTransport) and not stdin.is_closing():
            stdin.write(data)

    def _kill(self) -> None:
        if self._transport is not None and self._transport.get_returncode() is None:
            # Not the transport's own `kill`: it asks after the process first, and so takes the
            # way in which it ended away from asyncio, which then says "code 255".
            with suppress(ProcessLookupError):
                os.kill(self._transport.get_pid(), signal.SIGKILL)

    def _reason(self) -> str:
        assert self._transport is not None
        code = self._transport.get_returncode() or 0
        said = _TELLING.findall(self._last_words.decode("utf-8", "replace"))
        how = f"its process ended with {signal.Signals(-code).name if code < 0 else f'code {code}'}"
        if said:
            return f"{how} ({said[-1]})"
        return f"{how}: often there is too little memory" if code == -signal.SIGKILL else how


async def start_child(
    hear: Callable[[Frame], None], died: Callable[[str], None], environment: Mapping[str, str]
) -> Child:
    loop = asyncio.get_running_loop()
    _, child = await loop.subprocess_exec(
        lambda: Child(hear, died),
        sys.executable,
        # Safe path: the folder that somebody happens to stand in is not searched for code.
        "-P",
        "-m",
        "bot.engine.worker",
        env=scrubbed(environment),
        start_new_session=True,
    )
    return child


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    return {
        **passed,
        # The same code as ours, wherever it was installed.
        "PYTHONPATH": str(Path(bot.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        # An aborting llama.cpp would start a debugger on itself.
        "GGML_NO_BACKTRACE": "1",
    }
