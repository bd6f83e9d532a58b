"""PLATFORMS' traps of nio's clear text, failures and store, each shown against the real thing.

They are facts that the adapter stands on: when nio or Synapse changes one, it is seen here first.
"""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import nio
import pytest
from vodozemac import LibolmPickleException

from tests.matrix.people import People
from tests.matrix.person import CONFIG, Person
from tests.matrix.proxy import Proxy

pytestmark = pytest.mark.live

SYNC = "GET /sync"
WHO = "GET /account/whoami"


async def test_trap_1_without_a_store_nio_writes_clear_text_into_a_room_it_knows_to_be_encrypted(
    people: People,
) -> None:
    ada = await people.person("ada")
    room = await ada.make_room()
    careless: Any = nio.AsyncClient(ada.base, ada.id)
    try:
        await careless.login(ada.account.password)
        await careless.sync()
        assert careless.rooms[room].encrypted
        assert careless.olm is None
        words = {"msgtype": "m.text", "body": "everybody reads along"}
        sent = await careless.room_send(room, "m.room.message", words)
    finally:
        await careless.close()
    assert isinstance(sent, nio.RoomSendResponse)
    held = await people.wire_of(ada).event(room, sent.event_id)
    assert (held["type"], held["content"]["body"]) == ("m.room.message", "everybody reads along")


async def test_trap_1_nio_writes_clear_text_until_a_sync_tells_it_that_a_room_is_encrypted(
    people: People, proxy: Proxy
) -> None:
    """A store does not help: a room that was just made or switched must be waited for or asked."""
    ada = await people.person("ada")
    bo = await people.person("bo", through=proxy.url)
    room = await ada.make_room(invite=(bo,), encrypted=False)
    await bo.join(room)
    with proxy.delay(SYNC):
        await ada.write(room, "so that bo asks for what is next")
        await proxy.until(lambda: proxy.waiting(SYNC), "a sync that waits")
        await ada.set_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
        sent = await bo.write(room, "everybody reads along")
    assert (await people.wire_of(ada).event(room, sent))["type"] == "m.room.message"
    await bo.until(lambda: bo.client.rooms[room].encrypted, "that bo is told")


