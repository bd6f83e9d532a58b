"""What `parlour check` says of the house: whether it opens, whether every chain of cases is whole
(SAFETY M7) and every version of rules what was written, how communities stand, and how the bot's device
on Matrix does; and what of people's memory was given up. No words, nobody.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from bot.operate.keys import find_master_key
from bot.operate.matrix import look_at_trust
from bot.operate.verifying import look_at_verifications
from bot.settings import Config
from bot.store.house import House
from bot.store.rows import InUse, StoreError

Found = tuple[bool, str, str]
"""Whether it is bad, what it is, and the mend."""

MEND = (
    "put the copy of a backup back, and find out who wrote to the file: the bot does not do this."
)


async def look_at_house(config: Config, environ: Mapping[str, str], now: float) -> list[Found]:
    if not (config.data / "house.db").exists():
        return [(False, "There is no house yet; the first start makes it.", "")]
    try:
        key = find_master_key(config, environ)
        assert key is not None, "there is a house"
        house = await House.open(
            config.data, key, open_vaults=1, idle_s=config.store.idle_s, clock=lambda: now
        )
        try:
            found = [*await _look_at_cases(house), *await _look_at_work(house)]
            if config.matrix.on:
                found += await look_at_trust(config, house.locker.of("matrix"))
        finally:
            await house.close()
    except InUse:
        # Whoever runs has opened it with its key; a second one may not look inside meanwhile.
        waiting = [(False, one, "") for one in await look_at_verifications(config.data)]
        return [(False, f"{config.data} is in use: a bot runs there.", ""), *waiting]
    except StoreError as exc:
        # Errors of other rooms hold no words of people (INVARIANT I8), so they are shown whole.
        return [(True, str(exc).rstrip(".") + ".", "")]
    return [(False, "The house opens with the master key.", ""), *found]


async def _look_at_cases(house: House) -> list[Found]:
    cases, rules = house.moderation.cases, house.moderation.rules
    faults = [
        (
            True,
            f"The cases of {community} are not as they were written, from {_place(number)} on.",
            MEND,
        )
        for community, number in await cases.faults()
    ]
    faults += [
        (True, f"Version {version} of the rules of {community} is not as it was written.", MEND)
        for community, version in await rules.damaged()
    ]
    told: list[Found] = []
    for community in () if faults else await cases.communities():
        one = await cases.standings(community)
        many, last = sum(one.cases.values()), one.last or "-"
        what = f"{community}: rules in version {one.version}; {many} cases, a whole chain, {last}."
        told.append((False, what, ""))
    return faults or told


async def _look_at_work(house: House) -> list[Found]:
    """What a model was asked for three times in vain. By kind and number, of nobody in particular."""
    parked: Counter[str] = Counter()
    people = await house.recent()
    for person in people:
        # Whose vault is damaged is told when they write; the others are looked at.
        with suppress(StoreError):
            async with house.vault(person) as vault:
                parked.update(await vault.work.parked() if vault else {})
    mend = (
        "a model that keeps names and dates tells more (docs/models.md), and is asked for these once "
        "more when it is named in engine.model; nothing is lost by it."
    )
    return [
        (
            False,
            f"Of {len(people)} vaults, those written to last, {count} turns wait in vain for: {kind}.",
            mend,
        )
        for kind, count in sorted(parked.items())
    ]


def _place(number: int) -> str:
    return f"case {number}" if number else "their end"
