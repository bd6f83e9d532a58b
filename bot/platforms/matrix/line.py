"""Requests to the homeserver, all through one gate: the library's, too. The token is put on here, and
renewed where it has ended.

Errors name codes, never what was said (INVARIANT I8).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.platforms.matrix.tokens import Tokens

log = logging.getLogger(__name__)

CLIENT = "/_matrix/client/v3"
BROKEN_LINE = (aiohttp.ClientError, OSError, TimeoutError)
_WITHIN_S = 30.0
_LONGEST_WAIT_S = 300.0

DEAD = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"})


class Overtaken(OSError):
    """What was to be sent must not be any more. Nothing of it has left."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]

    @property
    def is_fine(self) -> bool:
        return self.status == 200

    @property
    def code(self) -> str:
        """The homeserver's own for what is wrong."""
        return str(self.body.get("errcode") or "")

    @property
    def wait_s(self) -> float:
        """How long it asks to be left alone."""
        wait = self.body.get("retry_after_ms")
        return min(wait / 1000, _LONGEST_WAIT_S) if isinstance(wait, int | float) else 1.0

    @property
    def may_pass(self) -> bool:
        """A limit, or a service that is down: all but a refusal."""
        return self.status == 429 or self.status >= 500


class Line:
    def __init__(self, client: Any, tokens: Tokens) -> None:
        """`client` is nio's, and asks through here from now on."""
        self._client = client
        self._tokens = tokens
        self._send: Callable[..., Awaitable[Any]] = client.send
        client.send = self._for_library

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        within_s: float = _WITHIN_S,
        unless: Callable[[], bool] | None = None,
    ) -> Answer:
        """Whatever the answer is. Raises one of BROKEN_LINE where none comes. `path` is written
        out, or begins after `/_matrix/client/v3`. `unless` is looked at last of all, after
        whatever there was to wait for: where it holds, Overtaken is raised, which is one of them."""
        where = path if path.startswith("/_") else CLIENT + path
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        async with asyncio.timeout(within_s):
            answer = await self._through(method, where, data, headers, unless=unless)
            return Answer(answer.status, await body_of(answer))

    async def raw(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """For what is no JSON: the answer itself, to be read or closed. `path` is written out."""
        return await self._through(method, path, content, headers)

    async def find(self, path: str) -> Answer | None:
        """None where no answer comes that says anything."""
        try:
            answer = await self.ask("GET", path)
        except BROKEN_LINE:
            return None
        return None if answer.may_pass else answer

    async def attempt(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer | None:
        """For what is of use and no more: nothing depends on it."""
        try:
            answer = await self.ask(method, path, body)
        except BROKEN_LINE as error:
            log.info("matrix: %s met %s", method, type(error).__name__)
            return None
        if not answer.is_fine:
            log.info("matrix: %s met status %s, %s", method, answer.status, answer.code)
        return answer

    async def _for_library(self, *arguments: Any, **named: Any) -> Any:
        """It takes the page of a broken web server for an empty answer, and that for a yes."""
        answer = await self._through(*arguments, **named)
        if answer.status >= 400 and answer.content_type != "application/json":
            answer.release()
            raise aiohttp.ClientConnectionError(f"status {answer.status}")
        return answer

    async def _through(  # noqa: PLR0917 - the library's own order
        self,
        method: str,
        path: str,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        trace_context: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own name
        *,
        unless: Callable[[], bool] | None = None,
    ) -> Any:
        await self._tokens.keep_fresh()
        _look_at(unless)
        used = self._tokens.access
        signed = {**(headers or {}), "Authorization": f"Bearer {used}"}
        answer = await self._send(method, path, data, signed, trace_context, timeout)
        if answer.status != 401:
            return answer
        is_soft = (await body_of(answer)).get("soft_logout") is True
        is_renewed = await self._tokens.renew(used, is_soft=is_soft)
        if is_renewed is None:
            raise aiohttp.ClientConnectionError("no other token is to be had now")
        if not is_renewed:
            return answer
        answer.release()
        _look_at(unless)
        signed["Authorization"] = f"Bearer {self._tokens.access}"
        self._client.access_token = self._tokens.access
        return await self._send(method, path, data, signed, trace_context, timeout)


def _look_at(unless: Callable[[], bool] | None) -> None:
    if unless is not None and unless():
        raise Overtaken("not to be sent any more")


async def body_of(answer: Any) -> Mapping[str, Any]:
    """Empty where it is no JSON object: what stands before a homeserver may answer with a page."""
    try:
        found = json.loads(await answer.read())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
