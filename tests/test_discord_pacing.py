"""Edits at the platform's pace: the newest wins, none is sent twice, the last one always goes."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.platforms.busy import Typings
from bot.platforms.pacing import Edits, Newest, Sent


class Wire:
    """A service that takes edits when a test lets it, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.sent: list[tuple[float, str, str]] = []
        self.answers: list[Sent] = []
        self.tries: list[str] = []
        self.free = asyncio.Event()
        self.free.set()
        self.lost = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self.edits = Edits(
            self.send,
            self.start,
            gap_s=1.0,
            now=lambda: self.now,
            sleep=self.sleep,
            lost=self.lose,
        )

    def start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # Time passes when everybody else has had a turn.
        for _ in range(5):
            await asyncio.sleep(0)
        self.now += seconds

    def lose(self) -> None:
        self.lost += 1

    async def send(self, channel: str, message: str, newest: Newest) -> Sent:
        await self.free.wait()
        text = newest()
        answer = self.answers.pop(0) if self.answers else Sent.DONE
        if answer is Sent.LATER:
            # As with a 429: a further try of the same request reads the text anew.
            self.tries.append(text)
            return answer
        self.sent.append((self.now, message, text))
        return answer

    async def rest(self) -> None:
        while self.tasks:
            await asyncio.wait(self.tasks)


async def test_of_edits_that_wait_only_the_newest_is_sent() -> None:
    wire = Wire()
    wire.free.clear()
    for text in ("one", "one two", "one two three"):
        wire.edits.put("c", "m", text)
        await asyncio.sleep(0)
    wire.free.set()
    await wire.rest()
    assert wire.sent == [(0.0, "m", "one two three")]


async def test_a_channel_has_one_edit_in_a_second_and_ends_whole() -> None:
    wire = Wire()
    for text in ("one", "one two", "one two three"):
        wire.edits.put("c", "m", text)
        before = len(wire.sent)
        while len(wire.sent) == before:
            await asyncio.sleep(0)
    wire.edits.put("c", "n", "another page")
    await wire.rest()
    assert wire.sent == [
        (0.0, "m", "one"),
        (1.0, "m", "one two"),
        (2.0, "m", "one two three"),
        (3.0, "n", "another page"),
    ]


async def test_another_channel_waits_for_nothing() -> None:
    wire = Wire()
    wire.edits.put("c", "m", "one")
    wire.edits.put("d", "n", "two")
    await wire.rest()
    assert [at for at, _, _ in wire.sent] == [0.0, 0.0]


async def test_what_breaks_on_the_way_is_tried_again_with_the_newest_text() -> None:
    wire = Wire()
    wire.answers = [Sent.LATER, Sent.LATER]
    wire.edits.put("c", "m", "one")
    while len(wire.tries) < 2:
        await asyncio.sleep(0)
    wire.edits.put("c", "m", "one two")
    await wire.rest()
    assert [text for _, _, text in wire.sent] == ["one two"]
    assert wire.slept[:2] == [1.0, 2.0]
    assert wire.lost == 0


async def test_what_never_gets_through_is_given_up_and_told_once() -> None:
    wire = Wire()
    wire.answers = [Sent.LATER] * 7
    wire.edits.put("c", "m", "one")
    await wire.rest()
    assert (wire.sent, wire.lost) == ([], 1)


async def test_a_message_that_is_gone_is_not_edited_again() -> None:
    wire = Wire()
    wire.answers = [Sent.NEVER]
    wire.edits.put("c", "m", "one")
    await wire.rest()
    assert (len(wire.sent), wire.lost) == (1, 0)


async def test_an_edit_that_waits_is_dropped_with_its_message() -> None:
    wire = Wire()
    wire.free.clear()
    wire.edits.put("c", "m", "one")
    await asyncio.sleep(0)
    wire.edits.drop("c", "m")
    wire.free.set()
    await wire.edits.settled("c")
    await wire.rest()
    assert wire.sent == []


async def test_settled_is_when_the_last_edit_is_through_and_not_a_pause_later() -> None:
    wire = Wire()
    wire.edits.put("c", "m", "one")
    await wire.edits.settled("c")
    assert wire.sent == [(0.0, "m", "one")]
    assert wire.now == 0.0
    await wire.rest()
    await wire.edits.all_settled()


async def test_typing_is_asked_for_again_until_its_end_and_never_piles_up() -> None:
    shown: list[str] = []
    go = asyncio.Semaphore(0)
    tasks: list[asyncio.Future[None]] = []

    async def show(channel: str) -> None:
        shown.append(channel)
        await go.acquire()

    typings = Typings(
        show, lambda work: tasks.append(asyncio.ensure_future(work)), first_s=0.0, again_s=0.0
    )
    for _ in range(3):
        typings.begin("c")
    while not shown:
        await asyncio.sleep(0)
    assert shown == ["c"], "the next is asked for when this one is through"
    go.release()
    while len(shown) < 2:
        await asyncio.sleep(0)
    typings.end("c")
    go.release()
    await asyncio.gather(*tasks)
    assert shown == ["c", "c"]
    assert len(tasks) == 1


async def test_what_is_answered_at_once_shows_no_typing() -> None:
    shown: list[str] = []
    tasks: list[asyncio.Future[None]] = []

    async def show(channel: str) -> None:
        shown.append(channel)

    typings = Typings(show, lambda work: tasks.append(asyncio.ensure_future(work)), first_s=60.0)
    typings.begin("c")
    await asyncio.sleep(0)
    typings.end("c")
    await asyncio.gather(*tasks)
    assert shown == []
