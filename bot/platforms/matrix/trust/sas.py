"""What two sides compute who compare pictures (SAS): a shared secret, the pictures and numbers, and
the proofs of keys. The specification's "Short Authentication String", the accepting side of it.

It knows no messages and no states; secrets come in and values go out.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.platforms.matrix.trust.canonical import Json, canonical, from_base64, to_base64
from bot.platforms.matrix.trust.pictures import PICTURES

METHOD = "m.sas.v1"
AGREEMENT = "curve25519-hkdf-sha256"
HASH = "sha256"
MAC = "hkdf-hmac-sha256.v2"
SHOWN_AS = ("decimal", "emoji")


@dataclass(frozen=True, slots=True)
class Side:
    user: str
    device: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What is compared: seven pictures with their names, or three numbers."""

    pictures: tuple[tuple[str, str], ...]
    numbers: tuple[int, int, int]


def make_secret() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def public_part(secret: bytes) -> str:
    return to_base64(X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def agree(secret: bytes, theirs: str) -> bytes:
    """A ValueError for what is no key, or one that would give a secret that anybody knows."""
    public = X25519PublicKey.from_public_bytes(from_base64(theirs))
    return X25519PrivateKey.from_private_bytes(secret).exchange(public)


def commitment(public: str, start: Json) -> str:
    """What binds us to our key before we have seen theirs; `start` as it was sent to us."""
    return to_base64(hashlib.sha256(public.encode() + canonical(start)).digest())


def shown(
    shared: bytes, began: tuple[Side, str], accepted: tuple[Side, str], transaction: str
) -> Shown:
    """For both sides with the public key that each has shown."""
    sides = "|".join(f"{side.user}|{side.device}|{key}" for side, key in (began, accepted))
    info = f"MATRIX_KEY_VERIFICATION_SAS|{sides}|{transaction}"
    raw = _derive(shared, info, 6)
    return Shown(tuple(PICTURES[number] for number in picture_numbers(raw)), decimals(raw[:5]))


def picture_numbers(raw: bytes) -> tuple[int, ...]:
    """Of six bytes the first 42 bits, six at a time."""
    bits = int.from_bytes(raw, "big") >> 6
    return tuple(bits >> shift & 0x3F for shift in range(36, -1, -6))


def decimals(raw: bytes) -> tuple[int, int, int]:
    """Of five bytes the first 39 bits, thirteen at a time."""
    bits = int.from_bytes(raw, "big") >> 1
    first, second, third = (bits >> shift & 0x1FFF for shift in (26, 13, 0))
    return first + 1000, second + 1000, third + 1000


def proofs(
    shared: bytes, keys: dict[str, str], by: Side, to: Side, transaction: str
) -> tuple[dict[str, str], str]:
    """Of each key by its name, and of the list of names."""
    of_keys = {
        name: proof(shared, key, name, by=by, to=to, transaction=transaction)
        for name, key in keys.items()
    }
    names = ",".join(sorted(keys))
    return of_keys, proof(shared, names, "KEY_IDS", by=by, to=to, transaction=transaction)


def proof(shared: bytes, words: str, name: str, *, by: Side, to: Side, transaction: str) -> str:
    who = f"{by.user}{by.device}{to.user}{to.device}{transaction}"
    key = _derive(shared, f"MATRIX_KEY_VERIFICATION_MAC{who}{name}", 32)
    return to_base64(hmac.digest(key, words.encode(), "sha256"))


def is_proof(given: str, right: str) -> bool:
    return hmac.compare_digest(given.rstrip("=").encode(), right.encode())


def _derive(shared: bytes, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info.encode()).derive(shared)
