"""Interaction answers and follow-ups over REST (page "Receiving and Responding").

Three seconds for the answer, fifteen minutes for what follows, by the server's clock.
"""

from aiohttp import web

from tests.discord import limits
from tests.discord.checks import check_message, check_modal
from tests.discord.messages import Messages
from tests.discord.refusals import Body, Findings, Refused, already_acknowledged, unknown
from tests.discord.rest import read_body
from tests.discord.state import EPHEMERAL, Asked, Shown
from tests.discord.world import World

PONG, REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
LOADING = 1 << 7
COMMAND, COMPONENT, COMPLETION, SUBMIT = 2, 3, 4, 5
MAY_ANSWER = {
    COMMAND: {REPLY, DEFER, MODAL},
    COMPONENT: {REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    COMPLETION: {CHOICES},
    SUBMIT: {REPLY, DEFER, DEFER_UPDATE, UPDATE},
}


class Interactions:
    def __init__(self, world: World, messages: Messages) -> None:
        self.world = world
        self.messages = messages

    def add_to(self, app: web.Application) -> None:
        add, base = app.router.add_route, "/api/v10"
        add("POST", base + "/interactions/{interaction}/{token}/callback", self.callback)
        hook = f"{base}/webhooks/{self.world.application}" + "/{token}"
        add("POST", hook, self.follow)
        add("GET", hook + "/messages/{message}", self.get)
        add("PATCH", hook + "/messages/{message}", self.edit)
        add("DELETE", hook + "/messages/{message}", self.delete)

    def asked(self, request: web.Request) -> Asked:
        """The one that this token belongs to, while it lives."""
        found = self.world.asked.get(request.match_info["token"])
        if found is None:
            raise unknown("Webhook")
        if self.world.now() - found.at > limits.TOKEN_S:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return found

    async def callback(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        asked = self.world.asked.get(request.match_info["token"])
        if asked is None or asked.id != request.match_info["interaction"]:
            raise unknown("Interaction")
        if asked.answer is not None:
            raise already_acknowledged()
        if self.world.now() - asked.at > limits.ANSWER_WITHIN_S:
            raise unknown("Interaction")
        kind, data = body.get("type"), body.get("data") or {}
        if kind not in MAY_ANSWER[asked.data["type"]]:
            words = 'Value of field "type" is not allowed for this interaction.'
            errors = {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": words}]}}
            raise Refused(400, 50035, "Invalid Form Body", errors)
        self.check(kind, data, files, asked)
        asked.answer = {"type": kind, "data": data}
        self.act(asked, kind, data, files)
        self.world.changed()
        if request.query.get("with_response") not in {"1", "true"}:
            return web.Response(status=204)
        return web.json_response(self.resource(asked, kind))

    def check(
        self, kind: int, data: Body, files: dict[str, tuple[str, bytes]], asked: Asked
    ) -> None:
        if kind == REPLY:
            check_message({**data, "attachments": []}, files=len(files))
        elif kind == UPDATE and asked.on is not None:
            check_message(data, files=len(files), had=asked.on.data)
        elif kind == MODAL:
            check_modal(data)
        elif kind == CHOICES:
            found = Findings()
            if len(data.get("choices") or []) > limits.AUTOCOMPLETE:
                found.add(
                    ("data", "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."
                )
            for number, choice in enumerate(data.get("choices") or []):
                here = ("data", "choices", number)
                found.between((*here, "name"), choice.get("name"), 1, 100)
                found.at_most((*here, "value"), choice.get("value"), 100)
            found.refuse()

    def act(self, asked: Asked, kind: int, data: Body, files: dict[str, tuple[str, bytes]]) -> None:
        if kind == REPLY:
            asked.original = self.say(asked, data, files)
        elif kind == DEFER:
            waiting = {"content": "", "flags": (int(data.get("flags") or 0) & EPHEMERAL) | LOADING}
            asked.original = self.say(asked, waiting, {})
        elif kind == DEFER_UPDATE:
            asked.original = asked.on
        elif kind == UPDATE and asked.on is not None:
            asked.original = asked.on
            self.messages.store(data, files, asked.on.data)
            self.messages.change(asked.channel, asked.on, data)

    def resource(self, asked: Asked, kind: int) -> Body:
        told: Body = {"id": asked.id, "type": asked.data["type"]}
        resource: Body = {"type": kind}
        if asked.original is not None:
            told["response_message_id"] = asked.original.id
            told["response_message_ephemeral"] = asked.original.only_for is not None
            told["response_message_loading"] = bool(asked.original.flags & LOADING)
            if kind in {REPLY, UPDATE}:
                resource["message"] = asked.original.data
        return {"interaction": told, "resource": resource}

    def say(self, asked: Asked, body: Body, files: dict[str, tuple[str, bytes]]) -> Shown:
        self.messages.store(body, files)
        private = bool(int(body.get("flags") or 0) & EPHEMERAL)
        body |= {"webhook_id": self.world.application, "application_id": self.world.application}
        own = self.world.users[self.world.application]
        shown = self.messages.post(
            asked.channel, own, body, only_for=asked.person if private else None
        )
        shown.interaction_token = asked.token
        return shown

    async def follow(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        asked = self.asked(request)
        if asked.answer is None:
            raise unknown("Webhook")
        check_message({**body, "attachments": []}, files=len(files))
        alone = "0" not in asked.data["authorizing_integration_owners"]
        if alone and asked.followed >= limits.FOLLOW_UPS:
            words = "This interaction has hit the maximum number of follow up messages"
            raise Refused(400, 40094, words)
        asked.followed += 1
        if asked.original is not None and asked.original.flags & LOADING:
            # The first follow-up takes a deferred answer's place, and its privacy.
            self.fill(asked.original, body, files, asked)
            return web.json_response(asked.original.data)
        return web.json_response(self.say(asked, body, files).data)

    def fill(
        self, shown: Shown, body: Body, files: dict[str, tuple[str, bytes]], asked: Asked
    ) -> None:
        self.messages.store(body, files, shown.data)
        shown.data["flags"] &= ~LOADING
        flags = shown.flags | (int(body.get("flags") or 0) & ~EPHEMERAL)
        self.messages.change(asked.channel, shown, {**body, "flags": flags})

    def found(self, request: web.Request) -> tuple[Asked, Shown]:
        asked, wanted = self.asked(request), request.match_info["message"]
        if wanted == "@original":
            if asked.original is None or asked.original.deleted:
                raise unknown("Message")
            return asked, asked.original
        shown = asked.channel.message(wanted)
        if shown.interaction_token != asked.token and shown is not asked.on:
            raise unknown("Message")
        return asked, shown

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response(self.found(request)[1].data)

    async def edit(self, request: web.Request) -> web.Response:
        body, files = await read_body(request)
        asked, shown = self.found(request)
        check_message(body, files=len(files), had=shown.data)
        self.fill(shown, body, files, asked)
        return web.json_response(shown.data)

    async def delete(self, request: web.Request) -> web.Response:
        asked, shown = self.found(request)
        self.messages.take_away(asked.channel, shown)
        return web.Response(status=204)
