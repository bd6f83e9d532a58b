"""Requests before there is a login: what the homeserver is, logging in, out, and renewing a token."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.platforms.matrix.line import BROKEN_LINE, CLIENT, Answer, body_of

_WITHIN = aiohttp.ClientTimeout(total=30.0)


async def ask(
    base: str, method: str, path: str, body: Mapping[str, Any] | None = None, token: str = ""
) -> Answer:
    """Raises one of BROKEN_LINE where no answer comes."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body)
    async with (
        aiohttp.ClientSession(timeout=_WITHIN) as http,
        http.request(method, base + CLIENT + path, data=data, headers=headers) as answer,
    ):
        return Answer(answer.status, await body_of(answer))


async def refresh(base: str, token: str) -> Mapping[str, Any] | None:
    """Empty where it is refused for good; None where that is not known."""
    try:
        answer = await ask(base, "POST", "/refresh", {"refresh_token": token})
    except BROKEN_LINE:
        return None
    if answer.is_fine and answer.body.get("access_token"):
        return answer.body
    return None if answer.may_pass else {}
