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

from bot.engine.base import (
    AdapterUnusable,
    EngineError,
    Prompt,
    PromptTooLong,
    Sampling,
    Wrote,
    nobody_counts,
    refuse_no_reply,
)
from bot.engine.child import Child, ModelUnusable, start_child
from bot.engine.setup import Setup
from bot.engine.shares import share_of
from bot.engine.tunings import Tunings
from bot.engine.wire import (
    Frame,
    ModelFacts,
    WireError,
    Work,
    prompt_to_json,
    sampling_to_json,
)

# How many requests the worker may have before it; the rest wait here, in order.
_AT_ONCE = 256
_LONGEST_PAUSE_S = 30.0
_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


class EmbeddedEngine:
    def __init__(self, setup: Setup, *, environment: Mapping[str, str] = _NO_ENVIRONMENT) -> None:
        """Of `environment` only drivers' names are used."""
        self._setup = setup
        self._tunings = Tunings(setup.tunings)
        self._environment = environment
        self._child: Child | None = None
        self._facts: Mapping[str, ModelFacts] = {}
        self._closed = asyncio.Event()
        self._closed.set()
        self._starting = asyncio.Lock()
        self._deaths = 0
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Queue[Frame]] = {}
        self._counting: dict[int, Wrote] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)
        self.last_work: Work | None = None
        """What the request that ended last has cost; for tests and benches."""
        self.warmed_tokens = 0
        """Computed when nobody waited, since the start."""

    @property
    def context_tokens(self) -> int:
        return self._setup.context

    @property
    def facts(self) -> ModelFacts:
        if not self._facts:
            raise EngineError("the engine has not been started")
        return self._facts["main"]

    @property
    def worker_pid(self) -> int | None:
        return self._child.pid if self._child is not None and self._child.alive else None

    async def start(self) -> None:
        for file in (self._setup.model, self._setup.guard, self._setup.embedding):
            if file is not None:
                await asyncio.to_thread(_refuse_what_is_no_model, file)
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

    async def generate(
        self, prompt: Prompt, sampling: Sampling, wrote: Wrote = nobody_counts
    ) -> AsyncGenerator[str, None]:
        refuse_no_reply(sampling)
        fields = {"do": "generate", "sampling": sampling_to_json(sampling), **self._told(prompt)}
        # Each token tells one piece at most, and what was held may follow the last.
        async with self._asked(fields, pieces=sampling.max_tokens + 1, wrote=wrote) as answers:
            while "piece" in (answer := _checked(await answers.get())):
                yield answer["piece"]

    async def judge(self, prompt: Prompt, choices: tuple[str, ...]) -> tuple[float, ...]:
        fields = {"do": "judge", "choices": choices, **self._told(prompt)}
        if self._setup.guard is not None:
            # What a guard is asked is little, and late answers refuse: there is one line for all.
            fields |= {"model": "guard", "community": "", "weight": 1.0}
        logits = (await self._ask(fields))["logits"]
        weights = [exp(logit - max(logits)) for logit in logits]
        return tuple(weight / sum(weights) for weight in weights)

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        if self._setup.embedding is None:
            raise EngineError("no embedding model: name one in engine.embedding")
        answer = await self._ask({"do": "embed", "model": "embedding", "texts": texts})
        return tuple(tuple(vector) for vector in answer["vectors"])

    async def warm(self, prompt: Prompt) -> None:
        child = self._child
        # A worker that is not there holds nothing to be warmed, and is not started for this.
        if child is not None and child.alive and self._facts:
            with suppress(WireError):
                await child.send({"id": next(self._numbers), "do": "warm", **self._told(prompt)})

    async def forget(self, key: str) -> None:
        await self._ask({"do": "forget", "key": key})

    async def place(self, key: str) -> int:
        place: int = (await self._ask({"do": "place", "model": "main", "key": key}))["place"]
        return place

    async def count_tokens(self, text: str) -> int:
        answer = await self._ask({"do": "count", "model": "main", "text": text})
        tokens: int = answer["tokens"]
        return tokens

    async def rest(self) -> None:
        """Returns when nothing is left to be computed, warming included."""
        await self._ask({"do": "rest"})

    def _told(self, prompt: Prompt) -> Frame:
        if prompt.adapter is not None and prompt.adapter not in self._setup.adapters:
            raise EngineError(f"the adapter '{prompt.adapter}' is not loaded")
        share = share_of(prompt.community, self._setup.weights)
        return {"model": "main", **prompt_to_json(prompt, share)}

    async def _ask(self, fields: Frame) -> Frame:
        async with self._asked(fields, pieces=0) as answers:
            return _checked(await answers.get())

    @asynccontextmanager
    async def _asked(
        self, fields: Frame, *, pieces: int, wrote: Wrote = nobody_counts
    ) -> AsyncIterator[asyncio.Queue[Frame]]:
        """Where a request's answers arrive; leaving before the last one cancels the request."""
        async with self._room:
            child = await self._worker()
            number = next(self._numbers)
            # The worker's end of the request and its death may both be told.
            answers = self._answers[number] = asyncio.Queue(pieces + 2)
            self._counting[number] = wrote
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
            self._deaths = 0
            work = Work(**frame["work"])
            if "warmed" in frame:
                self.warmed_tokens += work.computed_tokens
            elif "replaced" not in frame:
                self.last_work = work
            # Also of who has gone away: it was written all the same.
            self._counting.pop(frame["id"], nobody_counts)(work.reply_tokens)
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
        today = datetime.now(UTC).date().isoformat()
        loadings = [self._tunings.recall(loading) for loading in self._setup.loadings(today)]
        file = self._setup.model.name
        try:
            self._facts = await child.load(loadings)
        except EngineError as exc:
            await child.end()
            if isinstance(exc, AdapterUnusable):
                raise
            if isinstance(exc, ModelUnusable):
                file = next(Path(known.model).name for known in loadings if known.role == exc.role)
            raise EngineError(f"the model {file} is not usable: {exc}") from exc
        except asyncio.CancelledError:
            await child.end()
            raise
        for loading in loadings:
            self._tunings.keep(loading, self._facts[loading.role].tuning)
        if self._closed.is_set():
            await child.end()

    def _end_all(self, reason: str) -> None:
        """Everybody who waits for a worker that has ended is told."""
        self._deaths += 1
        self._counting.clear()
        waiting, self._answers = self._answers, {}
        for answers in waiting.values():
            answers.put_nowait({"error": f"the engine stopped: {reason}"})


def pause_after(deaths: int) -> float:
    """Seconds before the next start: a worker that keeps dying must not keep the machine busy."""
    return min(_LONGEST_PAUSE_S, 0.25 * 2 ** min(deaths, 10)) if deaths > 1 else 0.0


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
