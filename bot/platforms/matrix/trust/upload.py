"""Publishing cross-signing keys, with what a homeserver may ask of who does that.

It knows user-interactive authentication by password; every other way needs a person.
"""

from typing import Literal

from bot.platforms.matrix.trust.canonical import Json
from bot.platforms.matrix.trust.ports import Answer, Homeserver

PASSWORD = "m.login.password"  # noqa: S105 - the name of a way to log in
DUMMY = "m.login.dummy"
PATH = "/keys/device_signing/upload"

Refusal = Literal["NEEDS_LOGIN", "NEEDS_CONSENT", "WRONG_LOGIN", "REFUSED"]


async def publish(
    keys: Json, user: str, homeserver: Homeserver, password: str | None
) -> Refusal | None:
    """None where they are in force. A first upload usually needs nothing more."""
    answer = await homeserver.ask("POST", PATH, keys)
    if answer.status != 401:
        return _end(answer)
    way = _way(answer)
    if way is None:
        return "NEEDS_CONSENT"
    if way == PASSWORD and password is None:
        return "NEEDS_LOGIN"
    proof: Json = {"type": way, "session": answer.body.get("session")}
    if way == PASSWORD:
        identifier = {"type": "m.id.user", "user": user}
        proof |= {"identifier": identifier, "password": password}
    answer = await homeserver.ask("POST", PATH, {**keys, "auth": proof})
    return "WRONG_LOGIN" if answer.status == 401 else _end(answer)


def _end(answer: Answer) -> Refusal | None:
    return None if answer.status == 200 else "REFUSED"


def _way(answer: Answer) -> str | None:
    """The one step that is enough and that the bot can take; the password before nothing at all."""
    flows = answer.body.get("flows")
    ways = [
        flow["stages"]
        for flow in (flows if isinstance(flows, list) else [])
        if isinstance(flow, dict) and isinstance(flow.get("stages"), list)
    ]
    return next((way for way in (PASSWORD, DUMMY) if [way] in ways), None)
