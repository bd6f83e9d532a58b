"""Words that stop when something newer waits, and that say when they pause."""

import asyncio
from collections.abc import AsyncGenerator

from bot.memory.until import until


async def words(*given: str, held: asyncio.Event | None = None) -> AsyncGenerator[str, None]:
    for word in given:
        yield word
    if held is not None:
        await held.wait()
        yield "late"


async def test_every_piece_comes_through_in_order() -> None:
    pieces = until(asyncio.Event(), words("a", "b", "c"), lambda: None)
    assert [piece async for piece in pieces] == ["a", "b", "c"]


async def test_once_something_newer_waits_no_piece_comes_and_the_maker_is_told() -> None:
    newer, told = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "word"
        finally:
            told.set()

    got = []
    async for piece in until(newer, endless(), lambda: None):
        got.append(piece)
        if len(got) == 3:
            newer.set()
    assert got == ["word"] * 3
    assert told.is_set()


async def test_a_maker_that_is_stuck_is_left_at_once() -> None:
    newer, stuck = asyncio.Event(), asyncio.Event()
    pieces = until(newer, words(held=stuck), lambda: None)
    waiting = asyncio.ensure_future(anext(pieces, None))
    await asyncio.sleep(0)
    newer.set()
    assert await waiting is None


async def test_while_nothing_comes_an_empty_piece_says_that_what_is_held_is_due() -> None:
    held = asyncio.Event()
    due = [0.0]
    got = []
    async for piece in until(
        asyncio.Event(), words("a", held=held), lambda: due[0] if due else None
    ):
        got.append(piece)
        if piece == "":
            due.clear()
            held.set()
    assert got == ["a", "", "late"]
