"""What is made of a talk when nobody waits: once, exactly, and never in anybody's way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.engine.base import EngineError, Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import EventId, Rating
from bot.jobs import LONG_QUIET_S, QUIET_S, Jobs
from bot.memory.recall import catch_up
from bot.operate.houses import look_at_house
from bot.recovery import recover
from bot.settings import Config, Keys
from bot.store.vault import Vault
from bot.store.work_rows import Batch, Portion
from tests.fakes import PaperPlatform
from tests.job_help import (
    MEMORY,
    PORTION,
    Shop,
    indexed,
    keep,
    kill_at_steps,
    made,
    marked,
    say,
    shop_in,
)
from tests.store_help import ADA, arrive, begin, house_in


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path / "data") as shop:
        yield shop


async def test_what_was_said_is_taken_in_order_and_each_turn_once(shop: Shop) -> None:
    await say(shop.vault, shop.session, "a", "b", "c")
    await shop.quietly()
    assert await made(shop.vault) == {"a|re a|b|re b": 1, "c|re c": 1}
    await shop.quietly()
    assert len(shop.kind.seen) == 2
    assert [one.rating for one in shop.kind.seen] == [Rating.GENERAL] * 2


async def test_nothing_is_done_before_they_have_been_quiet_or_while_anybody_is_answered(
    shop: Shop,
) -> None:
    await say(shop.vault, shop.session, "a")
    shop.jobs.hear(ADA)
    shop.clock.now += QUIET_S - 1
    await shop.jobs.tick()
    assert shop.kind.seen == []
    shop.busy.append("Ben")
    shop.clock.now += QUIET_S
    await shop.jobs.tick()
    assert shop.kind.seen == []
    shop.clock.now += 3600
    await shop.jobs.tick()
    assert len(shop.kind.seen) == 1, "where somebody is always answered it waits an hour"


async def test_too_few_turns_wait_until_the_talk_has_ended(shop: Shop) -> None:
    shop.kind.portion = replace(PORTION, fewest=4)
    await say(shop.vault, shop.session, "a")
    await shop.quietly()
    assert shop.kind.seen == []
    await shop.vault.end_session(9.0)
    await shop.quietly()
    assert await made(shop.vault) == {"a|re a": 1}


async def test_too_few_turns_are_taken_once_nothing_was_said_for_long(shop: Shop) -> None:
    shop.kind.portion = replace(PORTION, fewest=4, idle_s=600.0)
    shop.clock.now = 10.0
    await say(shop.vault, shop.session, "a")
    await shop.quietly()
    assert shop.kind.seen == []
    shop.clock.now += LONG_QUIET_S
    await shop.jobs.tick()
    assert await made(shop.vault) == {"a|re a": 1}


async def test_the_newest_turns_of_a_talk_are_left_alone(shop: Shop) -> None:
    shop.kind.portion = Portion(fewest=2, most=4, behind=2)
    await say(shop.vault, shop.session, "a", "b", "c")
    await shop.quietly()
    assert await made(shop.vault) == {"a|re a|b|re b": 1}


async def test_an_edited_turn_is_made_anew_and_alone(shop: Shop) -> None:
    turns = await say(shop.vault, shop.session, "a", "b", "c", "d")
    await shop.quietly()
    await shop.vault.revise_turn(turns[1], "B", 9.0, Rating.GENERAL)
    await shop.quietly()
    assert "B" in await made(shop.vault)


async def writing(engine: ScriptedEngine, jobs: Jobs) -> asyncio.Task[None]:
    """A tick whose model has begun to write."""
    task = asyncio.create_task(jobs.tick())
    async with asyncio.timeout(60):
        while not engine.prompts:
            await asyncio.sleep(0)
    return task


class Held:
    """An engine that goes on when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.engine = ScriptedEngine(before_piece=self.wait)

    async def wait(self, _count: int) -> None:
        await self.go.wait()


