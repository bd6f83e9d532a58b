"""Cases (SAFETY M2, M7, M9): written with what they bring about, chained, appealed against, undone."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import CommunityId, PersonId, RoomId
from bot.store.case_lists import Wanted
from bot.store.case_rows import (
    Appeal,
    CaseState,
    HoldKind,
    NewCase,
    NewVersion,
    Overtaken,
    RuleVersion,
    Step,
)
from bot.store.house import House
from tests.store_help import ADA, BEN, Clock, house_in

TEA = CommunityId("console:tea")
CAKE = CommunityId("console:cake")
MO = PersonId("console:mo")
DAY = 86_400.0
PAUSE = NewCase(
    TEA,
    "flood",
    3,
    "pause",
    at=1_000.0,
    person=ADA,
    until=4_600.0,
    hold=HoldKind.PAUSE,
    hits=("flood",),
)


async def sql(house: House, *statements: str) -> None:
    """Damage, as somebody with the file and its key could do it."""

    def damage(db: sqlite3.Connection) -> None:
        for statement in statements:
            db.execute(statement)

    await house._db.write(damage)


def appeal(number: int, *accounts: PersonId, words: str = "", at: float = 1_100.0) -> Appeal:
    return Appeal(TEA, number, accounts or (ADA,), at, words, RoomId("console:ada"))


# --- What a case holds and brings about ----------------------------------------------------------


async def test_cases_are_numbered_in_each_community_of_its_own(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        numbers = [(await cases.open(PAUSE)).number for _ in range(3)]
        other = await cases.open(replace(PAUSE, community=CAKE))
        assert (numbers, other.number) == ([1, 2, 3], 1)
        assert await cases.faults() == ()


async def test_a_case_its_pause_and_its_hit_come_together_and_go_together(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        cases, strikes = house.moderation.cases, house.moderation.strikes
        case = await cases.open(PAUSE)
        found = await strikes.of(ADA, TEA, 1_001.0)
        assert [(hold.kind, hold.until) for hold in found.holds] == [(HoldKind.PAUSE, 4_600.0)]
        assert found.hits == {"flood": (1_000.0,)}
        assert (await strikes.of(ADA, CAKE, 1_001.0)).holds == ()
        assert await cases.lift(TEA, case.number, "a mistake", MO, 1_200.0)
        found = await strikes.of(ADA, TEA, 1_201.0)
        assert (found.holds, found.hits) == ((), {})
        assert not await cases.lift(TEA, case.number, "again", MO, 1_300.0)


async def test_lifting_one_case_leaves_the_pause_of_another(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        first = await cases.open(PAUSE)
        second = await cases.open(replace(PAUSE, rule="links", until=2_000.0))
        await cases.lift(TEA, first.number, "a mistake", MO, 1_200.0)
        (hold,) = (await house.moderation.strikes.of(ADA, TEA, 1_201.0)).holds
        assert hold.number == second.number


async def test_a_pause_is_over_at_its_end_and_the_case_has_expired(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        case = await house.moderation.cases.open(PAUSE)
        assert case.state is CaseState.OPEN
        assert (await house.moderation.strikes.of(ADA, TEA, 4_600.0)).holds == ()
        story = await house.moderation.cases.story(TEA, case.number, 4_600.0)
        assert story is not None
        assert story.case.state is CaseState.EXPIRED


async def test_a_message_reads_age_lock_and_strikes_at_once(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.moderation.cases.open(PAUSE)
        await house.moderation.strikes.approve(ADA, TEA, MO, 1_000.0)
        age, locked, strikes = await house.standing(ADA, TEA, 1_001.0)
        assert (age, locked, len(strikes.holds), strikes.approved) == (None, False, 1, True)
        assert not (await house.standing(BEN, TEA, 1_001.0))[2].holds


# --- Appeals -------------------------------------------------------------------------------------


async def test_an_appeal_is_made_once_and_by_whom_the_case_is_about(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        await cases.open(PAUSE)
        assert not await cases.appeal(appeal(1, BEN))
        assert not await cases.appeal(appeal(2))
        assert await cases.appeal(appeal(1, words="I sent it by mistake"))
        assert not await cases.appeal(appeal(1))
        assert await cases.appealed_in(TEA, 1) == "console:ada"
        story = await cases.story(TEA, 1, 1_200.0)
        assert story is not None
        assert story.case.state is CaseState.APPEALED
        assert story.words == {"appeal": "I sent it by mistake"}


@pytest.mark.parametrize("lifts", [True, False])
async def test_an_appeal_ends_once(tmp_path: Path, lifts: bool) -> None:  # noqa: FBT001 - a row of the table
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        await cases.open(PAUSE)
        assert not await cases.uphold(TEA, 1, "nobody asked", MO, 1_050.0)
        await cases.appeal(appeal(1))
        end = cases.lift if lifts else cases.uphold
        assert await end(TEA, 1, "looked at", MO, 1_200.0)
        assert not await end(TEA, 1, "looked at", MO, 1_300.0)
        assert not await cases.appeal(appeal(1))
        held = (await house.moderation.strikes.of(ADA, TEA, 1_400.0)).holds
        assert bool(held) is not lifts
        assert await cases.faults() == ()


async def test_words_of_an_appeal_go_some_time_after_its_end_and_not_before(tmp_path: Path) -> None:
    clock = Clock()
    async with house_in(tmp_path, clock=clock) as house:
        cases = house.moderation.cases
        await cases.open(PAUSE)
        await cases.appeal(appeal(1, words="a quince"))
    clock.now += 60 * DAY
    async with house_in(tmp_path, clock=clock) as house:
        cases = house.moderation.cases
        story = await cases.story(TEA, 1, clock.now)
        assert story is not None
        assert story.words
        await cases.uphold(TEA, 1, "looked at", MO, clock.now)
        clock.now += 31 * DAY
        await house.moderation.tidy(clock.now)
        story = await cases.story(TEA, 1, clock.now)
        assert story is not None
        assert not story.words
        assert await cases.faults() == ()


# --- The chain -----------------------------------------------------------------------------------

DAMAGE: dict[str, tuple[str, int]] = {
    "a line taken away": ("DELETE FROM case_log WHERE seq = 2", 3),
    "the first taken away": ("DELETE FROM case_log WHERE seq = 1", 2),
    "the last taken away": ("DELETE FROM case_log WHERE seq = 4", 0),
    "a reason changed": ("UPDATE case_log SET reason = 'other' WHERE seq = 2", 2),
    "a time changed": ("UPDATE case_log SET at = at + 1 WHERE seq = 3", 3),
    "an end changed": ("UPDATE case_log SET until = NULL WHERE seq = 1", 1),
    "a step that is none": ("UPDATE case_log SET step = 'x' WHERE seq = 2", 2),
    "a hash changed": ("UPDATE case_log SET hash = x'00' WHERE seq = 2", 2),
    "two changed places": (
        "UPDATE case_log SET seq = CASE seq WHEN 2 THEN 99 ELSE seq END WHERE seq IN (2, 3)",
        3,
    ),
    "somebody else's name": ("UPDATE case_people SET person = 'console:eve' WHERE seq = 3", 3),
    "a name for a line that had none": (
        "INSERT INTO case_people VALUES ('console:tea', 4, 'actor', 1, 'console:eve', x'00')",
        1,
    ),
    "a state changed": ("UPDATE cases SET state = 'lifted' WHERE number = 2", 2),
    "a case taken out of the list": ("DELETE FROM cases WHERE number = 3", 3),
    "the whole log taken away": ("DELETE FROM case_log", 0),
    "the end's note taken away": ("DELETE FROM case_heads", 0),
}


@pytest.mark.parametrize("what", DAMAGE)
async def test_m7_damage_to_the_chain_is_found_with_its_case(tmp_path: Path, what: str) -> None:
    statement, number = DAMAGE[what]
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        for rule in ("flood", "links", "length"):
            await cases.open(replace(PAUSE, rule=rule))
        await cases.appeal(appeal(1))
        await cases.open(replace(PAUSE, community=CAKE))
        assert await cases.faults() == ()
        await sql(
            house,
            statement
            + (
                " AND community = 'console:tea'"
                if "WHERE" in statement
                else " WHERE community = 'console:tea'"
                if not statement.startswith("INSERT")
                else ""
            ),
        )
        assert await cases.faults() == ((TEA, number),)


async def test_a_log_taken_away_with_everything_is_no_fault_that_a_chain_can_see(
    tmp_path: Path,
) -> None:
    """What it can: a note of the last hash, which `parlour check` shows, does not fit any more."""
    async with house_in(tmp_path) as house:
        await house.moderation.cases.open(PAUSE)
        noted = (await house.moderation.cases.standings(TEA)).last
        await sql(
            house, *(f"DELETE FROM {t}" for t in ("case_log", "case_heads", "cases", "case_people"))
        )
        assert await house.moderation.cases.faults() == ()
        assert (await house.moderation.cases.standings(TEA)).last != noted


# --- Erasing and joined accounts -------------------------------------------------------------------


async def test_i6_erasing_a_person_destroys_the_salt_and_leaves_the_chain_whole(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)
        cases = house.moderation.cases
        await cases.open(PAUSE)
        await cases.appeal(appeal(1, words="a quince"))
        await cases.note(TEA, 1, "looks like a mistake", MO, 1_150.0)
        receipt = await house.erase(ADA, 1_200.0)
        story = await cases.story(TEA, 1, 1_300.0)
        assert story is not None
        assert (story.case.person, story.case.tag, story.words) == (None, "", {})
        assert await cases.of_person((ADA,), 1_300.0) == ()
        assert await cases.faults() == ()
        assert any("cases" in text for text in receipt.stays)
        assert any("block" in text for text in receipt.stays)
        # The pause holds to its end: erasing is no way round it.
        found = await house.moderation.strikes.of(ADA, TEA, 1_300.0)
        assert found.holds
        assert not found.hits
    assert b"console:ada" not in (tmp_path / "house.db").read_bytes()


async def test_an_erased_moderator_leaves_what_they_did_and_not_their_name(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.make_vault(MO)
        moderation = house.moderation
        await moderation.cases.open(replace(PAUSE, actor=MO))
        await moderation.rules.add(NewVersion(TEA, "a", 0, MO, "", 1.0))
        receipt = await house.erase(MO, 2.0)
        story = await moderation.cases.story(TEA, 1, 3.0)
        newest = await moderation.rules.newest(TEA)
        assert story is not None
        assert newest is not None
        assert (story.case.actor, newest.by) == (None, None)
        assert story.case.person == ADA
        assert await moderation.cases.faults() == ()
        assert any("moderator" in text for text in receipt.gone)


async def test_a_pause_holds_on_every_account_and_a_parted_one_keeps_it(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        await house.make_vault(ADA)
        await house.moderation.cases.open(replace(PAUSE, person=BEN))
        assert await house.links.join(BEN, await house.links.make_code(ADA, 1_000.0), 1_001.0)
        strikes = house.moderation.strikes
        assert (await strikes.of(ADA, TEA, 1_002.0)).holds
        await house.moderation.cases.open(replace(PAUSE, person=ADA, rule="links"))
        await house.links.part(BEN)
        assert len((await strikes.of(BEN, TEA, 1_003.0)).holds) == 2
        assert len((await strikes.of(ADA, TEA, 1_003.0)).holds) == 1


async def test_m9_a_tag_is_one_persons_in_one_community(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        news = (PAUSE, replace(PAUSE, rule="links"), replace(PAUSE, person=BEN))
        one, same, other = [(await cases.open(new)).tag for new in news]
        elsewhere = (await cases.open(replace(PAUSE, community=CAKE))).tag
        assert one == same
        assert len({one, other, elsewhere}) == 3
        assert "ada" not in one


# --- Many, two at once, killed, and clocks that jump -------------------------------------------------


async def test_ten_thousand_cases_are_read_by_pages_and_never_searched_through(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases

        def many(db: sqlite3.Connection) -> None:
            for number in range(10_000):
                person = PersonId(f"console:{number % 50}")
                cases._open(db, replace(PAUSE, person=person, at=float(number)), "", None)

        await house._db.write(many)
        seen: list[int] = []
        below: int | None = None
        while page := await cases.page(Wanted(TEA, below, most=1_000), 1e6):
            seen += [case.number for case in page]
            below = page[-1].number
        assert seen == list(range(10_000, 0, -1))
        assert len(await cases.of_person((PersonId("console:7"),), 1e6)) == 200
        assert await cases.page(Wanted(TEA, state=CaseState.APPEALED), 1e6) == ()
        assert (await cases.standings(TEA)).cases == {CaseState.OPEN: 10_000}
        assert await cases.faults() == ()

        def plans(db: sqlite3.Connection) -> list[str]:
            from bot.store.case_lists import _CASE, _OF_PERSON

            asked = (
                f"{_CASE} WHERE cases.community = 'c' ORDER BY cases.number DESC LIMIT 10",
                f"{_CASE} WHERE cases.community = 'c' AND cases.state = 'appealed' ORDER BY cases.number DESC",
                _OF_PERSON.replace("?1", "'p'"),
            )
            return [row[3] for one in asked for row in db.execute(f"EXPLAIN QUERY PLAN {one}")]

        steps = await house._db.read(plans)
        assert not [step for step in steps if step.startswith("SCAN")]
        # Begun with the person and not with the community's many.
        assert [step for step in steps if "case_people_by_person" in step]


async def test_of_two_who_change_the_rules_at_once_the_second_sees_the_first(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path) as house:
        rules = house.moderation.rules
        first = await rules.add(NewVersion(TEA, "one", 0, MO, "", 1.0))
        assert isinstance(first, RuleVersion)
        second = await rules.add(NewVersion(TEA, "two", 1, MO, "", 2.0))
        assert isinstance(second, RuleVersion)
        late = await rules.add(NewVersion(TEA, "three", 1, BEN, "", 3.0))
        assert late == Overtaken(second)
        assert [one.version for one in await rules.history(TEA)] == [2, 1]
        assert [one.version for one in await rules.history(TEA, below=2)] == [1]
        await sql(house, "UPDATE rule_versions SET text = 'other' WHERE version = 1")
        assert await rules.damaged() == ((TEA, 1),)


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.store_help import MO, house_in
from tests.test_cases import PAUSE, TEA, appeal

async def main(folder):
    async with house_in(folder) as house:
        cases = house.moderation.cases
        while True:
            number = (await cases.open(PAUSE)).number
            print("opened", number, flush=True)
            await cases.appeal(appeal(number, words="why?"))
            print("appealed", number, flush=True)
            await cases.lift(TEA, number, "a mistake", MO, 1_300.0)
            print("lifted", number, flush=True)

asyncio.run(main(Path(sys.argv[1])))
""".replace("import MO, house_in", "import house_in").replace("import PAUSE", "import MO, PAUSE")


