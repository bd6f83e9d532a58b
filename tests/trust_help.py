"""For the tests of trust on Matrix: a homeserver on paper that keeps keys as Synapse does, a room on
paper, a drawer for secrets, and the other side of a verification, made with vodozemac."""

import base64
import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import vodozemac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.platforms.base import PlatformError
from bot.platforms.matrix.trust import Trust
from bot.platforms.matrix.trust.ports import Answer, OwnDevice
from bot.platforms.matrix.trust.verifications import Comparing
from bot.text import Text
from tests.fakes import Drawer
from tests.matrix.signing import CrossSigning, canonical, public_part, sign

Json = dict[str, Any]
BOT, ADA = "@parlour:example.org", "@ada:example.org"
KIND = "m.key.verification."
NOW = 1_700_000_000.0


@dataclass
class PaperHomeserver:
    """Keeps what is published and merges signatures; what it refuses is set by a test."""

    devices: dict[str, dict[str, Json]] = field(default_factory=dict)
    signing: dict[str, Json] = field(default_factory=dict)
    """`master_keys` and so on, each by user."""
    password: str = ""
    """Asked for where it is set."""
    flows: list[list[str]] = field(default_factory=lambda: [["m.login.password"]])
    refuses: dict[str, Answer] = field(default_factory=dict)
    """By path."""
    is_away: bool = False
    asked: list[tuple[str, Json]] = field(default_factory=list)
    to_devices: list[tuple[str, Json]] = field(default_factory=list)
    """Type and content of what was sent from device to device."""

    async def ask(self, method: str, path: str, body: Json) -> Answer:
        self.asked.append((path, body))
        if self.is_away:
            raise PlatformError("nobody answers")
        if path in self.refuses:
            return self.refuses[path]
        match path.split("/")[1:]:
            case ["keys", "query"]:
                users = body["device_keys"]
                there = {user: self.devices.get(user, {}) for user in users}
                return Answer(200, {"device_keys": there, **self.signing})
            case ["keys", "device_signing", "upload"]:
                return self._publish(body)
            case ["keys", "signatures", "upload"]:
                return self._merge(body)
            case ["sendToDevice", kind, _]:
                for devices in body["messages"].values():
                    self.to_devices += [(kind, content) for content in devices.values()]
                return Answer(200, {})
            case _:
                raise AssertionError(f"nobody should ask {method} {path}")

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _publish(self, body: Json) -> Answer:
        proof = body.get("auth", {})
        if self.password and proof.get("password") != self.password:
            flows = [{"stages": stages} for stages in self.flows]
            return Answer(401, {"session": "s", "flows": flows, "params": {}})
        for name, thing in body.items():
            if name != "auth":
                self.signing.setdefault(f"{name}s", {})[thing["user_id"]] = thing
        return Answer(200, {})

    def _merge(self, body: Json) -> Answer:
        for user, things in body.items():
            for name, thing in things.items():
                master = self.signing.get("master_keys", {}).get(user, {})
                is_master = f"ed25519:{name}" in master.get("keys", {})
                there = master if is_master else self.devices[user][name]
                for who, what in thing["signatures"].items():
                    there.setdefault("signatures", {}).setdefault(who, {}).update(what)
        return Answer(200, {"failures": {}})


@dataclass
class PaperRooms:
    sent: list[tuple[str, Json]] = field(default_factory=list)
    said: list[tuple[str, Text]] = field(default_factory=list)
    is_away: bool = False

    async def send(self, room: str, kind: str, content: Json) -> None:
        if self.is_away:
            raise PlatformError("nobody answers")
        self.sent.append((kind, content))

    async def say(self, room: str, text: Text) -> None:
        if self.is_away:
            raise PlatformError("nobody answers")
        self.said.append((room, text))


