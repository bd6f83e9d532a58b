"""After a crash on Discord: what was said shortly before it stands there as the vault has it."""

import random
import shutil
from functools import partial
from pathlib import Path

import pytest

from bench.discord_crowd import PERSONA, Crowd
from bench.discord_soak import PATCH, Bot
from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId
from bot.store.house import House
from bot.store.keys import read_master_key
from tests.discord import DiscordServer, Person, discord_server
from tests.discord.state import Shown
from tests.discord_help import said_in, serving
from tests.fakes import Clock

pytestmark = pytest.mark.live

GET = "GET /channels/{}/messages/{}"
WHOLE = "You said: How is the sea?"


async def crash(server: DiscordServer, folder: Path, anna: Person, *, loses: bool) -> Shown:
    """The bot answers once, and its edits are lost; of its folder is kept what a kill would leave."""
    async with serving(server, folder / "data", ScriptedEngine()) as bot:
        await bot.let_in(anna)
        before = len(said_in(anna.dm, server))
        if loses:
            server.fail(PATCH, 403, times=20)
        await anna.writes(anna.dm, "How is the sea?")
        shown = (await bot.said(anna.dm, before + 1))[-1]
        async with bot.house.vault(PersonId(f"discord:{anna.id}")) as vault:
            assert vault is not None
            session = await vault.session()
            assert session is not None
            while not [one.text for one in await vault.window(session.id) if one.text == WHOLE]:
                pass
        if not loses:
            await bot.shows(anna.dm, WHOLE)
        shutil.copytree(folder / "data", folder / "left" / "data")
        shutil.copy(folder / "data.key", folder / "left" / "data.key")
    server.faults.failures.clear()
    return shown


def asked(server: DiscordServer, route: str) -> int:
    return len([one for one in server.requests if one.route == route])


async def test_a_last_edit_that_never_arrived_is_sent_by_the_next_start(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        shown = await crash(server, tmp_path, anna, loses=True)
        assert shown.content == "You"
        count = len(said_in(anna.dm, server))
        async with serving(server, tmp_path / "left" / "data", ScriptedEngine()):
            await server.until(lambda: shown.content == WHOLE, "the whole page")
        assert len(said_in(anna.dm, server)) == count


async def test_what_stands_already_is_not_sent_again(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        shown = await crash(server, tmp_path, anna, loses=False)
        states = len(shown.history)
        looked = asked(server, GET)
        async with serving(server, tmp_path / "left" / "data", ScriptedEngine()) as bot:
            await server.until(lambda: asked(server, GET) > looked, "a look at what stands")
            await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, "You said: And now?")
        assert len(shown.history) == states


async def test_after_an_orderly_end_nothing_is_looked_at(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        await crash(server, tmp_path, anna, loses=False)
        looked = asked(server, GET)
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, "You said: And now?")
        assert asked(server, GET) == looked


@pytest.mark.parametrize("how", ["erased", "undone", "taken away"])
async def test_what_is_gone_is_not_shown_again(tmp_path: Path, how: str) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        shown = await crash(server, tmp_path, anna, loses=True)
        left, edits = tmp_path / "left" / "data", asked(server, PATCH)
        person = PersonId(f"discord:{anna.id}")
        if how == "taken away":
            server.messages.take_away(anna.dm, shown)
        house = await House.open(
            left, read_master_key(left.with_name("data.key")), open_vaults=8, idle_s=9.0,
            clock=Clock(),
        )  # fmt: skip
        if how == "erased":
            await house.erase(person, 1.0)
        elif how == "undone":
            async with house.vault(person) as vault:
                assert vault is not None
                session = await vault.session()
                assert session is not None
                said, answer = await vault.last_exchange(session.id) or (None, None)
                assert said is not None
                assert answer is not None
                await vault.drop([said.id, answer.id])
        house.leave_unfinished(person)
        await house.close()
        async with serving(server, left, ScriptedEngine()) as bot:
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "And now?")
            await bot.said(anna.dm, before + 1)
        changes = [one.path for one in server.requests if one.route == PATCH][edits:]
        assert not [path for path in changes if path.endswith(shown.id)]
        assert shown.content == "You"


async def test_killed_in_mid_reply_what_stands_is_what_the_vault_has(tmp_path: Path) -> None:
    """The whole bot in a process of its own, killed with -9 when Discord has refused the first edit
    of an answer: what its next start shows is no more and no less than the vault has of it, and
    nothing is answered twice. At moments by chance the same is tried by `make soak-discord`."""
    async with discord_server() as server:
        server.guild("Harbour")
        bot, crowd = Bot(server, tmp_path), Crowd(server, random.Random(11))
        try:
            await bot.start()
            anna = server.person("Anna")
            await crowd.come_in(anna)
            before = len(spoken(anna))
            server.fail(PATCH, 403, times=1000)
            await anna.writes(anna.dm, "How is the sea?")
            shown = await server.until(lambda: spoken(anna)[before:], "the first words")
            await server.until(partial(was_refused, server, shown[0]), "an edit that is refused")
            await bot.kill()
            first_words = shown[0].content
            server.faults.failures.clear()
            await bot.start()
            await server.until(lambda: shown[0].content != first_words, "what the vault has")
            await bot.stop()
        finally:
            bot.end()
        assert shown[0].content.startswith(f"{first_words} ")
        assert await kept(tmp_path, anna) == [one.content for one in spoken(anna)[before:]]


def was_refused(server: DiscordServer, shown: Shown) -> bool:
    return any(
        one.route == PATCH and one.status == 403 and one.path.endswith(shown.id)
        for one in server.requests
    )


def spoken(anna: Person) -> list[Shown]:
    return [one for one in anna.dm.shown if one.flags & PERSONA]


async def kept(folder: Path, anna: Person) -> list[str]:
    """What the persona said, by the vault."""
    house = await House.open(
        folder / "data", read_master_key(folder / "key"), open_vaults=8, idle_s=9.0, clock=Clock()
    )
    try:
        async with house.vault(PersonId(f"discord:{anna.id}")) as vault:
            assert vault is not None
            turns = (await vault.export())["turns"]
            assert isinstance(turns, list)
            return [
                turn["revisions"][-1]["text"].strip() for turn in turns if turn["side"] == "persona"
            ]
    finally:
        await house.close()