async def test_trap_2_a_dead_token_makes_nio_ask_without_a_pause(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada", through=proxy.url)
    answers: list[Any] = []
    ada.client.add_response_callback(answers.append, nio.SyncError)
    proxy.end_tokens()
    before = proxy.count(SYNC)
    await _end_the_long_poll(people, ada)
    await proxy.until(lambda: proxy.count(SYNC) > before + 200, "a hot loop")
    assert {one.status_code for one in answers} == {"M_UNKNOWN_TOKEN"}
    assert ada.gave_up is None


async def test_trap_2_after_a_soft_logout_nio_forgets_its_token_and_raises(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada", through=proxy.url)
    proxy.end_tokens(soft_logout=True)
    token = ada.token
    await _end_the_long_poll(people, ada)
    with pytest.raises(nio.LocalProtocolError, match="Not logged in"):
        await ada.until(lambda: None, "the end of nio's listening")
    assert token
    assert not ada.token
    assert [one.status for one in proxy.requests].count(401) <= 2


async def test_trap_3_nio_asks_a_homeserver_that_is_down_for_ever_unless_it_is_told_a_limit(
    people: People, proxy: Proxy
) -> None:
    assert nio.AsyncClientConfig().max_timeouts is None
    assert nio.AsyncClientConfig().max_limit_exceeded is None
    ada = await people.person("ada")
    patient = _restored(ada, proxy, nio.AsyncClientConfig(backoff_factor=0.001))
    hasty = _restored(ada, proxy, nio.AsyncClientConfig(max_timeouts=2, max_limit_exceeded=2))
    try:
        proxy.cut(WHO, times=8)
        assert isinstance(await patient.whoami(), nio.WhoamiResponse)
        assert proxy.count(WHO) == 9
        proxy.cut(WHO, times=None)
        with pytest.raises(aiohttp.ClientConnectionError):
            await hasty.whoami()
        # aiohttp asks once more by itself where a connection was cut.
        assert 9 + 3 <= proxy.count(WHO) <= 9 + 6
        proxy.mend()
        proxy.limit(WHO, retry_after_ms=1, times=3)
        assert (await hasty.whoami()).status_code == "M_LIMIT_EXCEEDED"
        assert [one.status for one in proxy.of(WHO)][-4:] == [None, 429, 429, 429]
    finally:
        await patient.close()
        await hasty.close()


async def test_trap_3_a_5xx_is_not_tried_again_and_comes_back_as_an_error_without_a_code(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada")
    client = _restored(ada, proxy, nio.AsyncClientConfig())
    try:
        proxy.fail(WHO, 502)
        answer = await client.whoami()
    finally:
        await client.close()
    assert isinstance(answer, nio.WhoamiError)
    assert answer.status_code is None
    assert answer.transport_response.status == 502
    assert proxy.count(WHO) == 1


async def test_trap_4_a_store_needs_its_folder_and_opens_with_its_own_key_only(
    people: People, tmp_path: Path
) -> None:
    assert nio.AsyncClientConfig().pickle_key == "DEFAULT_KEY"
    ada = await people.person("ada")
    nowhere: Any = nio.AsyncClient(ada.base, ada.id, store_path=str(tmp_path / "nowhere"))
    with pytest.raises(Exception, match="unable to open database file"):
        nowhere.restore_login(ada.id, ada.device, ada.token)
    await people.go_away(ada)
    wrong: Any = nio.AsyncClient(
        ada.base, ada.id, store_path=str(ada.store), config=nio.AsyncClientConfig(pickle_key="no")
    )
    with pytest.raises(LibolmPickleException):
        wrong.restore_login(ada.id, ada.device, ada.token)


async def test_trap_5_without_its_sync_token_a_device_reads_old_messages_as_new(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "said before")
    await bo.sees(room, "said before")
    await people.go_away(bo)
    forgetful: Any = nio.AsyncClient(bo.base, bo.id, store_path=str(bo.store), config=_without())
    heard: list[str] = []
    forgetful.add_event_callback(lambda _, event: heard.append(event.body), nio.RoomMessageText)
    try:
        forgetful.restore_login(bo.id, bo.device, bo.token)
        await forgetful.sync(full_state=True)
    finally:
        await forgetful.close()
        forgetful.store.database.close()
    assert heard == ["said before"]
    bo = await people.come_back(bo)
    await ada.write(room, "said after")
    await bo.sees(room, "said after")
    assert [one.body for one in bo.shown(room)] == ["said after"]


async def test_trap_6_a_device_without_its_store_sends_but_cannot_read(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "while all is well")
    await bo.sees(room, "while all is well")
    await people.go_away(bo)
    bare: Any = nio.AsyncClient(bo.base, bo.id, store_path=str(_made(bo.store / "new")))
    try:
        bare.restore_login(bo.id, bo.device, bo.token)
        await bare.sync(full_state=True)
        uploaded = await bare.keys_upload()
        assert isinstance(uploaded, nio.KeysUploadError)
        await ada.write(room, "after the loss")
        heard: list[Any] = []
        bare.add_event_callback(lambda _, event: heard.append(event), nio.Event)
        async with asyncio.timeout(30):
            while not heard:
                await bare.sync(timeout=10_000)
        assert [type(one) for one in heard] == [nio.MegolmEvent]
        await bare.keys_query()
        words = {"msgtype": "m.text", "body": "sent all the same"}
        sent = await bare.room_send(room, "m.room.message", words, ignore_unverified_devices=True)
        assert isinstance(sent, nio.RoomSendResponse)
    finally:
        await bare.close()
        bare.store.database.close()


async def test_trap_7_nio_sends_to_unverified_devices_only_when_told_to_ignore_it(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    words = {"msgtype": "m.text", "body": "for known devices"}
    with pytest.raises(nio.OlmUnverifiedDeviceError):
        await ada.client.room_send(room, "m.room.message", words)
    await ada.write(room, "for all devices")
    await bo.sees(room, "for all devices")


async def _end_the_long_poll(people: People, person: Person) -> None:
    """By something new, past the proxy."""
    await people.wire_of(person).post("/createRoom", {})


def _restored(person: Person, proxy: Proxy, config: Any) -> Any:
    """A bare client with the person's token, without a store."""
    client: Any = nio.AsyncClient(proxy.url, person.id, config=config)
    client.access_token = person.token
    return client


def _without() -> Any:
    return nio.AsyncClientConfig(pickle_key=CONFIG.pickle_key)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
