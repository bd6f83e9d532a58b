"""SAFETY P6: an incognito session keeps nothing beyond itself, whatever ends it."""

import json
import shutil
from pathlib import Path

import pytest

from bot.commands import follow_memory
from bot.engine.scripted import ScriptedEngine
from bot.events import Rating, TurnId
from bot.memory.notes import OPENING
from bot.retention import Retention
from bot.store import indexing
from bot.store.passing import IDLE_S
from tests.conftest import Parlour, prompted, running
from tests.fakes import Clock, Held, noticed, on_telephone, spoken
from tests.store_help import rows
from tests.test_linking import code_of

SECRET = "The marmalade stands behind the clock."


async def kept(parlour: Parlour) -> str:
    return noticed(await parlour.paper.say("/export"))


async def hidden(parlour: Parlour) -> None:
    """Somebody with memory talks incognito."""
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    await parlour.paper.say("/incognito on")
    await parlour.paper.say(SECRET)


async def test_p6_it_is_said_at_its_start_and_on_who_and_nothing_of_it_is_left(
    parlour: Parlour,
) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    begun = await parlour.paper.say("/incognito on")
    assert "is incognito" in noticed(begun)
    assert spoken(begun), "the persona greets"
    await parlour.paper.say(SECRET)
    assert follow_memory.INCOGNITO_IS in noticed(await parlour.paper.say("/who"))
    assert SECRET in await kept(parlour), "what is there now is there for the export, too (P1)"
    assert noticed(await parlour.paper.say("/incognito off")) == follow_memory.ENDED
    everything = await kept(parlour)
    assert "marmalade" not in everything
    assert not [one for one in json.loads(everything)["sessions"] if one["is_incognito"]]
    assert follow_memory.INCOGNITO_IS not in noticed(await parlour.paper.say("/who"))
    await parlour.paper.say("Where does the marmalade stand?")
    assert SECRET not in prompted(parlour)


async def test_the_engine_forgets_it_with_its_end(parlour: Parlour) -> None:
    await hidden(parlour)
    before = len(parlour.scripted.forgotten)
    await parlour.paper.say("/incognito off")
    assert len(parlour.scripted.forgotten) > before


async def test_nothing_of_it_is_indexed_and_nothing_is_recalled_in_it(parlour: Parlour) -> None:
    await parlour.let_in()
    await parlour.paper.say("/memory on")
    await parlour.paper.say("My sister Mara keeps the lighthouse.")
    await parlour.paper.say("/incognito on")
    await parlour.paper.say("Where does my sister Mara work?")
    assert OPENING not in prompted(parlour)
    assert "Mara keeps" not in prompted(parlour), "nor what is known of them"
    async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
        assert vault is not None
        everything = await vault.export()
    incognito = [one["id"] for one in rows(everything, "sessions") if one["is_incognito"]]
    turns = [one["id"] for one in rows(everything, "turns") if one["session"] in incognito]
    assert len(turns) == 2
    async with parlour.house.vault(parlour.paper.message("").author.id) as vault:
        assert vault is not None
        # Whoever asked for it: the schema itself takes nothing of it in.
        await vault._db.write(
            indexing.queue, [TurnId(int(str(turn))) for turn in turns], Rating.GENERAL
        )
        asked = "SELECT turn FROM to_index UNION SELECT turn FROM indexed"
        indexed = await vault._db.read(lambda db: db.execute(asked).fetchall())
        assert not {row[0] for row in indexed} & set(turns)
    await parlour.paper.say("/incognito off")
    await parlour.paper.say("Where does my sister Mara work?")
    assert OPENING in prompted(parlour)


@pytest.mark.parametrize("command", ["/new", "/persona tock", "/incognito on"])
async def test_a_new_session_takes_the_one_before_away_and_is_incognito_itself(
    parlour: Parlour, command: str
) -> None:
    await hidden(parlour)
    said = await parlour.paper.say(command)
    assert "incognito" in noticed(said)
    if command != "/incognito on":
        assert SECRET not in await kept(parlour)
    assert follow_memory.INCOGNITO_IS in noticed(await parlour.paper.say("/who"))


