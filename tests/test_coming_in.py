"""The door on the whole bot: what is chosen there is kept, and nobody comes in by old rules."""

from dataclasses import replace

from bot.events import PersonId, Role, RoomId
from bot.policy.door import CHANGED, INTIMATE, MEMORY
from bot.store.rows import DOOR, Consent
from tests.conftest import Parlour
from tests.fakes import noticed, spoken


async def come_to_the_last_screen(parlour: Parlour) -> None:
    for answer in ("hello", "next", "next", "yes"):
        assert not spoken(await parlour.paper.say(answer))


async def consents(parlour: Parlour) -> set[str]:
    given = noticed(await parlour.paper.say("/memory"))
    return {
        kind
        for kind, said in ((MEMORY, "Memory is on"), (INTIMATE, "intimate memory is on"))
        if said in given
    }


async def test_what_is_chosen_at_the_door_is_kept_and_can_be_changed_later(
    parlour: Parlour,
) -> None:
    await come_to_the_last_screen(parlour)
    for answer in ("intimate", "done"):
        await parlour.paper.say(answer)
    assert await consents(parlour) == {MEMORY, INTIMATE}
    await parlour.paper.say("/memory on")
    assert await consents(parlour) == {MEMORY}
    await parlour.paper.say("/memory off")
    assert not await consents(parlour)


async def test_who_goes_out_and_comes_in_again_chooses_anew(parlour: Parlour) -> None:
    await come_to_the_last_screen(parlour)
    for answer in ("memory", "done", "/leave"):
        await parlour.paper.say(answer)
    await parlour.let_in()
    assert not await consents(parlour)


async def test_nobody_comes_in_by_rules_that_changed_while_they_read(parlour: Parlour) -> None:
    await come_to_the_last_screen(parlour)
    await parlour.paper.say("/ceiling general", "mod", Role.MODERATOR)
    again = noticed(await parlour.paper.say("done"))
    assert CHANGED in again
    assert "general, without romance" in again
    assert not parlour.scripted.prompts
    for answer in ("next", "yes", "done"):
        shown = await parlour.paper.say(answer)
    assert spoken(shown)


async def say_in(parlour: Parlour, room: str, text: str) -> str:
    """From another device, which has a room of its own."""
    message = parlour.paper.message(text)
    shown = len(parlour.paper.shown)
    parlour.paper.tell(replace(message, room=replace(message.room, id=RoomId(room))))
    await parlour.paper.rest(RoomId(room))
    return "\n".join(one.text for one in parlour.paper.shown[shown:])


async def test_two_doors_of_one_person_stand_beside_each_other_and_one_lets_in(
    parlour: Parlour,
) -> None:
    for answer in ("hello", "next", "next"):
        await say_in(parlour, "paper:phone", answer)
    assert "1 of 4" in await say_in(parlour, "paper:desk", "hello")
    # A yes there is an answer to what was read there, and to nothing else.
    assert "2 of 4" in await say_in(parlour, "paper:desk", "yes")
    assert "4 of 4" in await say_in(parlour, "paper:phone", "yes")
    assert "Welcome" in await say_in(parlour, "paper:phone", "done")
    assert await say_in(parlour, "paper:desk", "next") == "You said: next"


async def test_who_leaves_one_door_has_left_them_all(parlour: Parlour) -> None:
    for room in ("paper:phone", "paper:desk", "paper:watch"):
        for answer in ("hello", "next", "next", "yes"):
            await say_in(parlour, room, answer)
    await say_in(parlour, "paper:phone", "leave")
    for room in ("paper:desk", "paper:watch"):
        assert "1 of 4" in await say_in(parlour, room, "done")
    assert not parlour.scripted.prompts


async def test_a10_who_agreed_to_an_older_text_is_asked_again(parlour: Parlour) -> None:
    await parlour.let_in()
    async with parlour.house.vault(PersonId("paper:ada")) as vault:
        assert vault is not None
        await vault.give_consent(Consent(DOOR, "1", parlour.clock()))
    assert "1 of 4" in noticed(await parlour.paper.say("hello"))
    assert not parlour.scripted.prompts


async def test_a2_a_lock_closes_the_door_that_somebody_stood_in(parlour: Parlour) -> None:
    await come_to_the_last_screen(parlour)
    await parlour.paper.say("I'm 15")
    await parlour.paper.say("/unlock ada it was her brother", "mod", Role.MODERATOR)
    assert "1 of 4" in noticed(await parlour.paper.say("done"))
    assert not parlour.scripted.prompts
