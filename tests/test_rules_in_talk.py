"""A community's rules in the talk itself: what they do, what is written down of it, how it ends."""

from pathlib import Path

from bot.dispatch import Arrival, Stage
from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId, Role
from bot.store.case_lists import Wanted
from bot.store.case_rows import Case, CaseState, NewVersion
from tests.conftest import Parlour, running
from tests.fakes import noticed, spoken, writes

ADA = PersonId("paper:ada")
RULES = """
[[rule]]
name = "no spoilers"
kind = "words"
words = ["spoiler"]
does = "warn"
steps = [{hits = 2, does = "pause", pause_minutes = 10}, {hits = 3, does = "revoke"}]
window_hours = 24
say = "No endings here, please."

[[rule]]
name = "no gossip"
kind = "words"
words = ["gossip"]
does = "refuse"
side = "input"
dry_run = true
"""


async def set_rules(parlour: Parlour, text: str = RULES) -> None:
    rules, tea = parlour.house.moderation.rules, parlour.paper.tea
    newest = await rules.newest(tea)
    seen = newest.version if newest else 0
    await rules.add(NewVersion(tea, text, seen, PersonId("paper:mo"), "test", parlour.clock()))


async def cases_of(parlour: Parlour) -> tuple[Case, ...]:
    return await parlour.house.moderation.cases.page(Wanted(parlour.paper.tea), parlour.clock())


async def test_m1_m2_a_rule_refuses_in_its_own_words_and_writes_a_case_without_any(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    asked = len(parlour.scripted.prompts)
    said = await parlour.paper.say("a spoiler: the quince did it")
    assert "No endings here" in noticed(said)
    assert not spoken(said)
    assert len(parlour.scripted.prompts) == asked
    (case,) = await cases_of(parlour)
    assert (case.rule, case.version, case.action, case.person) == ("no spoilers", 1, "warn", ADA)
    assert "quince" not in repr(case)


async def test_steps_get_firmer_and_fade(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    await parlour.paper.say("a spoiler")
    said = noticed(await parlour.paper.say("another spoiler"))
    assert "pause here for 10 min" in said
    assert "paused in this community" in noticed(await parlour.paper.say("good evening"))
    parlour.clock.now += 601
    assert spoken(await parlour.paper.say("good evening"))
    parlour.clock.now += 86_400
    await parlour.paper.say("a spoiler")
    assert [case.action for case in await cases_of(parlour)] == ["warn", "pause", "warn"]
    assert (await cases_of(parlour))[1].state is CaseState.EXPIRED


async def test_a_door_that_is_closed_opens_when_the_case_is_lifted(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    for _ in range(3):
        await parlour.paper.say("a spoiler")
        parlour.clock.now += 700
    assert "door to this community is closed" in noticed(await parlour.paper.say("good evening"))
    await parlour.paper.say("/appeal 3")
    await parlour.paper.say("/lift 3 enough", "mo", Role.MODERATOR)
    assert spoken(await parlour.paper.say("good evening"))


async def test_m3_a_dry_run_acts_on_nothing_and_is_counted(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    assert spoken(await parlour.paper.say("is this gossip?"))
    assert await cases_of(parlour) == ()
    (count,) = await parlour.house.moderation.rules.counts(parlour.paper.tea, "2027-01-01")
    assert (count.rule, count.is_dry, count.count) == ("no gossip", True, 1)


async def test_a_change_holds_from_the_next_message_on(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    await parlour.paper.say("a spoiler")
    await set_rules(parlour, RULES.replace("spoiler", "ending"))
    assert spoken(await parlour.paper.say("a spoiler"))
    assert "No endings" in noticed(await parlour.paper.say("the ending"))
    assert (await cases_of(parlour))[0].version == 2


async def test_i3_rules_that_cannot_be_read_refuse(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(parlour, '[[rule]]\nkind = "of a newer program"\n')
    assert "cannot look up this community's rules" in noticed(
        await parlour.paper.say("good evening")
    )


async def test_another_answer_is_no_second_hit_and_help_is_heard_in_a_pause(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(
        parlour,
        RULES.replace('does = "warn"\n', 'does = "mask"\n').replace(
            '\nsay = "No endings here, please."', ""
        ),
    )
    await parlour.paper.say("a spoiler")
    await parlour.paper.say("/again")
    assert len(await cases_of(parlour)) == 1
    await parlour.paper.say("a spoiler")
    assert "paused" in noticed(await parlour.paper.say("good evening"))
    assert "paused" not in noticed(await parlour.paper.say("I want to die"))


async def test_floods_are_seen_without_keeping_words_and_a_restart_forgives(tmp_path: Path) -> None:
    flood = '[[rule]]\nname = "flood"\nkind = "flood"\nmessages = 3\nseconds = 60\n'
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        parlour.clock.now += 600
        await set_rules(parlour, flood)
        said = [noticed(await parlour.paper.say(f"number {n}")) for n in range(3)]
        assert [bool(one) for one in said] == [False, False, True]
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        parlour.clock.now += 601
        assert spoken(await parlour.paper.say("number 4"))


async def test_i6_and_p1_the_export_tells_of_cases_and_erasing_leaves_the_pause(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await set_rules(parlour)
    for _ in range(2):
        await parlour.paper.say("a spoiler")
    exported = noticed(await parlour.paper.say("/export"))
    assert '"no spoilers"' in exported
    receipt = noticed(await parlour.paper.say("/erase confirm"))
    assert "cases" in receipt and "pause" in receipt
    assert await parlour.house.moderation.cases.faults() == ()
    assert all(case.person is None for case in await cases_of(parlour))


async def test_i7_a_message_that_a_crash_has_heard_again_counts_once(tmp_path: Path) -> None:
    """It had its case, and not its answer: the next start hears it again."""
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        await set_rules(parlour)
        message = parlour.paper.write("a spoiler")
        await parlour.paper.rest(message.room.id)
        assert len(await cases_of(parlour)) == 1
        stage = Stage(parlour.paper)
        await parlour.conversation.handle_message(Arrival(message, None), stage)
        assert len(await cases_of(parlour)) == 1


async def test_what_the_engine_wrote_is_masked_counted_and_nobodys_case(tmp_path: Path) -> None:
    async with running(tmp_path / "data", writes("The quince is ripe. Good night.")) as parlour:
        await parlour.let_in()
        await set_rules(
            parlour,
            '[[rule]]\nname = "quinces"\nkind = "words"\nwords = ["quince"]\ndoes = "mask"\n',
        )
        assert "quince" not in spoken(await parlour.paper.say("what is ripe?"))
        (count,) = await parlour.house.moderation.rules.counts(parlour.paper.tea, "2027-01-01")
        assert (count.rule, count.is_dry, count.count) == ("quinces", False, 1)
        assert await cases_of(parlour) == ()


async def test_what_is_masked_is_read_by_nobody_the_engine_included(parlour: Parlour) -> None:
    await parlour.let_in()
    await set_rules(
        parlour, '[[rule]]\nname = "quinces"\nkind = "words"\nwords = ["quince"]\ndoes = "mask"\n'
    )
    for text in ("the quince is ripe", "good evening"):
        assert spoken(await parlour.paper.say(text))
        assert not any("quince" in part.text for part in parlour.scripted.prompts[-1].parts)
    assert any("is ripe" in part.text for part in parlour.scripted.prompts[-1].parts)
