"""Whom the operator or a community keeps out: what they read, whatever they write (A11, M1, M2)."""

import pytest

from bot.events import Role
from tests.conftest import Parlour
from tests.fakes import noticed, spoken
from tests.test_rules_in_talk import ADA, set_rules
from tests.test_shared_rooms import say_aloud

SPOILERS = """
[[rule]]
name = "no spoilers"
kind = "words"
words = ["spoiler"]
does = "revoke"
"""
NO_TOCK = """
[[rule]]
name = "no clockwork"
kind = "personas"
never = ["tock"]
"""
SHORT = """
[[rule]]
name = "short talks"
kind = "session-length"
minutes = 10
"""
TRIED = ("good evening", "/begin", "/new", "/persona tock", "/again", "/continue", "begin")


async def blocked(parlour: Parlour) -> None:
    assert "is blocked" in noticed(await parlour.paper.say("/block ada", "op", Role.OPERATOR))


@pytest.mark.parametrize("written", TRIED)
async def test_a11_who_is_blocked_reads_that_and_by_whom_it_could_be_opened_whatever_they_write(
    parlour: Parlour, written: str
) -> None:
    await parlour.let_in()
    await parlour.paper.say("good evening")
    await blocked(parlour)
    said = await parlour.paper.say(written)
    assert not spoken(said)
    assert "blocked by the operator" in noticed(said)
    assert "op" not in noticed(said).split(), "never who it was"


@pytest.mark.parametrize("written", TRIED)
async def test_a11_who_is_blocked_and_was_never_in_is_not_invited_to_begin(
    parlour: Parlour, written: str
) -> None:
    await blocked(parlour)
    said = noticed(await parlour.paper.say(written))
    if written == "/again":
        assert "begin" not in said
    else:
        assert "blocked by the operator" in said
    assert "You are not in yet" not in said


async def test_a11_a_block_ends_the_session_and_what_comes_after_it_is_another(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("good evening")
    async with parlour.house.vault(ADA) as vault:
        assert vault
        before = await vault.session(None)
        await blocked(parlour)
        await parlour.paper.say("good evening")
        assert before and await vault.session(None) is None
        await parlour.paper.say("/unblock ada", "op", Role.OPERATOR)
        assert spoken(await parlour.paper.say("good evening"))
        after = await vault.session(None)
        assert after and after.id != before.id


async def test_c1_c3_p1_who_is_blocked_is_heard_in_danger_and_can_take_what_is_theirs(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await blocked(parlour)
    assert "software" in noticed(await parlour.paper.say("I want to die"))
    assert "scene ends" in noticed(await parlour.paper.say("red"))
    assert "blocked" not in noticed(await parlour.paper.say("/export"))
    await parlour.paper.say("/erase")
    said = noticed(await parlour.paper.say("/erase confirm"))
    assert "block" in said
    assert "blocked by the operator" in noticed(await parlour.paper.say("hello"))


async def test_m1_whose_door_is_closed_reads_how_to_appeal_and_no_invitation(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(parlour, SPOILERS)
    await parlour.paper.say("a spoiler")
    for written in TRIED:
        said = await parlour.paper.say(written)
        assert not spoken(said)
        expected = "not answered" if written in ("/again", "/continue") else "how to appeal"
        assert expected in noticed(said), written
    await parlour.paper.say("/leave")
    for written in ("/new", "hello"):
        assert "how to appeal" in noticed(await parlour.paper.say(written)), written


async def test_m1_a_persona_that_the_community_does_not_have_does_not_greet(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(parlour, NO_TOCK)
    said = await parlour.paper.say("/persona tock")
    assert not spoken(said)
    assert "does not have this persona" in noticed(said)
    assert spoken(await parlour.paper.say("/persona halina"))


async def test_m1_where_a_session_has_reached_its_length_another_can_begin(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(parlour, SHORT)
    parlour.clock.now += 601
    assert "has reached the length" in noticed(await parlour.paper.say("good evening"))
    assert spoken(await parlour.paper.say("/new"))
    assert spoken(await parlour.paper.say("good evening"))


async def test_what_holds_somebody_back_is_not_said_where_others_read_along(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await blocked(parlour)
    for written in ("hello", "/begin"):
        before = len(parlour.paper.shown)
        await say_aloud(parlour, written)
        said = parlour.paper.shown[before:]
        assert any("blocked" in one.text for one in said), written
        assert all(one.alone or "blocked" not in one.text for one in said), written
