"""Moderators on Discord: cases as cards with buttons, forms for rules, files and pictures, reports,
and who sees which command.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.commands import case_deeds
from bot.commands.duties import NOT_YOURS
from bot.commands.follow_cases import LOG_HERE, LOG_OFF
from bot.commands.follow_cases import REPORTED as REPORTED_IT
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId
from bot.platforms.discord.asked import NOT_FOR_YOU
from bot.platforms.discord.deeds import FOR_MODERATORS
from bot.platforms.discord.menus import FIELD
from bot.platforms.discord.native import (
    MANAGE_GUILD,
    MENUS,
    MOST_MENUS,
    ON_MESSAGE,
    application_commands,
)
from bot.platforms.discord.on_message import NEWER_BY_NOW, ONLY_THE_LATEST_IS_REPORTED
from bot.platforms.discord.setting_up import LOG
from bot.policy.community.reading import read_rules
from bot.policy.community.rule import Action
from bot.store.case_rows import CaseState
from tests.discord import DiscordServer, NotOffered, discord_server
from tests.discord.people import Person
from tests.discord.state import Asked, Channel, Guild, Shown
from tests.discord_help import Served, labels, said_in, serving

pytestmark = pytest.mark.live

REPORTED = "is loud"
REPORT = str(MENUS["Report"])


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


async def test_the_room_for_cases_is_chosen_in_the_setup_from_another_channel(
    tmp_path: Path,
) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        asked = await here.mo.runs("/setup", here.talk)
        shown = (await here.mo.answered(asked)).original
        assert shown is not None
        picked = await here.mo.selects(here.talk, shown, str(LOG), here.log.id)
        assert await here.answer(picked) == LOG_HERE
        assert (await here.reports(here.ada, here.mo)).content.startswith("Case 1")
        taken_back = await here.mo.selects(here.talk, shown, str(LOG))
        assert await here.answer(taken_back) == LOG_OFF
        community = CommunityId(f"discord:{here.guild.id}")
        assert await bot.house.moderation.log_rooms.of(community) is None


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


# --- Suggestions -------------------------------------------------------------------------------


async def choices(
    who: Person, name: str, place: Channel, option: str, typed: str = ""
) -> list[str]:
    asked = await who.answered(await who.completes(name, place, option, **{option: typed}))
    return [f"{one['name']} -> {one['value']}" for one in asked.choices]


async def test_rules_and_open_cases_are_suggested_to_moderators_alone(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins():
        for word in ("spoiler", "ending"):
            await here.runs(here.mo, "/rules add", here.talk, kind="words", does="warn", what=word)
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        for _ in range(2):
            await here.reports(here.ada, here.ada)
        await here.runs(here.mo, "/uphold", here.talk, number="1", reason="seen to")
        for command in ("/rules show", "/rules edit", "/rules remove", "/rules dry-run"):
            found = await choices(here.nia, command, here.talk, "rule", "wo")
            assert found == ["words-1 -> words-1", "words-2 -> words-2"]
        for command in ("/case", "/note", "/uphold", "/lift"):
            (one,) = await choices(here.nia, command, here.talk, "number")
            assert re.fullmatch(r"2: report, \d{4}-\d\d-\d\d -> 2", one)
        assert await choices(here.nia, "/lift", here.talk, "number", "99") == []
        # Whoever was given the command by the community's settings is no moderator by that.
        server.permit(here.guild, "lift", here.ada.id, allowed=True)
        assert await choices(here.ada, "/lift", here.talk, "number") == []


async def test_who_may_not_see_cases_is_suggested_none(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins():
        chosen = server.role(here.guild, "judges")
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        await here.reports(here.ada, here.ada)
        assert len(await choices(here.nia, "/lift", here.talk, "number")) == 1
        rules = f'[may]\nsee_cases = ["{chosen}"]\nchange_rules = ["{chosen}"]\n'
        await here.runs(here.mo, "/rules import", here.log, file=("rules.toml", rules.encode()))
        assert await choices(here.nia, "/lift", here.talk, "number") == []
        assert await choices(here.nia, "/rules show", here.talk, "rule") == []


async def test_a_busy_store_leaves_nobody_without_an_answer_while_they_type(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        await here.runs(here.mo, "/rules add", here.talk, kind="words", does="warn", what="spoiler")
        goes_on = threading.Event()
        database = bot.house.moderation.cases.database
        busy = asyncio.create_task(database.read(lambda _: goes_on.wait()))
        try:
            assert await choices(here.mo, "/rules show", here.talk, "rule") == []
            assert not busy.done() and here.mo.failed() == []
        finally:
            goes_on.set()
            await busy
        assert len(await choices(here.mo, "/rules show", here.talk, "rule")) == 1


# --- Rules by form and by file -----------------------------------------------------------------


def asked_for(asked: Asked) -> list[tuple[str, int]]:
    assert asked.modal is not None
    parts = [part["component"] for part in asked.modal["components"]]
    return [(part["custom_id"], part["type"]) for part in parts]


async def test_a_rule_is_added_by_a_form_that_asks_for_what_was_left_out(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        asked = await here.mo.runs("/rules add", here.talk)
        await server.until(lambda: asked.modal, "a form")
        assert asked_for(asked) == [("kind", 3), ("does", 3), (FIELD, 4)]
        given = {"kind": "words", "does": "pause", FIELD: "spoiler, the ending"}
        assert "Version 1" in await here.fills(here.mo, asked, **given)
        # What was chosen already stands in it, and what need not be said is not asked for.
        asked = await here.mo.runs("/rules add", here.talk, does="mask")
        assert "Version 2" in await here.fills(here.mo, asked, kind="links")
        newest = await bot.house.moderation.rules.newest(CommunityId(f"discord:{here.guild.id}"))
        assert newest is not None
        rules = read_rules(newest.text).rules
        assert {rule.name: rule.steps[0].action for rule in rules} == {
            "links-1": Action.MASK,
            "words-1": Action.PAUSE,
        }
        # What only says how things stand is set, with what it needs by its keys.
        asked = await here.mo.runs("/rules add", here.talk, kind="entry")
        given = {"does": "set", FIELD: "account_days=30 approval=true"}
        assert "Version 3" in await here.fills(here.mo, asked, **given)


async def test_rules_go_out_as_a_file_and_come_in_as_one(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins():
        await here.runs(here.mo, "/rules add", here.talk, kind="words", does="warn", what="spoiler")
        asked = await here.mo.runs("/rules export", here.talk)
        await here.answer(asked)
        name, content = file_of(asked.original, server)
        assert name == "rules-1.toml" and b"spoiler" in content
        changed = (name, content.replace(b"spoiler", b"finale"))
        told = await here.runs(here.nia, "/rules import", here.talk, file=changed)
        assert "Version 2" in told and "finale" in told
        # The file says from which version it was made: by now that is not the newest.
        told = await here.runs(here.nia, "/rules import", here.talk, file=changed)
        assert told.startswith("The rules have changed")
        wrong = (name, b'[[rule]]\nname = "a"\nkind = "worse"\n')
        told = await here.runs(here.nia, "/rules import", here.talk, file=wrong)
        assert "Line 3" in told
        mention = f"<@{server.application}>"
        await here.mo.writes(here.talk, f"{mention} /rules export")
        shown = await server.until(
            lambda: [one for one in said_in(here.talk, server) if one.data.get("attachments")],
            "a file for all who see it",
        )
        assert file_of(shown[-1], server)[0] == "rules-2.toml"


async def test_the_counts_come_as_a_picture_beside_their_words(tmp_path: Path) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        await here.runs(here.mo, "/rules add", here.talk, kind="words", does="warn", what="spoiler")
        await bot.let_in(here.ada)
        before = len(said_in(here.ada.dm, server))
        await here.ada.writes(here.ada.dm, "a spoiler, then")
        await bot.said(here.ada.dm, before + 1)
        asked = await here.mo.runs("/rules stats", here.talk)
        assert "words-1" in await here.answer(asked)
        name, content = file_of(asked.original, server)
        assert name.endswith(".png") and content.startswith(b"\x89PNG\r\n")
        assert asked.original is not None and asked.original.only_for == here.mo.id


def file_of(shown: Shown | None, server: DiscordServer) -> tuple[str, bytes]:
    assert shown is not None
    (one,) = shown.data["attachments"]
    return one["filename"], server.world.files[one["id"]]


# --- Reports -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["attach", "alone"])
async def test_an_answer_is_reported_from_its_menu_with_it_or_without_it(
    tmp_path: Path, what: str
) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        await here.runs(here.mo, "/caselog", here.log, wish="here")
        await bot.let_in(here.ada)
        before = len(said_in(here.ada.dm, server))
        await here.ada.writes(here.ada.dm, "How is the sea?")
        reply = (await bot.rests(here.ada, before + 1))[-1]
        asked = await here.ada.chooses(REPORT, here.ada.dm, reply)
        await server.until(lambda: asked.modal, "a form")
        assert asked_for(asked) == [("what", 3), (FIELD, 4)]
        given = {"what": what, FIELD: "it sounds rude"}
        assert await here.fills(here.ada, asked, **given) == str(REPORTED_IT)
        (card,) = await server.until(here.cards, "a card")
        story = await here.answer(await here.mo.presses(here.log, card, SHOW))
        assert "it sounds rude" in story
        assert ("You said: How is the sea?" in story) == (what == "attach")
        assert here.ada.id not in story + card.content


async def test_only_the_latest_answer_is_reported_and_never_another_in_its_place(
    tmp_path: Path,
) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins() as bot:
        await bot.let_in(here.ada)
        before = len(said_in(here.ada.dm, server))
        own = await here.ada.writes(here.ada.dm, "How is the sea?")
        first = (await bot.rests(here.ada, before + 1))[-1]
        asked = await here.ada.chooses(REPORT, here.ada.dm, first)
        await server.until(lambda: asked.modal, "a form")
        await here.ada.writes(here.ada.dm, "And the tide?")
        await bot.rests(here.ada, before + 2)
        told = await here.fills(here.ada, asked, what="attach")
        assert told == NEWER_BY_NOW
        for shown in (first, own):
            refused = await here.answer(await here.ada.chooses(REPORT, here.ada.dm, shown))
            assert refused == ONLY_THE_LATEST_IS_REPORTED
        assert await bot.house.moderation.cases.communities() == ()


# --- Who sees what -----------------------------------------------------------------------------

MODERATORS = (
    *("rules", "case", "note", "uphold", "lift", "approve", "caselog"),
    *("ceiling", "age", "status", "attest", "revoke", "unlock", "setup"),
)
EVERYBODYS = {"cases": [0, 1], "report": [0, 1], "why": [1], "appeal": [1]}
"""And in which contexts: 0 is a community's room, 1 the direct messages."""


