"""Application commands over REST (page "Application Commands"): lists, single ones, who may run them.

Names are unique in their kind and place; what has a known name is overwritten and keeps its id.
"""

from typing import Any

from aiohttp import web

from tests.discord.check_commands import check_commands, check_one
from tests.discord.refusals import Body, Refused, bots_not_here, unknown
from tests.discord.rest import read_body
from tests.discord.world import World

YES = {"1", "true", "True"}
NOT_EDITED = {"id", "type", "application_id", "guild_id", "version"}


class Commands:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10/applications/{application}"
        for place in ("", "/guilds/{guild}"):
            commands = base + place + "/commands"
            add("GET", commands, self.all)
            add("PUT", commands, self.overwrite)
            add("POST", commands, self.create)
            if place:
                add("GET", commands + "/permissions", self.permissions)
                add("PUT", commands + "/permissions", self.refuse_bots)
                add("GET", commands + "/{command}/permissions", self.permissions_of)
                add("PUT", commands + "/{command}/permissions", self.refuse_bots)
            add("GET", commands + "/{command}", self.one)
            add("PATCH", commands + "/{command}", self.edit)
            add("DELETE", commands + "/{command}", self.delete)

    def place(self, request: web.Request) -> str:
        if request.match_info["application"] != self.world.application:
            raise Refused(
                403, 20012, "You are not authorized to perform this action on this application"
            )
        place = request.match_info.get("guild", "")
        return self.world.guild(place).id if place else ""

    def found(self, request: web.Request) -> Body:
        wanted = request.match_info["command"]
        for one in self.world.commands.get(self.place(request), []):
            if one["id"] == wanted:
                return one
        raise unknown("Application Command")

    async def all(self, request: web.Request) -> web.Response:
        """Without `with_localizations`, only what the asker's own tongue calls it."""
        stand = self.world.commands.get(self.place(request), [])
        if request.query.get("with_localizations") in YES:
            return web.json_response(stand)
        asker = request.headers.get("X-Discord-Locale") or request.headers.get("Accept-Language")
        tongue = (asker or "en-US").split(",")[0].split(";")[0].strip()
        return web.json_response([localized(one, tongue) for one in stand])

    async def overwrite(self, request: web.Request) -> web.Response:
        body, _ = await read_body(request)
        return web.json_response(self.keep(request, list(body.get("list", []))))

    def keep(self, request: web.Request, commands: list[Body]) -> list[Body]:
        place = self.place(request)
        check_commands(commands)
        stand = self.world.commands.get(place, [])
        known = {key(one): one for one in stand}
        ids = {one["id"]: one for one in stand}
        made = [
            self.whole(place, one, ids.get(str(one.get("id"))) or known.get(key(one)))
            for one in commands
        ]
        self.world.commands[place] = made
        self.world.changed()
        return made

    def whole(self, place: str, command: Body, had: Body | None) -> Body:
        made: Body = {"id": had["id"] if had else self.world.new_id(), "type": 1}
        made |= {"application_id": self.world.application, "version": self.world.new_id()}
        made |= {"description": "", "options": [], "nsfw": False, "contexts": None}
        made |= {"default_member_permissions": None, "integration_types": [0]}
        made |= {"dm_permission": True, "name_localizations": None}
        made |= {"description_localizations": None} | ({"guild_id": place} if place else {})
        return made | {name: value for name, value in command.items() if name != "id"}

    async def create(self, request: web.Request) -> web.Response:
        """201 where it is new, 200 where one of this name and kind is overwritten."""
        body, _ = await read_body(request)
        place = self.place(request)
        check_one(body)
        stand = self.world.commands.get(place, [])
        known = next((at for at, one in enumerate(stand) if key(one) == key(body)), None)
        listed = (
            [*stand[:known], body, *stand[known + 1 :]] if known is not None else [*stand, body]
        )
        made = self.keep(request, listed)[-1 if known is None else known]
        return web.json_response(made, status=201 if known is None else 200)

    async def one(self, request: web.Request) -> web.Response:
        return web.json_response(self.found(request))

    async def edit(self, request: web.Request) -> web.Response:
        body, _ = await read_body(request)
        command, place = self.found(request), self.place(request)
        edited = command | {name: value for name, value in body.items() if name not in NOT_EDITED}
        check_one(edited)
        others = [one for one in self.world.commands[place] if one is not command]
        if key(edited) in [key(one) for one in others]:
            raise Refused(400, 40041, "An application command with that name already exists")
        command.update(edited | {"version": self.world.new_id()})
        self.world.changed()
        return web.json_response(command)

    async def delete(self, request: web.Request) -> web.Response:
        command, place = self.found(request), self.place(request)
        self.world.commands[place].remove(command)
        self.world.permitted.pop((place, command["id"]), None)
        self.world.changed()
        return web.Response(status=204)

    async def permissions(self, request: web.Request) -> web.Response:
        place = self.place(request)
        return web.json_response(
            [permitted(self.world, *at) for at in self.world.permitted if at[0] == place]
        )

    async def permissions_of(self, request: web.Request) -> web.Response:
        place, command = self.place(request), request.match_info["command"]
        if (place, command) not in self.world.permitted:
            raise unknown("Application Command Permissions")
        return web.json_response(permitted(self.world, place, command))

    async def refuse_bots(self, request: web.Request) -> web.Response:
        """Page "Application Commands" (Permissions): they are written with a Bearer token only."""
        raise bots_not_here()


def key(command: Body) -> tuple[str, int]:
    return str(command.get("name")), int(command.get("type", 1))


def permitted(world: World, guild: str, command: str) -> Body:
    told: Body = {"id": command, "application_id": world.application, "guild_id": guild}
    return told | {"permissions": world.permitted[guild, command]}


def localized(part: Any, tongue: str) -> Any:
    """Page "Application Commands" (Retrieving localized commands), however deep."""
    if isinstance(part, list):
        return [localized(one, tongue) for one in part]
    if not isinstance(part, dict):
        return part
    told: Body = {}
    for name, value in part.items():
        if not name.endswith("_localizations"):
            told[name] = localized(value, tongue)
        elif value and tongue in value:
            told[name.removesuffix("_localizations") + "_localized"] = value[tongue]
    return told