def make_device(
    homeserver: PaperHomeserver, user: str, device: str
) -> tuple[OwnDevice, Ed25519PrivateKey]:
    """A device whose keys are published, signed by itself."""
    account = vodozemac.Account()
    private = Ed25519PrivateKey.generate()
    public, middle = public_part(private), str(account.curve25519_key.to_base64())
    keys = {f"ed25519:{device}": public, f"curve25519:{device}": middle}
    thing: Json = {"user_id": user, "device_id": device, "algorithms": ["m.olm"], "keys": keys}
    sign(thing, user, device, private)
    homeserver.devices.setdefault(user, {})[device] = thing

    def signed(words: str) -> str:
        return str(
            vodozemac.Ed25519Signature.from_base64(
                _base64(private.sign(words.encode()))
            ).to_base64()
        )

    return OwnDevice(user, device, public, middle, signed), private


def publish_master(homeserver: PaperHomeserver, user: str) -> CrossSigning:
    """Somebody else's keys for an account."""
    keys = CrossSigning(*(Ed25519PrivateKey.generate() for _ in range(3)))
    for role in ("master", "self_signing", "user_signing"):
        public = public_part(getattr(keys, role))
        thing: Json = {
            "user_id": user,
            "usage": [role],
            "keys": {f"ed25519:{public}": public},
        }
        sign(thing, user, public_part(keys.master), keys.master)
        homeserver.signing.setdefault(f"{role}_keys", {})[user] = thing
    return keys


@dataclass
class Bench:
    """A bot's trust with everything around it on paper, and a clock that a test moves."""

    homeserver: PaperHomeserver = field(default_factory=PaperHomeserver)
    rooms: PaperRooms = field(default_factory=PaperRooms)
    drawer: Drawer = field(default_factory=Drawer)
    now: float = NOW
    shown: list[Comparing] = field(default_factory=list)
    told: list[tuple[str, Text]] = field(default_factory=list)
    cannot_tell: bool = False
    device: str = "BOTDEVICE"
    own: OwnDevice = field(init=False)

    def __post_init__(self) -> None:
        self.own, _ = make_device(self.homeserver, BOT, self.device)

    def trust(self, *, operator_confirms: bool = False) -> Trust:
        """As after a start: what was kept is all that it knows."""
        return Trust(
            self.own,
            self.homeserver,
            self.rooms,
            self.drawer,
            tell=self._tell,
            clock=lambda: self.now,
            show=self.shown.append,
            operator_confirms=operator_confirms,
        )

    def has(self, user: str, device: str) -> None:
        """A device of theirs with new keys, as a homeserver shows it."""
        make_device(self.homeserver, user, device)

    async def _tell(self, user: str, text: Text) -> None:
        if self.cannot_tell:
            raise PlatformError("nobody answers")
        self.told.append((user, text))


