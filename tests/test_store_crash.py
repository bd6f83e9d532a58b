"""INVARIANT I7: killed or cancelled anywhere, nothing acknowledged is lost, none answered twice."""

import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import EventId, SessionId, TurnId
from bot.store.house import House
from bot.store.rows import Gone, OpenReply, Side, State
from bot.store.vault import Vault
from tests.store_help import ADA, arrive, begin, exchange, house_in, message, open_for, vault_in

# --- Killed --------------------------------------------------------------------------------------

TALKER = """
import asyncio, sys
from pathlib import Path
from bot.events import EventId
from bot.store.rows import State
from tests.store_help import arrive, begin, open_for, vault_in

async def main(folder, first):
    async with vault_in(folder) as vault:
        session = await vault.session() or await begin(vault)
        for number in range(first, first + 1000):
            event = f"e{number}"
            turn = await arrive(vault, event, f"Said {number}.")
            print("in", event, flush=True)
            reply = await open_for(vault, session, turn)
            for text in ("Answer", f"Answer to {number}."):
                await vault.keep_shown(reply, [text])
                print("shown", event, text, flush=True)
            await vault.sent(reply, 0, EventId(f"page-{event}"))
            await vault.close_reply(reply, state=State.DONE, text=text, now=7.0)
            print("done", event, flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


async def test_killed_at_random_moments_everything_acknowledged_is_there(tmp_path: Path) -> None:
    chance = random.Random(3)
    acknowledged: dict[str, list[str]] = {}
    for round_ in range(10):
        for line in killed_talk(tmp_path, round_ * 1000, lines=chance.randrange(1, 90)):
            what, event, *text = line.split(" ", 2)
            acknowledged.setdefault(event, []).append(" ".join([what, *text]))
        async with house_in(tmp_path) as house:
            if acknowledged:
                assert await house.left_open() == (ADA,)
            async with house.vault(ADA) as vault:
                assert vault is not None
                await check(vault, acknowledged)
                await recover(vault)
    assert len(acknowledged) > 50, "the talker talked"
    async with vault_in(tmp_path) as vault:
        exported: Any = await vault.export()
        events = [turn["event_id"] for turn in exported["turns"] if turn["side"] == "person"]
        assert len(events) == len(set(events))
        answered = [turn["answers"] for turn in exported["turns"] if turn["side"] == "persona"]
        assert len(answered) == len(set(answered)) == len(events)


def killed_talk(folder: Path, first: int, *, lines: int) -> list[str]:
    """What the process said before it died, the lines it wrote while dying among them."""
    command = [sys.executable, "-c", TALKER, str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    return [line.rstrip("\n") for line in said if line.endswith("\n")]


async def check(vault: Vault, acknowledged: dict[str, list[str]]) -> None:
    exported: Any = await vault.export()
    turns = {turn["id"]: turn for turn in exported["turns"]}
    answers = {turn["answers"]: turn for turn in turns.values() if turn["side"] == "persona"}
    said = {turn["event_id"]: turn for turn in turns.values() if turn["side"] == "person"}
    for event, steps in acknowledged.items():
        assert event in said
        answer = answers.get(said[event]["id"])
        if "done" in steps:
            assert answer is not None
            assert (answer["state"], said[event]["state"]) == ("done", "done")
            assert answer["revisions"][0]["text"] == f"Answer to {event[1:]}."
        elif len(steps) > 1:
            assert answer is not None
            shown = answer["pages"][0]["text"] or answer["revisions"][0]["text"]
            assert shown.startswith("Answer")


async def recover(vault: Vault) -> None:
    """What the bot does at its start."""
    for reply in await vault.left_open():
        if shown := await vault.pages(reply.turn):
            text = "".join(page.text for page in shown)
            await vault.close_reply(reply, state=State.CUT, text=text, now=8.0)
        else:
            await vault.reopen(reply, 8.0)
    session = await vault.session()
    assert session is not None
    for waiting in await vault.waiting():
        reply = await open_for(vault, session, waiting.turn)
        await vault.close_reply(reply, state=State.DONE, text="Late.", now=9.0)


# --- Cancelled -----------------------------------------------------------------------------------


class CancelledAt:
    """Awaits a coroutine and cancels it at its n-th wait, exactly."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waits: int) -> None:
        self.coroutine = coroutine
        self.waits = waits
        self.was_cancelled = False

    def __await__(self) -> Generator[Any, Any, None]:
        step = self.coroutine.send
        value: Any = None
        try:
            while True:
                future = step(value)
                if self.waits == 0:
                    self.was_cancelled = True
                    if future is not None:
                        future._asyncio_future_blocking = False
                    future = self.coroutine.throw(asyncio.CancelledError())
                self.waits -= 1
                step, value = self.coroutine.send, (yield future)
        except StopIteration:
            pass
        except asyncio.CancelledError:
            assert self.was_cancelled


