"""Two accounts of one person on the whole bot: `link`, what it says first, `unlink`, two doors."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

from bot import sentences
from bot.commands import follow_accounts
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId, Role, RoomId
from bot.jobs import QUIET_S
from bot.personas import load_personas
from bot.policy.door import WHO_THIS_IS
from bot.policy.door_rules import NOT_IN, YOUNG
from bot.recovery import recover
from bot.reminders import Reminders
from bot.store.rows import Reminder
from bot.story import StoryTelling
from tests.conftest import HABITS, PERSONAS, Parlour, running
from tests.fakes import PaperPlatform, noticed, spoken

ADA, BEN = PersonId("paper:ada"), PersonId("paper:ben")
SAYS_SO = "I am 15 years old."


async def code_of(parlour: Parlour, person: str = "ada") -> str:
    shown = noticed(await parlour.paper.say("/link", person))
    found = re.search(r"\w{4}-\w{4}-\w{4}", shown)
    assert found is not None, shown
    return found[0]


async def link(parlour: Parlour, shower: str = "ada", typer: str = "ben") -> None:
    code = await code_of(parlour, shower)
    await parlour.paper.say(f"/link {code}", typer)
    assert "one person now" in noticed(await parlour.paper.say(f"/link {code} confirm", typer))


async def test_what_it_does_is_told_on_both_before_it_is_done(parlour: Parlour) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    shown = noticed(await parlour.paper.say("/link"))
    code = await code_of(parlour)
    asked = noticed(await parlour.paper.say(f"/link {code}", "ben"))
    for told in (shown, asked):
        for word in ("read everything", "one person", "stricter", "session", "`unlink`"):
            assert word in told
    assert "paper:ada" in asked
    assert parlour.house.links.person_of(BEN) == BEN, "nothing is done before it is confirmed"
    done = noticed(await parlour.paper.say(f"/link {code} confirm", "ben"))
    assert "paper:ada, paper:ben" in done
    for person in ("ada", "ben"):
        for command in ("/where", "/privacy"):
            assert "paper:ada, paper:ben" in noticed(await parlour.paper.say(command, person))


async def test_a_wrong_an_old_and_a_used_code_are_answered_in_the_same_words(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    code, no = await code_of(parlour), follow_accounts.LINK_NO.format(prefix="/")
    for wrong in ("1", "0000-0000-0000", f"{code[:5]}0000-0000", "x" * 60):
        for sure in ("", " confirm"):
            assert noticed(await parlour.paper.say(f"/link {wrong}{sure}", "ben")) == no
    assert noticed(await parlour.paper.say(f"/link {code}")) == no, "one's own"
    parlour.clock.now += 600
    assert noticed(await parlour.paper.say(f"/link {code}", "ben")) == no
    code = await code_of(parlour)
    await parlour.paper.say(f"/link {code} confirm", "ben")
    assert noticed(await parlour.paper.say(f"/link {code} confirm", "cleo")) == no


async def test_who_is_not_in_shows_no_code_and_a_new_account_may_use_one(parlour: Parlour) -> None:
    assert noticed(await parlour.paper.say("/link", "ben")) == NOT_IN
    await parlour.let_in()
    await link(parlour)
    assert spoken(await parlour.paper.say("hello from here", "ben"))


async def test_both_go_on_in_one_talk_under_one_name_in_the_engine(parlour: Parlour) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await parlour.paper.say("the tide is out", "ben")
    await parlour.paper.say("the marmalade is ours")
    await link(parlour)
    assert BEN in parlour.scripted.forgotten, "what was computed under the name that is gone"
    await parlour.paper.say("and now?", "ben")
    prompt: Prompt = parlour.scripted.prompts[-1]
    texts = [part.text for part in prompt.parts]
    assert prompt.key == ADA
    assert "the marmalade is ours" in texts
    assert "the tide is out" not in texts, "its session has ended"
    exported = json.loads(noticed(await parlour.paper.say("/export", "ben")))
    said = [turn["revisions"][-1]["text"] for turn in exported["turns"]]
    assert {"the tide is out", "the marmalade is ours", "and now?"} <= set(said)
    assert exported["accounts"] == ["paper:ada", "paper:ben"]


async def test_limits_hold_on_both(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda _: "A spider sits in the lamp.")
    async with running(tmp_path / "data", engine) as parlour:
        for person in ("ada", "ben"):
            await parlour.let_in(person)
        await parlour.paper.say("/limits hard spiders", "ben")
        await link(parlour)
        assert not any("pider" in text for text in spoken(await parlour.paper.say("who is there?")))


async def test_locked_on_one_account_is_locked_on_the_other(parlour: Parlour) -> None:
    await parlour.let_in()
    await link(parlour)
    await parlour.paper.say(SAYS_SO, "ben")
    asked = len(parlour.scripted.prompts)
    for person in ("ada", "ben"):
        assert noticed(await parlour.paper.say("hello", person)) == YOUNG
    await parlour.paper.say("/unlink", "ben")
    await parlour.paper.say("/erase confirm")
    for person in ("ada", "ben"):
        assert noticed(await parlour.paper.say("hello", person)) == YOUNG
    assert len(parlour.scripted.prompts) == asked


async def test_a_locked_person_who_comes_back_by_anothers_code_locks_that_too(
    parlour: Parlour,
) -> None:
    await parlour.paper.say(SAYS_SO, "ben")
    await parlour.let_in()
    await link(parlour)
    asked = len(parlour.scripted.prompts)
    for person in ("ada", "ben"):
        assert noticed(await parlour.paper.say("hello", person)) == YOUNG
    assert noticed(await parlour.paper.say("/link")) == YOUNG
    assert len(parlour.scripted.prompts) == asked


async def test_nobody_opens_a_lock_of_their_own_from_a_linked_account(parlour: Parlour) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await link(parlour)
    say = "/unlock ben it was wrong"
    assert noticed(await parlour.paper.say(say, "ada", Role.MODERATOR)) == sentences.NOT_YOUR_OWN
    await parlour.paper.say(SAYS_SO, "ben")
    await parlour.paper.say(say, "mo", Role.MODERATOR)
    assert not await parlour.house.locked(ADA)


async def test_parted_the_one_keeps_the_vault_and_the_other_meets_the_door(
    parlour: Parlour,
) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await parlour.paper.say("the tide is out", "ben")
    await link(parlour)
    assert "The vault stays with paper:ada" in noticed(await parlour.paper.say("/unlink", "ben"))
    assert WHO_THIS_IS in noticed(await parlour.paper.say("hello", "ben"))
    assert "the tide is out" in noticed(await parlour.paper.say("/export"))
    assert noticed(await parlour.paper.say("/export", "ben")) == sentences.NOTHING_TO_ERASE
    assert noticed(await parlour.paper.say("/unlink")) == follow_accounts.NOT_LINKED


async def test_erased_on_one_account_nothing_is_left_on_the_other(
    parlour: Parlour, tmp_path: Path
) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await link(parlour)
    assert "accounts" in noticed(await parlour.paper.say("/erase confirm", "ben"))
    assert not list((tmp_path / "data" / "vaults").iterdir())
    for person in ("ada", "ben"):
        assert WHO_THIS_IS in noticed(await parlour.paper.say("hello", person))


async def test_a_reminder_comes_to_the_account_that_set_it(parlour: Parlour) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    await link(parlour)
    await parlour.paper.say("/remind 20:00 stretch", "ben")
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        assert [one.account for one in await vault.reminders()] == [BEN]


async def test_what_is_being_written_elsewhere_at_the_join_stops_and_nothing_said_is_lost(
    tmp_path: Path,
) -> None:
    held, go_on = asyncio.Event(), asyncio.Event()
    hold = False

    async def before(_count: int) -> None:
        if hold:
            held.set()
            await go_on.wait()

    async with running(tmp_path / "data", ScriptedEngine(before_piece=before)) as parlour:
        for person in ("ada", "ben"):
            await parlour.let_in(person)
        for text in ("one", "two", "three"):
            await parlour.paper.say(text)
        code = await code_of(parlour)
        elsewhere = RoomId("paper:ben elsewhere")
        hold = True
        for text in ("in the works", "waiting there"):
            message = parlour.paper.message(text, "ben")
            parlour.paper.tell(replace(message, room=replace(message.room, id=elsewhere)))
        await held.wait()
        await parlour.paper.say(f"/link {code} confirm", "ben")
        hold = False
        go_on.set()
        await parlour.paper.rest(elsewhere)
        exported = json.loads(noticed(await parlour.paper.say("/export")))
    said = [t["revisions"][-1]["text"] for t in exported["turns"] if t["side"] == "person"]
    assert sorted(said) == sorted(["one", "two", "three", "in the works", "waiting there"])
    assert not [turn for turn in exported["turns"] if turn["state"] in {"open", "waiting"}]


# --- Two doors at once --------------------------------------------------------------------------


async def at_two_last_screens(parlour: Parlour) -> RoomId:
    elsewhere = RoomId("paper:ada's other device")
    for answer in ("hello", "next", "next", "yes"):
        await parlour.paper.say(answer)
        await say_in(parlour, answer, elsewhere)
    return elsewhere


async def say_in(parlour: Parlour, text: str, room: RoomId) -> None:
    message = parlour.paper.message(text)
    parlour.paper.tell(replace(message, room=replace(message.room, id=room)))
    await parlour.paper.rest(room)


async def test_of_two_doors_that_end_at_once_one_is_come_through_whole(parlour: Parlour) -> None:
    elsewhere = await at_two_last_screens(parlour)
    await say_in(parlour, "intimate", elsewhere)
    message = parlour.paper.message("done")
    before = len(parlour.paper.shown)
    parlour.paper.tell(message)
    parlour.paper.tell(replace(message, room=replace(message.room, id=elsewhere)))
    for room in (message.room.id, elsewhere):
        await parlour.paper.rest(room)
    shown = [one.text for one in parlour.paper.shown[before:]]
    assert sum("Welcome" in text for text in shown) == 1
    assert shown.count(sentences.ALREADY_IN) == 1
    assert not any(WHO_THIS_IS in text for text in shown)
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        given = {
            kind: await vault.consent(kind) is not None for kind in ("memory", "intimate memory")
        }
    assert len(set(given.values())) == 1, "the choice of one door, and not a mixture"


async def test_who_came_in_by_one_door_is_in_at_the_other(parlour: Parlour) -> None:
    elsewhere = await at_two_last_screens(parlour)
    await parlour.paper.say("done")
    before = len(parlour.paper.shown)
    await say_in(parlour, "how is the sea?", elsewhere)
    assert spoken(parlour.paper.shown[before:]) == ["You said: how is the sea?"]


async def test_two_linked_accounts_have_one_door(parlour: Parlour) -> None:
    await parlour.let_in()
    await link(parlour)
    await parlour.paper.say("/leave")
    for answer in ("hello", "next", "next", "yes"):
        for person in ("ada", "ben"):
            await parlour.paper.say(answer, person)
    assert spoken(await parlour.paper.say("done"))
    assert spoken(await parlour.paper.say("hello from here", "ben"))


async def test_a_door_whose_words_a_restart_may_have_changed_is_read_from_the_beginning(
    tmp_path: Path,
) -> None:
    paper = PaperPlatform()
    async with running(tmp_path / "data", ScriptedEngine(), paper=paper) as parlour:
        for answer in ("hello", "next", "next", "yes"):
            await parlour.paper.say(answer)
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        assert WHO_THIS_IS in noticed(await parlour.paper.say("done"))
        assert not parlour.scripted.prompts
        async with parlour.house.vault(ADA) as vault:
            assert vault is None


# --- Each account on its own platform -----------------------------------------------------------


def reminders(parlour: Parlour, *platforms: PaperPlatform) -> Reminders:
    return Reminders(
        parlour.house, platforms, is_at_work=lambda _: False, habits=HABITS, clock=parlour.clock
    )


async def linked_over_two(parlour: Parlour, other: PersonId) -> None:
    """Ada, with a reminder that she set on an account of another platform."""
    await parlour.let_in()
    code = await parlour.house.links.make_code(ADA, parlour.clock())
    assert await parlour.house.links.join(other, code, parlour.clock())
    due = parlour.clock() + 60
    one = Reminder(
        600,
        is_daily=False,
        text="stretch",
        due=due,
        room=RoomId("inn:a"),
        sponsor=CommunityId("inn:tea"),
        account=other,
    )
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        await vault.add_reminder(one, 9)
    await parlour.house.set_alarm(other, due)
    parlour.clock.now = due


async def test_a_reminder_is_said_on_the_platform_that_it_was_set_on(parlour: Parlour) -> None:
    inn, other = PaperPlatform("inn"), PersonId("inn:ada")
    await linked_over_two(parlour, other)
    before = len(parlour.paper.shown)
    await reminders(parlour, parlour.paper).tick()
    assert not inn.shown
    await reminders(parlour, parlour.paper, inn).tick()
    assert ["stretch" in one.text for one in inn.shown] == [True]
    assert len(parlour.paper.shown) == before


async def test_once_parted_no_reminder_reaches_the_other_account(parlour: Parlour) -> None:
    inn, other = PaperPlatform("inn"), PersonId("inn:ada")
    await linked_over_two(parlour, other)
    await parlour.house.links.part(other)
    await reminders(parlour, parlour.paper, inn).tick()
    assert not inn.shown
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        assert await vault.reminders() == ()


class Keeping(PaperPlatform):
    """A platform that keeps something of people."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.forgotten: list[PersonId] = []

    async def forget(self, account: PersonId) -> None:
        self.forgotten.append(account)


