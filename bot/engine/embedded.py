"""llama.cpp as an engine: this side of the worker process.

It knows requests and their answers, no tokens: those are the worker's. When the worker dies,
everybody who waits is told, and the next request starts another one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from math import exp
from pathlib import Path
from types import MappingProxyType

from bot.engine.base import EngineError, Prompt, PromptTooLong
from bot.engine.child import Child, start_child
from bot.engine.wire import (
    Frame,
    Loading,
    ModelFacts,
    WireError,
    Work,
    prompt_to_json,
    sampling_to_json,
)
from bot.events import Sampling

# How many requests the worker may have before it; the rest wait here, in order.
_AT_ONCE = 256
_WARMING_AT_ONCE = 64
_LONGEST_PAUSE_S = 30.0
_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


class EmbeddedEngine:
    def __init__(
        self,
        model: Path,
        *,
        context: int,
        sequences: int,
        threads: int,
        batch: int,
        gpu_layers: int,
        environment: Mapping[str, str] = _NO_ENVIRONMENT,
    ) -> None:
        """`threads` 0: measured when the model is loaded. Of `environment` only drivers' names are used."""
        self._model = model
        self._loading = Loading(
            model=str(model.absolute()),
            context=context,
            sequences=sequences,
            threads=threads,
            batch=batch,
            gpu_layers=gpu_layers,
            today=datetime.now(UTC).date().isoformat(),
        )
        self._environment = environment
        self._child: Child | None = None
        self._facts: ModelFacts | None = None
        self._closed = asyncio.Event()
        self._closed.set()
        self._starting = asyncio.Lock()
        self._deaths = 0
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Queue[Frame]] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._room_to_warm = asyncio.Semaphore(_WARMING_AT_ONCE)
        self.last_work: Work | None = None
        """What the request that ended last has cost; for tests and metrics."""

    @property
    def context_tokens(self) -> int:
        return self._loading.context

    @property
    def facts(self) -> ModelFacts:
        if self._facts is None:
            raise EngineError("the engine has not been started")
        return self._facts

    @property
    def worker_pid(self) -> int | None:
        return self._child.pid if self._child is not None and self._child.alive else None

    async def start(self) -> None:
        await asyncio.to_thread(_refuse_what_is_no_model, self._model)
        self._closed.clear()
        try:
            await self._worker()
        except EngineError:
            self._closed.set()
            raise

    async def close(self) -> None:
        # Also while a worker is loading or being waited for: whoever does so is told.
        self._closed.set()
        if self._child is not None:
            await self._child.end()

    async def generate(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[str, None]:
        if sampling.max_tokens < 1 or not sampling.repeat_penalty > 0:
            raise EngineError("max_tokens must be at least 1 and repeat_penalty above 0")
        fields = {"do": "generate", "sampling": sampling_to_json(sampling), **_prompt(prompt)}
        # Each token tells one piece at most, and what was held may follow the last.
        async with self._asked(fields, pieces=sampling.max_tokens + 1) as answers:
            while "piece" in (answer := _checked(await answers.get())):
                yield answer["piece"]

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        answer = await self._ask({"do": "judge", "choices": choices, **_prompt(prompt)})
        highest = max(answer["logits"])
        weights = [exp(logit - highest) for logit in answer["logits"]]
        return tuple(weight / sum(weights) for weight in weights)

    async def warm(self, prompt: Prompt) -> None:
        async with self._room_to_warm:
            await self._ask({"do": "warm", **_prompt(prompt)})

    async def forget(self, key: str) -> None:
        await self._ask({"do": "forget", "key": key})

    async def count_tokens(self, text: str) -> int:
        tokens: int = (await self._ask({"do": "count", "text": text}))["tokens"]
        return tokens

    async def _ask(self, fields: Frame) -> Frame:
        async with self._asked(fields, pieces=0) as answers:
            return _checked(await answers.get())

    @asynccontextmanager
    async def _asked(self, fields: Frame, *, pieces: int) -> AsyncIterator[asyncio.Queue[Frame]]:
        """Where a request's answers arrive; leaving before the last one cancels the request."""
        async with self._room:
            child = await self._worker()
            number = next(self._numbers)
            # The worker's end of the request and its death may both be told.
            answers = self._answers[number] = asyncio.Queue(pieces + 2)
            try:
                await child.send({"id": number, **fields})
                yield answers
            except WireError as exc:
                raise EngineError(f"the request is too large: {exc}") from exc
            finally:
                # Gone already if its last answer came.
                if self._answers.pop(number, None) is not None:
                    child.cancel(number)

    def _hear(self, frame: Frame) -> None:
        if "work" in frame:
            self.last_work = Work(**frame["work"])
            self._deaths = 0
        number = frame["id"]
        answers = self._answers.get(number)
        # None: whoever asked has gone away.
        if answers is not None:
            if "piece" not in frame:
                del self._answers[number]
            answers.put_nowait(frame)

    async def _worker(self) -> Child:
        """The living worker; a new one if the last one died."""
        async with self._starting:
            if self._child is None or not self._child.alive:
                await self._pause()
                self._child = await start_child(self._hear, self._end_all, self._environment)
                await self._load(self._child)
            if self._closed.is_set():
                raise EngineError("the engine is not running")
            return self._child

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_after(self._deaths)):
                await self._closed.wait()
        if self._closed.is_set():
            raise EngineError("the engine is not running")

    async def _load(self, child: Child) -> None:
        try:
            self._facts = await child.load(self._loading)
        except EngineError as exc:
            await child.end()
            raise EngineError(f"the model {self._model.name} is not usable: {exc}") from exc
        except asyncio.CancelledError:
            await child.end()
            raise
        if self._closed.is_set():
            await child.end()

    def _end_all(self, reason: str) -> None:
        """Everybody who waits for a worker that has ended is told."""
        self._deaths += 1
        waiting, self._answers = self._answers, {}
        for answers in waiting.values():
            answers.put_nowait({"error": f"the engine stopped: {reason}"})


def pause_after(deaths: int) -> float:
    """Seconds before the next start: a worker that keeps dying must not keep the machine busy."""
    return min(_LONGEST_PAUSE_S, 0.25 * 2 ** min(deaths, 10)) if deaths > 1 else 0.0


def _prompt(prompt: Prompt) -> Frame:
    if prompt.adapter is not None:
        raise EngineError(f"the adapter '{prompt.adapter}' is not loaded: this engine takes none")
    return prompt_to_json(prompt)


def _checked(answer: Frame) -> Frame:
    if "room" in answer:
        raise PromptTooLong(answer["tokens"], answer["room"])
    if "error" in answer:
        raise EngineError(answer["error"])
    return answer


def _refuse_what_is_no_model(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as exc:
        raise EngineError(f"the model {path} cannot be read: {exc.strerror}") from exc
    if magic != b"GGUF":
        raise EngineError(f"{path} is no model: GGUF files begin with 'GGUF', this one does not")
