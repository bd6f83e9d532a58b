"""The door in a community's channel: `/setup`, the panel, its screens, the greeting; a lost role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import sentences
from bot.engine.scripted import ScriptedEngine
from bot.events import AgeLevel, AgeSeen, CommunityId, Rating
from bot.languages.catalogue import say
from bot.platforms.discord import entrance, setting_up
from bot.platforms.discord.asked import NOT_FOR_YOU, OLDER, ONE_MOMENT
from bot.platforms.discord.chosen import Chosen, make_choices, read_chosen, write_chosen
from bot.platforms.discord.names import person_id
from bot.platforms.discord.trusted import AGAIN_S, Trusted
from bot.policy.door_rules import NOT_ENOUGH, YOUNG
from tests.discord import DiscordServer, discord_server
from tests.discord.interactions import COMPONENT
from tests.discord.offers import NotOffered
from tests.discord.people import Person
from tests.discord.state import Channel, Guild, Shown
from tests.discord_help import Served, labels, sees, serving, setup, words_in
from tests.fakes import Drawer

pytestmark = pytest.mark.live

SAYS = 4
"""The answer to an interaction that is a message of its own (CHANNEL_MESSAGE_WITH_SOURCE)."""


@asynccontextmanager
async def served(
    server: DiscordServer, folder: Path, engine: ScriptedEngine | None = None, **others: Any
) -> AsyncIterator[Served]:
    chosen = setup(server, **others)
    engine = engine or ScriptedEngine()
    async with serving(server, folder, engine, chosen, has_buttons=True) as bot:
        await server.until(lambda: server.world.commands, "the commands")
        yield bot


async def picks(
    server: DiscordServer, ben: Person, place: Channel, shown: Shown, what: str, *values: str
) -> str:
    """A select of the moderator's, and what it is answered."""
    label = str(getattr(setting_up, what))
    asked = await ben.selects(place, shown, label, *values)
    await server.until(lambda: asked.original and asked.original.content, f"an answer to {label!r}")
    assert asked.original is not None and asked.original.only_for == ben.id
    return str(asked.original.content)


async def puts_up(
    server: DiscordServer, ben: Person, place: Channel, entrance_: Channel, *roles: str
) -> Shown:
    """The panel, from `/setup` on, once it is the only one."""
    before = [one for one in entrance_.shown if labels(one)]
    await ben.runs("/setup", place)
    shown = await sees(server, ben, place, str(setting_up.HEAD))
    await picks(server, ben, place, shown, "ENTRANCE", entrance_.id)
    if roles:
        await picks(server, ben, place, shown, "ROLES", *roles)
    asked = await ben.presses(place, shown, str(setting_up.PUT_UP))
    told = setting_up.IS_UP.format(channel=f"<#{entrance_.id}>")
    await server.until(lambda: asked.original and asked.original.content == told, "a panel")
    (panel,) = [one for one in entrance_.shown if labels(one) and not one.deleted]
    assert panel not in before
    return panel


async def harbour(server: DiscordServer) -> tuple[Guild, Channel, Channel, Person, Person]:
    anna, ben = server.person("Anna", locale="de"), server.person("Ben")
    guild = server.guild("Harbour", owner=ben)
    server.joins(guild, anna)
    return guild, server.channel(guild, "staff"), server.channel(guild, "door"), anna, ben


async def gets_on(person: Person, place: Channel, screen: Shown, word: str) -> None:
    """Again where they are told to wait a moment: a screen is seen before what it answers is over."""
    is_told_to_wait = True
    while is_told_to_wait:
        asked = await person.answered(await person.presses(place, screen, word))
        assert asked.answer is not None
        is_told_to_wait = asked.answer["type"] == SAYS


async def goes_through(
    server: DiscordServer, person: Person, place: Channel, panel: Shown, *words: str
) -> None:
    await person.presses(place, panel, "Begin")
    for page, word in enumerate(words, start=1):
        screen = await sees(server, person, place, f"{page} ")
        await gets_on(person, place, screen, word)


GERMAN = ("weiter", "weiter", "ja", "fertig")
ENGLISH = ("next", "next", "yes", "done")


async def greeted(server: DiscordServer, person: Person) -> Shown:
    found: list[Shown] = await server.until(
        lambda: [one for one in person.dm.shown if one.flags & 4], "the greeting"
    )
    return found[-1]


# --- From nothing to a talk -------------------------------------------------------------------


