"""Cross-signing for the bot's own account, so that clients show its device as its owner's.

Keys are made once and kept sealed; on the homeserver nothing is replaced that is not ours, unless
the operator asks for it. It knows no chats and no people.
"""

from dataclasses import dataclass
from enum import Enum

from bot.platforms.base import Locker, PlatformError
from bot.platforms.matrix.trust.canonical import Json, add_signature, is_signed
from bot.platforms.matrix.trust.keys import (
    Damaged,
    SigningKeys,
    key_of,
    make_keys,
    public_key,
    public_objects,
    seal,
    sign_with,
    unseal,
)
from bot.platforms.matrix.trust.ports import Answer, Homeserver, OwnDevice
from bot.platforms.matrix.trust.theirs import Published, device_key, question, read_published
from bot.platforms.matrix.trust.upload import publish

KEPT_AS = "cross-signing"
STANDING = "standing"
"""How the account stood when it was looked at last, by its name."""


class Standing(Enum):
    """How the account stands; each sentence is the operator's, with the mend where one is needed."""

    NOT_LOOKED = "matrix: cross-signing was not looked at yet"
    OURS = "matrix: the bot's device is signed by its account"
    SILENT = (
        "matrix: the homeserver did not answer about this account's keys, so its device may be "
        "unverified; it is asked again in ten minutes"
    )
    NOT_OURS = (
        "matrix: this account has cross-signing keys that are not the bot's, so its device stays "
        "unverified: if nobody else uses the account, matrix.replace_keys has the bot replace them, "
        "with the account's password"
    )
    OTHER_DEVICE = (
        "matrix: the homeserver knows this device by other keys than the bot holds, as after a "
        "lost store: `parlour login matrix` (the bot stopped) makes a new device"
    )
    NO_DEVICE = (
        "matrix: the homeserver does not know this device's keys yet; it is asked again in ten "
        "minutes"
    )
    NEEDS_LOGIN = (
        "matrix: the homeserver takes cross-signing keys with the account's password only: name "
        "its file in matrix.password_file for one start"
    )
    NEEDS_CONSENT = (
        "matrix: the homeserver takes cross-signing keys only after their owner has allowed it on "
        "the account's page in a browser: allow it there, then start the bot again"
    )
    WRONG_LOGIN = (
        "matrix: the homeserver does not take the password of matrix.password_file for "
        "cross-signing keys: mend it"
    )
    REFUSED = "matrix: the homeserver refused cross-signing, so the bot's device stays unverified"


async def last_standing(locker: Locker) -> Standing:
    """As it was at the last look; the homeserver is not asked."""
    kept = await locker.fetch(STANDING)
    found = {one.name: one for one in Standing}
    return found.get((kept or b"").decode(errors="replace"), Standing.NOT_LOOKED)


@dataclass(frozen=True, slots=True)
class Identity:
    standing: Standing = Standing.NOT_LOOKED
    keys: SigningKeys | None = None
    """Where they are in force."""


async def establish(
    device: OwnDevice,
    homeserver: Homeserver,
    locker: Locker,
    *,
    password: str | None = None,
    anew: bool = False,
) -> Identity:
    """May be done again and again: what is in place stays as it is. `anew` replaces keys that are
    not ours. Raises what the locker raises."""
    kept = await _kept(locker, device.user)
    try:
        found = await _published(device, homeserver)
        if found is None:
            return Identity(Standing.SILENT)
        if (trouble := _trouble(device, found)) is not None:
            return Identity(trouble)
        ours = kept is not None and _is_published(kept, found)
        if not ours and found.master is not None and not anew:
            # Somebody reset them, or used the account before: theirs to say what is to be.
            return Identity(Standing.NOT_OURS)
        if kept is None or (anew and not ours):
            kept = make_keys(device.user)
            # Before they are published: keys that nobody holds would be in force for ever.
            await locker.keep(KEPT_AS, seal(kept))
        if not ours:
            refused = await publish(public_objects(kept), device.user, homeserver, password)
            if refused is not None:
                return Identity(Standing[refused])
        signed = await _sign(device, kept, found, homeserver)
        return Identity(Standing.OURS, kept) if signed else Identity(Standing.REFUSED, kept)
    except PlatformError:
        return Identity(Standing.SILENT)


async def sign_own_device(device: Json, keys: SigningKeys, homeserver: Homeserver) -> bool:
    """Another device of the bot's account, by the operator's word."""
    signed = sign_with(keys, "self_signing", _bare(device))
    return await _upload(keys.user, {str(device["device_id"]): signed}, homeserver)


# --- Below ------------------------------------------------------------------------------------


async def _kept(locker: Locker, user: str) -> SigningKeys | None:
    """Another account's are none, and neither are damaged ones: with keys of ours on the
    homeserver, those will be found not to be ours, and the operator hears of it."""
    sealed = await locker.fetch(KEPT_AS)
    try:
        keys = unseal(sealed) if sealed else None
    except Damaged:
        return None
    return keys if keys is not None and keys.user == user else None


async def _published(device: OwnDevice, homeserver: Homeserver) -> Published | None:
    answer = await homeserver.ask("POST", "/keys/query", question(device.user))
    return read_published(answer, device.user)


def _trouble(device: OwnDevice, found: Published) -> Standing | None:
    own = found.devices.get(device.device)
    if own is None:
        return Standing.NO_DEVICE
    there = (device_key(own, device.device), device_key(own, device.device, "curve25519"))
    return None if there == (device.ed25519, device.curve25519) else Standing.OTHER_DEVICE


def _is_published(keys: SigningKeys, found: Published) -> bool:
    master, middle = found.master_key, found.self_signing and key_of(found.self_signing)
    return (master, middle) == (public_key(keys, "master"), public_key(keys, "self_signing"))


async def _sign(
    device: OwnDevice, keys: SigningKeys, found: Published, homeserver: Homeserver
) -> bool:
    """The device by the account, and the account's master key by the device, where either is
    missing. A signature is looked at and not believed."""
    missing: dict[str, Json] = {}
    own, middle = found.devices[device.device], public_key(keys, "self_signing")
    if not is_signed(own, device.user, middle, middle):
        missing[device.device] = sign_with(keys, "self_signing", _bare(own))
    name, master = public_key(keys, "master"), public_objects(keys)["master_key"]
    there = found.master if found.master and found.master_key == name else {}
    if not is_signed(there, device.user, device.device, device.ed25519):
        missing[name] = add_signature(
            master, device.user, device.device, lambda words: device.sign(words.decode())
        )
    return not missing or await _upload(device.user, missing, homeserver)


async def _upload(user: str, signed: dict[str, Json], homeserver: Homeserver) -> bool:
    answer = await homeserver.ask("POST", "/keys/signatures/upload", {user: signed})
    return _is_done(answer)


def _is_done(answer: Answer) -> bool:
    return answer.status == 200 and not answer.body.get("failures")


def _bare(thing: Json) -> Json:
    """What others have signed it with is theirs to upload."""
    return {name: value for name, value in thing.items() if name not in ("signatures", "unsigned")}
