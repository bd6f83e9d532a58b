"""What people do in a talk, on the long walk through memory: say and ask, edit and delete, take back,
branch, go elsewhere, talk where others read along, open and close what may be said.
"""

from dataclasses import replace

from bench.memory_minds import Mind, Said
from bench.memory_stage import PERSONAS, canaries
from bench.memory_world import World, lake_of, place_of
from bot.events import Deleted, Edited, Message, Rating

TALK = (
    "My sister is called {}.",
    "My sister is called {} by most.",
    "I live in {} now.",
    "I work as a {} these days.",
    "I promised Ole to mend the {} before winter.",
    "My dog {} sleeps all day.",
    "I changed my mind, my favourite tea is {}.",
    "In the story the lamplighter hides the {} under the mill.",
    "Lately I have taken up {} in the evenings.",
    "{} is a word that I like.",
)
ASK = (
    "What is my sister called?",
    "Where do I live now?",
    "What did I promise to Ole?",
    "Do you remember my dog?",
    "Which tea do I like?",
    "What did the lamplighter hide?",
    "Who is related to me?",
    "In which rooms am I at home?",
    "Which animal is mine?",
    "Shall we drink something?",
    "How did that tale go?",
)


async def talk(world: World, mind: Mind) -> None:
    canary = world.canary()
    under = await world.open_to(mind)
    asked = len(world.stage.parlour.scripted.prompts)
    message = world.message(mind, world.chance.choice(TALK).format(canary))
    await world.send(mind, message)
    if len(world.stage.parlour.scripted.prompts) == asked:
        # At another community's door.
        world.never(canary)
        await world.come_in(mind)
        return
    await world.settle(mind)
    mind.under = under
    world.note(mind, canary, "said", message)


async def ask(world: World, mind: Mind) -> None:
    await world.open_to(mind)
    await _answered(world, mind, world.chance.choice(ASK))


async def _answered(world: World, mind: Mind, text: str) -> None:
    asked = len(world.stage.parlour.scripted.prompts)
    await world.say(mind, text)
    under = mind.under
    if len(world.stage.parlour.scripted.prompts) == asked:
        await world.come_in(mind)
        return
    await world.settle(mind)
    mind.under = under


async def aloud(world: World, mind: Mind) -> None:
    """Where others read along. What is said there stays there."""
    mind.place = place_of(mind.account)
    canary = world.canary()
    asked = len(world.stage.parlour.scripted.prompts)
    message = world.message(mind, world.chance.choice(TALK).format(canary))
    await world.send(mind, message)
    if len(world.stage.parlour.scripted.prompts) == asked:
        world.never(canary)
    else:
        world.note(mind, canary, "said aloud", message)


# --- Changed ------------------------------------------------------------------------------------


def one_of(world: World, mind: Mind) -> Said | None:
    """Any that the platform still shows, often one of the last."""
    there = mind.on_platform()
    if not there:
        return None
    return world.chance.choice(there[-4:] if world.chance.random() < 0.4 else there)


async def edit(world: World, mind: Mind) -> None:
    said = one_of(world, mind)
    if said is None or said.message is None:
        return
    canary, one = world.canary(), said.message
    by = next(account for account in mind.accounts if account.id == one.author.id)
    if by is not mind.account:
        mind.account, mind.under = by, None
    under = await world.open_to(mind)
    text = world.chance.choice(TALK).format(canary)
    paper = world.paper_of(mind)
    paper.tell(Edited(one.room, one.author, one.id, text, world.clock()))
    await paper.read()
    del mind.said[said.canary]
    # Decided in the community where it was said, of which more or less is open by now.
    rating = max(said.rating, under) if one.room.sponsor == by.sponsor else said.rating
    mind.said[canary.lower()] = replace(
        said,
        canary=canary.lower(),
        past=(*said.past, said.canary),
        is_kept=said.is_kept and (rating < Rating.MATURE or mind.is_intimate),
        rating=rating,
        shared=set(),
    )
    await world.settle(mind)
    mind.under = under
    await ask(world, mind)


