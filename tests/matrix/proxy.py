"""Between a client and Synapse: passes on what is said, makes faults by one line, keeps the account.

Routes are written as in the specification, from after the version on (`faults.fits`).
Long polls and answers are passed on as they are; of Matrix it knows nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
from aiohttp import web
from yarl import URL

from tests.matrix.faults import Cut, Fault, Refuse, Request, fits, path_of

WITHIN_S = 30.0
# What belongs to one connection, or is made anew by whoever sends.
OWN = {"connection", "content-encoding", "content-length", "date", "host", "keep-alive", "server"}
OWN |= {"transfer-encoding"}
# Here a homeserver looks at no token, whatever is sent along.
ASK_NO_TOKEN = {"/login", "/refresh"}


class Proxy:
    def __init__(self, target: str) -> None:
        self.url = ""
        self.requests: list[Request] = []
        """Those that were answered or cut, in the order of their ends."""
        self._target = target
        self._faults: list[tuple[str, Fault, int | None]] = []
        self._dead: dict[str, Refuse] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._waiting: list[tuple[str, str]] = []
        self._changed = asyncio.Condition()
        self._http: aiohttp.ClientSession | None = None

    def limit(self, route: str, *, retry_after_ms: int, times: int = 1) -> None:
        words = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        self._add(route, Refuse(429, {**words, "retry_after_ms": retry_after_ms}), times)

    def fail(self, route: str, status: int, *, times: int = 1) -> None:
        """A 5xx as a web server before Synapse gives it: a page, no JSON."""
        self._add(route, Refuse(status), times)

    def cut(self, route: str, *, times: int | None = 1) -> None:
        """The connection ends before the request reaches Synapse; with None until `mend`."""
        self._add(route, Cut(reached=False), times)

    def lose_answer(self, route: str, *, times: int = 1) -> None:
        """Synapse does it and answers, and the answer never arrives."""
        self._add(route, Cut(reached=True), times)

    def end_tokens(self, *, soft_logout: bool = False) -> None:
        """Tokens that were used until now are dead, until `mend`; one that is given later is good."""
        words = {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."}
        refusal = Refuse(401, {**words, "soft_logout": soft_logout})
        self._dead |= {one.token: refusal for one in self.requests if one.token}

    def mend(self) -> None:
        """No faults any more."""
        self._faults.clear()
        self._dead.clear()

    @contextmanager
    def delay(self, route: str) -> Iterator[None]:
        """Requests of a route wait until the block ends: no time is measured."""
        self._held[route] = asyncio.Event()
        try:
            yield
        finally:
            self._held.pop(route).set()

    def of(self, route: str) -> list[Request]:
        """The account of one route."""
        return [one for one in self.requests if fits(route, one.method, one.path)]

    def count(self, route: str = "*") -> int:
        return len(self.of(route))

    def waiting(self, route: str = "*") -> int:
        """How many are held by `delay` now."""
        return sum(fits(route, *one) for one in self._waiting)

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Looks again after each request."""
        try:
            async with asyncio.timeout(WITHIN_S), self._changed:
                await self._changed.wait_for(lambda: bool(true()))
        except TimeoutError:
            last = [f"{one.method} {one.path} {one.status}" for one in self.requests[-10:]]
            there = "\n  ".join(last) or "none"
            raise AssertionError(f"not in time: {what}; the last requests:\n  {there}") from None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = path_of(request.raw_path)
        body = await request.read()
        await self._hold(request.method, path)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._next_fault(request.method, path)
        if path not in ASK_NO_TOKEN:
            fault = self._dead.get(token) or fault
        answer = await self._answer(fault, request, body)
        line = Request(
            method=request.method,
            path=path,
            query=request.query_string,
            token=token,
            body=body,
            reached=not isinstance(fault, Refuse) and fault != Cut(reached=False),
            status=None if answer is None else answer.status,
        )
        self.requests.append(line)
        await self._tell()
        return answer or _hang_up(request)

    async def _answer(
        self, fault: Fault | None, request: web.Request, body: bytes
    ) -> web.Response | None:
        match fault:
            case Refuse(status, None):
                return web.Response(status=status, text="<html>Not now.</html>")
            case Refuse(status, words):
                return web.json_response(words, status=status)
            case Cut(reached):
                if reached:
                    await self._pass_on(request, body)
                return None
            case None:
                return await self._pass_on(request, body)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response | None:
        """None when Synapse is away: then the client, too, is left without an answer."""
        assert self._http is not None
        headers = {name: v for name, v in request.headers.items() if name.lower() not in OWN}
        # As it was written: an id's quoting is not ours to change.
        url = URL(self._target + request.raw_path, encoded=True)
        try:
            async with self._http.request(
                request.method, url, data=body, headers=headers
            ) as answer:
                kept = {name: v for name, v in answer.headers.items() if name.lower() not in OWN}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)
        except aiohttp.ClientError:
            return None

    async def _hold(self, method: str, path: str) -> None:
        held = next((e for route, e in self._held.items() if fits(route, method, path)), None)
        if held is None:
            return
        self._waiting.append((method, path))
        await self._tell()
        try:
            await held.wait()
        finally:
            self._waiting.remove((method, path))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _add(self, route: str, fault: Fault, times: int | None) -> None:
        self._faults.append((route, fault, times))

    def _next_fault(self, method: str, path: str) -> Fault | None:
        for place, (route, fault, times) in enumerate(self._faults):
            if fits(route, method, path):
                if times == 1:
                    del self._faults[place]
                elif times is not None:
                    self._faults[place] = (route, fault, times - 1)
                return fault
        return None


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def proxied(target: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(target)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    # A client that goes away takes its long poll with it, as it would without us.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        # Not kept open: a connection that Synapse closed would fail the next request for nothing.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        no_limit = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(connector=connector, timeout=no_limit) as proxy._http:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield proxy
    finally:
        await runner.cleanup()
