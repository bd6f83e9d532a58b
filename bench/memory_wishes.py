"""What people do with what is remembered of them, on the long walk through memory: consents, facts, the
story, forgetting, how long it is kept, files, accounts that become one person, and the end.
"""

import json
import re

from bench.memory_minds import ENDED, Fact, Mind
from bench.memory_stage import PERSONAS, canaries
from bench.memory_talking import TALK, ask, one_of, talk
from bench.memory_world import Seen, World
from bot.events import Rating, Say

_CODE = re.compile(r"\w{4}-\w{4}-\w{4}")
_NUMBER = re.compile(r"#(\d+)")
DAY_S = 86_400.0
LATE_S = 14 * 3600.0
"""So much longer what is old may stand: it is looked for now and then (docs/memory.md)."""


# --- Whether anything is --------------------------------------------------------------------------


async def memory_on(world: World, mind: Mind) -> None:
    await world.say(mind, "/memory on")
    await world.settle(mind)


async def memory_intimate(world: World, mind: Mind) -> None:
    await world.say(mind, "/memory intimate")
    await world.settle(mind)


async def memory_off(world: World, mind: Mind) -> None:
    await world.say(mind, "/memory off")
    await world.settle(mind)


async def incognito(world: World, mind: Mind) -> None:
    await world.say(mind, f"/incognito {'off' if mind.incognito else 'on'}")
    await world.settle(mind)


# --- Facts ----------------------------------------------------------------------------------------


async def add_fact(world: World, mind: Mind) -> None:
    if not await _may_write(world, mind):
        return
    canary = world.canary()
    verb = world.chance.choice(["memory add", "memory pin", "remember"])
    await _keep(world, mind, canary, f"/{verb} My boat is called {canary}.", "a fact")


async def remember_this(world: World, mind: Mind) -> None:
    """What was just said, with the message that it goes with."""
    await talk(world, mind)
    told = await world.say(mind, "/remember")
    for one in canaries(told) & mind.said.keys():
        # By their own wish, whatever was to be kept before; nothing above ROMANCE is taken so.
        said = mind.said[one]
        if not said.is_kept:
            said.is_kept, said.rating = True, min(said.rating, Rating.ROMANCE)


async def edit_fact(world: World, mind: Mind) -> None:
    """It is theirs from then on; the words that it came from stay in the talk."""
    fact = await _one_fact(world, mind)
    if fact is None:
        return
    canary = world.canary()
    told = await world.say(mind, f"/memory edit {fact.id} My kite is called {canary}.")
    if canary not in told:
        world.never(canary)
        return
    await _ends(world, mind, fact)
    _own(world, mind, canary, "a fact")
    await ask(world, mind)


async def pin_fact(world: World, mind: Mind) -> None:
    fact = await _one_fact(world, mind)
    if fact is not None:
        await world.say(mind, f"/memory {'unpin' if fact.is_pinned else 'pin'} {fact.id}")


async def share(world: World, mind: Mind) -> None:
    fact = await _one_fact(world, mind)
    persona = world.chance.choice([one for one in PERSONAS if one != mind.scope[0]])
    if fact is None:
        return
    told = await world.say(mind, f"/memory share {fact.id} with {persona}")
    if "knows it now" in told:
        for one in fact.canaries:
            mind.said[one].shared.add((persona, mind.scope[1]))


async def forget_fact(world: World, mind: Mind) -> None:
    """With the exchange that it came from, and what was shared of it."""
    fact = await _one_fact(world, mind)
    if fact is None:
        return
    told = await world.say(mind, f"/memory forget {fact.id}")
    if "Forgotten" not in told:
        return
    for words in fact.sources:
        world.forget(mind, words)
    await _ends(world, mind, fact)
    await world.settle(mind)
    await ask(world, mind)


async def _ends(world: World, mind: Mind, fact: Fact) -> None:
    """What its person wrote is nowhere else, and what was shared of it ends; of what was shared with
    this persona, the other has its own."""
    if fact.origin == "person" and not fact.sources:
        world.forget(mind, fact.canaries)
    left = [
        one
        for one in (await world.kept(mind)).facts
        if one.canaries & fact.canaries and one.id != fact.id
    ]
    is_last = fact.origin != "shared" and all(one.origin == "shared" for one in left)
    shared = set() if is_last else {one.scope for one in left if one.origin == "shared"}
    for canary in fact.canaries & mind.said.keys():
        mind.said[canary].shared &= shared


async def _one_fact(world: World, mind: Mind) -> Fact | None:
    """With the persona of now, of those that are told to be there."""
    if not await _may_write(world, mind):
        return None
    told = set(map(int, _NUMBER.findall(await world.say(mind, "/memory"))))
    there = [fact for fact in (await world.kept(mind)).in_scope(mind.scope) if fact.id in told]
    for fact in there:
        if not fact.canaries <= mind.said.keys():
            raise Seen(f"{world.done} ({world.doing}): a fact is told of what is gone")
    return world.chance.choice(there) if there else None


async def _may_write(world: World, mind: Mind) -> bool:
    return await world.is_open(mind) and not mind.incognito


async def _keep(world: World, mind: Mind, canary: str, say: str, what: str) -> None:
    await world.open_to(mind)
    await world.say(mind, say)
    if canary.lower() in (await world.kept(mind)).said:
        _own(world, mind, canary, what)
    else:
        world.never(canary)


def _own(world: World, mind: Mind, canary: str, what: str) -> None:
    said = world.note(mind, canary, what)
    said.rating, said.is_kept = min(said.rating, Rating.ROMANCE), True


# --- The story ------------------------------------------------------------------------------------


async def tell_story(world: World, mind: Mind) -> None:
    if not await _may_write(world, mind) or not mind.remembers:
        return
    canary = world.canary()
    await world.open_to(mind)
    told = await world.say(mind, f"/story edit We have sailed to {canary} and back.")
    if "in your words" not in told:
        world.never(canary)
        return
    _forget_story(world, mind)
    _own(world, mind, canary, "a story")
    await ask(world, mind)


async def forget_story(world: World, mind: Mind) -> None:
    if not await _may_write(world, mind) or not mind.remembers:
        return
    await world.say(mind, "/story forget")
    _forget_story(world, mind)
    await ask(world, mind)


async def story_again(world: World, mind: Mind) -> None:
    await world.say(mind, "/story again")
    await world.settle(mind)
    await ask(world, mind)


def _forget_story(world: World, mind: Mind) -> None:
    own = [one for one in mind.said.values() if one.what == "a story" and one.scope == mind.scope]
    world.forget(mind, [one.canary for one in own])


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
    if not await _may_write(world, mind):
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
