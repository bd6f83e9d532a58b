"""Cross-signing by hand over the client-server API: what Element does for a person, and looks for.

Keys are made with `cryptography`; signatures are looked at with vodozemac, so neither checks itself.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

import vodozemac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.matrix.person import Person
from tests.matrix.wire import Json, Wire

ROLES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class CrossSigning:
    """The three private keys of one account."""

    master: Ed25519PrivateKey
    self_signing: Ed25519PrivateKey
    user_signing: Ed25519PrivateKey


async def cross_sign(person: Person, wire: Wire) -> CrossSigning:
    """Makes the account's keys, uploads them, signs the device that this person holds."""
    keys = CrossSigning(*(Ed25519PrivateKey.generate() for _ in ROLES))
    upload: Json = {}
    for role in ROLES:
        public = public_part(getattr(keys, role))
        upload[f"{role}_key"] = {
            "user_id": person.id,
            "usage": [role],
            "keys": {f"ed25519:{public}": public},
        }
    for role in ROLES[1:]:
        sign(upload[f"{role}_key"], person.id, public_part(keys.master), keys.master)
    # Asked for again only when keys are replaced: the first upload needs no password.
    await wire.post("/keys/device_signing/upload", upload)
    device = (await _query(wire, person.id))["device_keys"][person.id][person.device]
    sign(device, person.id, public_part(keys.self_signing), keys.self_signing)
    answer = await wire.post("/keys/signatures/upload", {person.id: {person.device: device}})
    assert not answer.get("failures"), answer
    return keys


async def is_cross_signed(user: str, device: str, wire: Wire) -> bool:
    """Whether a client would show the device as its owner's: device < self-signing < master."""
    found = await _query(wire, user)
    master = found.get("master_keys", {}).get(user)
    middle = found.get("self_signing_keys", {}).get(user)
    if not master or not middle:
        return False
    return is_signed(middle, user, _key_of(master)) and is_signed(
        found["device_keys"][user][device], user, _key_of(middle)
    )


def public_part(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")


def sign(thing: Json, user: str, name: str, key: Ed25519PrivateKey) -> None:
    signature = base64.b64encode(key.sign(canonical(thing))).decode().rstrip("=")
    thing.setdefault("signatures", {}).setdefault(user, {})[f"ed25519:{name}"] = signature


def is_signed(thing: Json, user: str, public: str) -> bool:
    signature = thing.get("signatures", {}).get(user, {}).get(f"ed25519:{public}")
    if signature is None:
        return False
    try:
        vodozemac.Ed25519PublicKey.from_base64(public).verify_signature(
            canonical(thing), vodozemac.Ed25519Signature.from_base64(signature)
        )
    except vodozemac.SignatureException:
        return False
    return True


def canonical(thing: Any) -> bytes:
    """Canonical JSON without what a signature does not cover."""
    if isinstance(thing, dict):
        thing = {k: v for k, v in thing.items() if k not in ("signatures", "unsigned")}
    return json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key_of(owner: Json) -> str:
    return str(next(iter(owner["keys"].values())))


async def _query(wire: Wire, user: str) -> Json:
    return await wire.post("/keys/query", {"device_keys": {user: []}})
