"""A room with two hundred people, encrypted: who speaks to the bot is answered, and nobody costs a
request of their own."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from tests.matrix.people import People
from tests.matrix.proxy import Proxy
from tests.matrix.serving import make_ground, serving

pytestmark = pytest.mark.live

CROWD = 200
ANSWERS = 40
"""More than the sync, the door, the keys and one reply need, and far fewer than there are people."""


async def test_in_a_room_of_two_hundred_who_speaks_to_the_bot_is_answered(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    ground = await make_ground(people)
    market = await ada.make_room("Market", public=True)
    await people.crowd(market, CROWD)
    async with serving(
        people, tmp_path / "data", ScriptedEngine(), ground=ground, through=proxy.url
    ) as bot:
        await bot.let_in(ada)
        await ada.invite(market, bot.id)
        await bot.comes(ada, market)
        before = len(proxy.requests)
        asked = {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(market, f"{bot.id}: Good evening", **asked)
        await bot.says(ada, market, "You said: Good evening")
        assert len(proxy.requests) - before < ANSWERS
        wire = await people.wire_of(ada).events(market)
        kinds = {one["type"] for one in wire if one["sender"] == bot.id and "state_key" not in one}
        assert kinds == {"m.room.encrypted"}
