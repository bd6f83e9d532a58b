"""The bot on simcord's Discord, which other people wrote: what two peers agree on, neither imagined."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from simcord import InteractionResult

from bot.engine.base import Engine
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId, Rating, Role
from bot.platforms.discord import setting_up
from bot.platforms.discord.buttons import LABELS
from bot.platforms.discord.names import community_id
from bot.platforms.discord.setup import Setup
from bot.store.house import House
from tests.conftest import running
from tests.discord_help import GAP_S, ROW, labels, opened, sees
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


# --- With buttons, selects, forms and commands -------------------------------------------------


async def rests(peer: SecondPeer, person: Somebody, last: str) -> Shown:
    """The bot's last message says this, and has the row that no other has."""

    def at_rest() -> Shown | None:
        shown = person.dm.shown
        rows = [labels(one) for one in shown if labels(one)]
        is_there = rows == [ROW] and labels(shown[-1]) and shown[-1].content.endswith(last)
        return shown[-1] if is_there else None

    found: Shown = await peer.until(at_rest, f"the row under {last!r}")
    return found


async def told(peer: SecondPeer, asked: InteractionResult) -> str:
    """What an interaction was answered in the end."""

    def said() -> str:
        return asked.response.content if asked.response else ""

    words: str = await peer.until(said, "an answer")
    return words


async def let_in(peer: SecondPeer, person: Somebody) -> Shown:
    """Through the door by its buttons."""
    await person.runs("begin", person.dm)
    for page, word in enumerate(("next", "next", "yes", "done"), start=1):
        await person.presses(person.dm, await sees(peer, person, person.dm, f"{page} of 4"), word)
    return await rests(peer, person, "")


async def test_a_moderator_sets_up_the_door_and_a_member_comes_in_by_its_panel(
    tmp_path: Path,
) -> None:
    async with second_peer() as peer:
        ben, anna = peer.person("Ben"), peer.person("Anna")
        guild = peer.guild("Harbour", owner=ben)
        peer.joins(guild, anna)
        staff, door = peer.channel(guild, "staff"), peer.channel(guild, "door")
        async with served(peer, tmp_path / "d", ScriptedEngine()) as house:
            await peer.until(lambda: peer.backend.commands, "the commands")
            await ben.runs("setup", staff)
            shown = await sees(peer, ben, staff, str(setting_up.HEAD))
            assert shown.message.is_ephemeral
            for what, value in (
                (setting_up.ENTRANCE, door.handle),
                (setting_up.CEILING, "general"),
            ):
                await told(peer, await ben.selects(staff, shown, str(what), value))
            asked = await ben.presses(staff, shown, str(setting_up.PUT_UP))
            assert await told(peer, asked) == setting_up.IS_UP.format(channel=f"<#{door.id}>")
            community = await house.communities.of(community_id(guild.id))
            assert community.ceiling is Rating.GENERAL
            (panel,) = door.shown
            await anna.presses(door, panel, "Begin")
            for page, word in enumerate(("next", "next", "yes", "done"), start=1):
                screen = await sees(peer, anna, door, f"{page} of 4")
                assert screen not in door.shown, "for her alone"
                await anna.presses(door, screen, word)
            await peer.until(lambda: [one for one in anna.dm.shown if one.flags & 4], "a greeting")


async def test_a_row_of_buttons_moves_with_the_words_and_swipes(tmp_path: Path) -> None:
    async with second_peer() as peer:
        anna = peer.person("Anna")
        peer.joins(peer.home(), anna)
        async with served(peer, tmp_path / "d", tides()):
            await peer.until(lambda: peer.backend.commands, "the commands")
            await let_in(peer, anna)
            await anna.writes(anna.dm, "How is the sea?")
            first = await rests(peer, anna, "This is tide 1.")
            again, back = (str(LABELS[one]) for one in ("again", "back"))
            await anna.presses(anna.dm, first, again)
            second = await rests(peer, anna, "This is tide 2.")
            await anna.presses(anna.dm, second, back)
            await rests(peer, anna, "This is tide 1.")
            await anna.runs("forward", anna.dm)
            await rests(peer, anna, "This is tide 2.")


async def test_what_a_person_edits_and_deletes_takes_effect(tmp_path: Path) -> None:
    async with second_peer() as peer:
        anna = peer.person("Anna")
        peer.joins(peer.home(), anna)
        engine = tides()
        async with served(peer, tmp_path / "d", engine):
            await peer.until(lambda: peer.backend.commands, "the commands")
            await let_in(peer, anna)
            said = await anna.writes(anna.dm, "How is the sea?")
            await rests(peer, anna, "This is tide 1.")
            await anna.edits(anna.dm, said, "How is the harbour?")
            await anna.writes(anna.dm, "And the lamp?")
            await rests(peer, anna, "This is tide 2.")
            assert "harbour" in str(engine.prompts[-1]) and "the sea" not in str(engine.prompts[-1])
            await anna.deletes(anna.dm, said)
            await anna.writes(anna.dm, "And the fog?")
            await rests(peer, anna, "This is tide 3.")
            assert "harbour" not in str(engine.prompts[-1])
