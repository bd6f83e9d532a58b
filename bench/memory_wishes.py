"""What people do with what is remembered of them, on the long walk through memory: consents, facts and
the story.
"""

import re

from bench.memory_minds import Fact, Mind
from bench.memory_stage import PERSONAS, canaries
from bench.memory_talking import ask, talk
from bench.memory_world import Seen, World
from bot.events import Rating

_NUMBER = re.compile(r"#(\d+)")


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
    if not await may_write(world, mind):
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
    """With the persona of now, of those that are told to be there; often one that was shared."""
    if not await may_write(world, mind):
        return None
    told = set(map(int, _NUMBER.findall(await world.say(mind, "/memory"))))
    there = [fact for fact in (await world.kept(mind)).in_scope(mind.scope) if fact.id in told]
    for fact in there:
        if not fact.canaries <= mind.said.keys():
            raise Seen(f"{world.done} ({world.doing}): a fact is told of what is gone")
    shared = [one for one in there if any(mind.said[canary].shared for canary in one.canaries)]
    often = shared if shared and world.chance.random() < 0.6 else there
    return world.chance.choice(often) if often else None


async def may_write(world: World, mind: Mind) -> bool:
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
    if not await may_write(world, mind) or not mind.remembers:
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
    if not await may_write(world, mind) or not mind.remembers:
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
