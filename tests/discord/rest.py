"""The door of REST v10: who asks, what it meets, what it answers; and what every route needs."""

import json
import re
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.discord.faults import Faults, Request, route_of
from tests.discord.files import Files, check_sizes
from tests.discord.refusals import (
    Body,
    Refused,
    closed_to_messages,
    missing_access,
    too_large,
)
from tests.discord.state import Channel
from tests.discord.wire import may
from tests.discord.world import World

NOT_A_FORM = {"code": "DICT_TYPE_CONVERT", "message": "Only dictionaries may be used"}
OPEN = re.compile(r"/(interactions|files)/|/webhooks/\d+/[^/]")
"""What is reached without the bot's token: the address holds one of its own."""


def json_body(text: str) -> Body:
    try:
        body = json.loads(text)
    except ValueError:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None
    if not isinstance(body, dict | list):
        raise Refused(400, 50035, "Invalid Form Body", {"_errors": [NOT_A_FORM]})
    return {"list": body} if isinstance(body, list) else body


async def read_body(request: web.Request) -> tuple[Body, Files]:
    """A JSON body, or a multipart one with `payload_json` and files (page "Reference", Uploading)."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json_body(text) if text else {}), {}
    form = await request.post()
    files = {
        name: (part.filename, part.file.read())
        for name, part in form.items()
        if isinstance(part, web.FileField)
    }
    check_sizes(files)
    return json_body(str(form.get("payload_json", "{}"))), files


async def unauthorized() -> web.Response:
    return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)


def door(world: World, faults: Faults) -> Any:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/gateway-socket"):
            return await handler(request)
        response: web.StreamResponse | None = await faults.meet(request, world.now())
        try:
            if response is None:
                path = request.path.removeprefix("/api/v10")
                known = request.headers.get("Authorization") == f"Bot {world.token}"
                inside = known or OPEN.match(path)
                response = await (handler(request) if inside else unauthorized())
        except Refused as refused:
            response = web.json_response(refused.body, status=refused.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as missed:
            told = {"message": f"{missed.status}: {missed.reason}", "code": 0}
            response = web.json_response(told, status=missed.status)
        except web.HTTPRequestEntityTooLarge:
            response = web.json_response(too_large().body, status=413)
        response.headers["Via"] = "1.1 loopback"
        if response.content_type == "application/json":
            # Discord names no charset, and discord.py reads JSON only under exactly this name.
            response.headers["Content-Type"] = "application/json"
        response.headers.update(faults.headers(request, world.now()))
        line = Request(route_of(request), request.path, response.status, world.now())
        faults.requests.append(line)
        world.changed()
        return await faults.answer(request, response)

    return answer


def require(world: World, channel: Channel, *names: str) -> None:
    """What the bot must be allowed to do here; a person whose messages are closed gets none."""
    if channel.guild is None and channel.people[0] in world.closed:
        raise closed_to_messages()
    if not may(channel, world.application, "view_channel"):
        raise missing_access()
    if not may(channel, world.application, *names):
        raise Refused(403, 50013, "Missing Permissions")


def seen(world: World, request: web.Request) -> Channel:
    """The channel that the address names, where the bot may view it."""
    channel = world.channel(request.match_info["channel"])
    if not may(channel, world.application, "view_channel"):
        raise missing_access()
    return channel
