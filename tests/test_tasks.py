"""What a platform runs beside everything else ends with it, whether it had begun or not."""

import asyncio
import warnings

import pytest

from bot.platforms.tasks import Tasks, open_tasks


async def test_what_breaks_ends_nothing_else() -> None:
    done: list[str] = []

    async def breaks() -> None:
        raise ValueError

    async def works() -> None:
        await asyncio.sleep(0)
        done.append("works")

    async with open_tasks("console") as tasks:
        tasks.start(breaks())
        tasks.start(works())
        for _ in range(3):
            await asyncio.sleep(0)
    assert done == ["works"]


async def test_work_that_never_began_is_closed_at_the_end() -> None:
    begun: list[str] = []

    async def works(name: str) -> None:
        begun.append(name)

    async def goes_on_until_the_end(tasks: Tasks) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            tasks.start(works("started while everything ends"))

    with warnings.catch_warnings():
        # "Never awaited" would be raised where the work is collected.
        warnings.simplefilter("error")
        async with open_tasks("console") as tasks:
            tasks.start(goes_on_until_the_end(tasks))
            await asyncio.sleep(0)
            tasks.start(works("started in the last moment"))
    assert begun == []


async def test_what_breaks_in_the_block_is_raised_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with open_tasks("console"):
            raise KeyError


async def test_nothing_is_started_either_where_the_whole_platform_is_cancelled() -> None:
    begun: list[str] = []
    ready = asyncio.Event()

    async def works() -> None:
        begun.append("started while everything ends")

    async def goes_on_until_the_end(tasks: Tasks) -> None:
        ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            tasks.start(works())

    async def platform() -> None:
        async with open_tasks("console") as tasks:
            tasks.start(goes_on_until_the_end(tasks))
            await asyncio.Event().wait()

    running = asyncio.create_task(platform())
    await ready.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert begun == []
