"""One verification, the accepting side of it: what follows from each step, as new state and effects.

It sends nothing, waits for nothing and knows no clock. The other side's keys are fixed when it
begins, so nothing that a homeserver says later changes what is being verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.platforms.matrix.trust.canonical import Json, from_base64, to_base64
from bot.platforms.matrix.trust.sas import (
    AGREEMENT,
    HASH,
    MAC,
    METHOD,
    Shown,
    Side,
    agree,
    commitment,
    is_proof,
    proof,
    proofs,
    public_part,
    shown,
)
from bot.platforms.matrix.trust.steps import Cancel, Code, Key, Proofs, Start, Step


class Stage(Enum):
    READY = auto()
    """Asked for, and we said that we are ready."""
    ACCEPTED = auto()
    """Bound to our key, which was not shown yet."""
    COMPARING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Send:
    step: str
    content: Json


@dataclass(frozen=True, slots=True)
class Show:
    """What is to be compared now."""

    what: Shown


@dataclass(frozen=True, slots=True)
class Ended:
    code: Code | None
    """None where both have vouched for their keys, or the other side ended it."""
    is_proven: bool = False


Effect = Send | Show | Ended


@dataclass(frozen=True, slots=True)
class Verification:
    own: Side
    own_keys: Mapping[str, str]
    """What we vouch for: names as `ed25519:DEVICE`, and keys."""
    other: Side
    their_keys: Mapping[str, str]
    """What they can vouch for, as published when this began."""
    transaction: str
    secret: bytes = field(repr=False)
    waits: bool
    """For an operator's word; otherwise the bot follows once the other side has vouched."""
    stage: Stage = Stage.READY
    start: Start | None = None
    shared: bytes = field(default=b"", repr=False)
    shown: Shown | None = None
    """From `COMPARING` on."""
    has_vouched: bool = False
    is_proven: bool = False
    """They have vouched for a key that we know, and all was right."""
    heard: tuple[Step, ...] = ()


Next = tuple[Verification, tuple[Effect, ...]]


def hear(now: Verification, step: Step | Code) -> Next:
    """Whatever comes, in whatever order. What was heard already is heard once."""
    if now.stage is Stage.OVER or (not isinstance(step, Code) and step in now.heard):
        return now, ()
    if isinstance(step, Code):
        return end(now, step)
    now = replace(now, heard=(*now.heard, step))
    match now.stage, step:
        case _, Cancel():
            return replace(now, stage=Stage.OVER), (Ended(None),)
        case Stage.READY, Start():
            return _accept(now, step)
        case Stage.ACCEPTED, Key():
            return _compare(now, step)
        case Stage.COMPARING, Proofs():
            return _believe(now, step)
        case _:
            return end(now, Code.UNEXPECTED)


def confirm(now: Verification) -> Next:
    """The operator has compared: they are the same."""
    return _vouch(now) if now.stage is Stage.COMPARING else (now, ())


def end(now: Verification, code: Code) -> Next:
    if now.stage is Stage.OVER:
        return now, ()
    cancel = Send("cancel", {"code": code.value, "reason": code.value})
    return replace(now, stage=Stage.OVER), (cancel, Ended(code))


# --- Below ------------------------------------------------------------------------------------


def _accept(now: Verification, start: Start) -> Next:
    if start.device != now.other.device:
        return end(now, Code.UNEXPECTED)
    content = {
        "method": METHOD,
        "key_agreement_protocol": AGREEMENT,
        "hash": HASH,
        "message_authentication_code": MAC,
        "short_authentication_string": list(start.shown_as),
        "commitment": commitment(public_part(now.secret), start.whole),
    }
    return replace(now, stage=Stage.ACCEPTED, start=start), (Send("accept", content),)


def _compare(now: Verification, step: Key) -> Next:
    try:
        theirs = to_base64(from_base64(step.key))
        shared = agree(now.secret, theirs)
    except ValueError:
        return end(now, Code.INVALID)
    ours = public_part(now.secret)
    seen = shown(shared, (now.other, theirs), (now.own, ours), now.transaction)
    later = replace(now, stage=Stage.COMPARING, shared=shared, shown=seen)
    return later, (Send("key", {"key": ours}), Show(seen))


def _believe(now: Verification, step: Proofs) -> Next:
    """Keys that we do not know prove nothing and harm nothing; one that we know has to be there."""

    def right(words: str, name: str) -> str:
        there, here = now.other, now.own
        return proof(now.shared, words, name, by=there, to=here, transaction=now.transaction)

    names = ",".join(sorted(step.of_keys))
    known = {name: tag for name, tag in step.of_keys.items() if name in now.their_keys}
    fits = all(is_proof(tag, right(now.their_keys[name], name)) for name, tag in known.items())
    if not known or not fits or not is_proof(step.of_names, right(names, "KEY_IDS")):
        return end(now, Code.KEY_MISMATCH)
    now = replace(now, is_proven=True)
    return _vouch(now) if now.has_vouched or not now.waits else (now, ())


def _vouch(now: Verification) -> Next:
    """For our own keys and nothing else; once. Both having done so, it is over."""
    effects: tuple[Effect, ...] = ()
    if not now.has_vouched:
        of_keys, of_names = proofs(
            now.shared, dict(now.own_keys), now.own, now.other, now.transaction
        )
        effects = (Send("mac", {"mac": of_keys, "keys": of_names}),)
        now = replace(now, has_vouched=True)
    if now.is_proven:
        effects += (Send("done", {}), Ended(None, is_proven=True))
        now = replace(now, stage=Stage.OVER)
    return now, effects
