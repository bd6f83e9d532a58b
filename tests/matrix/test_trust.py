"""Trust against a real Synapse: what other clients see of the bot's account, emoji verification by a
person with a second implementation, and new devices that are told of. Signatures are looked at with
vodozemac."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import nio
import pytest

from bot.platforms.base import PlatformError
from bot.platforms.matrix.trust import Trust
from bot.platforms.matrix.trust.canonical import Json
from bot.platforms.matrix.trust.identity import Standing
from bot.platforms.matrix.trust.nio_side import leave_verifications, own_device
from bot.platforms.matrix.trust.ports import Answer
from bot.platforms.matrix.trust.sentences import COMPARE, NEW_DEVICE
from bot.platforms.matrix.trust.verifications import Comparing
from bot.text import Text
from tests.fakes import Drawer
from tests.matrix.emoji import Cancelled, Verification, ask_device, ask_in_room
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.signing import cross_sign, is_cross_signed
from tests.matrix.wire import Wire

pytestmark = pytest.mark.live


@dataclass
class Adapter:
    """The least that trust needs around it: a client that hands it what arrives."""

    person: Person
    wire: Wire
    drawer: Drawer
    operator_confirms: bool = False
    shown: list[Comparing] = field(default_factory=list)
    told: list[tuple[str, Text]] = field(default_factory=list)
    trust: Trust = field(init=False)

    def __post_init__(self) -> None:
        client = self.person.client
        leave_verifications(client)
        self.trust = Trust(
            own_device(client),
            self,
            self,
            self.drawer,
            tell=self._tell,
            clock=time.time,
            show=self.shown.append,
            operator_confirms=self.operator_confirms,
        )
        client.add_event_callback(self._in_room, None)
        client.add_to_device_callback(self._to_device, None)
        client.add_response_callback(self._queried, nio.KeysQueryResponse)

    async def ask(self, method: str, path: str, body: Json) -> Answer:
        try:
            answer = await self.wire.ask(method, path, body)
        except aiohttp.ContentTypeError as page:
            return Answer(page.status, {})
        except aiohttp.ClientError as error:
            raise PlatformError(f"matrix: {type(error).__name__}") from None
        return Answer(answer.status, answer.body)

    async def send(self, room: str, kind: str, content: Json) -> None:
        await self.person.send(room, content, kind)

    async def say(self, room: str, text: Text) -> None:
        await self.person.send(room, {"msgtype": "m.notice", "body": text})

    async def _tell(self, user: str, text: Text) -> None:
        self.told.append((user, text))

    async def _in_room(self, room: Any, event: Any) -> None:
        await self.trust.take(event.source, room.room_id)
        await self.person._tell(None)

    async def _to_device(self, event: Any) -> None:
        await self.trust.take(event.source)
        await self.person._tell(None)

    async def _queried(self, response: Any) -> None:
        for user in response.changed:
            await self.trust.devices_changed(user)
        # Whoever waits looks again: no answer may come after this one.
        await self.person._tell(None)


def adapted(people: People, bot: Person, drawer: Drawer | None = None, **more: Any) -> Adapter:
    return Adapter(bot, people.wire_of(bot), drawer or Drawer(), **more)


async def until_shown(bot: Adapter) -> Comparing:
    return await bot.person.until(lambda: bot.shown[-1] if bot.shown else None, "pictures")


def same(hers: Verification, bots: Comparing) -> bool:
    return hers.emoji() == [picture for picture, _ in bots.shown.pictures]


# Cross-signing


async def test_everybody_sees_the_bots_device_as_its_accounts(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    seen_by_ada = people.wire_of(ada)
    assert not await is_cross_signed(bot.id, bot.device, seen_by_ada)
    adapter = adapted(people, bot)
    assert await adapter.trust.begin() is Standing.OURS
    assert await is_cross_signed(bot.id, bot.device, seen_by_ada)


async def test_a_restart_changes_nothing_there(people: People) -> None:
    bot = await people.person("bot")
    adapter, wire = adapted(people, bot), people.wire_of(bot)
    await adapter.trust.begin()
    before = await wire.post("/keys/query", {"device_keys": {bot.id: []}})
    await people.go_away(bot)
    again = adapted(people, await people.come_back(bot), adapter.drawer)
    assert await again.trust.begin() is Standing.OURS
    assert await wire.post("/keys/query", {"device_keys": {bot.id: []}}) == before


async def test_a_new_device_after_a_lost_store_is_the_accounts_again(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot)
    await adapter.trust.begin()
    await people.go_away(bot)
    new = await people.device(bot.account)
    assert await adapted(people, new, adapter.drawer).trust.begin() is Standing.OURS
    assert await is_cross_signed(bot.id, new.device, people.wire_of(ada))


async def test_keys_that_are_not_the_bots_are_replaced_by_the_operators_wish_only(
    people: People,
) -> None:
    bot = await people.person("bot")
    wire, trust = people.wire_of(bot), adapted(people, bot).trust
    await cross_sign(bot, wire)
    before = await wire.post("/keys/query", {"device_keys": {bot.id: []}})
    assert await trust.begin(password=bot.account.password) is Standing.NOT_OURS
    assert await wire.post("/keys/query", {"device_keys": {bot.id: []}}) == before
    assert await trust.begin(anew=True) is Standing.NEEDS_LOGIN
    assert await trust.begin(anew=True, password="not this") is Standing.WRONG_LOGIN
    assert await wire.post("/keys/query", {"device_keys": {bot.id: []}}) == before
    assert await trust.begin(anew=True, password=bot.account.password) is Standing.OURS
    assert await is_cross_signed(bot.id, bot.device, wire)


@pytest.mark.parametrize("path", ["device_signing", "signatures"])
async def test_a_homeserver_that_fails_is_asked_again_at_the_next_start(
    people: People, proxy: Proxy, path: str
) -> None:
    bot = await people.person("bot")
    adapter = adapted(people, bot)
    adapter.wire = Wire(proxy.url, people.wire.http, bot.token)
    for break_it, standing in (
        (lambda route: proxy.fail(route, 500), Standing.REFUSED),
        (proxy.lose_answer, Standing.SILENT),
    ):
        break_it(f"POST /keys/{path}/upload")
        assert await adapter.trust.begin() is standing
        proxy.mend()
    assert await adapter.trust.begin() is Standing.OURS
    assert await is_cross_signed(bot.id, bot.device, people.wire_of(bot))


# Emoji


async def test_a_person_verifies_the_bot_in_their_encrypted_room(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot)
    await adapter.trust.begin()
    room = await ada.direct(bot)
    hers = await ask_in_room(ada, room, bot.id)
    await hers.begin()
    assert same(hers, await until_shown(adapter))
    await ada.sees(room, COMPARE, sender=bot.id)
    vouched = await hers.confirm()
    [master] = (await people.wire_of(ada).post("/keys/query", {"device_keys": {bot.id: []}}))[
        "master_keys"
    ][bot.id]["keys"]
    assert vouched == sorted([f"ed25519:{bot.device}", master])
    kinds = {event["type"] for event in await people.wire_of(ada).events(room)}
    assert not {kind for kind in kinds if "verification" in kind}, "all of it is encrypted"


async def test_where_the_operator_confirms_the_person_waits_for_that(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot, operator_confirms=True)
    room = await ada.direct(bot)
    hers = await ask_in_room(ada, room, bot.id)
    await hers.begin()
    shown = await until_shown(adapter)
    confirming = asyncio.ensure_future(hers.confirm())
    await bot.until(lambda: _has_sent(bot, room, "mac"), "her proofs")
    assert not confirming.done()
    await adapter.trust.confirm(shown.number)
    assert await confirming == [f"ed25519:{bot.device}"]


async def test_either_side_may_see_other_emoji(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot)
    room = await ada.direct(bot)
    hers = await ask_in_room(ada, room, bot.id)
    await hers.begin()
    await until_shown(adapter)
    await hers.refuse()
    await bot.until(lambda: not adapter.trust.comparing(), "its end")
    second = await ask_in_room(ada, room, bot.id)
    await second.begin()
    await bot.until(lambda: len(adapter.shown) == 2, "other pictures")
    await adapter.trust.refuse(adapter.shown[-1].number)
    assert await second.cancelled() == "m.mismatched_sas"
    with pytest.raises(Cancelled, match="mismatched_sas"):
        await second.confirm()


async def test_two_devices_verify_each_other_past_any_room(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot)
    await ada.direct(bot)
    hers = await ask_device(ada, bot.id, bot.device, now=time.time())
    await hers.begin()
    assert same(hers, await until_shown(adapter))
    assert await hers.confirm() == [f"ed25519:{bot.device}"]


async def test_the_operators_own_client_becomes_the_accounts_by_their_word(
    people: People,
) -> None:
    bot = await people.person("bot")
    adapter = adapted(people, bot, operator_confirms=True)
    await adapter.trust.begin()
    desk = await people.device(bot.account)
    # nio keeps to the devices of those with whom it shares an encrypted room: itself, too.
    await desk.make_room()
    await desk.until(lambda: bot.device in desk.client.device_store[bot.id], "the bot's device")
    theirs = await ask_device(desk, bot.id, bot.device, now=time.time())
    await theirs.begin()
    shown = await until_shown(adapter)
    assert shown.is_own_account and same(theirs, shown)
    wire = people.wire_of(bot)
    assert not await is_cross_signed(bot.id, desk.device, wire)
    confirming = asyncio.ensure_future(theirs.confirm())
    await adapter.trust.confirm(shown.number)
    await confirming
    await _in_time(bot, lambda: is_cross_signed(bot.id, desk.device, wire))


# Devices


async def test_a_new_device_of_theirs_is_told_of_once(people: People) -> None:
    ada, bot = await people.person("ada"), await people.person("bot")
    adapter = adapted(people, bot)
    room = await ada.direct(bot)
    await adapter.trust.devices_changed(ada.id)
    assert adapter.told == []
    second = await people.device(ada.account)
    await bot.knows(room, second)
    await bot.until(lambda: adapter.told, "word of it")
    assert adapter.told == [(ada.id, NEW_DEVICE.format(devices=second.device))]
    again = adapted(people, bot, adapter.drawer)
    await again.trust.devices_changed(ada.id)
    assert again.told == []


def _has_sent(person: Person, room: str, step: str) -> bool:
    kind = f"m.key.verification.{step}"
    return any(event.source.get("type") == kind for event in person.of(room))


async def _in_time(person: Person, looked_at: Callable[[], Any]) -> None:
    """What is done between two answers: looked at anew after each."""
    while not await looked_at():
        syncs = person.syncs
        await person.until(lambda syncs=syncs: person.syncs > syncs, "another sync")  # type: ignore[misc]
