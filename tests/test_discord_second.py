"""The bot on simcord's Discord, which other people wrote: what two peers agree on, neither imagined."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.base import Engine
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId, Role
from bot.platforms.discord.names import community_id
from bot.platforms.discord.setup import Setup
from bot.store.house import House
from tests.conftest import running
from tests.discord_help import GAP_S, opened
from tests.evenings import (
    MODERATOR,
    PERSON,
    OnPaper,
    Said,
    T,
    decided,
    expected,
    tides,
    transcript,
    turns,
)
from tests.second import SecondPeer, Somebody, second_peer
from tests.second.places import Place, Shown

pytestmark = pytest.mark.live


@asynccontextmanager
async def served(
    peer: SecondPeer, folder: Path, engine: Engine, *, has_buttons: bool = True
) -> AsyncIterator[House]:
    peer.home()
    chosen = Setup(peer.token, gap_s=GAP_S, identify_gap_s=0.0, guild_ready_s=0.01)
    async with opened(peer, folder, engine, chosen, has_buttons=has_buttons) as (_, _, house, *_):
        yield house
    assert peer.unknown == [], "what simcord does not play"


class Side:
    prefix = "/"

    def __init__(self, peer: SecondPeer, house: House, who: Somebody, place: Place) -> None:
        self.house = house
        self._peer = peer
        self._who = who
        self._place = place
        self.person = PersonId(f"discord:{who.id}")
        self.community: CommunityId = community_id(peer.home().id)
        self.names: Mapping[str, str] = {"Ada": "ADA", "Ben": "BEN", "discord:42": "ZOE"}

    async def write(self, text: str) -> None:
        called = "" if self._place.id == self._who.dm.id else f"<@{self._peer.application}> "
        await self._who.writes(self._place, called + text)

    def said(self) -> list[Said]:
        return [(bool(one.flags & 4), one.content) for one in said_in(self._peer, self._place)]

    async def until(self, done: T) -> None:
        await self._peer.until(done, "the same as elsewhere")


def said_in(peer: SecondPeer, place: Place) -> list[Shown]:
    return [one for one in place.shown if one.author == peer.application]


async def test_a_persons_evening_is_the_same_there(tmp_path: Path) -> None:
    async with running(tmp_path / "paper", tides()) as parlour:
        paper = OnPaper(parlour, Role.MEMBER)
        told, kept = await expected(PERSON, paper), await turns(paper)
    async with second_peer() as peer:
        ada = peer.person("Ada")
        peer.joins(peer.home(), ada)
        async with served(peer, tmp_path / "discord", tides(), has_buttons=False) as house:
            side = Side(peer, house, ada, ada.dm)
            assert await transcript(PERSON, side, told) == told
            assert await turns(side) == kept


async def test_a_moderators_evening_is_the_same_there(tmp_path: Path) -> None:
    async with running(tmp_path / "paper", tides()) as parlour:
        paper = OnPaper(parlour, Role.MODERATOR)
        told, left = await expected(MODERATOR, paper), await decided(paper)
    async with second_peer() as peer:
        ben = peer.person("Ben")
        place = peer.channel(peer.guild("Harbour", owner=ben), "talk")
        async with served(peer, tmp_path / "discord", tides(), has_buttons=False) as house:
            side = Side(peer, house, ben, place)
            assert await transcript(MODERATOR, side, told) == told
            assert await decided(side) == left
