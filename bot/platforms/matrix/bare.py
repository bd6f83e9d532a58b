"""Requests before there is a login: what the homeserver is, logging in, out, and renewing a token."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.platforms.matrix.line import BROKEN_LINE, CLIENT, Answer, body_of
from bot.platforms.matrix.tokens import Given

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


async def refresh(base: str, token: str) -> Given:
    return await _ask_for_token(base, "/refresh", {"refresh_token": token})


async def log_in_again(base: str, user: str, password: str, device: str) -> Given:
    body = by_password(user, password) | {"device_id": device}
    return await _ask_for_token(base, "/login", body)


def by_password(user: str, password: str) -> dict[str, Any]:
    return {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "refresh_token": True,
    }


async def _ask_for_token(base: str, path: str, body: Mapping[str, Any]) -> Given:
    try:
        answer = await ask(base, "POST", path, body)
    except BROKEN_LINE:
        return None
    if answer.is_fine and answer.body.get("access_token"):
        return answer.body
    return None if answer.may_pass else {}
