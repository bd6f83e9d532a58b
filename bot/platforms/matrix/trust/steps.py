"""What the other side of a verification sends, read with distrust: a value with checked fields, or
what is wrong with it. It knows no state: whether a step comes in time is decided elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from bot.platforms.matrix.trust.canonical import Json, NotCanonical, canonical
from bot.platforms.matrix.trust.sas import AGREEMENT, HASH, MAC, METHOD, SHOWN_AS

KIND = "m.key.verification."
REQUEST = KIND + "request"
OFFERED = (
    "key_agreement_protocols",
    "hashes",
    "message_authentication_codes",
    "short_authentication_string",
)
"""In a start, the lists of what the other side can do."""
_LONGEST = 255
"""Of an id; the specification's own bound for users, rooms and events."""
_MOST = 50


class Code(StrEnum):
    """Why a verification ends without success."""

    TIMEOUT = "m.timeout"
    UNKNOWN_METHOD = "m.unknown_method"
    UNEXPECTED = "m.unexpected_message"
    KEY_MISMATCH = "m.key_mismatch"
    INVALID = "m.invalid_message"
    MISMATCHED_SAS = "m.mismatched_sas"


@dataclass(frozen=True, slots=True)
class Start:
    device: str
    shown_as: tuple[str, ...]
    whole: Json
    """As it was sent: the commitment covers all of it."""


@dataclass(frozen=True, slots=True)
class Key:
    key: str


@dataclass(frozen=True, slots=True)
class Proofs:
    of_keys: Mapping[str, str]
    of_names: str


@dataclass(frozen=True, slots=True)
class Done:
    pass


@dataclass(frozen=True, slots=True)
class Cancel:
    pass


Step = Start | Key | Proofs | Done | Cancel


@dataclass(frozen=True, slots=True)
class Event:
    """What every message of a verification has."""

    step: str
    """What follows `m.key.verification.`"""
    sender: str
    transaction: str
    room: str
    """Empty from device to device."""
    content: Json
    sent_at: float | None
    """In seconds, as the sender or their homeserver says."""


def read_event(source: Mapping[str, Any], room: str) -> Event | None:
    """None for what is no part of a verification, or cannot be told to be part of one."""
    kind, sender, content = source.get("type"), source.get("sender"), source.get("content")
    if not isinstance(content, dict) or not isinstance(kind, str) or not is_id(sender):
        return None
    transaction: object = content.get("transaction_id")
    sent: object = content.get("timestamp")
    if room and kind == "m.room.message" and content.get("msgtype") == REQUEST:
        kind, transaction, sent = REQUEST, source.get("event_id"), source.get("origin_server_ts")
    elif not kind.startswith(KIND) or (room and kind == REQUEST):
        return None
    elif room:
        relation = content.get("m.relates_to")
        transaction = relation.get("event_id") if isinstance(relation, dict) else None
    if not is_id(transaction):
        return None
    sent_at = sent / 1000 if type(sent) is int and 0 <= sent < 2**53 else None
    return Event(kind.removeprefix(KIND), sender, transaction, room, content, sent_at)


def read_step(event: Event) -> Step | Code | None:
    """None for what is not for us to answer, as a step of another method."""
    content = event.content
    match event.step:
        case "start":
            return _start(content)
        case "key":
            key = content.get("key")
            return Key(key) if is_id(key) else Code.INVALID
        case "mac":
            return _proofs(content)
        case "done":
            return Done()
        case "cancel":
            return Cancel()
        case _:
            return None


def asking_device(event: Event) -> str:
    """Of a beginning that we can follow; empty otherwise."""
    device, methods = event.content.get("from_device"), event.content.get("methods")
    if event.step == "start":
        methods = [event.content.get("method")]
    fits = isinstance(methods, list) and METHOD in methods
    return device if is_id(device) and fits else ""


def is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()


def _start(content: Json) -> Start | Code:
    if content.get("method") != METHOD:
        return Code.UNKNOWN_METHOD
    device = content.get("from_device")
    agreements, hashes, macs, ways = (_words(content.get(name)) for name in OFFERED)
    shown_as = tuple(way for way in SHOWN_AS if way in ways)
    if not shown_as or AGREEMENT not in agreements or HASH not in hashes or MAC not in macs:
        return Code.UNKNOWN_METHOD
    try:
        canonical(content)
    except NotCanonical:
        return Code.INVALID
    return Start(device, shown_as, content) if is_id(device) else Code.INVALID


def _words(value: object) -> list[Any]:
    """What somebody offers; what is no list offers nothing."""
    return value if isinstance(value, list) and len(value) <= _MOST else []


def _proofs(content: Json) -> Proofs | Code:
    of_keys, of_names = content.get("mac"), content.get("keys")
    if not isinstance(of_keys, dict) or not 0 < len(of_keys) <= _MOST or not is_id(of_names):
        return Code.INVALID
    fits = all(is_id(name) and is_id(tag) for name, tag in of_keys.items())
    return Proofs(of_keys, of_names) if fits else Code.INVALID
