"""Where others read along: nothing of what a person said alone comes there, and nothing of there
comes to them alone; how far it may go; what ends it."""

from dataclasses import replace

from bot.events import CommunityId, Message, Rating, RoomId
from bot.policy.ceiling import ceiling
from bot.policy.limits import STOPPED
from tests.conftest import Parlour, prompted
from tests.fakes import in_shared_room, noticed
from tests.policy_facts import facts

PLACE = RoomId("paper:tea/talk")


async def say_aloud(parlour: Parlour, text: str, person: str = "ada") -> None:
    message = aloud(parlour.paper.message(text, person))
    parlour.paper.tell(message)
    await parlour.paper.rest(message.room.id)


def aloud(message: Message) -> Message:
    shared = in_shared_room(message)
    return replace(shared, room=replace(shared.room, id=PLACE))


async def test_i1_what_is_said_alone_is_in_no_prompt_of_a_shared_room(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("my garden has a quince")
    await say_aloud(parlour, "where are the comets?")
    assert "where are the comets?" in prompted(parlour)
    assert "quince" not in prompted(parlour)
    await say_aloud(parlour, "and tomorrow?")
    assert "where are the comets?" in prompted(parlour), "the talk of this room goes on"
    assert "quince" not in prompted(parlour)


async def test_i1_the_private_talk_goes_on_without_what_was_said_aloud(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("my garden has a quince")
    await say_aloud(parlour, "where are the comets?")
    await parlour.paper.say("and what grows in it?")
    assert "quince" in prompted(parlour)
    assert "comets" not in prompted(parlour)


async def test_i1_whom_a_person_talks_with_alone_is_not_told_by_who_answers_aloud(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/persona tock")
    await say_aloud(parlour, "where are the comets?")
    assert "Tock" not in prompted(parlour)


async def test_i1_a_persons_limits_are_told_to_the_engine_only_where_they_are_alone(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/limits hard spiders")
    await say_aloud(parlour, "where are the comets?")
    assert "spiders" not in prompted(parlour)
    await parlour.paper.say("good morning")
    assert "spiders" in prompted(parlour)


async def test_c2_hard_limits_are_kept_by_the_screen_where_others_read_along(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/limits hard spiders")
    await say_aloud(parlour, "tell me of spiders")
    aloud_there = [one for one in parlour.paper.shown if one.room == PLACE]
    assert not any("spiders" in text for one in aloud_there for text in one.history)
    assert STOPPED in noticed(aloud_there)


def test_a6_nothing_above_general_is_open_where_others_read_along() -> None:
    alone = facts("hello", persona_rating=Rating.ROMANCE, sponsor_ceiling=Rating.ROMANCE)
    alone = replace(alone, person_ceiling=Rating.ROMANCE)
    assert ceiling(alone) is Rating.ROMANCE
    for is_direct in (False, None):
        assert ceiling(replace(alone, is_direct=is_direct)) is Rating.GENERAL


async def test_c1_the_safe_word_said_anywhere_ends_what_goes_on_in_every_room(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("my garden has a quince")
    await say_aloud(parlour, "where are the comets?")
    await say_aloud(parlour, "red")
    await parlour.paper.say("good morning")
    assert "quince" not in prompted(parlour)
    await say_aloud(parlour, "good morning")
    assert "comets" not in prompted(parlour)


async def test_a11_who_leaves_a_community_ends_what_they_said_in_its_rooms(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    parlour.paper.places[parlour.paper.message("").author.id] = (
        parlour.paper.tea,
        CommunityId("paper:chess"),
    )
    await parlour.paper.say("/sponsor chess")
    await say_aloud(parlour, "where are the comets?")
    await parlour.paper.leave(community=parlour.paper.tea)
    await say_aloud(parlour, "good morning")
    assert "comets" not in prompted(parlour)