async def test_i7_killed_at_any_moment_the_chain_is_whole_and_nothing_said_is_lost(
    tmp_path: Path,
) -> None:
    told: list[tuple[str, int]] = []
    for lines in (1, 2, 5, 9, 14):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(lines)]
            child.kill()
            said += child.stdout.readlines()
        told += [(s.split()[0], int(s.split()[1])) for s in said if s.endswith("\n")]
    async with house_in(tmp_path) as house:
        cases = house.moderation.cases
        assert await cases.faults() == ()
        for step, number in told:
            story = await cases.story(TEA, number, 1_400.0)
            assert story is not None
            assert Step(step) in [entry.step for entry in story.entries]
        lifted = {number for step, number in told if step == "lifted"}
        held = {
            hold.number for hold in (await house.moderation.strikes.of(ADA, TEA, 1_400.0)).holds
        }
        assert lifted
        assert not held & lifted


async def test_a_clock_that_was_far_ahead_makes_no_pause_of_a_year(tmp_path: Path) -> None:
    clock = Clock()
    ahead = clock.now + 365 * DAY
    async with house_in(tmp_path, clock=clock) as house:
        await house.moderation.cases.open(replace(PAUSE, at=ahead, until=ahead + 3_600.0))
        # A hit of the future counts for nothing, so that it cannot count for a year.
        assert not (await house.moderation.strikes.of(ADA, TEA, clock.now)).hits
    async with house_in(tmp_path, clock=clock) as house:
        found = await house.moderation.strikes.of(ADA, TEA, clock.now + 3_599)
        assert (len(found.holds), found.hits) == (1, {"flood": (clock.now,)})
        assert not (await house.moderation.strikes.of(ADA, TEA, clock.now + 3_601)).holds


async def test_hits_fade_and_are_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    async with house_in(tmp_path, clock=clock) as house:
        await house.moderation.cases.open(PAUSE)
        clock.now += 367 * DAY
        assert not (await house.moderation.strikes.of(ADA, TEA, clock.now)).hits
        await house.moderation.tidy(clock.now)
        rows = await house._db.read(lambda db: db.execute("SELECT * FROM rule_hits").fetchall())
        assert rows == []


async def test_the_operators_block_holds_everywhere_until_it_is_lifted(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        strikes = house.moderation.strikes
        await strikes.block(ADA, 1_000.0)
        for community in (TEA, CAKE):
            (hold,) = (await strikes.of(ADA, community, 1e9)).holds
            assert (hold.kind, hold.until) == (HoldKind.BLOCK, None)
        assert await strikes.unblock(ADA)
        assert not await strikes.unblock(ADA)
        assert not (await strikes.of(ADA, TEA, 1e9)).holds