def test_moderators_commands_are_for_them_in_their_community_and_come_with_it_alone() -> None:
    drawn = {one["name"]: one for one in application_commands(is_listed=False)}
    shown = {
        name: (one["contexts"], one["integration_types"])
        for name, one in drawn.items()
        if one.get("default_member_permissions") == MANAGE_GUILD
    }
    assert shown == dict.fromkeys(MODERATORS, ([0], [0]))
    for name, contexts in EVERYBODYS.items():
        one = drawn[name]
        assert "default_member_permissions" not in one and one["contexts"] == contexts
        assert one["integration_types"] == ([0, 1] if contexts == [1] else [0])
    menus = [one for one in drawn.values() if one["type"] == ON_MESSAGE]
    assert len(menus) <= MOST_MENUS
    assert all(one["contexts"] == [1] for one in menus)


async def test_a_member_is_not_offered_them_and_nobody_is_in_direct_messages(
    tmp_path: Path,
) -> None:
    async with discord_server() as server, evening(server, tmp_path) as here, here.begins():
        for name in ("/rules show", "/case", "/lift", "/setup"):
            with pytest.raises(NotOffered, match="permissions"):
                await here.ada.runs(name, here.talk)
            with pytest.raises(NotOffered, match="context"):
                await here.mo.runs(name, here.mo.dm)