async def test_a_moderator_sets_up_the_door_and_a_member_comes_in_by_it_in_german(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        guild, staff, door, anna, ben = await harbour(server)
        adults = server.role(guild, "Adults")
        async with served(server, tmp_path / "d") as bot:
            await ben.runs("/setup", staff)
            shown = await sees(server, ben, staff, str(setting_up.HEAD))
            said = [
                await picks(server, ben, staff, shown, "ENTRANCE", door.id),
                await picks(server, ben, staff, shown, "CEILING", "general"),
                await picks(server, ben, staff, shown, "AGE", "platform"),
                await picks(server, ben, staff, shown, "ROLES", adults),
                await picks(server, ben, staff, shown, "LOG", staff.id),
            ]
            assert f"<@&{adults}>" in said[3] and len(set(said)) == 5
            community = await bot.house.communities.of(CommunityId(f"discord:{guild.id}"))
            assert community.ceiling is Rating.GENERAL
            assert community.least_age_level is AgeLevel.PLATFORM
            log_room = await bot.house.moderation.log_rooms.of(community.id)
            assert log_room is not None and log_room.room == f"discord:{guild.id}/{staff.id}"
            await ben.presses(staff, shown, str(setting_up.PUT_UP))
            panel = (await server.until(lambda: door.shown, "the panel"))[0]
            assert labels(panel) == ["Begin"]
            server.joins(guild, anna, adults)
            await goes_through(server, anna, door, panel, *GERMAN)
            greeting = await greeted(server, anna)
            assert greeting.content and anna.dm.shown == [greeting], "only the persona speaks there"
            await sees(server, anna, door, say(entrance.WRITTEN, "de"))
            assert {one.only_for for one in anna.sees(door)} == {None, anna.id}
            assert ben.sees(door) == [panel]
            await anna.writes(anna.dm, "And the tide?")
            await server.until(lambda: [m for m in anna.dm.shown if "You said" in m.content])


async def test_the_panel_and_what_was_chosen_outlive_a_restart_also_between_two_screens(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        _, staff, door, anna, ben = await harbour(server)
        async with served(server, tmp_path / "d"):
            panel = await puts_up(server, ben, staff, door)
            await anna.presses(door, panel, "Begin")
            before = await sees(server, anna, door, "1 ")
        async with served(server, tmp_path / "d") as bot:
            # Nothing is kept of who is not in, so an old yes agrees to nothing.
            assert not await bot.house.recent()
            await anna.presses(door, before, "weiter")
            again: list[Shown] = await server.until(
                lambda: [
                    m for m in anna.sees(door) if m.content.startswith("1 ") and m is not before
                ]
            )
            assert labels(again[0]) == labels(before) or not labels(before)
            screen = again[0]
            for page, word in enumerate(GERMAN, start=2):
                await gets_on(anna, door, screen, word)
                if page <= 4:
                    screen = await sees(server, anna, door, f"{page} ")
            await greeted(server, anna)
            await ben.runs("/setup", staff)
            await sees(server, ben, staff, f"<#{door.id}>")
            newer = await puts_up(server, ben, staff, door)
            assert newer is not panel and newer.data["channel_id"] == door.id


async def test_a_community_among_several_stays_the_sponsor_of_who_came_in_by_its_door(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        server.guild("Meadow")
        guild, staff, door, anna, ben = await harbour(server)
        async with served(server, tmp_path / "d") as bot:
            panel = await puts_up(server, ben, staff, door)
            await goes_through(server, anna, door, panel, *GERMAN)
            await greeted(server, anna)
            await anna.writes(anna.dm, "And the tide?")
            await server.until(lambda: [m for m in anna.dm.shown if "You said" in m.content])
            chosen = bot.house.links.sponsor_of(person_id(anna.id))
            assert chosen == f"discord:{guild.id}"


# --- Who presses, and when --------------------------------------------------------------------


async def test_two_people_at_once_each_have_their_own_door(tmp_path: Path) -> None:
    async with discord_server() as server:
        guild, staff, door, anna, ben = await harbour(server)
        carl = server.person("Carl")
        server.joins(guild, carl)
        async with served(server, tmp_path / "d"):
            panel = await puts_up(server, ben, staff, door)
            await asyncio.gather(
                goes_through(server, anna, door, panel, *GERMAN),
                goes_through(server, carl, door, panel, *ENGLISH),
            )
            await greeted(server, anna)
            await greeted(server, carl)
            assert not [one for one in carl.sees(door) if one.only_for == anna.id]


async def test_pressed_twice_at_once_one_door_opens_and_an_older_screen_agrees_to_nothing(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        _, staff, door, anna, ben = await harbour(server)
        async with served(server, tmp_path / "d"):
            panel = await puts_up(server, ben, staff, door)
            with server.delay("POST /interactions/{}/{}/callback"):
                for _ in range(2):
                    await anna.presses(door, panel, "Begin")
            await sees(server, anna, door, say(ONE_MOMENT, "de"))
            first = await sees(server, anna, door, "1 ")
            # An ephemeral message is gone with the window, so whoever presses again reads on.
            await gets_on(anna, door, panel, "Begin")
            second: list[Shown] = await server.until(
                lambda: [
                    m for m in anna.sees(door) if m.content.startswith("1 ") and m is not first
                ]
            )
            await gets_on(anna, door, first, "weiter")
            await sees(server, anna, door, say(OLDER, "de"))
            await gets_on(anna, door, second[0], "weiter")
            await sees(server, anna, door, "2 ")
            assert not [one for one in anna.sees(door) if one.content.startswith("3 ")]


async def test_who_is_in_already_is_told_to_write_and_who_is_locked_what_holds(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        guild, staff, door, anna, ben = await harbour(server)
        carl = server.person("Carl")
        server.joins(guild, carl)
        async with served(server, tmp_path / "d") as bot:
            panel = await puts_up(server, ben, staff, door)
            await bot.let_in(carl)
            before = len(carl.dm.shown)
            await carl.presses(door, panel, "Begin")
            await sees(server, carl, door, str(sentences.ALREADY_IN))
            assert len(carl.dm.shown) == before
            await bot.house.lock(person_id(anna.id), "A2", 0.0)
            await anna.presses(door, panel, "Begin")
            shown = await sees(server, anna, door, say(YOUNG, "de"))
            assert labels(shown) == [] and anna.dm.shown == []


async def test_with_closed_direct_messages_the_person_is_told_how_to_open_them(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        _, staff, door, anna, ben = await harbour(server)
        anna.closes_messages()
        async with served(server, tmp_path / "d"):
            panel = await puts_up(server, ben, staff, door)
            await goes_through(server, anna, door, panel, *GERMAN)
            await sees(server, anna, door, say(entrance.CLOSED_HERE, "de"))
            anna.opens_messages()
            await anna.writes(anna.dm, "And the tide?")
            await server.until(lambda: [m for m in anna.dm.shown if "You said" in m.content])


async def test_an_interaction_of_more_than_fifteen_minutes_is_answered_in_the_direct_message(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        _, staff, door, anna, ben = await harbour(server)
        async with served(server, tmp_path / "d"):
            panel = await puts_up(server, ben, staff, door)
            with server.delay("POST /users/@me/channels"):
                asked = await anna.answered(await anna.presses(door, panel, "Begin"))
                assert asked.answer is not None
                server.pass_time(16 * 60)
            shown: list[Shown] = await server.until(
                lambda: [one for one in anna.dm.shown if one.content.startswith("1 ")]
            )
            assert labels(shown[0])[0] == "weiter"


# --- Who may ----------------------------------------------------------------------------------


async def test_who_may_not_manage_the_community_is_not_offered_setup_and_a_forged_one_is_refused(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        _, staff, door, anna, ben = await harbour(server)
        async with served(server, tmp_path / "d"):
            with pytest.raises(NotOffered):
                await anna.runs("/setup", staff)
            (command,) = [
                one
                for kept in server.world.commands.values()
                for one in kept
                if one["name"] == "setup"
            ]
            forged = {"id": command["id"], "name": "setup", "type": 1, "options": []}
            await anna.answered(anna.ask(2, forged, staff))
            await sees(server, anna, staff, say(setting_up.NOT_YOURS, "de"))
            await ben.runs("/setup", staff)
            shown = await sees(server, ben, staff, str(setting_up.HEAD))
            part = ben.part(shown, str(setting_up.PUT_UP))
            data = {"custom_id": part["custom_id"], "component_type": 2, "id": 1}
            await anna.answered(anna.ask(COMPONENT, data, staff, on=shown))
            await sees(server, anna, staff, say(NOT_FOR_YOU, "de"))
            panel = await puts_up(server, ben, staff, door)
            data["custom_id"] = panel_id = anna.part(panel, "Begin")["custom_id"]
            for custom_id in (panel_id[:-1], panel_id + "x"):
                copied = data | {"custom_id": custom_id}
                await anna.answered(anna.ask(COMPONENT, copied, door, on=panel))
            assert anna.dm.shown == []
            data["custom_id"] = panel_id
            # Where the bot is in no community, its copy opens nothing either.
            copy = await anna.writes(anna.dm, "a copy")
            await sees(server, anna, anna.dm, "1 ")
            asked = await anna.answered(anna.ask(COMPONENT, data, anna.dm, on=copy))
            await sees(server, anna, anna.dm, say(NOT_FOR_YOU, "de"))
            assert asked.answer is not None
            assert not [one for one in anna.sees(door) if one.content.startswith("1 ")]


async def test_what_is_missing_for_the_panel_is_named(tmp_path: Path) -> None:
    async with discord_server() as server:
        guild, staff, door, _, ben = await harbour(server)
        async with served(server, tmp_path / "d"):
            await ben.runs("/setup", staff)
            shown = await sees(server, ben, staff, str(setting_up.HEAD))
            button = str(setting_up.PUT_UP)
            await ben.presses(staff, shown, button)
            await sees(server, ben, staff, str(setting_up.CHOOSE_FIRST))
            await picks(server, ben, staff, shown, "ENTRANCE", door.id)
            server.forbid(door, guild.id, "send_messages")
            await ben.presses(staff, shown, button)
            await sees(server, ben, staff, "Send Messages")
            server.forbid(door, guild.id, "view_channel")
            await ben.presses(staff, shown, button)
            await sees(server, ben, staff, "View Channel")
            server.delete(door)
            await ben.presses(staff, shown, button)
            await sees(server, ben, staff, str(setting_up.CHANNEL_GONE))
            await ben.runs("/setup", staff)
            await server.until(
                lambda: [
                    one
                    for one in ben.sees(staff)
                    if str(setting_up.HEAD) in words_in(one)
                    and str(setting_up.CHANNEL_GONE) in words_in(one)
                ]
            )


# --- A role -----------------------------------------------------------------------------------


async def test_a4_a_trusted_role_that_is_taken_away_ends_the_reply_that_it_opened(
    tmp_path: Path,
) -> None:
    held = asyncio.Event()

    async def wait_in_the_middle(count: int) -> None:
        if count == 3:
            await held.wait()

    engine = ScriptedEngine(lambda _: "The tide comes in slowly.", before_piece=wait_in_the_middle)
    async with discord_server() as server:
        guild, staff, door, anna, ben = await harbour(server)
        adults = server.role(guild, "Adults")
        server.joins(guild, anna, adults)
        async with served(server, tmp_path / "d", engine, members=True) as bot:
            panel = await puts_up(server, ben, staff, door, adults)
            asked = await ben.runs("/age", staff, what="entry", level="platform")
            await server.until(lambda: asked.original and asked.original.content)
            await goes_through(server, anna, door, panel, *GERMAN)
            await greeted(server, anna)
            scope = f"discord:{guild.id}"
            records = await bot.house.age_records(person_id(anna.id))
            assert {one.scope: one.level for one in records}[scope] is AgeLevel.PLATFORM
            await anna.writes(anna.dm, "Tell me of the tide.")
            await server.until(lambda: [m for m in anna.dm.shown if m.content.startswith("The")])
            server.joins(guild, anna)
            held_back = await server.until(lambda: anna.dm.shown[-1], "a reply")
            assert "slowly" not in held_back.content
            await server.until(
                lambda: not bot.dispatch.is_at_work(_room(anna)), "the end of the reply"
            )
            assert not held.is_set() and "slowly" not in anna.dm.shown[-1].content
            records = await bot.house.age_records(person_id(anna.id))
            assert scope not in {one.scope for one in records}
            held.set()


async def test_a4_a_role_lost_while_nobody_listened_is_found_when_membership_is_looked_at(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        guild, staff, door, anna, ben = await harbour(server)
        adults = server.role(guild, "Adults")
        server.joins(guild, anna, adults)
        who, scope = person_id(anna.id), f"discord:{guild.id}"
        async with served(server, tmp_path / "d") as bot:
            panel = await puts_up(server, ben, staff, door, adults)
            await goes_through(server, anna, door, panel, *GERMAN)
            await greeted(server, anna)
            assert scope in {one.scope for one in await bot.house.age_records(who)}
        server.joins(guild, anna)
        async with served(server, tmp_path / "d") as bot:
            asked = await ben.runs("/age", staff, what="entry", level="platform")
            await server.until(lambda: asked.original and asked.original.content)
            ends = len(anna.dm.shown)
            await anna.writes(anna.dm, "And the tide?")
            await server.until(lambda: len(anna.dm.shown) > ends + 1, "an answer")
            await anna.writes(anna.dm, "And now?")
            # After a restart it knows no language of who only types.
            missing = str(NOT_ENOUGH[AgeLevel.PLATFORM])
            await server.until(lambda: anna.dm.shown[-1].content == missing, "what is missing")
            assert scope not in {one.scope for one in await bot.house.age_records(who)}


async def test_a_role_is_told_when_it_changes_and_again_to_who_may_have_come_in_since() -> None:
    drawer = Drawer(**{"guild-7": write_chosen(Chosen(roles=("9",)))})
    choices, told, now = make_choices(drawer), list[AgeSeen](), [0.0]
    await choices.of("7")
    trusted = Trusted(choices, told.append, lambda _: None, lambda: now[0])
    seen: tuple[tuple[float, tuple[str, ...], list[bool]], ...] = (
        (0.0, ("1",), [False]),
        (1.0, ("1",), []),
        (2.0, ("1", "9"), [True]),
        (3.0, ("9",), []),
        (3.0 + AGAIN_S, ("9",), [True]),
        (4.0 + AGAIN_S, (), [False]),
        (5.0 + 2 * AGAIN_S, (), []),
    )
    for at, roles, expected in seen:
        now[0] = at
        trusted.saw("7", "5", roles)
        assert [one.is_held for one in told] == expected, at
        told.clear()
    trusted.saw_speaking("7", "6", ("9",))
    assert told == [], "a stranger who talks to others is of no interest"
    await choices.change("7", lambda was: replace(was, roles=()))
    trusted.saw("7", "5", ("9",))
    assert [(one.is_held, one.room.sponsor) for one in told] == [(False, "discord:7")]


async def test_setup_tells_of_a_role_that_is_gone_and_of_what_cannot_be_read(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        guild, staff, _, _, ben = await harbour(server)
        meadow = server.guild("Meadow", owner=ben)
        field = server.channel(meadow, "field")
        async with served(server, tmp_path / "d") as bot:
            locker = bot.house.locker.of("discord")
            await locker.keep(f"guild-{guild.id}", write_chosen(Chosen(roles=("7",))))
            await locker.keep(f"guild-{meadow.id}", b"broken")
            await ben.runs("/setup", staff)
            await sees(server, ben, staff, str(setting_up.ROLE_GONE))
            await ben.runs("/setup", field)
            await sees(server, ben, field, str(setting_up.DAMAGED))


def _room(person: Person) -> Any:
    return f"discord:{person.dm.id}"


# --- What is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        write_chosen(Chosen(entrance="7")).replace(b'"7"', b'"../7"'),
        write_chosen(Chosen(entrance="7")).replace(b'"7"', b"7"),
        write_chosen(Chosen(roles=("7",))).replace(b'["7"]', b'["x"]'),
        write_chosen(Chosen(roles=("7",))).replace(b'["7"]', b'{"7": 1}'),
    ],
)
def test_what_is_damaged_is_nothing_at_all(kept: bytes) -> None:
    assert read_chosen(kept) is None


def test_what_was_kept_when_the_room_for_cases_stood_there_too_is_read() -> None:
    kept = b'{"entrance": "8", "log": "12", "roles": ["9"], "panel": "", "panel_in": ""}'
    assert read_chosen(kept) == Chosen(entrance="8", roles=("9",))


async def test_a_damaged_choice_is_told_of_and_a_new_one_mends_it() -> None:
    drawer = Drawer(**{"guild-7": b"broken"})
    choices = make_choices(drawer)
    assert await choices.of("7") == Chosen() and choices.is_damaged("7")
    await choices.change("7", lambda _: Chosen(entrance="8", roles=("9",)))
    assert not choices.is_damaged("7")
    assert read_chosen(drawer.kept["guild-7"]) == Chosen(entrance="8", roles=("9",))


async def test_what_a_platform_keeps_is_its_own_and_outlives_the_process(tmp_path: Path) -> None:
    async with discord_server() as server:
        server.guild("Harbour")
        async with served(server, tmp_path / "d") as bot:
            await bot.house.locker.of("discord").keep("name", b"kept")
        async with served(server, tmp_path / "d") as bot:
            locker = bot.house.locker.of("discord")
            assert await locker.fetch("name") == b"kept"
            assert await bot.house.locker.of("matrix").fetch("name") is None
            await bot.house.locker.of("matrix").drop("name")
            assert await locker.fetch("name") == b"kept"
            await locker.drop("name")
            assert await locker.fetch("name") is None
