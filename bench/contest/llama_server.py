"""llama.cpp's own server as a player: over HTTP, streaming, with the text that ours gets too.

The chat template is applied before the clock starts and the answer is read apart after it has
stopped, so what is timed is the least that a client of this server can do.
"""

import asyncio
import json
import socket
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp

from bench.contest.players import Arrivals, BenchError, Heard, messages
from bot.engine.base import Prompt

_START_S = 120
_EVENT = b"data: "


class LlamaServer:
    def __init__(
        self,
        name: str,
        *,
        binary: Path,
        model: Path,
        slots: int,
        context: int,
        flags: Sequence[str],
    ) -> None:
        """`context` is for each of its slots, as with ours."""
        self._name = name
        self._port = _free_port()
        self._log = binary.parent.parent / f"{name}.log"
        # As it comes: a model, room for as many conversations as ours has, where it listens.
        self._command = [str(binary), "-m", str(model), "-c", str(context * slots)]
        self._command += ["-np", str(slots), "--host", "127.0.0.1", "--port", str(self._port)]
        self._command += flags
        self._process: asyncio.subprocess.Process | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return self._name

    async def start(self) -> None:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        # One connection for each conversation: nobody waits in the client.
        self._http = aiohttp.ClientSession(
            f"http://127.0.0.1:{self._port}",
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        try:
            async with asyncio.timeout(_START_S):
                while not await self._is_ready():
                    await asyncio.sleep(0.1)
        except TimeoutError as exc:
            raise BenchError(f"llama-server does not get ready; its log is {self._log}") from exc

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def ask(self, prompt: Prompt, tokens: int, arrivals: Arrivals | None = None) -> Heard:
        assert self._http is not None
        request = {
            "prompt": await self._templated(prompt),
            "n_predict": tokens,
            "temperature": 0,
            "stream": True,
        }
        arrivals = arrivals or Arrivals()
        arrivals.begin()
        events: list[bytes] = []
        async with self._http.post("/completion", json=request) as response:
            response.raise_for_status()
            async for line in response.content:
                # The first piece of a reply can be an empty one; so can its last.
                if line.startswith(_EVENT) and b'"content":""' not in line:
                    arrivals.hear()
                if line.startswith(_EVENT):
                    events.append(line)
        told = [json.loads(event[len(_EVENT) :]) for event in events]
        timings = told[-1]["timings"]
        return Heard(
            text="".join(event["content"] for event in told),
            first_s=arrivals.first_s,
            prompt_tokens=timings["cache_n"] + timings["prompt_n"],
            computed_tokens=timings["prompt_n"],
            reply_tokens=timings["predicted_n"],
            reused_tokens=timings["cache_n"],
        )

    async def prepare(self, prompt: Prompt) -> None:
        pass

    async def rest(self) -> None:
        assert self._http is not None
        while True:
            async with self._http.get("/slots") as response:
                slots = await response.json()
            if not any(slot["is_processing"] for slot in slots):
                return
            await asyncio.sleep(0.05)

    async def count(self, text: str) -> int:
        return len((await self._call("/tokenize", {"content": text}))["tokens"])

    async def _templated(self, prompt: Prompt) -> str:
        """The prompt as its model reads it; a last part of the assistant's stays open."""
        told = messages(prompt.parts)
        begun = told.pop()["content"] if told[-1]["role"] == "assistant" else ""
        text: str = (await self._call("/apply-template", {"messages": told}))["prompt"]
        return text + begun

    async def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert self._http is not None
        async with self._http.post(path, json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer

    async def _is_ready(self) -> bool:
        assert self._http is not None
        assert self._process is not None
        if self._process.returncode is not None:
            raise BenchError(f"llama-server ended at its start; its log is {self._log}")
        try:
            async with self._http.get("/health") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
