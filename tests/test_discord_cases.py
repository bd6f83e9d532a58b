"""Moderators on Discord: cases as cards with buttons, forms for rules, files and pictures, reports,
and who sees which command.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.commands import case_deeds
from bot.commands.duties import NOT_YOURS
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId
from bot.platforms.discord.asked import NOT_FOR_YOU
from bot.platforms.discord.deeds import FOR_MODERATORS
from bot.platforms.discord.menus import FIELD
from bot.store.case_rows import CaseState
from tests.discord import DiscordServer, discord_server
from tests.discord.people import Person
from tests.discord.state import Asked, Channel, Guild, Shown
from tests.discord_help import Served, labels, said_in, serving

pytestmark = pytest.mark.live

REPORTED = "is loud"


@dataclass
class Evening:
    """A community with two moderators, a member, and a room for cases."""

    server: DiscordServer
    folder: Path
    mo: Person
    nia: Person
    ada: Person
    guild: Guild
    log: Channel
    talk: Channel

    @asynccontextmanager
    async def begins(self) -> AsyncIterator[Served]:
        async with serving(self.server, self.folder, ScriptedEngine(), has_buttons=True) as bot:
            await self.server.until(lambda: self.server.world.commands, "the commands")
            yield bot

    async def answer(self, asked: Asked) -> str:
        """What the asker is told of it."""
        await self.server.until(lambda: asked.original and asked.original.content, "an answer")
        assert asked.original is not None
        return asked.original.content

    async def runs(self, who: Person, name: str, place: Channel, **given: object) -> str:
        return await self.answer(await who.runs(name, place, **given))

    async def fills(self, who: Person, asked: Asked, **given: object) -> str:
        return await self.answer(await who.fills(asked, **given))

    async def reports(self, who: Person, about: Person) -> Shown:
        """The card of it."""
        before = len(self.cards())
        await self.runs(who, "/report person", self.talk, person=about.id, words=REPORTED)
        await self.server.until(lambda: len(self.cards()) > before, "a card")
        return self.cards()[-1]

    def cards(self) -> list[Shown]:
        return [one for one in said_in(self.log, self.server) if one.content.startswith("Case ")]

    async def shows(self, card: Shown, words: str) -> None:
        await self.server.until(lambda: words in card.content, f"{words!r} on a card")


@asynccontextmanager
async def evening(server: DiscordServer, tmp_path: Path) -> AsyncIterator[Evening]:
    mo, nia, ada = (server.person(name) for name in ("Mo", "Nia", "Ada"))
    guild = server.guild("Harbour", owner=mo)
    role = server.role(guild, "moderators", "manage_guild")
    server.joins(guild, nia, role)
    server.joins(guild, ada)
    log, talk = server.channel(guild, "cases"), server.channel(guild, "talk")
    yield Evening(server, tmp_path / "d", mo, nia, ada, guild, log, talk)


UPHOLD, LIFT, NOTE, SHOW = "Uphold", "Lift", "Note", "Show"


async def test_a_case_is_a_card_whose_buttons_work_after_a_restart_for_any_moderator(
    tmp_path: Path,
) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here:
        async with here.begins():
            await here.runs(here.mo, "/caselog", here.log, wish="here")
            card = await here.reports(here.ada, here.mo)
            assert labels(card) == [SHOW, UPHOLD, LIFT, NOTE]
            assert REPORTED not in card.content
            ids = [part["custom_id"] for part in card.parts() if part["type"] == 2]
            assert all(len(one) < 40 for one in ids)
            assert not [one for one in ids for who in (here.ada, here.mo) if who.id in one]
        async with here.begins():
            asked = await here.nia.presses(here.log, card, NOTE)
            noted = await here.fills(here.nia, asked, **{FIELD: "looks like a misunderstanding"})
            assert noted == case_deeds.NOTED.format(number=1)
            assert labels(card) == [SHOW, UPHOLD, LIFT, NOTE]
            story = await here.answer(await here.nia.presses(here.log, card, SHOW))
            assert "looks like a misunderstanding" in story and REPORTED in story
            asked = await here.nia.presses(here.log, card, UPHOLD)
            await here.fills(here.nia, asked, **{FIELD: "seen to"})
            await here.shows(card, "How it stands: upheld")
            assert labels(card) == [] and here.nia.id in card.content
            assert "seen to" not in card.content
            private = [one for one in here.log.shown if one is not card and one.only_for is None]
            assert private == []


async def test_of_two_moderators_at_once_the_second_sees_what_the_first_did(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins():
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        card = await here.reports(here.ada, here.ada)
        first = await here.mo.presses(here.log, card, LIFT)
        second = await here.nia.presses(here.log, card, LIFT)
        await server.until(lambda: first.modal and second.modal, "two forms")
        await here.fills(here.mo, first, **{FIELD: "it was a quotation"})
        told = await here.fills(here.nia, second, **{FIELD: "no harm done"})
        assert told.startswith(case_deeds.LIFTED_ALREADY.format(number=1))
        assert f"discord:{here.mo.id}: it was a quotation" in told
        await here.shows(card, "How it stands: lifted")
        assert labels(card) == [] and here.mo.id in card.content


async def test_a_typed_command_and_an_appeal_show_the_card_anew(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        await here.runs(here.mo, "/rules add", here.talk, kind="words", does="warn", what="spoiler")
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        await bot.let_in(here.ada)
        await here.ada.writes(here.ada.dm, "a spoiler, then")
        (card,) = await server.until(here.cards, "a card")
        assert labels(card) == [SHOW, LIFT, NOTE]
        assert here.ada.id not in card.content
        await here.runs(here.ada, "/appeal", here.ada.dm, number="1", words="a quotation")
        await server.until(lambda: len(here.cards()) == 2, "a card of the appeal")
        await here.shows(card, "How it stands: appealed")
        both = here.cards()
        assert [labels(one) for one in both] == [[SHOW, UPHOLD, LIFT, NOTE]] * 2
        assert not [one for one in both if "quotation" in one.content]
        await here.runs(here.nia, "/lift", here.talk, number="1", reason="it was one")
        for one in both:
            await here.shows(one, "How it stands: lifted")
        assert [labels(one) for one in both] == [[], []]


async def test_who_may_not_is_refused_at_the_press_and_nothing_changes(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        chosen = server.role(here.guild, "judges")
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        rules = f'[may]\nlift = ["{chosen}"]\n'
        await here.runs(here.mo, "/rules import", here.log, file=("rules.toml", rules.encode()))
        card = await here.reports(here.ada, here.mo)
        assert await here.answer(await here.ada.presses(here.log, card, LIFT)) == FOR_MODERATORS
        asked = await here.nia.presses(here.log, card, LIFT)
        assert await here.fills(here.nia, asked, **{FIELD: "no harm done"}) == NOT_YOURS
        assert labels(card) == [SHOW, UPHOLD, LIFT, NOTE]
        copied = await here.mo.presses(here.talk, card, LIFT)
        assert await here.answer(copied) == NOT_FOR_YOU
        cases = bot.house.moderation.cases
        story = await cases.story(CommunityId(f"discord:{here.guild.id}"), 1, 0.0)
        assert story is not None and story.case.state is CaseState.OPEN
