"""What the homeserver itself holds and answers, by raw HTTP: no client library between it and a test.

nio decrypts what it fetches; here ciphertext stays what it is.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.matrix.settings import NAME

Json = dict[str, Any]
CLIENT = "/_matrix/client/v3"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    """Parsed JSON; nearly always an object."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One holder of a token; `base` is Synapse, or a proxy before it."""

    base: str
    http: aiohttp.ClientSession
    token: str = ""

    async def ask(self, method: str, path: str, body: Json | None = None) -> Answer:
        """Whatever the answer is; `path` is written out, or begins after `/_matrix/client/v3`."""
        url = self.base + (path if path.startswith("/_") else CLIENT + path)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            return Answer(answer.status, await answer.json())

    async def get(self, path: str) -> Json:
        return dict(await self._fine("GET", path))

    async def put(self, path: str, body: Json) -> Json:
        return dict(await self._fine("PUT", path, body))

    async def post(self, path: str, body: Json) -> Json:
        return dict(await self._fine("POST", path, body))

    async def events(self, room: str) -> list[Json]:
        """All that was sent into a room, oldest first, as the homeserver keeps it."""
        found = await self.get(f"/rooms/{quoted(room)}/messages?dir=f&limit=1000")
        return list(found["chunk"])

    async def event(self, room: str, event: str) -> Json:
        return await self.get(f"/rooms/{quoted(room)}/event/{quoted(event)}")

    async def state(self, room: str) -> list[Json]:
        return list(await self._fine("GET", f"/rooms/{quoted(room)}/state"))

    async def upgrade(self, room: str, version: str = "12") -> str:
        """Leaves a tombstone; gives the room that follows."""
        answer = await self.post(f"/rooms/{quoted(room)}/upgrade", {"new_version": version})
        return str(answer["replacement_room"])

    async def log_in(self, name: str, password: str, **more: Any) -> Answer:
        """`refresh_token=True` asks for a token that ends and one that renews it."""
        identifier = {"type": "m.id.user", "user": name}
        body = {"type": "m.login.password", "identifier": identifier, "password": password}
        return await self.ask("POST", "/login", body | more)

    async def register(
        self, name: str, password: str, secret: str, *, admin: bool = False, log_in: bool = False
    ) -> Json:
        """Through the door for who knows the shared secret; with `log_in` a token comes along."""
        door = "/_synapse/admin/v1/register"
        nonce = (await self.get(door))["nonce"]
        words = (nonce, name, password, "admin" if admin else "notadmin")
        proof = hmac.new(secret.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin}
        made = await self.post(door, body | {"mac": proof, "inhibit_login": not log_in})
        assert made["user_id"] == f"@{name}:{NAME}"
        return made

    async def _fine(self, method: str, path: str, body: Json | None = None) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status == 200, f"{method} {path}: {answer}"
        return answer.body


@asynccontextmanager
async def wired(base: str, token: str = "") -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as http:
        yield Wire(base, http, token)


def quoted(part: str) -> str:
    return quote(part, safe="")