@pytest.mark.parametrize("change", ["edited", "deleted", "memory off", "undone"])
async def test_what_changed_during_the_models_call_wins(tmp_path: Path, change: str) -> None:
    held = Held()
    async with shop_in(tmp_path / "data", held.engine) as shop:
        turns = await say(shop.vault, shop.session, "a", "b")
        shop.jobs.hear(ADA)
        shop.clock.now += QUIET_S
        task = await writing(held.engine, shop.jobs)
        if change == "edited":
            await shop.vault.revise_turn(turns[0], "A", 9.0, Rating.GENERAL)
        elif change == "deleted":
            await shop.vault.drop([turns[0]])
        elif change == "undone":
            await shop.vault.revise_turn(turns[0], "A", 9.0, Rating.GENERAL)
            await shop.vault.choose(turns[0], -1)
        else:
            await shop.vault.withdraw_consent("memory")
        held.go.set()
        await task
        assert (
            await made(shop.vault)
            == {
                "edited": {"A|re a|b|re b": 1},
                "deleted": {"re a|b|re b": 1},
                "undone": {"a|re a|b|re b": 1},
                "memory off": {},
            }[change]
        )


async def test_it_is_put_aside_the_moment_they_write_and_nothing_stays_in_the_engine(
    tmp_path: Path,
) -> None:
    held = Held()
    async with shop_in(tmp_path / "data", held.engine) as shop:
        await say(shop.vault, shop.session, "a", "b")
        shop.jobs.hear(ADA)
        shop.clock.now += QUIET_S
        task = await writing(held.engine, shop.jobs)
        shop.jobs.hear(ADA)
        async with asyncio.timeout(60):
            await task
        assert held.engine.pieces_made == 0
        assert held.engine.held == {}
        assert await made(shop.vault) == {}
        held.go.set()
        await shop.quietly()
        assert await made(shop.vault) == {"a|re a|b|re b": 1}
        assert held.engine.held == {}
        assert all(prompt.background for prompt in held.engine.prompts)


async def test_three_tries_then_it_is_parked_and_the_rest_goes_on(shop: Shop) -> None:
    shop.kind.is_garbled = lambda batch: batch.said[0].text == "a"
    await say(shop.vault, shop.session, "a", "b", "c", "d")
    await shop.quietly()
    assert [batch.tries for batch in shop.kind.seen] == [0, 1, 2, 0]
    assert await made(shop.vault) == {"c|re c|d|re d": 1}
    assert await shop.vault.work.parked() == {"making": 4}
    await shop.quietly()
    assert len(shop.kind.seen) == 4
    # A newer version of the kind tries again.
    shop.kind.version, shop.kind.is_garbled = 2, lambda _: False
    await shop.quietly()
    assert len(await made(shop.vault)) == 2
    assert await shop.vault.work.parked() == {}


async def test_an_engine_that_is_down_costs_no_try_and_is_left_alone_for_a_while(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_text: str) -> int:
        raise EngineError("down")

    def no_words(prompt: Prompt) -> str:
        del prompt
        raise EngineError("down")

    await say(shop.vault, shop.session, "a", "b")
    script = shop.engine._script
    with monkeypatch.context() as down:
        down.setattr(shop.engine, "_script", no_words)
        down.setattr(shop.engine, "count_tokens", fails)
        for _ in range(5):
            await shop.quietly()
    assert len(shop.kind.seen) < 5
    assert await shop.vault.work.parked() == {}
    assert shop.engine._script is script
    shop.clock.now += 3600.0
    await shop.quietly()
    assert await made(shop.vault) == {"a|re a|b|re b": 1}


