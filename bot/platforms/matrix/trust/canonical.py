"""Canonical JSON and signatures over it, as the specification's appendices have them.

It knows bytes and keys, and nothing of what is signed.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]
Sign = Callable[[bytes], str]
"""A signature in unpadded base64."""

_LARGEST = 2**53 - 1
_DEEPEST = 50
_UNSIGNED = ("signatures", "unsigned")


class NotCanonical(ValueError):
    """There is no one way to write it, so it can be neither signed nor hashed."""


def canonical(value: object) -> bytes:
    """The shortest UTF-8, keys in the order of their code points."""
    try:
        return json.dumps(
            _checked(value, 0), ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ).encode()
    except UnicodeEncodeError:
        raise NotCanonical("half of a character") from None


def add_signature(thing: Json, user: str, key: str, sign: Sign) -> Json:
    """A copy with one signature more; `key` is what follows `ed25519:` in its name."""
    signatures = {who: dict(what) for who, what in thing.get("signatures", {}).items()}
    signatures.setdefault(user, {})[f"ed25519:{key}"] = sign(canonical(_signed_part(thing)))
    return {**thing, "signatures": signatures}


def is_signed(thing: Mapping[str, Any], user: str, key: str, public: str) -> bool:
    """Whatever stands there: what is no signature is none."""
    signatures = thing.get("signatures")
    of_user = signatures.get(user) if isinstance(signatures, dict) else None
    signature = of_user.get(f"ed25519:{key}") if isinstance(of_user, dict) else None
    if not isinstance(signature, str):
        return False
    try:
        whose = Ed25519PublicKey.from_public_bytes(from_base64(public))
        whose.verify(from_base64(signature), canonical(_signed_part(thing)))
    except (ValueError, InvalidSignature):
        return False
    return True


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Unpadded, as Matrix writes it, or padded. A ValueError for anything else."""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _signed_part(thing: Mapping[str, Any]) -> Json:
    return {name: value for name, value in thing.items() if name not in _UNSIGNED}


def _checked(value: object, depth: int) -> object:
    if depth > _DEEPEST:
        raise NotCanonical("too deep")
    match value:
        case None | bool() | str():
            return value
        case int() if -_LARGEST <= value <= _LARGEST:
            return value
        # `1e10` is read as a float and is a whole number all the same.
        case float() if value.is_integer() and abs(value) <= _LARGEST:
            return int(value)
        case list():
            return [_checked(one, depth + 1) for one in value]
        case dict() if all(isinstance(name, str) for name in value):
            return {name: _checked(one, depth + 1) for name, one in value.items()}
        case _:
            raise NotCanonical(f"no place for a {type(value).__name__}")
