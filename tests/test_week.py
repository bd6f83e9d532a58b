"""A week of a community on a clock of its own, on three platforms side by side: presets, edits, hits,
steps, appeals, going back, the picture; the same rules decide the same everywhere.

The platforms are on paper, with the names of the real ones. What each makes of a command is tried
in its own tests.
"""

import re
from pathlib import Path

from bot.engine.scripted import ScriptedEngine
from bot.events import Role, Say
from bot.store.case_lists import Wanted
from bot.store.case_rows import CaseState
from tests.conftest import Parlour, running
from tests.fakes import Clock, PaperPlatform, noticed, spoken

DAY = 86_400.0
DOOR = ("hello", "next", "next", "yes", "done")


class Week:
    """One community on one platform, and everything that was said in it."""

    def __init__(self, paper: PaperPlatform, clock: Clock) -> None:
        self.paper = paper
        self.clock = clock
        self.told: list[str] = []
        self.is_answered = False

    async def says(self, person: str, *texts: str, role: Role = Role.MEMBER) -> str:
        for text in texts:
            shown = await self.paper.say(text, person, role)
            self.is_answered, said = bool(spoken(shown)), noticed(shown)
            # Ids and the signs of persons are another platform's; nothing else may differ.
            plain = said.replace(f"{self.paper.name}:", "here:")
            self.told.append(re.sub(r"somebody \(\w+\)", "somebody", plain))
        return self.told[-1]

    async def mod(self, *texts: str, who: str = "mo") -> str:
        return await self.says(who, *texts, role=Role.MODERATOR)


async def play(week: Week) -> None:
    for person in ("ada", "ben"):
        await week.says(person, *DOOR)
    start = week.clock.now
    await monday(week)
    week.clock.now = start + DAY
    await tuesday(week)
    week.clock.now = start + 2 * DAY
    await wednesday(week)
    week.clock.now = start + 3 * DAY
    await thursday(week)
    week.clock.now = start + 4 * DAY
    await friday(week)
    week.clock.now = start + 5 * DAY
    await saturday(week)
    week.clock.now = start + 6 * DAY
    await sunday(week)
    week.clock.now = start


async def monday(week: Week) -> None:
    await week.mod("/rules presets", "/rules presets ordinary confirm")
    await week.mod("/rules add words warn spoiler*, the ending")
    await week.mod(
        "/rules edit words-1 steps [{hits=2, does='pause', pause_minutes=30}, {hits=3, does='revoke'}]"
    )
    assert "words-1: `warn`" in await week.mod("/rules test a sp0iler?")
    assert "words-1" in await week.says("ada", "a spoiler: the quince did it")


async def tuesday(week: Week) -> None:
    assert "30 min" in await week.says("ada", "the ending is a wedding")
    assert "paused" in await week.says("ada", "good evening")
    await week.says("ada", "/why", "/appeal 2 it was another book")
    assert "another book" in await week.mod("/case 2")
    await week.mod("/lift 2 so it was")
    assert week.told[-1].startswith("Case 2 is lifted")
    await week.says("ada", "good evening")
    assert week.is_answered


async def wednesday(week: Week) -> None:
    await week.mod("/rules show", who="nell")
    await week.mod("/rules edit words-1 words finale*")
    assert "changed since you looked" in await week.mod("/rules remove words-1", who="nell")
    await week.says("ada", "a spoiler")
    assert week.is_answered


async def thursday(week: Week) -> None:
    await week.mod("/rules dry-run on words-1")
    await week.says("ada", "the finale")
    assert week.is_answered
    await week.mod("/rules dry-run off words-1")


async def friday(week: Week) -> None:
    for _ in range(3):
        await week.says("ben", "the finale")
        week.clock.now += 3_600
    assert "closed" in await week.says("ben", "good evening")
    await week.says("ben", "/appeal 5")
    await week.mod("/uphold 5 three times is enough")


async def saturday(week: Week) -> None:
    await week.mod("/rules history", "/rules rollback 3")
    assert "words-1" in await week.says("ada", "a spoiler")
    assert "/cases" not in await week.mod("/cases", "/cases appealed", "/cases lifted")


async def sunday(week: Week) -> None:
    # On Thursday the scripted engine said the finale, too.
    assert "words-1: 6 and 2" in await week.mod("/rules stats")
    assert "50 of 100" in week.told[-1]


async def test_a_week_is_the_same_on_every_platform(tmp_path: Path) -> None:
    clock = Clock()
    console, discord, matrix = papers = [PaperPlatform(n) for n in ("console", "discord", "matrix")]
    async with running(
        tmp_path / "data", ScriptedEngine(), paper=console, beside=(discord, matrix), clock=clock
    ) as parlour:
        weeks = [Week(paper, clock) for paper in papers]
        for week in weeks:
            await play(week)
        first, *others = weeks
        for other in others:
            assert other.told == first.told
        await check_what_stands(parlour, weeks)


async def check_what_stands(parlour: Parlour, weeks: list[Week]) -> None:
    cases = parlour.house.moderation.cases
    for week in weeks:
        page = await cases.page(Wanted(week.paper.tea), week.clock.now + 7 * DAY)
        actions = [case.action for case in reversed(page)]
        assert actions == ["warn", "pause", "warn", "pause", "revoke", "pause"], actions
        assert [case.number for case in page if case.state is CaseState.LIFTED] == [2]
        pictures = [one.file for one in week.paper.actions if isinstance(one, Say) and one.file]
        assert pictures[-1].content.startswith(b"\x89PNG")
    assert await cases.faults() == ()
    gone = "DELETE FROM case_log WHERE number = 3 AND community = 'discord:tea'"
    await parlour.house._db.write(lambda db: db.execute(gone).rowcount)
    assert [community for community, _ in await cases.faults()] == ["discord:tea"]
