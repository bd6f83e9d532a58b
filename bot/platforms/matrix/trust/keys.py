"""The three cross-signing keys of the bot's account: made once, sealed, and what each of them signs.

It knows no homeserver and keeps nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.platforms.matrix.trust.canonical import Json, add_signature, from_base64, to_base64

Role = Literal["master", "self_signing", "user_signing"]
ROLES: tuple[Role, ...] = get_args(Role)


class Damaged(Exception):
    """What was sealed is not what comes back."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    user: str
    master: str = field(repr=False)
    self_signing: str = field(repr=False)
    user_signing: str = field(repr=False)
    """Secrets, in base64."""


def make_keys(user: str) -> SigningKeys:
    return SigningKeys(user, *(_make_secret() for _ in ROLES))


def seal(keys: SigningKeys) -> bytes:
    return json.dumps(asdict(keys)).encode()


def unseal(kept: bytes) -> SigningKeys:
    try:
        found = json.loads(kept)
        keys = SigningKeys(**found)
        for role in ROLES:
            _private(keys, role)
    except (ValueError, TypeError, AttributeError):
        # Without its cause, which could quote a secret.
        raise Damaged("the cross-signing keys in the house cannot be read") from None
    return keys


def public_key(keys: SigningKeys, role: Role) -> str:
    return to_base64(_private(keys, role).public_key().public_bytes_raw())


def sign_with(keys: SigningKeys, role: Role, thing: Json) -> Json:
    """A copy of it with the signature of this key."""
    private, name = _private(keys, role), public_key(keys, role)
    return add_signature(thing, keys.user, name, lambda words: to_base64(private.sign(words)))


def public_objects(keys: SigningKeys) -> Json:
    """What `/keys/device_signing/upload` takes."""
    plain = {role: _public_object(keys, role) for role in ROLES}
    signed = {role: sign_with(keys, "master", plain[role]) for role in ROLES[1:]}
    return {f"{role}_key": thing for role, thing in (plain | signed).items()}


def key_of(thing: Mapping[str, Any]) -> str:
    """The one key in a public object; empty where it is not named by itself, as it has to be."""
    keys = thing.get("keys")
    if not isinstance(keys, dict) or len(keys) != 1:
        return ""
    [(name, key)] = keys.items()
    return key if isinstance(key, str) and name == f"ed25519:{key}" else ""


def _public_object(keys: SigningKeys, role: Role) -> Json:
    key = public_key(keys, role)
    return {"user_id": keys.user, "usage": [role], "keys": {f"ed25519:{key}": key}}


def _private(keys: SigningKeys, role: Role) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(from_base64(getattr(keys, role)))


def _make_secret() -> str:
    return to_base64(Ed25519PrivateKey.generate().private_bytes_raw())