class Other:
    """The side of who asks, in a room or (without one) between devices, with vodozemac."""

    _numbers = itertools.count(1)

    def __init__(
        self, bench: Bench, user: str = ADA, device: str = "ADASDEVICE", room: str = "!r"
    ) -> None:
        self.bench, self.user, self.device, self.room = bench, user, device, room
        self.transaction = f"$event-{next(self._numbers)}"
        there = bench.homeserver.devices.get(user, {}).get(device)
        if there is None:
            make_device(bench.homeserver, user, device)
            there = bench.homeserver.devices[user][device]
        self.keys = {f"ed25519:{device}": there["keys"][f"ed25519:{device}"]}
        self.sas = vodozemac.Sas()
        self.established: Any = None
        self.last_start: Json = {}

    # What it sends

    def event(self, step: str, content: Mapping[str, Any]) -> Json:
        whole = dict(content)
        if self.room:
            whole["m.relates_to"] = {"rel_type": "m.reference", "event_id": self.transaction}
        else:
            whole["transaction_id"] = self.transaction
        return {"type": KIND + step, "sender": self.user, "content": whole}

    def request(self, **more: Any) -> Json:
        content = {"from_device": self.device, "methods": ["m.qr_code.scan.v1", "m.sas.v1"]}
        sent = int(self.bench.now * 1000)
        if not self.room:
            return self.event("request", {**content, "timestamp": sent, **more})
        content |= {"msgtype": KIND + "request", "to": BOT, "body": "Please.", **more}
        return {
            "type": "m.room.message",
            "sender": self.user,
            "event_id": self.transaction,
            "origin_server_ts": sent,
            "content": content,
        }

    def start(self, **more: Any) -> Json:
        content = {
            "from_device": self.device,
            "method": "m.sas.v1",
            "hashes": ["sha256"],
            "key_agreement_protocols": ["curve25519-hkdf-sha256", "curve25519"],
            "message_authentication_codes": ["hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"],
            "short_authentication_string": ["decimal", "emoji", "smell"],
        }
        event = self.event("start", {**content, **more})
        self.last_start = event["content"]
        return event

    def key(self) -> Json:
        return self.event("key", {"key": self.sas.public_key.to_base64()})

    def mac(self, **more: Any) -> Json:
        info = f"MATRIX_KEY_VERIFICATION_MAC{self.user}{self.device}{BOT}{self.bench.device}"
        info += self.transaction
        tags = {name: self._tag(key, info + name) for name, key in self.keys.items()}
        names = self._tag(",".join(sorted(self.keys)), info + "KEY_IDS")
        return self.event("mac", {"mac": tags, "keys": names, **more})

    # What it reads

    def establish(self) -> Any:
        """With the bot's key, once it was shown; gives what this side shows."""
        ours, bots = self.sas.public_key.to_base64(), self.heard("key")["key"]
        accept = self.heard("accept")
        right = hashlib.sha256(bots.encode() + canonical_whole(self.last_start)).digest()
        assert accept["commitment"] == _base64(right)
        self.established = self.sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(bots))
        sides = f"{self.user}|{self.device}|{ours}|{BOT}|{self.bench.device}|{bots}"
        return self.established.bytes(f"MATRIX_KEY_VERIFICATION_SAS|{sides}|{self.transaction}")

    def is_convinced(self, keys: Mapping[str, str]) -> bool:
        """Whether the bot has vouched for these keys and for nothing else."""
        heard = self.heard("mac")
        info = f"MATRIX_KEY_VERIFICATION_MAC{BOT}{self.bench.device}{self.user}{self.device}"
        info += self.transaction
        tags = {name: self._tag(key, info + name) for name, key in keys.items()}
        names = self._tag(",".join(sorted(keys)), info + "KEY_IDS")
        return bool(heard["mac"] == tags and heard["keys"] == names)

    def steps(self) -> list[str]:
        """What the bot has sent in this verification, in order."""
        return [kind.removeprefix(KIND) for kind, content in self._sent() if self._is_ours(content)]

    def heard(self, step: str) -> Json:
        return next(c for k, c in self._sent() if k == KIND + step and self._is_ours(c))

    @property
    def code(self) -> str:
        """Why the bot ended it; empty where it did not."""
        ends = [c for k, c in self._sent() if k == KIND + "cancel" and self._is_ours(c)]
        return str(ends[-1]["code"]) if ends else ""

    def _sent(self) -> list[tuple[str, Json]]:
        return self.bench.rooms.sent if self.room else self.bench.homeserver.to_devices

    def _is_ours(self, content: Json) -> bool:
        about = content.get("m.relates_to", {}).get("event_id")
        return self.transaction in (about, content.get("transaction_id"))

    def _tag(self, words: str, info: str) -> str:
        return str(self.established.calculate_mac(words, info))


async def to_pictures(trust: Trust, other: Other) -> Any:
    """From the request until both sides show something; gives what the other side shows."""
    for event in (other.request, other.start, other.key):
        await trust.take(event(), other.room)
    return other.establish()


def canonical_whole(content: Json) -> bytes:
    assert not {"signatures", "unsigned"} & content.keys()
    return canonical(content)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