async def test_leaving_and_losing_the_sponsor_take_it_away(parlour: Parlour) -> None:
    await hidden(parlour)
    await parlour.paper.leave()
    assert SECRET not in await kept(parlour)
    parlour.paper.places.clear()
    await parlour.paper.say("/new")
    await parlour.paper.say(SECRET)
    await parlour.paper.say("/leave")
    assert SECRET not in await kept(parlour)


async def test_a_crash_in_the_middle_goes_on_incognito_and_nothing_is_lost(tmp_path: Path) -> None:
    held = Held("I see.", at=1)
    async with running(tmp_path / "data", held.engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/incognito on")
        parlour.paper.write(SECRET)
        await held.reached.wait()
        # As a crash leaves it at this moment.
        shutil.copytree(tmp_path / "data", tmp_path / "crashed")
        shutil.copy(tmp_path / "data.key", tmp_path / "crashed.key")
        held.go()
    engine = ScriptedEngine(lambda _: "I see.")
    async with running(tmp_path / "crashed", engine) as parlour:
        await parlour.paper.until_shown()
        assert SECRET in prompted(parlour), "what was acknowledged is answered (I7)"
        assert follow_memory.INCOGNITO_IS in noticed(await parlour.paper.say("/who"))
        await parlour.paper.say("/incognito off")
        assert SECRET not in await kept(parlour)


async def test_it_ends_by_itself_where_nobody_comes_back_and_stays_incognito_for_who_does(
    tmp_path: Path,
) -> None:
    clock, forgot = Clock(), []

    async def forget(person: str) -> None:
        forgot.append(person)

    async with running(tmp_path / "data", ScriptedEngine(), clock=clock) as parlour:
        await hidden(parlour)
        runner = Retention(parlour.house, keep_days=0, forget=forget, clock=clock)
        for _ in range(8):
            clock.pass_hours(1)
            await runner.tick()
        assert SECRET in await kept(parlour)
        for _ in range(8):
            clock.pass_hours(IDLE_S / 3600 / 8)
            await runner.tick()
        assert SECRET not in await kept(parlour)
        assert forgot == [parlour.paper.message("").author.id]
        assert "is incognito" in noticed(await parlour.paper.say("hello again"))


async def test_it_ends_on_another_device_while_a_reply_is_written(tmp_path: Path) -> None:
    held = Held("The sea is calm tonight.", at=2)
    async with running(tmp_path / "data", held.engine) as parlour:
        await parlour.let_in()
        await parlour.paper.say("/incognito on")
        said = parlour.paper.write(SECRET)
        await held.reached.wait()
        elsewhere = on_telephone(parlour.paper.message("/incognito off"))
        parlour.paper.tell(elsewhere)
        await parlour.paper.rest(elsewhere.room.id)
        held.go()
        await parlour.paper.rest(said.room.id)
        everything = await kept(parlour)
        assert SECRET not in everything
        assert "calm" not in everything


async def test_in_a_pause_it_is_not_begun_and_can_be_ended(parlour: Parlour) -> None:
    await hidden(parlour)
    await parlour.paper.say("/pause")
    assert noticed(await parlour.paper.say("/incognito off")) == follow_memory.ENDED
    assert "paused" in noticed(await parlour.paper.say("/incognito on"))


@pytest.mark.parametrize(("shower", "typer"), [("ada", "ben"), ("ben", "ada")])
async def test_where_two_accounts_become_one_person_it_goes_on_or_is_over_and_is_never_ordinary(
    parlour: Parlour, shower: str, typer: str
) -> None:
    """The talk of who showed the code goes on where it is; the other's ends."""
    await hidden(parlour)
    await parlour.let_in("ben")
    await parlour.paper.say("The kettle sings.", "ben")
    code = await code_of(parlour, shower)
    await parlour.paper.say(f"/link {code} confirm", typer)
    everything = await kept(parlour)
    assert "The kettle sings." in everything
    assert ("marmalade" in everything) is (shower == "ada")
    assert follow_memory.INCOGNITO_IS in noticed(await parlour.paper.say("/who", "ben"))
    await parlour.paper.say("The harbour is quiet.", "ben")
    await parlour.paper.say("/incognito off", "ben")
    everything = await kept(parlour)
    assert "marmalade" not in everything
    assert "harbour" not in everything
