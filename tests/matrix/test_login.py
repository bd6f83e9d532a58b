"""Logging in: once, and from then on as the same device; what is lost, void or wrong, and its mend."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config import ConfigError
from bot.engine.scripted import ScriptedEngine
from bot.operate.logins import log_in_on_matrix
from bot.platforms.base import PlatformError
from bot.platforms.matrix.opening import open_matrix
from bot.platforms.matrix.tokens import keep_login, read_login
from bot.settings import Config, Keys, MatrixSettings
from bot.store.keys import make_master_key
from tests.fakes import Drawer
from tests.matrix.people import People
from tests.matrix.person import Account
from tests.matrix.proxy import Proxy
from tests.matrix.serving import make_ground, serving, setup
from tests.matrix.wire import Wire

pytestmark = pytest.mark.live


async def devices_of(people: People, account: Account) -> list[str]:
    """By a login of its own, which is gone again after."""
    given = (await people.wire.log_in(account.name, account.password)).body
    wire = Wire(people.homeserver.url, people.wire.http, given["access_token"])
    found = [one["device_id"] for one in (await wire.get("/devices"))["devices"]]
    await wire.post("/logout", {})
    return [one for one in found if one != given["device_id"]]


async def test_it_logs_in_once_and_comes_back_as_the_same_device(
    people: People, tmp_path: Path
) -> None:
    account, shelf = await people.account("parlour"), Drawer()
    for _ in range(2):
        async with open_matrix(setup(people, account, tmp_path), shelf) as platform:
            device = platform.client.device_id
    assert await devices_of(people, account) == [device]
    kept = await read_login(shelf)
    assert kept is not None
    assert kept.access not in repr(kept)
    assert account.password.encode() not in b"".join(shelf.kept.values())
    # Afterwards the password may be taken away.
    bare = setup(people, account, tmp_path, password="")
    async with open_matrix(bare, shelf) as platform:
        assert platform.client.device_id == device


async def test_a_lost_store_makes_a_new_device_and_removes_the_old_one(
    people: People, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    data = tmp_path / "data"
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        room = await bot.let_in(ada)
        (before,) = await devices_of(people, ground.account)
    for file in (data / "matrix").iterdir():
        file.unlink()
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        (after,) = await devices_of(people, ground.account)
        assert after != before
        await ada.until(
            lambda: after in ada.client.device_store[bot.id] and not ada.client.should_query_keys,
            "the new device",
        )
        await ada.write(room, "Are you still there?")
        await ada.sees(room, "You said: Are you still there?")


@pytest.mark.parametrize("what", ["wrong key", "damaged"])
async def test_a_store_that_cannot_be_opened_makes_a_new_device(
    people: People, tmp_path: Path, what: str
) -> None:
    account, shelf = await people.account("parlour"), Drawer()
    async with open_matrix(setup(people, account, tmp_path), shelf) as platform:
        before = platform.client.device_id
    (store,) = (tmp_path / "matrix").glob("*.db")
    if what == "damaged":
        store.write_bytes(b"this is no database at all, and long enough to be looked at" * 40)
    else:
        kept = await read_login(shelf)
        assert kept is not None
        await keep_login(shelf, replace(kept, pickle_key="another"))
    async with open_matrix(setup(people, account, tmp_path), shelf) as platform:
        assert platform.client.device_id != before
        assert await devices_of(people, account) == [platform.client.device_id]
    assert not store.exists()


async def test_a_lost_store_without_a_password_says_what_to_do(
    people: People, tmp_path: Path
) -> None:
    account, shelf = await people.account("parlour"), Drawer()
    async with open_matrix(setup(people, account, tmp_path), shelf):
        pass
    for file in (tmp_path / "matrix").iterdir():
        file.unlink()
    with pytest.raises(PlatformError, match=r"is missing.*parlour login matrix"):
        async with open_matrix(setup(people, account, tmp_path, password=""), shelf):
            raise AssertionError("nothing to open")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password": "wrong"}, "does not take the password.*matrix.password_file"),
        ({"password": "", "token": "wrong"}, "does not take the token of matrix.token_file"),
        ({"password": ""}, "there is no login yet: `parlour login matrix`"),
        ({"sponsor": "#nowhere:parlour.test"}, "finds no room #nowhere"),
    ],
)
async def test_what_the_homeserver_refuses_is_told_with_its_mend(
    people: People, tmp_path: Path, more: dict[str, Any], said: str
) -> None:
    account = await people.account("parlour")
    with pytest.raises(PlatformError, match=said) as refused:
        async with open_matrix(setup(people, account, tmp_path, **more), Drawer()):
            raise AssertionError("refused before")
    assert account.password not in str(refused.value)


async def test_what_is_no_homeserver_is_named(people: People, proxy: Proxy, tmp_path: Path) -> None:
    account = await people.account("parlour")
    proxy.fail("POST /login", 404, times=9)
    with pytest.raises(PlatformError, match="answers as no Matrix homeserver does"):
        async with open_matrix(setup(people, account, tmp_path, proxy.url), Drawer()):
            raise AssertionError("refused before")


async def test_a_homeserver_that_is_away_is_waited_for(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    account = await people.account("parlour")
    proxy.cut("POST /login", times=3)
    async with open_matrix(setup(people, account, tmp_path, proxy.url), Drawer()) as platform:
        assert platform.client.user_id == account.id
    assert proxy.count("POST /login") >= 4


async def test_a_token_from_elsewhere_is_a_login_and_another_one_takes_its_place(
    people: People, tmp_path: Path
) -> None:
    account, shelf = await people.account("parlour"), Drawer()
    devices = []
    for _ in range(2):
        given = (await people.wire.log_in(account.name, account.password)).body
        token = setup(people, account, tmp_path, password="", token=given["access_token"])
        async with open_matrix(token, shelf) as platform:
            assert platform.client.device_id == given["device_id"]
        devices.append(given["device_id"])
    assert await devices_of(people, account) == devices[1:]


async def test_login_on_the_command_line_keeps_the_login_sealed(
    people: People, tmp_path: Path
) -> None:
    account = await people.account("parlour")
    make_master_key(tmp_path / "key")
    config = Config(
        data=tmp_path / "data",
        keys=Keys(master_key_file=tmp_path / "key"),
        matrix=MatrixSettings(on=True, homeserver=people.homeserver.url, user=account.id),
    )
    asked: list[str] = []

    def ask(what: str) -> str:
        asked.append(what)
        return account.password

    said = await log_in_on_matrix(config, {}, by_token=False, ask=ask)
    assert account.id in said and account.password not in said
    assert asked == [f"Password of {account.id}"]
    assert len(await devices_of(people, account)) == 1
    with pytest.raises(ConfigError, match="does not take the password"):
        await log_in_on_matrix(config, {}, by_token=False, ask=lambda _: "wrong")
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or account.password.encode() not in file.read_bytes()
