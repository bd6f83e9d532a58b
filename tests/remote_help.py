"""A remote engine on loopback that does what a test says: it answers, fails, waits, cuts, lists."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.engine.base import Prompt
from bot.engine.remote import RemoteEngine
from bot.engine.remote.dialect import Kind
from tests.engine_help import reply, talk

Body = dict[str, Any]

HELLO = Prompt("ada", talk("A secret greeting"))
"""Its words stand in no error, whatever goes wrong."""

END = b"data: [DONE]\n\n"


def event(choice: Body) -> bytes:
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


def delta(text: str) -> bytes:
    return event({"delta": {"content": text}, "finish_reason": None})


FINISH = event({"delta": {}, "finish_reason": "stop"})


def spoken(*pieces: str) -> list[bytes]:
    """The events of a whole reply."""
    return [*map(delta, pieces), FINISH, END]


@dataclass
class Refusal:
    """An answer other than a reply; without a status the connection is dropped."""

    status: int | None
    body: Body = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    path: str
    body: Body
    headers: dict[str, str]


Says = Callable[[Body], Sequence[bytes]]


class FakeRemote:
    """Its replies are bytes, sent one chunk after the other; `hold` stops it before a chunk."""

    def __init__(self, kind: Kind = "llama-server") -> None:
        self.kind = kind
        self.version = "0.12.1"
        self.context: int | None = 4096
        self.slots = 4
        self.models: list[Body] = [{"id": "wren-7b", "owned_by": "me" if "py" in kind else "x"}]
        self.adapters: list[Body] = []
        self.says: Says = lambda _: spoken("Good ", "evening.")
        self.answers: dict[str, Body] = {}
        """What is answered at a path, instead of what stands here."""
        self.refusals: list[Refusal] = []
        """What the next requests for words get, in order."""
        self.down = False
        self.loading = 0
        """How many questions are answered with "not yet"."""
        self.key = ""
        """Who comes without it is refused, except at the door: llama-server shows its models."""
        self.asked: list[Asked] = []
        self.carries: Callable[[list[str]], bool] = lambda _: True
        self.hold: dict[int, asyncio.Event] = {}
        """By the number of the chunk: what must be set before it is sent."""
        self.at_work = 0
        self.most_at_work = 0
        self.changed = asyncio.Condition()
        self.left = 0
        """How often whoever asked went away in the middle."""
        self.address = ""

    def words(self) -> list[Asked]:
        """The requests for words, warming and judging among them."""
        return [one for one in self.asked if one.path.endswith("completions") and not _probe(one)]

    def count(self, path: str) -> int:
        return sum(one.path == path for one in self.asked)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(true)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        asked = Asked(request.path, body, dict(request.headers))
        self.asked.append(asked)
        await self._tell()
        if self.down:
            return _dropped(request)
        if self.loading:
            self.loading -= 1
            return web.json_response({"error": {"message": "Loading model"}}, status=503)
        if asked.path != "/v1/models" and not self._has_key(asked):
            return web.json_response({"error": {"message": asked.headers}}, status=401)
        if asked.path.endswith("completions") and not _probe(asked):
            return await self._write(request, asked)
        if asked.path == "/v1/chat/completions":
            fits = self.carries([message["role"] for message in body["messages"]])
            return web.json_response({"choices": []}, status=200 if fits else 400)
        answer = self._answer(asked)
        return web.json_response(answer) if answer is not None else web.Response(status=404)

    def _has_key(self, asked: Asked) -> bool:
        return not self.key or asked.headers.get("Authorization") == f"Bearer {self.key}"

    def _answer(self, asked: Asked) -> Any:
        if asked.path in self.answers:
            return self.answers[asked.path]
        ours = self.kind == "llama-server"
        match asked.path:
            case "/v1/models":
                size = {"max_model_len": self.context} if self.kind == "vllm" else {}
                return {"data": [one | size for one in self.models]}
            case "/health" if ours or self.kind == "vllm":
                return {"status": "ok"}
            case "/props" if ours:
                return {
                    "default_generation_settings": {"n_ctx": self.context},
                    "total_slots": self.slots,
                }
            case "/lora-adapters" if ours:
                return self.adapters
            case "/apply-template" if ours:
                messages = asked.body["messages"]
                fits = self.carries([message["role"] for message in messages])
                return {"prompt": " ".join(m["content"] for m in messages) if fits else ""}
            case "/version" if self.kind == "vllm":
                return {"version": self.version}
            case "/tokenize" if ours or self.kind == "vllm":
                words = str(asked.body.get("content", asked.body.get("prompt"))).split()
                return {"tokens": [len(word) for word in words]}
        return None

    async def _write(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            return await self._reply(request, asked)
        except (asyncio.CancelledError, ConnectionError):
            self.left += 1
            raise
        finally:
            self.at_work -= 1
            await self._tell()

    async def _reply(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        if self.refusals:
            refusal = self.refusals.pop(0)
            if refusal.status is None:
                return _dropped(request)
            return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)
        if not asked.body.get("stream"):
            await self._held(0)
            return web.json_response(self.answers.get("", {"choices": []}))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        number = 0
        for number, chunk in enumerate(self.says(asked.body)):
            await self._held(number)
            if not response.prepared:
                await response.prepare(request)
            if not chunk:
                return _dropped(request, response)
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _held(self, number: int) -> None:
        if number in self.hold:
            await self.hold[number].wait()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


def _probe(asked: Asked) -> bool:
    """The engine's own question at its start, whether a template carries an order of speakers."""
    words = [message["content"] for message in asked.body.get("messages", [])]
    return bool(words) and all(word.startswith("word") for word in words)


def _dropped(
    request: web.Request, response: web.StreamResponse | None = None
) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return response or web.Response()


@asynccontextmanager
async def listening(*remotes: FakeRemote) -> AsyncIterator[list[str]]:
    """Their addresses, while they listen."""
    async with AsyncExitStack() as stack:
        addresses = []
        for remote in remotes:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", remote.handle)
            # No access log, and whoever goes away ends what is being written for them.
            runner = web.AppRunner(
                app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            remote.address = f"http://127.0.0.1:{port}"
            addresses.append(remote.address)
        yield addresses


@asynccontextmanager
async def engine_for(*remotes: FakeRemote, **settings: Any) -> AsyncIterator[RemoteEngine]:
    """An engine that has started with these."""
    async with listening(*remotes) as addresses:
        engine = RemoteEngine(addresses, **{"first_pause_s": 0.01, **settings})
        await engine.start()
        try:
            yield engine
        finally:
            await engine.close()


async def home_first(engine: RemoteEngine, remotes: list[FakeRemote]) -> list[FakeRemote]:
    """Where this conversation lives, then the others; what was asked so far is forgotten."""
    await reply(engine, HELLO)
    remotes = sorted(remotes, key=lambda remote: not remote.words())
    for remote in remotes:
        remote.asked.clear()
    return remotes
