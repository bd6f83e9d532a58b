"""The ground: a homeserver that goes and comes, and a proxy that loses, refuses and delays."""

import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.matrix.people import People
from tests.matrix.proxy import Proxy
from tests.matrix.synapse import ROOT, Homeserver, NotReady
from tests.matrix.wire import Json, Wire, quoted

pytestmark = pytest.mark.live

SEND = "PUT /rooms/{}/send/{}/{}"


async def test_what_a_homeserver_kept_outlives_its_restart_and_its_kill(
    people: People, homeserver: Homeserver
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "before")
    await homeserver.restart()
    await ada.write(room, "after a restart")
    await bo.sees(room, "after a restart")
    homeserver.kill()
    with pytest.raises(aiohttp.ClientConnectionError):
        await people.wire_of(ada).get("/account/whoami")
    await homeserver.restart()
    await bo.write(room, "after a kill")
    await ada.sees(room, "after a kill")


async def test_a_paused_homeserver_answers_when_it_is_resumed(
    people: People, homeserver: Homeserver
) -> None:
    ada = await people.person("ada")
    homeserver.pause()
    try:
        asked = asyncio.ensure_future(people.wire_of(ada).get("/account/whoami"))
        assert Path(f"/proc/{homeserver.pid}/stat").read_text().split(") ")[1][0] == "T"
        assert not asked.done()
    finally:
        homeserver.resume()
    assert (await asked)["user_id"] == ada.id


def test_a_homeserver_ends_with_whoever_started_it_even_when_it_is_paused(tmp_path: Path) -> None:
    script = f"""
import pathlib, sys
from tests.matrix.synapse import Homeserver
homeserver = Homeserver(pathlib.Path({str(tmp_path)!r}))
homeserver.start()
homeserver.pause()
print(homeserver.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        watch = os.pidfd_open(pid)
        starter.kill()
        starter.wait()
    try:
        # A pidfd can be read when its process has ended.
        assert select.select([watch], [], [], 30.0)[0]
    finally:
        os.close(watch)


def test_a_homeserver_that_cannot_start_says_so_with_its_last_words(tmp_path: Path) -> None:
    homeserver = Homeserver(tmp_path, {"database": {"name": "none"}})
    try:
        with pytest.raises(NotReady, match="Unsupported database type"):
            homeserver.start()
    finally:
        homeserver.end()


def test_a_synapse_that_is_not_installed_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.matrix.synapse.PYTHON", tmp_path / "python")
    with pytest.raises(NotReady, match="tools/setup synapse"):
        Homeserver(tmp_path).start()


async def test_a_lost_answer_and_the_same_transaction_is_one_message(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada", through=proxy.url)
    room = await ada.make_room(encrypted=False)
    hers = Wire(proxy.url, people.wire.http, ada.token)
    words = {"msgtype": "m.text", "body": "said once"}
    path = f"/rooms/{quoted(room)}/send/m.room.message/the-same"
    # aiohttp asks once more by itself, as it does for GET, PUT and DELETE.
    proxy.lose_answer(SEND, times=2)
    with pytest.raises(aiohttp.ClientConnectionError):
        await hers.put(path, words)
    said = await _messages(people.wire_of(ada), room)
    assert [e["content"]["body"] for e in said] == ["said once"], "it has arrived all the same"
    again = await hers.put(path, words)
    assert [again["event_id"]] == [e["event_id"] for e in said]
    assert len(await _messages(people.wire_of(ada), room)) == 1
    assert [one.status for one in proxy.of(SEND)] == [None, None, 200]
    assert all(one.reached for one in proxy.of(SEND))


async def test_nio_sends_again_what_was_cut_off_under_the_same_transaction(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada", through=proxy.url)
    room = await ada.make_room()
    proxy.cut(SEND)
    proxy.lose_answer(SEND)
    await ada.write(room, "said once")
    assert [one.reached for one in proxy.of(SEND)] == [False, True, True]
    assert len({one.path for one in proxy.of(SEND)}) == 1
    held = await people.wire_of(ada).events(room)
    assert [event["type"] for event in held].count("m.room.encrypted") == 1


async def test_a_429_is_waited_for_as_long_as_it_says(people: People, proxy: Proxy) -> None:
    ada = await people.person("ada", through=proxy.url)
    room = await ada.make_room()
    proxy.limit(SEND, retry_after_ms=20, times=2)
    await ada.write(room, "in the end")
    assert [one.status for one in proxy.of(SEND)] == [429, 429, 200]
    assert [one.reached for one in proxy.of(SEND)] == [False, False, True]


async def test_tokens_that_were_ended_are_dead_and_a_new_login_is_not(
    people: People, proxy: Proxy
) -> None:
    ada = await people.person("ada", through=proxy.url)
    proxy.end_tokens()
    before = Wire(proxy.url, people.wire.http, ada.token)
    refused = await before.ask("GET", "/account/whoami")
    assert (refused.status, refused.body["errcode"]) == (401, "M_UNKNOWN_TOKEN")
    given = await before.log_in(ada.account.name, ada.account.password)
    after = Wire(proxy.url, people.wire.http, given.body["access_token"])
    assert (await after.get("/account/whoami"))["user_id"] == ada.id
    proxy.mend()
    assert (await before.get("/account/whoami"))["device_id"] == ada.device


async def test_what_is_delayed_waits_and_the_rest_does_not(people: People, proxy: Proxy) -> None:
    ada = await people.person("ada", through=proxy.url)
    room = await ada.make_room(encrypted=False)
    with proxy.delay(SEND):
        sending = asyncio.ensure_future(ada.write(room, "late"))
        await proxy.until(lambda: proxy.waiting(SEND), "a message that waits")
        await ada.set_state(room, "m.room.topic", {"topic": "first"})
        assert not sending.done()
    await sending
    kinds = [event["type"] for event in await people.wire_of(ada).events(room)]
    assert kinds.index("m.room.topic") < kinds.index("m.room.message")


async def _messages(wire: Wire, room: str) -> list[Json]:
    return [event for event in await wire.events(room) if event["type"] == "m.room.message"]
