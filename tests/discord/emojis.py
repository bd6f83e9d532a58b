"""Emojis of an application (page "Emoji", Application Emoji): listed, made and deleted by its bot."""

import re
from base64 import b64decode

from aiohttp import web

from tests.discord.refusals import Body, Findings, unknown
from tests.discord.rest import read_body
from tests.discord.world import World

NAME = re.compile(r"\w{2,32}", re.ASCII)
IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)")
MOST_BYTES = 256 * 1024


class Emojis:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        base = "/api/v10/applications/{application}/emojis"
        app.router.add_route("GET", base, self.all)
        app.router.add_route("POST", base, self.create)
        app.router.add_route("DELETE", base + "/{emoji}", self.delete)

    async def all(self, _request: web.Request) -> web.Response:
        items = [{key: one[key] for key in ("id", "name")} for one in self.world.emojis]
        return web.json_response({"items": items})

    async def create(self, request: web.Request) -> web.Response:
        body, _ = await read_body(request)
        found, image = Findings(), IMAGE.fullmatch(str(body.get("image")))
        if not NAME.fullmatch(str(body.get("name"))):
            found.add(
                ("name",), "STRING_TYPE_REGEX", "String value did not match validation regex."
            )
        if image is None or len(b64decode(image[1])) > MOST_BYTES:
            found.add(("image",), "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 256.0 kb.")
        found.refuse()
        made: Body = {"id": self.world.new_id(), "name": body["name"], "image": body["image"]}
        self.world.emojis.append(made)
        self.world.changed()
        return web.json_response({key: made[key] for key in ("id", "name")}, status=201)

    async def delete(self, request: web.Request) -> web.Response:
        wanted = request.match_info["emoji"]
        left = [one for one in self.world.emojis if one["id"] != wanted]
        if len(left) == len(self.world.emojis):
            raise unknown("Emoji")
        self.world.emojis[:] = left
        self.world.changed()
        return web.Response(status=204)
