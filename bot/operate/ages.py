"""`parlour attest`, `revoke` and `unlock`: the operator's word on somebody's age (SAFETY A2, A3, A4).

Who, when and why are written down. Of a proof only that one was seen, and by whom; what it was, and
what stood in it, has no place to be written to.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.commands.ages import MODERATOR, write_record
from bot.config import ConfigError
from bot.events import AgeLevel, PersonId
from bot.operate.keys import find_master_key
from bot.policy.dates import names_a_date
from bot.settings import Config
from bot.store.house import House
from bot.store.rows import INSTANCE, Attestation

Deed = Literal["attest", "revoke", "unlock"]

OPERATOR, PROOF = "operator", "proof"
PROOF_SEEN = "an outside proof of being 18 or older was seen, and is not kept"


@dataclass(frozen=True, slots=True)
class Asked:
    person: str
    by: str
    reason: str = ""
    community: str = ""
    """Empty: it counts in all of this house."""


async def speak_for(
    deed: Deed, asked: Asked, level: str | None, config: Config, environ: Mapping[str, str]
) -> str:
    """What was done. May raise ConfigError, and StoreError: a bot that runs holds the house."""
    is_proof = level == "verified"
    _check(asked, is_proof=is_proof)
    key = find_master_key(config, environ)
    if key is None or not (config.data / "house.db").exists():
        raise ConfigError(f"{config.data}: there is no house yet, so nobody is in it")
    house = await House.open(config.data, key, open_vaults=1, idle_s=1.0, clock=time.time)
    try:
        person, now = PersonId(asked.person), time.time()
        match deed:
            case "attest":
                return await _attest(house, person, asked, now, is_proof=is_proof)
            case "revoke":
                return await _revoke(house, person, asked, now)
            case "unlock":
                opened = await house.unlock(person, asked.by, asked.reason, now)
                if not opened:
                    raise ConfigError(f"{person} is not locked")
                return f"{person} may come to the door again; your name and reason are on record."
    finally:
        await house.close()


def age_level(name: str) -> AgeLevel:
    """Of a setting. `closed` is stricter than all of them."""
    if name == "closed":
        return AgeLevel.VERIFIED
    return AgeLevel[name.upper().replace("-", "_")]


# --- Below ------------------------------------------------------------------------------------


def _check(asked: Asked, *, is_proof: bool) -> None:
    if ":" not in asked.person:
        raise ConfigError("person: write it with its platform, as in discord:123 or console:ada")
    if asked.community and ":" not in asked.community:
        raise ConfigError("--community: write it with its platform, as in console:home")
    if not asked.by.strip():
        raise ConfigError("--by: your name is written down with this, so it cannot be empty")
    if is_proof and asked.reason:
        raise ConfigError(
            "--reason: with --level verified only that a proof was seen is kept, and by whom: "
            "leave the reason out (SAFETY A3)"
        )
    if not is_proof and not asked.reason.strip():
        raise ConfigError("--reason: why is written down with this, so it cannot be empty")
    if names_a_date(asked.reason):
        raise ConfigError(
            "--reason: it looks like a date, and none is kept of anybody's birth: leave it out "
            "(SAFETY A3)"
        )


async def _attest(
    house: House, person: PersonId, asked: Asked, now: float, *, is_proof: bool
) -> str:
    level = AgeLevel.VERIFIED if is_proof else AgeLevel.MODERATOR
    method, reason = (PROOF, PROOF_SEEN) if is_proof else (OPERATOR, asked.reason)
    scope = asked.community or INSTANCE
    record = write_record(level, scope, method=method, by=asked.by, now=now)
    if not await house.attest_by_name(person, record, reason):
        raise ConfigError(
            f"{person} is locked for having said that they are under 18: if that was wrong, "
            "`parlour unlock` comes first"
        )
    return f"{person} is an adult by your word, for a year at most. `parlour revoke` takes it back."


async def _revoke(house: House, person: PersonId, asked: Asked, now: float) -> str:
    note = Attestation(asked.community or INSTANCE, None, asked.by, asked.reason, now)
    if not await house.revoke_age_by_name(person, (OPERATOR, PROOF, MODERATOR), note):
        raise ConfigError(f"nobody has spoken for the age of {person} there")
    return f"It is taken back: {person} is an adult by nobody's word there but their own."
