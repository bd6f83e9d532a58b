"""The same script of a person's evening and of a moderator's on the console, on Discord's loopback
server and on a real Synapse: the same decisions, the same turns, the same words.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.events import CommunityId, PersonId, Role
from bot.platforms.discord.names import community_id as discord_community
from bot.platforms.matrix.names import community_id, person_id
from tests import discord_help
from tests.conftest import running
from tests.discord import discord_server
from tests.discord.people import Person as OnDiscordPerson
from tests.discord.state import Channel
from tests.evenings import (
    MODERATOR,
    PERSON,
    OnPaper,
    Said,
    T,
    at_terminal,
    decided,
    expected,
    tides,
    transcript,
    turns,
)
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.serving import Served, make_ground, serving

pytestmark = pytest.mark.live


class OnDiscord:
    prefix = "/"

    def __init__(self, bot: discord_help.Served, who: OnDiscordPerson, place: Channel) -> None:
        self.house = bot.house
        self._bot = bot
        self._who = who
        self._place = place
        self.person = PersonId(f"discord:{who.id}")
        guild = discord_help.home(bot.server)
        self.community: CommunityId = discord_community(guild.id)
        self.names: Mapping[str, str] = {"Ada": "ADA", "Ben": "BEN", "discord:42": "ZOE"}

    async def write(self, text: str) -> None:
        is_direct = self._place is self._who.dm
        called = "" if is_direct else f"<@{self._bot.server.application}> "
        await self._who.writes(self._place, called + text)

    def said(self) -> list[Said]:
        shown = discord_help.said_in(self._place, self._bot.server)
        return [(bool(one.flags & 4), one.content) for one in shown]

    async def until(self, done: T) -> None:
        await self._bot.server.until(done, "the same as elsewhere")


class OnMatrix:
    prefix = "!"

    def __init__(self, bot: Served, who: Person, room: str, called: str) -> None:
        self.house = bot.house
        self._bot = bot
        self._who = who
        self._room = room
        self.person = person_id(who.id)
        self.community: CommunityId = community_id(bot.home)
        self.names: Mapping[str, str] = {
            who.account.name: called,
            "matrix:@zoe:parlour.test": "ZOE",
        }

    async def write(self, text: str) -> None:
        is_direct = self._room != self._bot.home
        users = [] if is_direct else [self._bot.id]
        await self._who.write(self._room, text, **{"m.mentions": {"user_ids": users}})

    def said(self) -> list[Said]:
        shown = self._bot.said(self._who, self._room)
        return [(one.kind == "m.text", one.body) for one in shown]

    async def until(self, done: T) -> None:
        await self._who.until(done, "the same as elsewhere")


async def on_paper(folder: Path, lines: tuple[str, ...], role: Role) -> tuple[list[Any], Any, Any]:
    async with running(folder, tides()) as parlour:
        side = OnPaper(parlour, role)
        return await expected(lines, side), await turns(side), await decided(side)


async def test_a_persons_evening_is_the_same_on_console_discord_and_matrix(
    people: People, tmp_path: Path
) -> None:
    # Up to the erasing, so that there is something to compare. That command is settled before it
    # is answered, and all before it are by then.
    whole = PERSON.index("{p}erase") + 1
    told, kept, _ = await on_paper(tmp_path / "paper", PERSON[:whole], Role.MEMBER)
    more, *_ = await on_paper(tmp_path / "paper-2", PERSON, Role.MEMBER)
    assert more[:whole] == told
    assert all(more), "every line of the script is answered"
    async with at_terminal(tmp_path / "console", Role.MEMBER) as console:
        assert await transcript(PERSON[:whole], console, told) == told
        assert await turns(console) == kept
        assert await transcript(PERSON[whole:], console, more[whole:]) == more[whole:]
        assert await turns(console) == []
    async with discord_server() as server:
        ada = server.person("Ada")
        server.joins(discord_help.home(server), ada)
        async with discord_help.serving(server, tmp_path / "discord", tides()) as bot:
            discord = OnDiscord(bot, ada, ada.dm)
            assert await transcript(PERSON[:whole], discord, told) == told
            assert await turns(discord) == kept
            assert await transcript(PERSON[whole:], discord, more[whole:]) == more[whole:]
            assert await turns(discord) == []
    person = await people.person("ada")
    async with serving(people, tmp_path / "matrix", tides()) as served:
        matrix = OnMatrix(served, person, await served.meets(person), "ADA")
        assert await transcript(PERSON[:whole], matrix, told) == told
        assert await turns(matrix) == kept
        assert await transcript(PERSON[whole:], matrix, more[whole:]) == more[whole:]
        assert await turns(matrix) == []


async def test_a_moderators_evening_is_the_same_on_console_discord_and_matrix(
    people: People, tmp_path: Path
) -> None:
    told, _, left = await on_paper(tmp_path / "paper", MODERATOR, Role.MODERATOR)
    assert all(told), "every line of the script is answered"
    async with at_terminal(tmp_path / "console", Role.MODERATOR) as console:
        assert await transcript(MODERATOR, console, told) == told
        assert await decided(console) == left
    async with discord_server() as server:
        ben = server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        async with discord_help.serving(server, tmp_path / "discord", tides()) as bot:
            discord = OnDiscord(bot, ben, server.channel(guild, "talk"))
            assert await transcript(MODERATOR, discord, told) == told
            assert await decided(discord) == left
    ground = await make_ground(people)
    async with serving(people, tmp_path / "matrix", tides(), ground=ground) as served:
        matrix = OnMatrix(served, ground.keeper, ground.home, "BEN")
        # What it says of itself when it comes into a room is said nowhere else.
        await matrix.until(lambda: bool(matrix.said()))
        assert await transcript(MODERATOR, matrix, told) == told
        assert await decided(matrix) == left
