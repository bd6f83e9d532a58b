"""The operator's word on a verification, by `parlour matrix verify`, as a bot that runs hears it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.config import ConfigError
from bot.engine.scripted import ScriptedEngine
from bot.operate.asking import answering
from bot.operate.verifying import OWN, look_at_verifications, verifications_of, verify
from tests.matrix.emoji import Cancelled, Verification, ask_device, ask_in_room
from tests.matrix.people import People
from tests.matrix.serving import Served, serving
from tests.matrix.signing import is_cross_signed

pytestmark = pytest.mark.live


@asynccontextmanager
async def heard(people: People, data: Path, *, operator_confirms: bool) -> AsyncIterator[Served]:
    async with (
        serving(people, data, ScriptedEngine(), operator_confirms=operator_confirms) as bot,
        answering(data, verifications_of(bot.platform.trust.trust)),
    ):
        yield bot


async def listed(data: Path, hers: Verification) -> str:
    shown = await verify(data, "list", None)
    assert all(picture in shown for picture in hers.emoji())
    assert hers.person.device in shown and hers.person.id not in shown
    return shown


async def test_where_the_operator_confirms_a_person_waits_for_their_word(
    people: People, tmp_path: Path
) -> None:
    ada, data = await people.person("ada"), tmp_path / "data"
    async with heard(people, data, operator_confirms=True) as bot:
        assert (await verify(data, "list", None)).startswith("Nobody verifies the bot")
        assert await look_at_verifications(data) == []
        room = await bot.meets(ada)
        hers = await ask_in_room(ada, room, bot.id)
        await hers.begin()
        await listed(data, hers)
        [checked] = await look_at_verifications(data)
        assert "Verification 1" in checked
        confirming = asyncio.ensure_future(hers.confirm())
        await ada.write(room, "Do they match?")
        await bot.says(ada, room, "1 of 4")
        assert not confirming.done()
        assert "both sides have vouched" in await verify(data, "confirm", 1)
        assert len(await confirming) == 2
        with pytest.raises(ConfigError, match="there is no verification 1"):
            await verify(data, "confirm", 1)
        with pytest.raises(ConfigError, match="which one"):
            await verify(data, "refuse", None)


async def test_who_sees_other_pictures_than_the_operator_is_told_so(
    people: People, tmp_path: Path
) -> None:
    ada, data = await people.person("ada"), tmp_path / "data"
    async with heard(people, data, operator_confirms=False) as bot:
        hers = await ask_in_room(ada, await bot.meets(ada), bot.id)
        await hers.begin()
        assert "they differ" in await verify(data, "refuse", 1)
        with pytest.raises(Cancelled, match="mismatched_sas"):
            await hers.confirm()


async def test_another_login_of_the_bots_own_account_is_signed_by_that_word_alone(
    people: People, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with heard(people, data, operator_confirms=False) as bot:
        desk, device = await people.device(bot.account), str(bot.platform.client.device_id)
        wire = people.wire_of(desk)
        # nio keeps to the devices of those with whom it shares an encrypted room: itself, too.
        await desk.make_room()
        await desk.until(lambda: device in desk.client.device_store[bot.id], "the bot's device")
        theirs = await ask_device(desk, bot.id, device, now=time.time())
        await theirs.begin()
        assert OWN in await listed(data, theirs)
        confirming = asyncio.ensure_future(theirs.confirm())
        assert not await is_cross_signed(bot.id, desk.device, wire)
        await verify(data, "confirm", 1)
        await confirming
        while not await is_cross_signed(bot.id, desk.device, wire):
            await bot.keeper.type(bot.home)
