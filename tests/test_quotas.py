"""Quotas: what is counted, and what is said when it is used up."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId
from bot.policy.community.rule import Quota
from bot.policy.quotas import Used, quota_of, used_up
from bot.quotas import WRITE_AFTER, Bill, Quotas
from tests.conftest import HABITS, Parlour, running
from tests.fakes import Held, noticed, spoken
from tests.store_help import ADA, BEN, house_in
from tests.test_rules_in_talk import set_rules

TEA = CommunityId("paper:tea")
NOW = 1_800_000_000.0
NONE = Quota()
ALL = Quota("community")

# --- Pure ----------------------------------------------------------------------------------------


def test_a_minute_is_over_when_the_oldest_of_its_messages_is_a_minute_old() -> None:
    own = Quota(messages_a_minute=2)
    used = Used(times=(NOW - 50, NOW - 20))
    assert "goes on in 10 s" in used_up(own, used, ALL, Used(), NOW)
    assert not used_up(own, Used(times=(NOW - 60, NOW - 20)), ALL, Used(), NOW)


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_minute() -> None:
    assert not used_up(Quota(messages_a_minute=1), Used(times=(NOW + 9_999,)), ALL, Used(), NOW)
    said = used_up(Quota(messages_a_minute=1), Used(times=(NOW + 50,)), ALL, Used(), NOW)
    assert "goes on in 60 s" in said


def test_what_is_used_up_is_said_with_when_it_goes_on() -> None:
    table = [
        (Quota(messages_a_day=3), Used(messages=3), ALL, Used(), "00:00 UTC"),
        (Quota(tokens_a_day=100), Used(tokens=100), ALL, Used(), "00:00 UTC"),
        (NONE, Used(), Quota("community", messages_a_day=9), Used(messages=9), "everybody"),
        (NONE, Used(), Quota("community", sessions=2), Used(talking=2), "room for (2)"),
        (NONE, Used(messages=9_999), ALL, Used(messages=9_999), ""),
    ]
    for own, used, general, by_all, said in table:
        told = used_up(own, used, general, by_all, NOW)
        assert said in told and bool(told) is bool(said)


def test_i3_roles_that_are_not_told_leave_the_strictest_that_could_hold() -> None:
    quotas = (Quota("person", messages_a_day=50), Quota("7", messages_a_day=5, waiting=2))
    assert quota_of(quotas, frozenset()) == Quota("person", messages_a_day=50)
    assert quota_of(quotas, None) == Quota("person", messages_a_day=5, waiting=2)


def test_a_power_level_of_matrix_is_a_role_for_all_above_it() -> None:
    quotas = (Quota("person", messages_a_day=5), Quota("power 50", messages_a_day=90))
    assert quota_of(quotas, None, 100).messages_a_day == 90
    assert quota_of(quotas, None, 0).messages_a_day == 5
    assert quota_of(quotas, frozenset(), None).messages_a_day == 5


def test_of_several_roles_the_most_generous_counts_and_unknown_roles_are_not_held() -> None:
    quotas = (
        Quota("person", messages_a_day=10),
        Quota("7", messages_a_day=50, messages_a_minute=5),
        Quota("8", messages_a_day=20),
    )
    assert quota_of(quotas, frozenset({"7", "8"})).messages_a_day == 50
    # No bound is the most generous of all.
    assert quota_of(quotas, frozenset({"7", "8"})).messages_a_minute == 0
    assert quota_of(quotas, None).messages_a_day == 10
    assert quota_of((), frozenset({"7"})) == Quota()


# --- Counted -------------------------------------------------------------------------------------


async def test_a_days_use_outlives_a_restart_but_for_the_last_few(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        quotas = Quotas(house)
        for at in range(WRITE_AFTER + 3):
            await quotas.note(ADA, TEA, NOW + at)
        assert (await quotas.by(ADA, TEA, NOW + 20)).messages == WRITE_AFTER + 3
    async with house_in(tmp_path) as house:
        assert (await Quotas(house).by(ADA, TEA, NOW + 30)).messages == WRITE_AFTER
        assert (await Quotas(house).by_all(TEA, NOW + 30, but=BEN)).messages == WRITE_AFTER
        assert (await Quotas(house).by(ADA, TEA, NOW + 86_400)).messages == 0


async def test_what_a_reply_took_is_written_down_with_the_message_it_was_for(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        quotas = Quotas(house)
        quotas.spend(BEN, TEA, 5)
        for at in range(WRITE_AFTER):
            await quotas.note(ADA, TEA, NOW + at)
            quotas.spend(ADA, TEA, 11)
        assert (await quotas.by(ADA, TEA, NOW)).tokens == 11 * WRITE_AFTER
        assert (await quotas.by_all(TEA, NOW, but=BEN)).tokens == 11 * WRITE_AFTER
        assert (await quotas.by(BEN, TEA, NOW)).tokens == 0
        # The next day's count begins, and what was left of this one is written down.
        assert (await quotas.by(ADA, TEA, NOW + 86_400)).tokens == 0
    async with house_in(tmp_path) as house:
        assert (await Quotas(house).by(ADA, TEA, NOW)).tokens == 11 * WRITE_AFTER


@pytest.mark.parametrize(
    ("steps", "spent"),
    [
        # As told, in each of the tries; what was shown does not matter then.
        ([5, "a text of 24 characters."], 5),
        ([0, 7, ""], 7),
        # Reckoned where nothing is told, and corrected when it is told after all.
        (["a text of 24 characters."], 6),
        (["a text of 24 characters.", 9], 9),
        (["a text of 24 characters.", 2], 2),
        ([""], 0),
    ],
)
def test_a_reply_is_counted_once_and_as_its_engine_tells(
    steps: list[int | str], spent: int
) -> None:
    counted: list[int] = []
    bill = Bill(counted.append)
    for step in steps:
        if isinstance(step, int):
            bill.tell(step)
        else:
            bill.reckon(step)
    assert sum(counted) == spent


async def test_who_has_not_written_lately_is_not_talking(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        quotas = Quotas(house)
        await quotas.note(ADA, TEA, NOW)
        assert (await quotas.by_all(TEA, NOW + 599, but=BEN)).talking == 1
        assert (await quotas.by_all(TEA, NOW + 599, but=ADA)).talking == 0
        assert (await quotas.by_all(TEA, NOW + 601, but=BEN)).talking == 0


# --- On the whole bot ----------------------------------------------------------------------------

QUOTA = '[[quota]]\nwho = "person"\nmessages_a_minute = 2\nmessages_a_day = 3\n'


async def test_who_has_used_it_up_is_told_when_it_goes_on_and_care_goes_before_it(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    parlour.clock.now += 120
    await set_rules(parlour, QUOTA)
    for number in range(2):
        assert spoken(await parlour.paper.say(f"number {number}"))
    said = await parlour.paper.say("number 3")
    assert "goes on in 60 s" in noticed(said) and not spoken(said)
    assert "messages a minute" not in noticed(await parlour.paper.say("I want to die"))
    parlour.clock.now += 61
    await parlour.paper.say("good evening")
    parlour.clock.now += 61
    assert "00:00 UTC" in noticed(await parlour.paper.say("good evening"))
    assert "no case is about you" in noticed(await parlour.paper.say("/why"))
    parlour.clock.now += 86_400
    assert spoken(await parlour.paper.say("good morning"))


async def test_tokens_are_those_that_the_model_wrote_also_what_was_not_shown(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine(lambda _: "I am a human being. " + "And so on. " * 10)
    async with running(tmp_path / "data", engine) as parlour:
        await parlour.let_in()
        await set_rules(parlour, '[[quota]]\nwho = "person"\ntokens_a_day = 40\n')
        made = engine.pieces_made
        await parlour.paper.say("good evening")
        # Another answer to the same message counts as well.
        await parlour.paper.say("/again")
        assert engine.pieces_made - made >= 2
        while engine.pieces_made - made < 40:
            assert "as much talk" not in noticed(await parlour.paper.say("go on"))
            assert engine.pieces_made - made < 400
        assert "as much talk" in noticed(await parlour.paper.say("go on"))


async def test_a_community_that_the_operator_does_not_serve_is_told_so_at_the_door(
    tmp_path: Path,
) -> None:
    from dataclasses import replace

    for habits in (
        replace(HABITS, denied=frozenset({"paper:tea"})),
        replace(HABITS, allowed=frozenset({"paper:cake"})),
    ):
        folder = tmp_path / str(len(habits.denied))
        async with running(folder, ScriptedEngine(), habits=habits) as parlour:
            assert "not opened it to this community" in noticed(await parlour.paper.say("hello"))


async def test_a11_a_block_of_the_operators_holds_from_the_next_message(parlour: Parlour) -> None:
    from bot.events import Role

    await parlour.let_in()
    assert "is blocked" in noticed(await parlour.paper.say("/block ada", "op", Role.OPERATOR))
    assert not spoken(await parlour.paper.say("good evening"))
    assert "operator of this machine has blocked" in noticed(await parlour.paper.say("/why"))
    await parlour.paper.say("/unblock ada", "op", Role.OPERATOR)
    assert spoken(await parlour.paper.say("good evening"))
    said = noticed(await parlour.paper.say("/overview", "op", Role.OPERATOR))
    assert "No community" in said
    assert PersonId("paper:ada") not in said


async def test_a_community_can_want_fewer_messages_to_wait(tmp_path: Path) -> None:
    held = Held(at=0)
    async with running(tmp_path / "data", held.engine, waiting=1_000) as parlour:
        await parlour.let_in()
        await set_rules(parlour, '[[quota]]\nwho = "person"\nwaiting = 2\n')
        # The quotas are known with the first message after a start.
        message = parlour.paper.write("the first")
        await held.reached.wait()
        for number in range(20):
            parlour.paper.write(f"message {number}")
        await parlour.paper.read()
        held.go()
        await parlour.paper.rest(message.room.id)
        assert [one for one in parlour.paper.shown if "wait already (2)" in one.text]


async def test_the_engine_is_told_whose_guest_it_computes_for(parlour: Parlour) -> None:
    """Also when it warms: a full machine is shared out by it."""
    await parlour.let_in()
    await parlour.paper.say("good evening")
    asked = parlour.scripted.prompts[-1]
    assert asked.community == parlour.paper.tea
    assert {one.community for one in parlour.scripted.warmed} <= {"", asked.community}
    assert parlour.scripted.warmed[-1].community == asked.community
