"""The ground: tokens that end, and those that renew them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.matrix.synapse import Homeserver
from tests.matrix.wire import Answer, Wire, wired

pytestmark = pytest.mark.live


@pytest.fixture
async def short_lived(tmp_path: Path) -> AsyncIterator[Wire]:
    """A homeserver whose renewable tokens live one second."""
    homeserver = Homeserver(tmp_path, {"refreshable_access_token_lifetime": "1s"})
    try:
        await homeserver.restart()
        async with wired(homeserver.url) as wire:
            await wire.register("ada", "a password", homeserver.secret)
            yield wire
    finally:
        homeserver.end()


async def test_a_login_that_asks_for_it_gets_a_token_that_ends_and_one_that_renews_it(
    short_lived: Wire,
) -> None:
    plain = (await short_lived.log_in("ada", "a password")).body
    assert "refresh_token" not in plain
    assert "expires_in_ms" not in plain
    given = (await short_lived.log_in("ada", "a password", refresh_token=True)).body
    assert given["expires_in_ms"] <= 1000

    ended = await _until_refused(short_lived, given["access_token"])
    assert (ended.status, ended.body["errcode"]) == (401, "M_UNKNOWN_TOKEN")
    assert ended.body["soft_logout"] is True

    renewed = await short_lived.post("/refresh", {"refresh_token": given["refresh_token"]})
    assert renewed["access_token"] != given["access_token"]
    assert renewed["refresh_token"] != given["refresh_token"]
    me = await _who(short_lived, renewed["access_token"])
    assert me.body["device_id"] == given["device_id"], "the device and its keys stay"
    assert (await _who(short_lived, plain["access_token"])).status == 200


async def test_a_refresh_token_is_good_until_its_successor_was_used(short_lived: Wire) -> None:
    given = (await short_lived.log_in("ada", "a password", refresh_token=True)).body
    old = {"refresh_token": given["refresh_token"]}
    await short_lived.post("/refresh", old)
    again = await short_lived.post("/refresh", old)
    assert (await _who(short_lived, again["access_token"])).status == 200
    refused = await short_lived.ask("POST", "/refresh", old)
    assert (refused.status, refused.body["errcode"]) == (403, "M_FORBIDDEN")


async def test_a_device_that_was_logged_out_is_told_so_without_soft_logout(
    short_lived: Wire,
) -> None:
    token = (await short_lived.log_in("ada", "a password")).body["access_token"]
    await Wire(short_lived.base, short_lived.http, token).post("/logout", {})
    refused = await _who(short_lived, token)
    assert (refused.status, refused.body["errcode"]) == (401, "M_UNKNOWN_TOKEN")
    assert refused.body["soft_logout"] is False


async def _who(wire: Wire, token: str) -> Answer:
    return await Wire(wire.base, wire.http, token).ask("GET", "/account/whoami")


async def _until_refused(wire: Wire, token: str) -> Answer:
    """Nobody is told when a token ends, so it is asked, at the homeserver's own pace."""
    async with asyncio.timeout(30):
        while (answer := await _who(wire, token)).status == 200:
            pass
    return answer
