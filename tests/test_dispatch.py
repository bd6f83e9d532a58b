"""One room, one worker: order, bounds, stopping; with a handler that only writes down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.dispatch import Arrival, Dispatch, Stage
from bot.events import (
    AgeGates,
    AgeSeen,
    Deleted,
    Edited,
    Event,
    InRoom,
    Left,
    Message,
    RoomId,
    Typing,
)
from tests.fakes import PaperPlatform


class Notebook:
    """A handler with behaviour: it takes as long as a test holds it, and writes everything down."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.turned_away: list[str] = []
        self.left: list[str] = []
        self.apologies: list[str] = []
        self.ahead: list[Event] = []
        self.looked = asyncio.Event()
        self.see_on = asyncio.Event()
        self.see_on.set()
        self.seen: set[str] = set()
        self.at_work: dict[RoomId, int] = {}
        self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.started = asyncio.Event()

    async def arrive(self, message: Message) -> Arrival | None:
        if message.id in self.seen:
            return None
        self.seen.add(message.id)
        return Arrival(message, None)

    def most_waiting(self, message: Message) -> int | None:
        return None

    async def turn_away(self, message: Message, waiting: int, stage: Stage) -> None:
        self.turned_away.append(message.text)

    async def handle_message(self, arrival: Arrival, stage: Stage) -> None:
        room = arrival.message.room.id
        self.at_work[room] = self.at_work.get(room, 0) + 1
        assert self.at_work[room] == 1, "one message of a room at a time"
        self.most_at_once = max(self.most_at_once, sum(self.at_work.values()))
        self.started.set()
        try:
            await self.go_on.wait()
            if arrival.message.text == "break":
                raise RuntimeError("these are words")
            self.handled.append(arrival.message.text)
        finally:
            self.at_work[room] -= 1

    async def handle_change(self, change: Edited | Deleted, stage: Stage) -> None:
        self.handled.append(f"changed {change.id}")

    async def take_sign(self, seen: AgeSeen | AgeGates) -> None:
        self.handled.append(f"sign {seen.sign}" if isinstance(seen, AgeSeen) else "gates")

    async def look_ahead(self, event: InRoom, stage: Stage) -> None:
        self.ahead.append(event)
        self.looked.set()
        await self.see_on.wait()
        if isinstance(event, Message) and event.text == "break ahead":
            raise RuntimeError("these are words")

    async def handle_leaving(self, left: Left) -> None:
        self.handled.append(f"left {left.community}")

    def leave(self, message: Message) -> None:
        self.left.append(message.text)

    async def apologise(self, arrival: Arrival, error: Exception, stage: Stage) -> None:
        self.apologies.append(arrival.message.text)


@asynccontextmanager
async def at_work(
    notebook: Notebook, paper: PaperPlatform, *, waiting: int = 100, rooms: int = 100
) -> AsyncIterator[Dispatch]:
    dispatch = Dispatch(notebook, waiting=waiting, rooms=rooms, stop_s=5.0)
    async with asyncio.TaskGroup() as group:
        group.create_task(dispatch.run([paper]))
        yield dispatch
        paper.hang_up()


async def test_a_rooms_messages_are_handled_in_order_one_at_a_time() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    async with at_work(notebook, paper):
        for number in range(50):
            paper.write(str(number))
    assert notebook.handled == [str(number) for number in range(50)]


async def test_rooms_are_handled_side_by_side() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.go_on.clear()
    async with at_work(notebook, paper):
        for person in ("ada", "bob", "cleo"):
            paper.write("hello", person)
        async with asyncio.timeout(10):
            while notebook.most_at_once < 3:
                notebook.started.clear()
                await notebook.started.wait()
        notebook.go_on.set()
    assert notebook.handled == ["hello"] * 3


async def test_a_full_inbox_turns_away_and_says_so() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.go_on.clear()
    async with at_work(notebook, paper, waiting=2):
        paper.write("at work")
        await notebook.started.wait()
        for number in range(5):
            paper.write(str(number))
        # The last to be told comes after all that were: it belongs to another room.
        paper.write("other", "bob")
        async with asyncio.timeout(10):
            while notebook.most_at_once < 2:
                notebook.started.clear()
                await notebook.started.wait()
        notebook.go_on.set()
    assert notebook.turned_away == ["2", "3", "4"]
    assert sorted(notebook.handled) == ["0", "1", "at work", "other"]


async def test_too_many_rooms_turn_a_newcomer_away() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.go_on.clear()
    async with at_work(notebook, paper, rooms=1):
        paper.write("hello", "ada")
        await notebook.started.wait()
        message = paper.write("hello too", "bob")
        await paper.rest(message.room.id)
        notebook.go_on.set()
    assert notebook.turned_away == ["hello too"]


