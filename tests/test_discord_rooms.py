"""Channels and threads on Discord: who is answered there, where, as whom, and what stays away."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.discord.webhooks import NAME, may_be_worn
from bot.policy.door_rules import NOT_IN, YOUNG
from bot.sentences import ALONE_PLEASE, WITH
from tests.conftest import read_personas
from tests.discord import DiscordServer, discord_server
from tests.discord.people import Person
from tests.discord.state import Channel, Shown
from tests.discord_help import home, said, said_in, serving, setup

EXECUTE = "POST /webhooks/{}/{}"


def mention(server: DiscordServer) -> str:
    return f"<@{server.application}>"


def harbour(server: DiscordServer, *permissions: str) -> Channel:
    """A channel of the community, where the bot may do this."""
    guild = home(server)
    guild.members[server.application] = [server.role(guild, "Bot", *permissions)]
    return server.channel(guild, "talk")


async def asks(server: DiscordServer, anna: Person, place: Channel, words: str) -> None:
    await anna.writes(place, f"{mention(server)} {words}")


async def answered(server: DiscordServer, place: Channel, words: str) -> Shown:
    """Whoever says it: the bot or its webhook."""

    def there() -> Shown | None:
        return next((one for one in place.shown if one.content == words), None)

    return await server.until(there, f"{words!r}")  # type: ignore[no-any-return]  # the test's own side is not typed


def hooks(server: DiscordServer) -> list[str]:
    return [str(one["name"]) for one in server.world.webhooks.values()]


# --- Who is answered, and where ---------------------------------------------------------------


@pytest.mark.live
async def test_i1_who_is_in_is_answered_in_the_channel_without_what_they_said_alone(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server)
        async with serving(server, tmp_path / "d", engine) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "My garden has a quince")
            await bot.shows(anna.dm, "You said: My garden has a quince")
            alone = len(anna.dm.shown)
            await asks(server, anna, place, "Where are the comets?")
            await answered(server, place, "**Wren**\nYou said: Where are the comets?")
            assert not any("quince" in part.text for part in engine.prompts[-1].parts)
            assert len(anna.dm.shown) == alone


@pytest.mark.live
async def test_a1_who_is_not_in_is_told_so_alone_and_nobody_else_reads_it(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        place = harbour(server, "manage_webhooks")
        server.joins(home(server), ben)
        async with serving(server, tmp_path / "d", engine) as bot:
            await bot.let_in(anna)
            await asks(server, ben, place, "Where are the comets?")
            told = await bot.shows(ben.dm, str(NOT_IN))
            assert told.author == server.application, "the bot speaks as itself"
            await asks(server, ben, place, "/general")
            await server.until(lambda: len(said_in(ben.dm, server)) == 2, "the second answer")
            assert said_in(ben.dm, server)[1].content == str(NOT_IN)
            assert said_in(place, server) == [] and engine.prompts == []


@pytest.mark.live
async def test_a2_who_is_locked_is_told_alone_and_in_the_channel_as_little_as_can_be(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        place = harbour(server, "manage_webhooks")
        for person in (anna, ben):
            server.joins(home(server), person)
        ben.closes_messages()
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await asks(server, anna, place, "I am 15 years old")
            await bot.shows(anna.dm, str(YOUNG))
            await asks(server, ben, place, "I am 15 years old")
            await bot.shows(place, str(ALONE_PLEASE))
            await asks(server, anna, place, "Where are the comets?")
            await server.until(lambda: len(said_in(anna.dm, server)) == 2, "the second answer")
            assert [one.content for one in said_in(place, server)] == [str(ALONE_PLEASE)]


@pytest.mark.live
async def test_c3_a_cry_for_help_in_a_channel_is_answered_alone_and_else_in_its_sight(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        place = harbour(server, "manage_webhooks")
        for person in (anna, ben):
            server.joins(home(server), person)
        ben.closes_messages()
        async with serving(server, tmp_path / "d", ScriptedEngine()):
            await asks(server, anna, place, "I want to die")
            (told,) = await said(server, anna.dm, 1)
            await asks(server, ben, place, "I want to die")
            (shown,) = await said(server, place, 1)
            assert told.content == shown.content and "findahelpline" in shown.content


@pytest.mark.live
async def test_a_reply_to_the_bot_is_answered_and_what_is_said_to_others_is_not(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server)
        async with serving(server, tmp_path / "d", engine) as bot:
            await bot.let_in(anna)
            await asks(server, anna, place, "How is the sea?")
            first = await answered(server, place, "**Wren**\nYou said: How is the sea?")
            await anna.writes(place, "Not for the bot")
            await anna.writes(place, f"{mention(server)} And the tide?", to=first)
            await answered(server, place, "**Wren**\nYou said: And the tide?")
            assert len(engine.prompts) == 2


@pytest.mark.live
@pytest.mark.parametrize("permissions", [(), ("manage_webhooks",)])
async def test_what_is_asked_in_a_thread_is_answered_in_the_thread(
    permissions: tuple[str, ...], tmp_path: Path
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, *permissions)
        thread = server.thread(place, "boats", anna)
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await asks(server, anna, thread, "How is the sea?")
            await server.until(
                lambda: [one for one in thread.shown if one.content.endswith("How is the sea?")][1:]
            )
            assert said_in(place, server) == []
            assert len(place.shown) == 0


@pytest.mark.live
async def test_with_the_intent_a_reply_to_a_persona_is_heard_and_one_to_anothers_webhook_is_not(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, "manage_webhooks")
        chosen = setup(server, message_content=True)
        async with serving(server, tmp_path / "d", engine, chosen) as bot:
            await bot.let_in(anna)
            await asks(server, anna, place, "How is the sea?")
            first = await answered(server, place, "You said: How is the sea?")
            first.data["application_id"], own = "1", first.data["application_id"]
            await anna.writes(place, "Not for the bot", to=first)
            first.data["application_id"] = own
            await anna.writes(place, "And the tide?", to=first)
            await answered(server, place, "You said: And the tide?")
            assert len(engine.prompts) == 2


@pytest.mark.live
async def test_in_direct_messages_the_bot_stays_itself(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        harbour(server, "manage_webhooks")
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            shown = await bot.shows(anna.dm, "You said: How is the sea?")
            assert shown.author == server.application
            assert hooks(server) == []


# --- As whom ----------------------------------------------------------------------------------


@pytest.mark.live
async def test_a_persona_speaks_by_its_own_name_through_one_webhook_that_a_restart_finds_again(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, "manage_webhooks")
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            for words in ("How is the sea?", "And the tide?"):
                await asks(server, anna, place, words)
                shown = await answered(server, place, f"You said: {words}")
                assert (shown.name, shown.flags & 4) == ("Wren", 4)
        async with serving(server, tmp_path / "d", ScriptedEngine()):
            await asks(server, anna, place, "And the boats?")
            await answered(server, place, "You said: And the boats?")
        assert hooks(server) == [NAME]
        assert said_in(place, server) == []


@pytest.mark.live
@pytest.mark.parametrize("permissions", [(), ("manage_webhooks",)])
async def test_a_reply_that_grows_over_pages_ends_whole_as_a_webhook_and_as_the_bot(
    permissions: tuple[str, ...], tmp_path: Path
) -> None:
    text = " ".join(f"the-lantern-by-the-harbour-in-the-night-{n:_>20}" for n in range(80))
    engine = ScriptedEngine(lambda _: text, context_tokens=40_000)
    heading = "" if permissions else "**Wren**\n"
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, *permissions)
        async with serving(server, tmp_path / "d", engine) as bot:
            await bot.let_in(anna)
            await asks(server, anna, place, "Tell me of the harbour")

            def whole() -> bool:
                return " ".join(one.content for one in place.shown[1:]) == heading + text

            await server.until(whole, "the whole reply")
            pages = place.shown[1:]
            assert len(pages) == 3
            assert any(len(page.history) > 1 for page in pages), "it grew by edits"
            for page in pages[:1]:
                assert all(one.content.startswith(heading) for one in page.history)
            assert not any(page.content.startswith("**") for page in pages[1:])


@pytest.mark.live
async def test_a_webhook_that_somebody_deleted_is_made_again(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, "manage_webhooks")
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await asks(server, anna, place, "How is the sea?")
            await answered(server, place, "You said: How is the sea?")
            server.world.webhooks.clear()
            await asks(server, anna, place, "And the tide?")
            shown = await answered(server, place, "You said: And the tide?")
            assert shown.name == "Wren"
            assert hooks(server) == [NAME]
            tried = [one.status for one in server.requests if one.route == EXECUTE]
            assert tried == [200, 404, 200]


@pytest.mark.live
async def test_a_webhook_that_discord_refuses_leaves_the_bot_to_speak_itself(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        place = harbour(server, "manage_webhooks")
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            server.fail(EXECUTE, 403)
            await asks(server, anna, place, "How is the sea?")
            shown = await answered(server, place, "**Wren**\nYou said: How is the sea?")
            assert shown.author == server.application


@pytest.mark.live
async def test_a_session_begins_with_who_it_is_and_who_says_it_again(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "d", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            wren = read_personas()["wren"]
            header = WITH.format(name=wren.name, tagline=wren.tagline)
            greeting = next(one for one in said_in(anna.dm, server) if one.flags & 4)
            before = anna.dm.shown[: anna.dm.shown.index(greeting)]
            assert header in [one.content for one in before]
            count = len(anna.dm.shown)
            await anna.writes(anna.dm, "/who")
            await server.until(lambda: anna.dm.shown[count + 1 :], "an answer")
            assert header in anna.dm.shown[-1].content


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("Wren", True),
        ("The Night Clerk", True),
        ("", False),
        ("Clyde", False),
        ("My DISCORD friend", False),
        ("x" * 80, True),
        ("x" * 81, False),
    ],
)
def test_names_that_discord_refuses_are_not_tried(name: str, *, may: bool) -> None:
    assert may_be_worn(name) is may
