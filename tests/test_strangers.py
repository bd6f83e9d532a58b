"""SAFETY A1: who is not in is told so, and not for ever: what answers everything is not answered for ever,
however slowly it speaks."""

from dataclasses import replace

import pytest

from bot.events import PersonId, RoomId
from bot.policy.door_rules import NOT_IN
from bot.sentences import ALONE_PLEASE
from bot.strangers import AT_THE_DOOR, BEFORE_OTHERS, EVERY_S, MOST, Strangers
from tests.conftest import Parlour
from tests.fakes import Clock, in_shared_room

ADA, ROOM = PersonId("paper:ada"), RoomId("paper:tea")


@pytest.mark.parametrize(("is_direct", "most"), [(True, AT_THE_DOOR), (False, BEFORE_OTHERS)])
def test_a_few_at_once_and_then_one_in_a_while(*, is_direct: bool, most: int) -> None:
    clock = Clock()
    strangers = Strangers(clock)

    def told(times: int = 100) -> int:
        return sum(strangers.may_be_told(ADA, ROOM, is_direct=is_direct) for _ in range(times))

    assert told() == most
    assert strangers.may_be_told(PersonId("paper:bo"), ROOM, is_direct=is_direct)
    assert strangers.may_be_told(ADA, RoomId("paper:quay"), is_direct=is_direct)
    clock.now += EVERY_S - 1
    assert told() == 0
    clock.now += 1
    assert told() == 1
    clock.now -= 5 * EVERY_S
    assert told() == 0, "a clock that was set back gives nothing"
    clock.now += 1000 * EVERY_S
    assert told() == most, "and waiting saves up no more than there was"


def test_it_remembers_a_bounded_number() -> None:
    strangers = Strangers(Clock())
    for number in range(MOST + 10):
        strangers.may_be_told(PersonId(f"paper:{number}"), ROOM, is_direct=True)
    assert len(strangers._told) == MOST


async def test_an_echo_at_the_door_is_left_alone_after_a_while(parlour: Parlour) -> None:
    said, heard = "Good evening", 0
    for _ in range(AT_THE_DOOR + 5):
        shown = await parlour.paper.say(said)
        if not shown:
            break
        heard, said = heard + 1, shown[-1].text
    assert heard == AT_THE_DOOR
    await parlour.let_in(person="bo")


async def test_an_echo_before_others_is_told_a_few_times(parlour: Parlour) -> None:
    for _ in range(BEFORE_OTHERS + 3):
        message = in_shared_room(parlour.paper.message("Good evening"))
        parlour.paper.tell(replace(message, addresses_bot=True))
        await parlour.paper.rest(message.room.id)
    told = [one.text for one in parlour.paper.shown]
    assert [text in (str(NOT_IN), str(ALONE_PLEASE)) for text in told] == [True] * BEFORE_OTHERS


async def test_care_and_a_lock_are_told_however_often_somebody_was(parlour: Parlour) -> None:
    for _ in range(AT_THE_DOOR + 5):
        await parlour.paper.say("Good evening")
    assert await parlour.paper.say("I want to kill myself"), "SAFETY C3"
    assert await parlour.paper.say("I am fourteen years old"), "SAFETY A2"