async def test_a_broken_answer_ends_neither_its_room_nor_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notebook, paper = Notebook(), PaperPlatform()
    async with at_work(notebook, paper):
        paper.write("break")
        paper.write("go on")
        paper.write("hello", "bob")
    assert notebook.apologies == ["break"]
    assert sorted(notebook.handled) == ["go on", "hello"]
    assert "these are words" not in caplog.text


async def test_an_event_seen_before_is_not_handled_again() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    async with at_work(notebook, paper):
        message = paper.write("once")
        paper.tell(message)
        await paper.say("next")
    assert notebook.handled == ["once", "next"]


async def test_what_waits_when_it_stops_is_left_and_what_is_written_ends() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.go_on.clear()
    dispatch = Dispatch(notebook, waiting=100, rooms=100, stop_s=5.0)
    async with asyncio.TaskGroup() as group:
        group.create_task(dispatch.run([paper]))
        paper.write("in flight")
        await notebook.started.wait()
        paper.write("waiting")
        paper.write("hello", "bob")
        async with asyncio.timeout(10):
            while notebook.most_at_once < 2:
                notebook.started.clear()
                await notebook.started.wait()
        dispatch.stop()
        notebook.go_on.set()
    assert sorted(notebook.handled) == ["hello", "in flight"]
    assert notebook.left == ["waiting"]


async def until_ahead(notebook: Notebook, count: int) -> None:
    async with asyncio.timeout(10):
        while len(notebook.ahead) < count:
            notebook.looked.clear()
            await notebook.looked.wait()


async def test_after_a_message_a_change_and_while_somebody_types_it_looks_ahead() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    async with at_work(notebook, paper):
        (message, edited) = (paper.message("one"), paper.message("two"))
        paper.tell(message)
        await until_ahead(notebook, 1)
        change = Edited(edited.room, edited.author, edited.id, "too", edited.at)
        paper.tell(change)
        await until_ahead(notebook, 2)
        typing = paper.type()
        await until_ahead(notebook, 3)
    assert notebook.ahead == [message, change, typing]
    assert notebook.handled == ["one", f"changed {edited.id}"]


async def test_no_message_waits_for_looking_ahead() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.see_on.clear()
    async with at_work(notebook, paper):
        paper.type()
        paper.type("bob")
        await until_ahead(notebook, 2)
        for person in ("ada", "bob"):
            for number in range(3):
                await paper.say(str(number), person)
    assert len(notebook.handled) == 6


async def test_it_looks_ahead_once_at_a_time_and_once_more_for_all_that_came_meanwhile() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.see_on.clear()
    async with at_work(notebook, paper):
        for number in range(5):
            await paper.say(str(number))
        paper.type()
        await paper.say("last")
        assert len(notebook.ahead) == 1
        notebook.see_on.set()
        await until_ahead(notebook, 2)
    assert [one.text for one in notebook.ahead if isinstance(one, Message)] == ["0", "last"]


async def test_a_change_is_not_hidden_by_the_message_after_it() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.see_on.clear()
    async with at_work(notebook, paper):
        one = paper.write("one")
        await until_ahead(notebook, 1)
        paper.tell(Deleted(one.room, one.author, one.id, one.at))
        await paper.say("two")
        notebook.see_on.set()
        await until_ahead(notebook, 2)
    assert isinstance(notebook.ahead[1], Deleted)


async def test_while_the_bot_writes_typing_is_passed_over() -> None:
    notebook, paper = Notebook(), PaperPlatform()
    notebook.go_on.clear()
    async with at_work(notebook, paper):
        paper.write("first")
        await notebook.started.wait()
        paper.type()
        paper.type("bob")
        await until_ahead(notebook, 1)
        notebook.go_on.set()
        await until_ahead(notebook, 2)
    assert [type(one) for one in notebook.ahead] == [Typing, Message]


async def test_what_breaks_while_looking_ahead_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notebook, paper = Notebook(), PaperPlatform()
    async with at_work(notebook, paper):
        await paper.say("break ahead")
        await until_ahead(notebook, 1)
        await paper.say("go on")
        await until_ahead(notebook, 2)
    assert not notebook.apologies
    assert "RuntimeError" in caplog.text
    assert "these are words" not in caplog.text


async def test_a_message_that_cannot_be_kept_stops_a_reply_all_the_same() -> None:
    class Full(Notebook):
        async def arrive(self, message: Message) -> Arrival | None:
            if message.text == "red":
                raise OSError("these are words")
            return await super().arrive(message)

        async def handle_message(self, arrival: Arrival, stage: Stage) -> None:
            self.started.set()
            await stage.newer.wait()
            self.handled.append(arrival.message.text)

    notebook, paper = Full(), PaperPlatform()
    async with asyncio.timeout(10), at_work(notebook, paper):
        paper.write("tell me")
        await notebook.started.wait()
        paper.write("red")
    assert notebook.handled == ["tell me"]
    assert notebook.apologies == ["red"]
