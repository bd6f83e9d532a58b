"""Emoji verification (SAS) as the specification has it, one side of it, with vodozemac: what Element does.

In a room, as between two people, or from device to device. nio's own differs from the
specification (`test_ground_emoji.py`), so it can prove itself to nobody but nio; here it is kept out.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import vodozemac
from nio.crypto import Sas
from nio.event_builders import ToDeviceMessage

from tests.matrix.person import Person, fine
from tests.matrix.signing import canonical
from tests.matrix.wire import Json

METHOD, AGREEMENT, HASH = "m.sas.v1", "curve25519-hkdf-sha256", "sha256"
MAC, OLD_MAC = "hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"
KIND = "m.key.verification."
CANCELLED = "cancel"


class Cancelled(Exception):
    """The other side ended it; holds its code."""


@dataclass
class Verification:
    """One side. `room` is None from device to device."""

    person: Person
    other: str
    device: str
    transaction: str
    room: str | None
    began: bool = False
    """Whether this side sent `start`."""
    keys: dict[str, str] = field(default_factory=dict)
    """Further keys of ours that we vouch for, by their id: the master key, in Element."""
    _sas: Any = field(default_factory=vodozemac.Sas)
    _established: Any = None
    _theirs: str = ""
    _mac: str = MAC

    async def begin(self) -> None:
        """Sends `start`, and goes on until both know the emoji."""
        self.began = True
        start: Json = {"from_device": self.person.device, "method": METHOD, "hashes": [HASH]}
        start |= {
            "key_agreement_protocols": [AGREEMENT],
            "message_authentication_codes": [MAC, OLD_MAC],
        }
        start |= {"short_authentication_string": ["emoji", "decimal"]}
        sent = await self._send("start", start)
        accepted = await self._hear("accept")
        self._mac = accepted["message_authentication_code"]
        await self._send("key", {"key": self._ours()})
        self._theirs = (await self._hear("key"))["key"]
        if accepted["commitment"] != commitment(self._theirs, sent):
            await self.refuse("m.mismatched_commitment")
            raise Cancelled("m.mismatched_commitment")
        self._establish()

    async def follow(self) -> None:
        """Waits for `start`, accepts it, and goes on until both know the emoji."""
        start = await self._hear("start")
        self.device = start["from_device"]
        # nio has begun its own side of it, which would answer beside ours.
        self.person.client.olm.key_verifications.pop(self.transaction, None)
        self._mac = MAC if MAC in start["message_authentication_codes"] else OLD_MAC
        accept: Json = {"method": METHOD, "hash": HASH, "key_agreement_protocol": AGREEMENT}
        accept |= {"message_authentication_code": self._mac}
        accept |= {"short_authentication_string": ["emoji"]}
        accept |= {"commitment": commitment(self._ours(), start)}
        await self._send("accept", accept)
        self._theirs = (await self._hear("key"))["key"]
        await self._send("key", {"key": self._ours()})
        self._establish()

    def emoji(self) -> list[str]:
        """The seven that are to be compared."""
        mine = f"{self.person.id}|{self.person.device}|{self._ours()}"
        theirs = f"{self.other}|{self.device}|{self._theirs}"
        pair = f"{mine}|{theirs}" if self.began else f"{theirs}|{mine}"
        info = f"MATRIX_KEY_VERIFICATION_SAS|{pair}|{self.transaction}"
        return [Sas.emoji[number][0] for number in self._established.bytes(info).emoji_indices]

    async def confirm(self) -> list[str]:
        """They are the same. Gives the ids of the keys that the other side vouched for, all checked."""
        client = self.person.client
        own = {f"ed25519:{self.person.device}": client.olm.account.identity_keys["ed25519"]}
        info = self._info(self.person.id, self.person.device, self.other, self.device)
        vouched = {name: self._tag(key, info + name) for name, key in (own | self.keys).items()}
        ids = ",".join(sorted(vouched))
        await self._send("mac", {"mac": vouched, "keys": self._tag(ids, info + "KEY_IDS")})
        theirs = await self._hear("mac")
        info = self._info(self.other, self.device, self.person.id, self.person.device)
        ids = ",".join(sorted(theirs["mac"]))
        known = {f"ed25519:{self.device}": client.device_store[self.other][self.device].ed25519}
        right = theirs["keys"] == self._tag(ids, info + "KEY_IDS") and all(
            # A master key is named by itself.
            tag == self._tag(known.get(name, name.partition(":")[2]), info + name)
            for name, tag in theirs["mac"].items()
        )
        if not right or not known.keys() & theirs["mac"].keys():
            await self.refuse("m.key_mismatch")
            raise Cancelled("m.key_mismatch")
        await self._send("done", {})
        await self._hear("done")
        return sorted(theirs["mac"])

    async def refuse(self, code: str = "m.mismatched_sas") -> None:
        await self._send(CANCELLED, {"code": code, "reason": code})

    async def cancelled(self) -> str:
        """Waits until the other side ends it; gives its code."""
        return str((await self._hear(CANCELLED))["code"])

    def _ours(self) -> str:
        return str(self._sas.public_key.to_base64())

    def _establish(self) -> None:
        theirs = vodozemac.Curve25519PublicKey.from_base64(self._theirs)
        self._established = self._sas.diffie_hellman(theirs)

    def _info(self, *who: str) -> str:
        return "MATRIX_KEY_VERIFICATION_MAC" + "".join(who) + self.transaction

    def _tag(self, words: str, info: str) -> str:
        if self._mac == OLD_MAC:
            # The old name stands for an encoding that was wrong, which all who use it keep to.
            return str(self._established.calculate_mac_invalid_base64(words, info))
        return str(self._established.calculate_mac(words, info))

    async def _send(self, step: str, content: Json) -> Json:
        """Gives the content as it was sent: the commitment covers it."""
        if self.room is not None:
            relation = {"rel_type": "m.reference", "event_id": self.transaction}
            whole = content | {"m.relates_to": relation}
            await self.person.send(self.room, whole, KIND + step)
        else:
            whole = content | {"transaction_id": self.transaction}
            await _to_device(self.person, KIND + step, self.other, self.device, whole)
        return whole

    async def _hear(self, step: str) -> Json:
        """Waits for the other side's next step."""

        def found() -> Json | None:
            said = _said(self.person, self.room, self.other, self.transaction)
            if (end := said.get(KIND + CANCELLED)) and step != CANCELLED:
                raise Cancelled(end["code"])
            return said.get(KIND + step)

        return await self.person.until(found, f"'{step}' of a verification")


