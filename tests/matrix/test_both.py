"""Discord and Matrix at once: one bot, one house, and one person with an account on each."""

import asyncio
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId
from bot.operate.metrics import Metrics
from bot.operate.platforms import open_platforms
from bot.operate.published import read_rules
from bot.recovery import recover
from bot.settings import Config, DiscordSettings, MatrixSettings
from bot.speech import Speech
from bot.store.house import House
from bot.store.keys import make_master_key
from tests.conftest import HABITS, PERSONAS, read_personas
from tests.discord import discord_server
from tests.discord_help import home, let_in, said, said_in
from tests.fakes import Clock
from tests.matrix.emoji import ask_in_room
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.serving import Ground, make_ground

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]


async def test_who_talks_on_both_joins_the_two_accounts(people: People, tmp_path: Path) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    async with discord_server() as server:
        anna, clock = server.person("Anna"), Clock()
        home(server)
        key = make_master_key(tmp_path / "key")
        house = await House.open(tmp_path / "data", key, open_vaults=8, idle_s=300.0, clock=clock)
        config = Config(
            data=tmp_path / "data",
            discord=DiscordSettings(on=True),
            matrix=MatrixSettings(
                on=True,
                homeserver=people.homeserver.url,
                user=ground.account.id,
                operators=(ground.keeper.id,),
            ),
        )
        environ = {
            "PARLOUR_DISCORD_TOKEN": server.token,
            "PARLOUR_MATRIX_PASSWORD": ground.account.password,
        }
        speech = Speech(HABITS.language)
        conversation = Conversation(
            house=house,
            engine=ScriptedEngine(),
            personas=read_personas(),
            speech=speech,
            habits=HABITS,
            metrics=Metrics(),
            clock=clock,
        )
        dispatch = Dispatch(conversation, waiting=8, rooms=100, stop_s=5.0)
        try:
            async with open_platforms(
                config,
                environ,
                speech.words,
                personas={},
                locker_of=house.locker.of,
                rules_of=partial(read_rules, house, config),
            ) as platforms:
                assert [one.name for one in platforms] == ["discord", "matrix"]
                left_over = await recover(house, platforms, clock())
                async with asyncio.TaskGroup() as group:
                    group.create_task(dispatch.run(platforms, left_over))
                    await server.until(lambda: server.gateway.sessions, "the bot's gateway")
                    await let_in(server, anna)
                    room = await through_the_door(ground, ada)
                    await ada.write(room, "!link")
                    shown = await notice(ground, ada, room, "Your code is")
                    (code,) = re.findall(r"\w{4}-\w{4}-\w{4}", shown)
                    for typed in (f"/link {code}", f"/link {code} confirm"):
                        before = len(said_in(anna.dm, server))
                        await anna.writes(anna.dm, typed)
                        await said(server, anna.dm, before + 1)
                    one = house.links.person_of(PersonId(f"matrix:{ada.id}"))
                    assert one == house.links.person_of(PersonId(f"discord:{anna.id}"))
                    dispatch.stop()
        finally:
            await house.close()


async def through_the_door(ground: Ground, ada: Person) -> str:
    """By the people's side alone."""
    bot = ground.account.id
    keeper = ground.keeper

    def is_in(room: str, of: Person) -> bool:
        users = of.client.rooms[room].users
        return bot in users and not users[bot].invited

    await keeper.until(lambda: is_in(ground.home, keeper), "the bot in its community")
    await keeper.invite(ground.home, ada.id)
    await ada.join(ground.home)
    room = await ada.make_room(direct=True)
    await ada.invite_direct(room, bot)
    await ada.until(
        lambda: (
            is_in(room, ada)
            and dict(ada.client.device_store.items()).get(bot)
            and not ada.client.should_query_keys
        ),
        "the bot in the room",
    )
    for answer, then in (
        ("hello", "1 of 4"),
        ("next", "2 of 4"),
        ("next", "3 of 4"),
        ("yes", "4 of 4"),
        ("done", "You are with"),
    ):
        await ada.write(room, answer)
        await notice(ground, ada, room, then)
    return room


async def notice(ground: Ground, person: Person, room: str, part: str) -> str:
    def found() -> str | None:
        all_ = [o for o in person.shown(room) if o.sender == ground.account.id]
        return next((one.body for one in all_ if part in one.body and one.kind == "m.notice"), None)

    return await person.until(found, f"a notice with {part!r}")


async def test_parlour_login_and_run_serve_it_as_an_operator_does(
    people: People, tmp_path: Path
) -> None:
    ground, ada = await make_ground(people), await people.person("ada")
    (tmp_path / "config.toml").write_text(
        f"""
[keys]
master_key_file = "{tmp_path / "master.key"}"
[engine]
kind = "scripted"
[personas]
folder = "{PERSONAS}"
[matrix]
on = true
homeserver = "{people.homeserver.url}"
user = "{ground.account.id}"
operators = ["{ground.keeper.id}"]
"""
    )
    parlour = [sys.executable, "-m", "bot"]
    settings = ["--config", str(tmp_path / "config.toml")]

    def do(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*parlour, *words, *settings],
            cwd=ROOT,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    make_master_key(tmp_path / "master.key")
    published = await asyncio.to_thread(do, "protocol", "--contact", "ada@example.org")
    assert published.returncode == 0, published.stderr
    unready = await asyncio.to_thread(do, "run")
    assert unready.returncode == 2
    assert "`parlour login matrix` makes one" in unready.stderr
    login = await asyncio.to_thread(do, "login", "matrix", typed=f"{ground.account.password}\n")
    assert login.returncode == 0, login.stderr
    process = await asyncio.create_subprocess_exec(
        *parlour, "run", *settings, cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    try:
        room = await through_the_door(ground, ada)
        await ada.write(room, "How is the sea?")
        await ada.sees(room, "You said: How is the sea?", sender=ground.account.id)
        hers = await ask_in_room(ada, room, ground.account.id)
        await hers.begin()
        pictures = hers.emoji()
        listed = await asyncio.to_thread(do, "matrix", "verify")
        checked = await asyncio.to_thread(do, "check")
        for shown in (listed.stdout, checked.stdout):
            assert "Verification 1, with the device" in shown
            assert all(picture in shown for picture in pictures)
            assert ada.id not in shown and ada.account.name not in shown
        confirmed = await asyncio.to_thread(do, "matrix", "verify", "confirm", "1")
        assert "has vouched" in confirmed.stdout, confirmed.stderr
        assert len(await hers.confirm()) == 2
        process.send_signal(signal.SIGTERM)
        _, said_last = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said_last.decode()
    assert b"sea" not in said_last
    assert not any(picture in said_last.decode() for picture in pictures)
