"""What goes wrong on purpose, and the account of every request (page "Rate Limits").

A route is written as in the documentation with `{}` for each id: `PATCH /channels/{}/messages/{}`.
"""

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web

from tests.discord.refusals import Body

ID = re.compile(r"/\d{15,}")
WHOLE_WEBHOOK = re.compile(r"/webhooks/\{\}/[^/]+")
CALLBACK = re.compile(r"/interactions/\{\}/[^/]+/callback")


def route_of(request: web.Request) -> str:
    path = ID.sub("/{}", request.path.removeprefix("/api/v10"))
    path = CALLBACK.sub("/interactions/{}/{}/callback", path)
    path = WHOLE_WEBHOOK.sub("/webhooks/{}/{}", path)
    return f"{request.method} {path}"


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the account, by the server's clock."""

    route: str
    path: str
    status: int
    at: float


@dataclass
class Limit:
    after: int
    window_s: float
    scope: str
    began: float = 0.0
    used: int = 0


class Faults:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.limits: dict[str, Limit] = {}
        self.buckets: dict[tuple[str, str], Limit] = {}
        self.failures: dict[str, list[int]] = {}
        self.delays: dict[str, asyncio.Event] = {}

    def major(self, request: web.Request) -> str:
        """Page "Rate Limits": a channel, guild or webhook has its own bucket."""
        found = re.match(r"/api/v10/(?:channels|guilds|webhooks)/(\d+)", request.path)
        return found.group(1) if found else ""

    async def meet(self, request: web.Request, now: float) -> web.Response | None:
        """What the request meets before it is looked at; None lets it through."""
        route = route_of(request)
        if held := self.delays.get(route) or self.delays.get("*"):
            await held.wait()
        waiting = self.failures.get(route) or self.failures.get("*")
        if waiting:
            return web.json_response({"message": "fault", "code": 0}, status=waiting.pop(0))
        # Page "Rate Limits" (Global Rate Limit): interactions' endpoints are not bound to it.
        free = request.path.startswith(("/api/v10/interactions/", "/api/v10/webhooks/"))
        for key in (route,) if free else (route, "*"):
            if key in self.limits and (refusal := self.spend(key, request, now)):
                return refusal
        return None

    def bucket(self, key: str, request: web.Request) -> Limit:
        rule = self.limits[key]
        major = "" if rule.scope == "global" else self.major(request)
        return self.buckets.setdefault((key, major), Limit(rule.after, rule.window_s, rule.scope))

    def spend(self, key: str, request: web.Request, now: float) -> web.Response | None:
        bucket = self.bucket(key, request)
        if now - bucket.began >= bucket.window_s:
            bucket.began, bucket.used = now, 0
        if bucket.used < bucket.after:
            bucket.used += 1
            return None
        wait = round(bucket.began + bucket.window_s - now, 3)
        everywhere = bucket.scope == "global"
        body: Body = {"message": "You are being rate limited.", "retry_after": wait}
        refusal = web.json_response(body | {"global": everywhere, "code": 0}, status=429)
        refusal.headers["Retry-After"] = str(int(wait) + 1)
        refusal.headers["X-RateLimit-Scope"] = bucket.scope
        if everywhere:
            refusal.headers["X-RateLimit-Global"] = "true"
        return refusal

    def headers(self, request: web.Request, now: float) -> dict[str, str]:
        route = route_of(request)
        if route not in self.limits or self.limits[route].scope != "user":
            return {}
        bucket = self.bucket(route, request)
        wait = max(0.0, bucket.began + bucket.window_s - now)
        return {
            "X-RateLimit-Limit": str(bucket.after),
            "X-RateLimit-Remaining": str(bucket.after - bucket.used),
            "X-RateLimit-Reset": f"{now + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"bucket-{abs(hash(route)):x}",
        }