async def test_an_exchange_cancelled_at_any_wait_leaves_nothing_half_done(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        cut = True
        waits = 0
        while cut:
            event = f"e{waits}"
            attempt = CancelledAt(exchange(vault, session, event), waits)
            await attempt
            cut = attempt.was_cancelled
            assert not await vault._db.read(lambda db: db.in_transaction)
            await recover(vault)
            if await vault.take_in(message(event)) is not None:
                await recover(vault)
            window = await vault.window(session.id)
            assert [turn.side for turn in window] == [Side.PERSON, Side.PERSONA] * (waits + 1)
            waits += 1
        assert waits > 5


async def test_a_house_call_cancelled_at_any_wait_leaves_the_house_usable(tmp_path: Path) -> None:
    async def life(house: House) -> None:
        await house.make_vault(ADA)
        async with house.vault(ADA) as vault:
            assert vault is not None
            await vault.set_mark("seen", 1.0)
        await house.close_idle()
        await house.erase(ADA, 1.0)

    waits = 0
    cut = True
    while cut:
        async with house_in(tmp_path, open_vaults=1, idle_s=1e-9) as house:
            attempt = CancelledAt(life(house), waits)
            await attempt
            cut = attempt.was_cancelled
            await house.make_vault(ADA)
            async with house.vault(ADA) as vault:
                assert vault is not None
                await vault.set_mark("seen", 2.0)
        async with house_in(tmp_path) as house:
            assert await house.left_open() == ()
            async with house.vault(ADA) as vault:
                assert vault is not None
                assert await vault.mark("seen") == 2.0
            await house.erase(ADA, 1.0)
        waits += 1
    assert waits > 5


async def test_two_tasks_on_one_vault_do_not_undo_each_other(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)

        async def fails() -> None:
            turn = await arrive(vault, "f")
            reply = await open_for(vault, session, turn)
            await vault.drop([turn])
            with pytest.raises(Gone):
                await vault.close_reply(reply, state=State.DONE, text="Hello.", now=1.0)

        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            for number in range(50):
                group.create_task(exchange(vault, session, f"e{number}"))
        assert len(await vault.window(session.id)) == 100


# --- At random -----------------------------------------------------------------------------------


class Model:
    """What must be true of a vault, kept in plain lists."""

    def __init__(self, vault: Vault, session: SessionId) -> None:
        self.vault = vault
        self.session = session
        self.seen: set[str] = set()
        self.waiting: list[tuple[TurnId, str]] = []
        self.talk: list[tuple[TurnId, str]] = []
        self.open: tuple[OpenReply, str, str] | None = None
        self.count = 0

    async def arrive(self, pick: int) -> None:
        event = f"e{pick}"
        turn = await self.vault.take_in(message(event, f"Said {pick}."))
        assert (turn is None) == (event in self.seen)
        if turn is not None:
            self.waiting.append((turn, f"Said {pick}."))
            self.seen.add(event)

    async def settle(self, pick: int) -> None:
        if self.waiting:
            turn, _ = self.waiting.pop(pick % len(self.waiting))
            await self.vault.settle(turn)

    async def open_reply(self, pick: int) -> None:
        if self.waiting and self.open is None:
            turn, text = self.waiting.pop(0)
            session = await self.vault.session()
            assert session is not None
            self.open = (await open_for(self.vault, session, turn), text, "")

    async def show(self, pick: int) -> None:
        if self.open is not None:
            reply, text, _ = self.open
            shown = f"Answer {pick}."
            await self.vault.keep_shown(reply, [shown])
            self.open = (reply, text, shown)

    async def close(self, pick: int) -> None:
        if self.open is not None:
            reply, text, shown = self.open
            await self.vault.close_reply(reply, state=State.DONE, text=shown, now=1.0)
            self.talk.append((reply.answers, text))
            if shown:
                self.talk.append((reply.turn, shown))
            self.open = None

    async def crash(self, pick: int) -> None:
        if self.open is not None:
            reply, text, shown = self.open
            if shown:
                await self.close(pick)
            else:
                assert await self.vault.left_open() == (reply,)
                await self.vault.reopen(reply, 8.0)
                self.waiting.insert(0, (reply.answers, text))
                self.waiting.sort()
                self.open = None

    async def swipe(self, pick: int) -> None:
        found = await self.vault.last_exchange(self.session)
        if self.open is None and found is not None and found[1] is not None:
            turn = found[1].id
            reply = await self.vault.open_again(turn=turn, nonce=f"s{pick}", now=1.0)
            text = f"Another {pick}." if pick % 3 else ""
            await self.vault.close_reply(reply, state=State.DONE, text=text, now=1.0)
            if text:
                self.talk = [(id_, text if id_ == turn else old) for id_, old in self.talk]

    async def undo(self, pick: int) -> None:
        if self.open is None:
            found = await self.vault.last_exchange(self.session)
            gone = [] if found is None else [turn.id for turn in found if turn is not None]
            await self.vault.drop(gone)
            self.talk = [(id_, text) for id_, text in self.talk if id_ not in gone]

    async def check(self) -> None:
        waiting = [(one.turn, one.message.text) for one in await self.vault.waiting()]
        assert waiting == self.waiting
        window = [(turn.id, turn.text) for turn in await self.vault.window(self.session)]
        assert window == self.talk
        left = [] if self.open is None else [self.open[0]]
        assert list(await self.vault.left_open()) == left


OPERATIONS = ["arrive", "settle", "open_reply", "show", "close", "crash", "swipe", "undo"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 9)), max_size=40))
def test_whatever_happens_no_turn_is_lost_and_none_answered_twice(
    operations: list[tuple[str, int]],
) -> None:
    async def live(folder: Path) -> None:
        async with vault_in(folder) as vault:
            model = Model(vault, (await begin(vault)).id)
            for name, pick in operations:
                await getattr(model, name)(pick)
                await model.check()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder)))


async def test_a_page_sent_before_a_kill_keeps_its_event(tmp_path: Path) -> None:
    async with vault_in(tmp_path) as vault:
        session = await begin(vault)
        reply = await open_for(vault, session, await arrive(vault, "e1"))
        await vault.keep_shown(reply, ["Hello."])
        await vault.sent(reply, 0, EventId("p0"))
    async with vault_in(tmp_path) as vault:
        (left,) = await vault.left_open()
        assert left == reply
        (page,) = await vault.pages(left.turn)
        assert (page.text, page.nonce, page.event_id) == ("Hello.", left.page_nonce(0), "p0")
