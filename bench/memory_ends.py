"""How what was said goes, comes from elsewhere and changes hands, on the long walk through memory:
forgetting, time, files, accounts that become one person, and the end.
"""

import json
import re

from bench.memory_minds import ENDED, Mind
from bench.memory_talking import TALK, ask, one_of
from bench.memory_wishes import may_write
from bench.memory_world import Seen, World
from bot.events import Rating, Say

_CODE = re.compile(r"\w{4}-\w{4}-\w{4}")
DAY_S = 86_400.0
LATE_S = 14 * 3600.0
"""So much longer what is old may stand: it is looked for now and then (docs/memory.md)."""


# --- Forgotten ------------------------------------------------------------------------------------


async def forget_one(world: World, mind: Mind) -> None:
    """By its number, with the persona to whom it was said."""
    said = one_of(world, mind)
    if said is None or said.message is None or said.what != "said" or said.scope != mind.scope:
        return
    if not await world.is_open(mind):
        return
    async with world.stage.parlour.house.vault(mind.key) as vault:
        turn = await vault.turn_of(said.message.room.id, said.message.id) if vault else None
    if turn is None:
        return
    await world.say(mind, f"/memory forget ~{turn.id}")
    world.forget(mind, [said.canary])
    await world.settle(mind)


async def forget_since(world: World, mind: Mind) -> None:
    """What was said and kept today, with every persona. Numbers and dates are read by the bot."""
    told = await world.say(mind, "/memory forget since today")
    found = re.search(r"memory forget since \d{4}-\d\d-\d\d", _offered(world, mind))
    if found is None:
        raise Seen(f"{world.done} (forget since): no line does it: {len(told)} signs were said")
    await world.say(mind, f"/{found[0]}")
    midnight = world.clock() // DAY_S * DAY_S
    world.forget(mind, [one.canary for one in mind.said.values() if one.at >= midnight])
    await world.settle(mind)


def _offered(world: World, mind: Mind) -> str:
    said = [one for one in world.paper_of(mind).actions if isinstance(one, Say)]
    return " ".join(said[-1].commands)


async def forget_all(world: World, mind: Mind) -> None:
    await world.say(mind, "/memory forget all confirm")
    world.forget(mind, mind.said)
    await world.settle(mind)
    if (await world.kept(mind)).said:
        raise Seen(f"{world.done} (forget all): not all was forgotten")


async def keep_for(world: World, mind: Mind) -> None:
    wish = world.chance.choice(["1 day", "2 days", "3 days", "always"])
    await world.say(mind, f"/memory keep {wish}")
    mind.keep_days = 0 if wish == "always" else int(wish[0])


async def days_pass(world: World, mind: Mind) -> None:
    """What is too old goes by itself, as of a talk that nobody goes on with."""
    del mind
    await world.pass_hours(world.chance.choice([20.0, 30.0, 60.0]))
    world.may_lose = True
    for one in world.minds:
        if not one.keep_days:
            continue
        before = world.clock() - one.keep_days * DAY_S - LATE_S
        there = (await world.kept(one)).said
        for said in one.said.values():
            is_old = said.at < before and said.what in {"said", "of a file"}
            if is_old and said.here != one.session and said.canary in there:
                raise Seen(f"{world.done} (days pass): {said.what}, and kept for too long")


async def hours_pass(world: World, mind: Mind) -> None:
    del mind
    world.may_lose = True
    await world.pass_hours(world.chance.choice([0.1, 1.5, 8.0]))


# --- Files ----------------------------------------------------------------------------------------


async def bring(world: World, mind: Mind) -> None:
    """A history from elsewhere: it is talk of the persona of now, in no window."""
    if not await may_write(world, mind):
        return
    await world.open_to(mind)
    words = [world.canary() for _ in range(3)]
    began = world.clock() - world.chance.choice([0.1, 1.5, 20.0]) * DAY_S
    rows = [
        {"is_user": True, "send_date": began + at, "mes": world.chance.choice(TALK).format(one)}
        for at, one in enumerate(words)
    ]
    file = "\n".join(json.dumps(row) for row in ({"character_name": mind.scope[0]}, *rows))
    await world.say(mind, "/import", file)
    await world.say(mind, "/import yes")
    there = (await world.kept(mind)).said
    for at, one in enumerate(words):
        if one.lower() not in there:
            world.never(one)
            continue
        said = world.note(mind, one, "of a file")
        said.at, said.rating = began + at, Rating.GENERAL
        said.is_kept = mind.remembers


# --- Accounts, and the end --------------------------------------------------------------------------


async def link(world: World, mind: Mind) -> None:
    """With another account of the same name: both are one person, under the stricter of both."""
    other = next((one for one in world.minds if one is not mind and _are_one(one, mind)), None)
    if other is None:
        return
    if not other.is_in:
        await world.come_in(other)
    found = _CODE.search(await world.say(mind, "/link"))
    if found is None:
        raise Seen(f"{world.done} (link): no code is shown")
    told = await world.say(other, f"/link {found[0]} confirm")
    if "one person now" not in told:
        raise Seen(f"{world.done} (link): it is not done")
    world.may_lose = True
    hidden = [one.canary for one in other.said.values() if one.here == other.incognito != 0]
    world.forget(other, hidden, "the end of incognito")
    for said in other.said.values():
        said.here = ENDED if isinstance(said.here, int) else said.here
    mind.said |= other.said
    mind.accounts += other.accounts
    days = [one.keep_days for one in (mind, other) if one.keep_days]
    mind.keep_days, mind.under = min(days, default=0), None
    world.minds.remove(other)
    await world.settle(mind)
    await ask(world, mind)


async def unlink(world: World, mind: Mind) -> None:
    """The vault stays where it was."""
    if len(mind.accounts) < 2:
        return
    await world.say(mind, "/unlink")
    first, *others = mind.accounts
    mind.accounts, mind.account, mind.under = [first], first, None
    world.minds += [Mind([one], one) for one in others]


def _are_one(one: Mind, other: Mind) -> bool:
    return one.account.name == other.account.name


async def leave(world: World, mind: Mind) -> None:
    await world.say(mind, "/leave")
    await world.settle(mind)
    mind.is_in = False


async def erase(world: World, mind: Mind) -> None:
    """All of theirs, on every account; who comes again is somebody new."""
    await world.say(mind, "/erase confirm")
    world.forget(mind, mind.said)
    world.minds.remove(mind)
    world.minds += [Mind([one], one) for one in mind.accounts]
