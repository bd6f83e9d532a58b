"""The door on the whole bot: what is chosen there is kept, and nobody comes in by old rules."""

from bot.events import Role
from bot.policy.door import CHANGED, INTIMATE, MEMORY
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