async def ask_in_room(person: Person, room: str, other: str) -> Verification:
    """As Element asks another person; returns when the other side is ready."""
    content: Json = {"msgtype": KIND + "request", "to": other, "from_device": person.device}
    content |= {"methods": [METHOD], "body": "Wants to verify keys with you."}
    transaction = await person.send(room, content)
    check = Verification(person, other, "", transaction, room)
    check.device = (await check._hear("ready"))["from_device"]
    return check


async def ask_device(person: Person, other: str, device: str, *, now: float = 0) -> Verification:
    """As Element asks another device of the same person."""
    check = Verification(person, other, device, str(uuid4()), None)
    await check._send(
        "request", {"from_device": person.device, "methods": [METHOD], "timestamp": int(now * 1000)}
    )
    await check._hear("ready")
    return check


async def be_asked(person: Person, room: str | None = None) -> Verification:
    """Waits for a request, and is ready."""

    def asked() -> Verification | None:
        if room is not None:
            for event in person.of(room):
                content = event.source["content"]
                if content.get("msgtype") == KIND + "request" and content["to"] == person.id:
                    device = content["from_device"]
                    return Verification(person, event.sender, device, event.event_id, room)
            return None
        for event in person.to_device:
            if event.source.get("type") == KIND + "request":
                content = event.source["content"]
                device, transaction = content["from_device"], content["transaction_id"]
                return Verification(person, event.sender, device, transaction, None)
        return None

    check = await person.until(asked, "a request to verify")
    await check._send("ready", {"from_device": person.device, "methods": [METHOD]})
    return check


def commitment(key: str, start: Json) -> str:
    """What `accept` binds itself to before it shows its key: unpadded base64."""
    digest = hashlib.sha256(key.encode() + canonical(start)).digest()
    return base64.b64encode(digest).decode().rstrip("=")


async def _to_device(person: Person, kind: str, other: str, device: str, content: Json) -> None:
    fine(await person.client.to_device(ToDeviceMessage(kind, other, device, content)))


def _said(person: Person, room: str | None, other: str, transaction: str) -> dict[str, Json]:
    """Each step that the other side has taken, by its type."""
    events: Sequence[Any] = person.to_device if room is None else person.of(room)
    said: dict[str, Json] = {}
    for event in events:
        content = event.source.get("content", {})
        about = (content.get("m.relates_to") or {}).get("event_id")
        if event.sender == other and transaction in (content.get("transaction_id"), about):
            said[event.source.get("type", "")] = content
    return said