async def test_i6_every_platform_forgets_every_account_of_who_is_erased(tmp_path: Path) -> None:
    other, paper, inn = PersonId("inn:ada"), PaperPlatform(), Keeping("inn")
    running_beside = running(tmp_path / "data", ScriptedEngine(), paper=paper, beside=[inn])
    async with running_beside as parlour:
        await parlour.let_in()
        code = await parlour.house.links.make_code(ADA, parlour.clock())
        assert await parlour.house.links.join(other, code, parlour.clock())
        assert "confirm" in noticed(await paper.say("/erase"))
        assert inn.forgotten == []
        assert noticed(await paper.say("/erase confirm")).startswith("Erased")
        assert set(inn.forgotten) == {ADA, other}


async def test_after_a_crash_what_waits_is_answered_where_it_was_written(tmp_path: Path) -> None:
    other = PersonId("inn:ada")
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        await parlour.let_in()
        code = await parlour.house.links.make_code(ADA, parlour.clock())
        assert await parlour.house.links.join(other, code, parlour.clock())
        message = PaperPlatform("inn").message("are you there?")
        async with parlour.house.vault(other) as vault:
            assert vault is not None
            assert await vault.take_in(message)
        parlour.house.leave_unfinished(other)
    async with running(tmp_path / "data", ScriptedEngine()) as parlour:
        inn = PaperPlatform("inn")
        assert await recover(parlour.house, [parlour.paper], 1.0) == ()
        (arrival,) = await recover(parlour.house, [parlour.paper, inn], 1.0)
        assert arrival.message.author.id == other
        await parlour.house.links.part(other)
        assert await recover(parlour.house, [parlour.paper, inn], 1.0) == ()
        async with parlour.house.vault(ADA) as vault:
            assert vault is not None
            assert await vault.waiting() == ()


