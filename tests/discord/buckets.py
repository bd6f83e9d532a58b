"""Limits as Discord has them (page "Rate Limits"): buckets, their headers, and what a 429 says.

A bucket belongs to one limit and one major parameter: a channel, a guild, or a webhook with its token.
Routes under one limit share it. All times are the server's own clock's.
"""

import re
import zlib
from dataclasses import dataclass, field
from math import ceil

from aiohttp import web

from tests.discord.refusals import Body

MAJOR = re.compile(r"/api/v10/(?:(?:channels|guilds)/(\d+)|webhooks/(\d+(?:/[^/]+)?))")


def major(path: str) -> str:
    found = MAJOR.match(path)
    return next((one for one in found.groups() if one), "") if found else ""


@dataclass(frozen=True, slots=True)
class Limit:
    """`after` requests in `window_s`, counted together for all routes that were given it."""

    name: str
    after: int
    window_s: float
    scope: str


@dataclass(slots=True)
class Bucket:
    limit: Limit
    began: float = 0.0
    used: int = 0

    def wait(self, now: float) -> float:
        """To the next whole millisecond, so that who waits so long does not come too early."""
        return max(0.0, ceil((self.began + self.limit.window_s - now) * 1000) / 1000)

    def spend(self, now: float) -> bool:
        """Whether there was one left."""
        if self.wait(now) <= 0:
            self.began, self.used = now, 0
        if self.used >= self.limit.after:
            return False
        self.used += 1
        return True

    def headers(self, now: float) -> dict[str, str]:
        """Page "Rate Limits" (Header Format)."""
        wait = self.wait(now)
        return {
            "X-RateLimit-Limit": str(self.limit.after),
            "X-RateLimit-Remaining": str(self.limit.after - self.used),
            "X-RateLimit-Reset": f"{now + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"{zlib.crc32(self.limit.name.encode()):08x}",
        }

    def refusal(self, now: float) -> web.Response:
        """Page "Rate Limits" (Exceeding A Rate Limit)."""
        scope, wait = self.limit.scope, self.wait(now)
        whose = "The resource is" if scope == "shared" else "You are"
        body: Body = {"message": f"{whose} being rate limited.", "retry_after": wait}
        body |= {"global": scope == "global", "code": 0}
        refused = web.json_response(body, status=429)
        refused.headers["Retry-After"] = str(int(wait) + 1)
        refused.headers["X-RateLimit-Scope"] = scope
        if scope == "global":
            refused.headers["X-RateLimit-Global"] = "true"
        return refused


@dataclass(slots=True)
class Limits:
    """A route's own limit, the one that others spend too (`shared`), and the one for all (`*`)."""

    own: dict[str, Limit] = field(default_factory=dict)
    shared: dict[str, Limit] = field(default_factory=dict)
    buckets: dict[tuple[Limit, str], Bucket] = field(default_factory=dict)

    def set(self, routes: list[str], limit: Limit) -> None:
        kept = self.shared if limit.scope == "shared" else self.own
        kept.update(dict.fromkeys(routes, limit))

    def clear(self) -> None:
        for kept in (self.own, self.shared, self.buckets):
            kept.clear()

    def bucket(self, limit: Limit, path: str) -> Bucket:
        which = "" if limit.scope == "global" else major(path)
        return self.buckets.setdefault((limit, which), Bucket(limit))

    def spend(self, route: str, path: str, now: float) -> web.Response | None:
        """What refuses the request; None lets it through."""
        # Page "Rate Limits" (Global Rate Limit): interactions' endpoints are not bound to it.
        free = path.startswith(("/api/v10/interactions/", "/api/v10/webhooks/"))
        everywhere = None if free else self.own.get("*")
        for limit in (self.own.get(route), self.shared.get(route), everywhere):
            if limit is not None and not (bucket := self.bucket(limit, path)).spend(now):
                return bucket.refusal(now)
        return None

    def headers(self, route: str, path: str, now: float) -> dict[str, str]:
        limit = self.own.get(route)
        return self.bucket(limit, path).headers(now) if limit is not None else {}
