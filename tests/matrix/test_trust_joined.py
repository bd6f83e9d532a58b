"""Trust in the whole bot: a served one is its account's, is verified by a person, and tells them of a
new device of theirs."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bench.matrix_people import Bare, find_peer, newcomer
from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix.trust.identity import Standing
from bot.platforms.matrix.trust.sentences import COMPARE, NEW_DEVICE
from tests.matrix.emoji import ask_device, ask_in_room
from tests.matrix.people import People
from tests.matrix.person import WITHIN_S, Person
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.signing import cross_sign, is_cross_signed
from tests.matrix.wire import Json

pytestmark = pytest.mark.live


async def test_a_served_bot_is_signed_and_verified(
    people: People, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.meets(ada)
        hers = await ask_in_room(ada, room, bot.id)
        assert await is_cross_signed(bot.id, device_of(bot), people.wire_of(ada))
        await hers.begin()
        await ada.sees(room, COMPARE, sender=bot.id)
        [shown] = bot.platform.trust.trust.comparing()
        assert [picture for picture, _ in shown.shown.pictures] == hers.emoji()
        assert "`parlour matrix verify` shows" in caplog.text
        vouched = await hers.confirm()
        assert len(vouched) == 2 and f"ed25519:{device_of(bot)}" in vouched
        kinds = {event["type"] for event in await people.wire_of(ada).events(room)}
        assert not {kind for kind in kinds if "verification" in kind}, "all of it is encrypted"


async def test_between_devices_it_is_verified_too(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await bot.meets(ada)
        hers = await ask_device(ada, bot.id, device_of(bot), now=time.time())
        await hers.begin()
        vouched = await hers.confirm()
        assert f"ed25519:{device_of(bot)}" in vouched


async def test_a_talk_goes_on_beside_a_verification(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        hers = await ask_in_room(ada, room, bot.id)
        await ada.write(room, "How is the sea?")
        await ada.sees(room, "You said: How is the sea?")
        await hers.begin()
        await hers.confirm()
        await ada.write(room, "Is it far?")
        await ada.sees(room, "You said: Is it far?")


async def test_a_verification_whose_key_comes_late_is_answered_all_the_same(
    people: People, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        name = f"bare-{bot.account.name}"
        ada = await newcomer(people.homeserver, people.wire, name)
        peer = await find_peer(ada.wire, bot.id)
        await ada.opens(peer)
        request = {
            "msgtype": "m.key.verification.request",
            "body": "May I verify you?",
            "methods": ["m.sas.v1"],
            "from_device": ada.device,
            "to": bot.id,
        }
        await ada.sends("m.room.message", request)
        assert not await _said_in(ada)
        await ada.gives_key(peer)
        async with asyncio.timeout(WITHIN_S):
            while not await _said_in(ada):
                await bot.keeper.type(bot.home)
    assert not [one for one in caplog.records if "was not begun" in one.getMessage()]


async def _said_in(person: Bare) -> list[Json]:
    """By the other one there, as the homeserver holds it."""
    events = await person.wire.events(person.room)
    return [
        one for one in events if one["type"] == "m.room.encrypted" and one["sender"] != person.user
    ]


async def test_a_new_device_is_told_of_once_and_not_after_a_restart(
    people: People, tmp_path: Path
) -> None:
    ada, ground = await people.person("ada"), await make_ground(people)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        room = await bot.let_in(ada)
        second = await people.device(ada.account)
        told = NEW_DEVICE.format(devices=second.device)
        await ada.sees(room, told, sender=bot.id)
    third = await people.device(ada.account)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        assert bot.platform.trust.trust.standing in (Standing.NOT_LOOKED, Standing.OURS)
        await ada.write(room, "I am back.")
        await ada.sees(room, NEW_DEVICE.format(devices=third.device), sender=bot.id)
        assert [one.body for one in bot.said(ada, room)].count(told) == 1


async def test_somebody_known_from_a_shared_room_is_told_in_their_direct_one(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        shared = await ada.make_room("Quay")
        await ada.invite(shared, bot.id)
        await ada.until(lambda: _is_in(ada, shared, bot), "the bot there")
        room = await bot.meets(ada)
        await ada.write(room, "hello")
        await ada.until(lambda: bot.said(ada, room), "an answer")
        second = await people.device(ada.account)
        await ada.sees(room, NEW_DEVICE.format(devices=second.device), sender=bot.id)


async def test_i6_what_was_seen_of_somebodys_devices_is_gone_when_they_are_erased(
    people: People, tmp_path: Path
) -> None:
    ada, mo = await people.person("ada"), await people.person("mo")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        before = await _of_devices(bot)
        room = await bot.let_in(ada)
        await bot.let_in(mo)
        assert await _of_devices(bot) == before + 3, "each person's, and the key of their names"
        await ada.write(room, "!erase confirm")
        await bot.says(ada, room, "Erased")
        assert await _of_devices(bot) == before + 2


async def _of_devices(bot: Served) -> int:
    def rows(db: Any) -> int:
        asked = "SELECT count(*) FROM secrets WHERE name LIKE 'matrix/devices-%'"
        return int(db.execute(asked).fetchone()[0])

    return int(await bot.house.locker.database.read(rows))


@pytest.mark.parametrize("wish", [True, False])
async def test_keys_of_another_client_are_replaced_by_the_operators_wish_only(
    people: People, tmp_path: Path, *, wish: bool
) -> None:
    ada, ground = await people.person("ada"), await make_ground(people)
    other = await people.device(ground.account)
    await cross_sign(other, people.wire_of(other))
    started = serving(people, tmp_path / "data", ScriptedEngine(), ground=ground, replace_keys=wish)
    async with started as bot:
        await bot.meets(ada)
        await bot.platform.trust.trust.begin(password=ground.account.password, anew=wish)
        assert await is_cross_signed(bot.id, device_of(bot), people.wire_of(ada)) is wish


def device_of(bot: Served) -> str:
    return str(bot.platform.client.device_id)


def _is_in(person: Person, room: str, bot: Served) -> bool:
    users = person.client.rooms[room].users
    return bot.id in users and not users[bot.id].invited
