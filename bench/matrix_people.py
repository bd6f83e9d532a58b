"""People on Matrix for a bench: each an account with a device of its own, over raw HTTP.

They encrypt as everybody does and read nothing: who needs an answer is told of it by the bot's own
process. Fifty clients of a library, each with its sync, would load the homeserver more than the bot.
"""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass

import vodozemac

from bot.platforms.matrix.trust.canonical import Json, add_signature
from tests.matrix.person import ENCRYPTED
from tests.matrix.synapse import Homeserver
from tests.matrix.wire import Wire, quoted

OLM, MEGOLM = "m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"
ONE_TIME_KEYS = 5
AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Peer:
    """The bot's device, as people see it."""

    user: str
    device: str
    ed25519: str
    curve25519: str


class Bare:
    """Somebody with one room, in which the bot is."""

    def __init__(self, wire: Wire, user: str, device: str) -> None:
        self.wire, self.user, self.device = wire, user, device
        self.room = ""
        self._account = vodozemac.Account()
        self._group = vodozemac.GroupSession()
        self._group_key = self._group.session_key.to_base64()

    @property
    def _curve(self) -> str:
        return self._account.curve25519_key.to_base64()

    @property
    def _ed(self) -> str:
        return self._account.ed25519_key.to_base64()

    async def writes(self, text: str) -> None:
        await self.sends("m.room.message", {"msgtype": "m.text", "body": text})

    async def sends(self, kind: str, what: Json) -> None:
        clear = {"type": kind, "content": what, "room_id": self.room}
        content = {
            "algorithm": MEGOLM,
            "sender_key": self._curve,
            "device_id": self.device,
            "session_id": self._group.session_id,
            "ciphertext": self._group.encrypt(json.dumps(clear).encode()).to_base64(),
        }
        path = f"/rooms/{quoted(self.room)}/send/m.room.encrypted/{secrets.token_hex(8)}"
        await self.wire.put(path, content)

    async def meets(self, bot: Peer) -> None:
        """An encrypted direct room, once the bot is in it and has the key of what is written there."""
        await self.opens(bot)
        await self.gives_key(bot)

    async def opens(self, bot: Peer) -> None:
        body = {"preset": "trusted_private_chat", "is_direct": True, "invite": [bot.user]}
        made = await self.wire.post("/createRoom", {**body, "initial_state": [ENCRYPTED]})
        self.room = str(made["room_id"])
        await joined(self.wire, self.room, bot.user)

    async def gives_key(self, bot: Peer) -> None:
        """Of all that is written in the room, from its beginning."""
        key = {
            "algorithm": MEGOLM,
            "room_id": self.room,
            "session_id": self._group.session_id,
            "session_key": self._group_key,
        }
        sealed = await self._to_device(bot, "m.room_key", key)
        path = f"/sendToDevice/m.room.encrypted/{secrets.token_hex(8)}"
        await self.wire.put(path, {"messages": {bot.user: {bot.device: sealed}}})

    async def shows_its_keys(self) -> None:
        device: Json = {
            "algorithms": [OLM, MEGOLM],
            "device_id": self.device,
            "user_id": self.user,
            "keys": {f"curve25519:{self.device}": self._curve, f"ed25519:{self.device}": self._ed},
        }
        self._account.generate_one_time_keys(ONE_TIME_KEYS)
        keys = {
            f"signed_curve25519:{name}": self._signed({"key": key.to_base64()})
            for name, key in self._account.one_time_keys.items()
        }
        await self.wire.post(
            "/keys/upload", {"device_keys": self._signed(device), "one_time_keys": keys}
        )
        self._account.mark_keys_as_published()

    async def _to_device(self, bot: Peer, kind: str, content: Json) -> Json:
        session = self._account.create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(bot.curve25519),
            vodozemac.Curve25519PublicKey.from_base64(await self._one_time_key(bot)),
        )
        clear = {
            "type": kind,
            "content": content,
            "sender": self.user,
            "sender_device": self.device,
            "keys": {"ed25519": self._ed},
            "recipient": bot.user,
            "recipient_keys": {"ed25519": bot.ed25519},
        }
        number, words = session.encrypt(json.dumps(clear).encode()).to_parts()
        body = base64.b64encode(words).decode().rstrip("=")
        sealed = {bot.curve25519: {"type": number, "body": body}}
        return {"algorithm": OLM, "sender_key": self._curve, "ciphertext": sealed}

    async def _one_time_key(self, bot: Peer) -> str:
        """The bot brings new ones when it hears that few are left."""
        asked = {"one_time_keys": {bot.user: {bot.device: "signed_curve25519"}}}
        while True:
            found = await self.wire.post("/keys/claim", asked)
            for key in found["one_time_keys"].get(bot.user, {}).get(bot.device, {}).values():
                return str(key["key"])
            await asyncio.sleep(AGAIN_S)

    def _signed(self, thing: Json) -> Json:
        def sign(words: bytes) -> str:
            return self._account.sign(words).to_base64()

        return add_signature(thing, self.user, self.device, sign)


async def newcomer(homeserver: Homeserver, wire: Wire, name: str) -> Bare:
    made = await wire.register(name, secrets.token_hex(8), homeserver.secret, log_in=True)
    theirs = Wire(wire.base, wire.http, made["access_token"])
    one = Bare(theirs, str(made["user_id"]), str(made["device_id"]))
    await one.shows_its_keys()
    return one


async def find_peer(wire: Wire, user: str) -> Peer:
    """Once its keys are there."""
    while True:
        found = await wire.post("/keys/query", {"device_keys": {user: []}})
        for device, one in found["device_keys"].get(user, {}).items():
            keys = one["keys"]
            return Peer(user, device, keys[f"ed25519:{device}"], keys[f"curve25519:{device}"])
        await asyncio.sleep(AGAIN_S)


async def joined(wire: Wire, room: str, user: str) -> None:
    path = f"/rooms/{quoted(room)}/state/m.room.member/{quoted(user)}"
    while (await wire.ask("GET", path)).body.get("membership") != "join":
        await asyncio.sleep(AGAIN_S)