async def delete(world: World, mind: Mind) -> None:
    said = one_of(world, mind)
    if said is None or said.message is None:
        return
    one, paper = said.message, world.stage.platforms[said.message.author.id.partition(":")[0]]
    paper.tell(Deleted(one.room, one.author, one.id, world.clock()))
    await paper.read()
    world.forget(mind, [said.canary])
    await world.settle(mind)
    await ask(world, mind)


async def undo(world: World, mind: Mind) -> None:
    """Where another branch has it, it stands there still."""
    async with world.stage.parlour.house.vault(mind.key) as vault:
        session = await vault.session() if vault else None
        last = await vault.last_exchange(session.id) if vault and session else None
    if last is None or not await world.is_open(mind):
        return
    told = await world.say(mind, "/undo")
    if "another branch" not in told:
        world.forget(mind, canaries(last[0].text))
    await world.settle(mind)


async def another(world: World, mind: Mind) -> None:
    commands = ["/again", "/back", "/forward", "/continue"]
    await world.say(mind, world.chance.choice(commands))
    await world.settle(mind)


# --- Branches -----------------------------------------------------------------------------------


async def branch(world: World, mind: Mind) -> None:
    """By so many messages, or from one that was said in this talk."""
    here = [one.message for one in mind.on_platform() if one.here == mind.session and one.message]
    wish = world.message(mind, f"/branch {world.chance.randrange(1, 4)}")
    if here and world.chance.random() < 0.5:
        chosen: Message = world.chance.choice(here)
        # In the room where it was said, which is another one with another account.
        if chosen.room.id == wish.room.id:
            wish = replace(wish, text="/branch", reply_to=chosen.id)
    await world.send(mind, wish)
    await world.settle(mind)
    await ask(world, mind)


async def other_branch(world: World, mind: Mind) -> None:
    await world.say(mind, f"/branches {world.chance.randrange(1, 5)}")
    await world.settle(mind)
    await ask(world, mind)


async def forget_branch(world: World, mind: Mind) -> None:
    """What stood there alone, and nothing else."""
    before = (await world.kept(mind)).aside
    told = await world.say(mind, f"/branches forget {world.chance.randrange(1, 5)}")
    if "is forgotten" in told:
        there = (await world.kept(mind)).said
        world.forget(mind, [one for one in before if one not in there])
    await world.settle(mind)


# --- Elsewhere ----------------------------------------------------------------------------------


async def new(world: World, mind: Mind) -> None:
    await world.say(mind, "/new")
    await world.settle(mind)


async def other_persona(world: World, mind: Mind) -> None:
    await world.say(mind, f"/persona {world.chance.choice(PERSONAS)}")
    mind.under = None
    await world.settle(mind)


async def other_sponsor(world: World, mind: Mind) -> None:
    """As the guest of the other community, whose door may have to be passed first."""
    paper, account = world.paper_of(mind), mind.account
    account.sponsor = lake_of(paper) if account.sponsor == paper.tea else paper.tea
    mind.under = None
    await ask(world, mind)


async def other_account(world: World, mind: Mind) -> None:
    """Where they have several: from here on they write with another one."""
    mind.account, mind.under = world.chance.choice(mind.accounts), None
    await ask(world, mind)


async def own_ceiling(world: World, mind: Mind) -> None:
    if world.chance.random() < 0.5 and mind.account.platform == "discord":
        await world.say_as_adult(mind, "/mature")
    else:
        await world.say(mind, world.chance.choice(["/general", "/romance"]))
    mind.under = None
    await world.settle(mind)
    await ask(world, mind)


async def their_ceiling(world: World, mind: Mind) -> None:
    """A community's, in the middle of everybody's talk."""
    wanted = world.chance.choice(["general", "romance", "mature", "mature"])
    await world.moderate(mind, f"/ceiling {wanted}")
    for one in world.minds:
        one.under = None
    await ask(world, mind)
