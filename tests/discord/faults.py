"""What goes wrong on purpose, and the account of every request (page "Rate Limits").

A route is written as in the documentation with `{}` for each id: `PATCH /channels/{}/messages/{}`.
"""

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web

from tests.discord.buckets import Bucket, Limit, Limits

ID = re.compile(r"/\d{15,}")
WHOLE_WEBHOOK = re.compile(r"/webhooks/\{\}/[^/]+")
REACTION = re.compile(r"/reactions/[^/]+")
CALLBACK = re.compile(r"/interactions/\{\}/[^/]+/callback")


def route_of(request: web.Request) -> str:
    path = ID.sub("/{}", request.path.removeprefix("/api/v10"))
    path = CALLBACK.sub("/interactions/{}/{}/callback", path)
    path = WHOLE_WEBHOOK.sub("/webhooks/{}/{}", path)
    path = REACTION.sub("/reactions/{}", path)
    return f"{request.method} {path}"


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the account, by the server's clock."""

    route: str
    path: str
    status: int
    at: float


class Faults:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.limits = Limits()
        self.failures: dict[str, list[int]] = {}
        self.delays: dict[str, asyncio.Event] = {}
        self.latencies: dict[str, float] = {}
        self.breaks: dict[str, list[bool]] = {}
        """Of each route, whether the next requests are acted upon before their line breaks."""

    async def meet(self, request: web.Request, now: float) -> web.Response | None:
        """What the request meets before it is looked at; None lets it through."""
        route = route_of(request)
        if held := self.delays.get(route) or self.delays.get("*"):
            await held.wait()
        if slow := self.latencies.get(route) or self.latencies.get("*"):
            await asyncio.sleep(slow)
        waiting = self.failures.get(route) or self.failures.get("*")
        if waiting:
            return _fault(waiting.pop(0), now)
        if self.breaks.get(route) and not self.breaks[route][0]:
            self.breaks[route].pop(0)
            broken(request)
            return web.Response(status=500)
        return self.limits.spend(route, request.path, now)

    def headers(self, request: web.Request, now: float) -> dict[str, str]:
        return self.limits.headers(route_of(request), request.path, now)

    async def answer(
        self, request: web.Request, response: web.StreamResponse
    ) -> web.StreamResponse:
        """The whole answer, or the first half of it and then no line any more."""
        breaks = self.breaks.get(route_of(request))
        if not breaks:
            return response
        breaks.pop(0)
        body = response.body if isinstance(response, web.Response) else None
        if isinstance(body, bytes) and body:
            half = web.StreamResponse(status=response.status, headers=response.headers)
            half.content_length = len(body)
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            response = half
        broken(request)
        return response


def _fault(status: int, now: float) -> web.Response:
    if status == web.HTTPTooManyRequests.status_code:
        return Bucket(Limit("", 0, 0.01, "shared"), began=now).refusal(now)
    return web.json_response({"message": "fault", "code": 0}, status=status)


def broken(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
