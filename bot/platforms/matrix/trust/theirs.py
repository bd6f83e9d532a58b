"""What a homeserver says of a user's keys, read with distrust: only what proves itself is there.

It knows the form of `/keys/query` and nothing of who asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.matrix.trust.canonical import Json, is_signed
from bot.platforms.matrix.trust.keys import ROLES, key_of
from bot.platforms.matrix.trust.ports import Answer

MOST_DEVICES = 1_000


@dataclass(frozen=True, slots=True)
class Published:
    """Of one user. Objects as they were published, each of which bears the user's name."""

    devices: Mapping[str, Json] = field(default_factory=dict)
    """By id; each signed by itself."""
    master: Json | None = None
    self_signing: Json | None = None
    user_signing: Json | None = None
    """Shown to nobody but its owner."""

    @property
    def master_key(self) -> str:
        return key_of(self.master) if self.master else ""


def question(user: str) -> Json:
    """The body of `/keys/query`."""
    return {"device_keys": {user: []}}


def read_published(answer: Answer, user: str) -> Published | None:
    """None where the homeserver did not answer the question."""
    if answer.status != 200 or not isinstance(answer.body.get("device_keys"), dict):
        return None
    listed = answer.body["device_keys"].get(user)
    devices = list(listed.items())[:MOST_DEVICES] if isinstance(listed, dict) else []
    keys = {role: _of_user(answer.body.get(f"{role}_keys"), user) for role in ROLES}
    return Published({name: one for name, one in devices if _is_device(one, user, name)}, **keys)


def device_key(device: Mapping[str, Any], name: str, algorithm: str = "ed25519") -> str:
    keys = device.get("keys")
    key = keys.get(f"{algorithm}:{name}") if isinstance(keys, dict) else None
    return key if isinstance(key, str) else ""


def _is_device(device: object, user: str, name: str) -> bool:
    return (
        isinstance(device, dict)
        and device.get("user_id") == user
        and device.get("device_id") == name
        and is_signed(device, user, name, device_key(device, name))
    )


def _of_user(found: object, user: str) -> Json | None:
    thing = found.get(user) if isinstance(found, dict) else None
    fits = isinstance(thing, dict) and thing.get("user_id") == user and bool(key_of(thing))
    return thing if fits else None