# --- What is remembered -------------------------------------------------------------------------

KETTLE = "My sister Mara hid the copper kettle under the stairs of the old mill."


async def test_a10_a_note_does_not_outlive_the_memory_of_who_had_chosen_it_alone(
    parlour: Parlour,
) -> None:
    for person in ("ada", "ben"):
        await parlour.let_in(person)
    for said in ("/memory on", KETTLE, "/new", "Where did Mara hide the copper kettle?"):
        await parlour.paper.say(said, "ben")
    assert any(KETTLE in part.text for part in parlour.scripted.prompts[-1].parts)
    await link(parlour)
    async with parlour.house.vault(ADA) as vault:
        assert vault is not None
        turns = json.loads(json.dumps(await vault.export()))["turns"]
    assert any(turn["revisions"][-1]["text"] == KETTLE for turn in turns), "the talk stays"
    assert not any("kettle" in turn["note"] for turn in turns)


async def test_what_waits_to_be_made_is_made_under_the_name_that_both_have(tmp_path: Path) -> None:
    """Else it would not be put aside when they write."""
    engine = ScriptedEngine(lambda _: "I see.")
    kinds = (StoryTelling(load_personas(PERSONAS), engine.context_tokens),)
    async with running(tmp_path / "data", engine, kinds=kinds) as parlour:
        for person in ("ada", "ben"):
            await parlour.let_in(person)
            await parlour.paper.say("/memory on", person)
        for _ in range(4):
            await parlour.paper.say(KETTLE, "ben")
        await link(parlour)
        parlour.clock.now += QUIET_S
        await parlour.conversation.jobs.tick()
        assert {prompt.key for prompt in engine.prompts if prompt.background} == {f"{ADA} (work)"}
