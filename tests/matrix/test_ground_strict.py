"""The ground: a homeserver set to be strict: tokens that end and are renewed, limits of its own."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.matrix.synapse import Homeserver
from tests.matrix.wire import Answer, Json, Wire, wired

pytestmark = pytest.mark.live

PASSWORD = "a password"


@dataclass(frozen=True, slots=True)
class Ada:
    """An account that nobody has used before, and raw HTTP."""

    wire: Wire
    name: str

    async def log_in(self, **more: Any) -> Json:
        answer = await self.wire.log_in(self.name, PASSWORD, **more)
        assert answer.status == 200
        return dict(answer.body)

    def holding(self, token: str) -> Wire:
        return Wire(self.wire.base, self.wire.http, token)

    async def who(self, token: str) -> Answer:
        return await self.holding(token).ask("GET", "/account/whoami")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """Its renewable tokens live one second, and it counts messages."""
    settings = {
        "refreshable_access_token_lifetime": "1s",
        "rc_message": {"per_second": 0.1, "burst_count": 2},
    }
    homeserver = Homeserver(tmp_path_factory.mktemp("strict"), settings)
    try:
        homeserver.start()
        yield homeserver
    finally:
        homeserver.end()


@pytest.fixture
async def ada(strict: Homeserver) -> AsyncIterator[Ada]:
    async with wired(strict.url) as wire:
        name = f"ada-{secrets.token_hex(4)}"
        await wire.register(name, PASSWORD, strict.secret)
        yield Ada(wire, name)


async def test_a_login_that_asks_for_it_gets_a_token_that_ends_and_one_that_renews_it(
    ada: Ada,
) -> None:
    plain = await ada.log_in()
    assert not {"refresh_token", "expires_in_ms"} & plain.keys()
    given = await ada.log_in(refresh_token=True)
    assert given["expires_in_ms"] <= 1000

    ended = await _until_refused(ada, given["access_token"])
    assert (ended.status, ended.body["errcode"]) == (401, "M_UNKNOWN_TOKEN")
    assert ended.body["soft_logout"] is True

    renewed = await ada.wire.post("/refresh", {"refresh_token": given["refresh_token"]})
    assert renewed["access_token"] != given["access_token"]
    assert renewed["refresh_token"] != given["refresh_token"]
    me = await ada.who(renewed["access_token"])
    assert me.body["device_id"] == given["device_id"], "the device and its keys stay"
    assert (await ada.who(plain["access_token"])).status == 200


async def test_a_refresh_token_is_good_until_its_successor_was_used(ada: Ada) -> None:
    """A lost answer to a refresh does no harm: the same token may be sent again."""
    old = {"refresh_token": (await ada.log_in(refresh_token=True))["refresh_token"]}
    await ada.wire.post("/refresh", old)
    again = await ada.wire.post("/refresh", old)
    assert (await ada.who(again["access_token"])).status == 200
    refused = await ada.wire.ask("POST", "/refresh", old)
    assert (refused.status, refused.body["errcode"]) == (403, "M_FORBIDDEN")


async def test_a_device_that_was_logged_out_is_told_so_without_soft_logout(ada: Ada) -> None:
    token = (await ada.log_in())["access_token"]
    await ada.holding(token).post("/logout", {})
    refused = await ada.who(token)
    assert (refused.status, refused.body["errcode"]) == (401, "M_UNKNOWN_TOKEN")
    assert refused.body["soft_logout"] is False


async def test_limits_of_synapse_itself_say_how_long_to_wait(ada: Ada) -> None:
    hers = ada.holding((await ada.log_in())["access_token"])
    room = (await hers.post("/createRoom", {}))["room_id"]
    words = {"msgtype": "m.text", "body": "again"}
    path = f"/rooms/{room}/send/m.room.message"
    answers = [await hers.ask("PUT", f"{path}/{number}", words) for number in range(4)]
    assert answers[-1].status == 429
    assert answers[-1].body["errcode"] == "M_LIMIT_EXCEEDED"
    assert answers[-1].body["retry_after_ms"] > 0


async def _until_refused(ada: Ada, token: str) -> Answer:
    """Nobody is told when a token ends, so it is asked again and again."""
    async with asyncio.timeout(30):
        while (answer := await ada.who(token)).status == 200:
            pass
    return answer