async def test_a_kind_that_breaks_ends_nothing_else(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(batch: Batch) -> bool:
        raise ValueError(batch.said[0].text)

    shop.kind.is_garbled = breaks
    await say(shop.vault, shop.session, "marmalade")
    await shop.quietly()
    assert await shop.vault.work.parked() == {"making": 2}
    assert "marmalade" not in caplog.text


async def test_a_clock_that_jumps_keeps_nothing_waiting(shop: Shop) -> None:
    await say(shop.vault, shop.session, "a", "b")
    shop.jobs.hear(ADA)
    shop.clock.now -= 500_000.0
    await shop.jobs.tick()
    assert len(await made(shop.vault)) == 1


async def test_the_lease_of_a_dead_process_is_taken_over(shop: Shop) -> None:
    await say(shop.vault, shop.session, "a", "b")
    take = partial(shop.vault.work.take, "making", 1, PORTION, now=0.0)
    dead = await take(holder="dead")
    assert dead is not None
    assert await take(holder="dead") is None
    await shop.quietly()
    assert len(await made(shop.vault)) == 1
    write = partial(keep, ["late"])
    assert not await shop.vault.work.finish(dead, write, holder="dead")
    assert "late" not in await made(shop.vault)


async def test_many_turns_are_indexed_in_the_background(shop: Shop) -> None:
    await say(shop.vault, shop.session, *(f"word{number}" for number in range(150)))
    assert await indexed(shop.vault) == 0
    await shop.quietly()
    assert await indexed(shop.vault) == 300


async def test_a_reply_that_a_crash_cut_is_indexed_when_it_is_closed(tmp_path: Path) -> None:
    async with house_in(tmp_path / "data") as house:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.give_consent(MEMORY)
            turn = await arrive(vault, "e1", "My sister is called Mara.")
            reply = await vault.open_reply(
                session=(await begin(vault)).id,
                answers=turn,
                nonce="n",
                note="",
                now=1.0,
                remember=Rating.ROMANCE,
            )
            await vault.keep_shown(reply, ["A lighthouse"])
            await vault.sent(reply, 0, EventId("page"))
        house.leave_unfinished(ADA)
    async with house_in(tmp_path / "data") as house:
        await recover(house, [PaperPlatform("console")], 9.0)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await catch_up(vault)
            ratings = "SELECT DISTINCT rating FROM indexed"
            assert await vault._db.read(lambda db: db.execute(ratings).fetchall()) == [(1,)]
            assert await indexed(vault) == 2


# --- The file anew ------------------------------------------------------------------------------


async def test_after_something_was_forgotten_the_file_is_written_anew(shop: Shop) -> None:
    turns = await say(shop.vault, shop.session, *(f"long words {n} " * 50 for n in range(40)))
    await shop.quietly()
    assert not await marked(shop.vault)
    await shop.vault.drop(turns)
    assert await marked(shop.vault)
    assert await free_pages(shop.vault) > 0
    await shop.quietly()
    assert not await marked(shop.vault)
    assert await free_pages(shop.vault) == 0


async def free_pages(vault: Vault) -> int:
    free = "PRAGMA freelist_count"
    return int(await vault._db.read(lambda db: db.execute(free).fetchone()[0]))


async def test_a_rewriting_that_is_put_aside_or_killed_is_done_later(shop: Shop) -> None:
    (turn,) = await say(shop.vault, shop.session, "a")
    await shop.vault.drop([turn])
    assert not await shop.vault.work.rewrite(lambda: True, most_mb=100.0)
    assert await marked(shop.vault)
    assert not await shop.vault.work.rewrite(lambda: False, most_mb=0.0), "it is too large for now"
    assert await shop.vault.work.rewrite(lambda: False, most_mb=100.0)
    assert not await marked(shop.vault)


# --- Killed -------------------------------------------------------------------------------------


async def test_killed_at_any_step_the_final_state_is_the_same(tmp_path: Path) -> None:
    """At some statements, and between transactions; `make soak` goes through all."""
    assert await kill_at_steps(tmp_path, every=60) >= 2


# --- What the operator sees ---------------------------------------------------------------------


async def test_check_tells_how_much_was_given_up_and_none_of_its_words(tmp_path: Path) -> None:
    data, key = tmp_path / "data", tmp_path / "key"
    key.write_text("a" * 64)
    key.chmod(0o600)
    async with shop_in(data) as shop:
        shop.kind.is_garbled = lambda _: True
        await say(shop.vault, shop.session, "marmalade", "b")
        await shop.quietly()
    config = Config(data=data, keys=Keys(master_key_file=key))
    found = await look_at_house(config, {}, 1.0)
    (told,) = [what for _, what, _ in found if "in vain" in what]
    assert told.endswith("4 turns wait in vain for: making.")
    assert "marmalade" not in str(found)
