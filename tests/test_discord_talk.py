"""Talking on Discord: the door, a streamed reply, edits and deletions, stopping, losing the line."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.base import PlatformError
from bot.platforms.discord.opening import open_discord
from bot.sentences import NO_GUEST_ANY_MORE, NO_WORDS
from tests.discord import discord_server
from tests.discord_help import home, said_in, serving, setup
from tests.fakes import Drawer, Held, writes

pytestmark = pytest.mark.live

PATCH = "PATCH /channels/{}/messages/{}"
LAMP = "The lamp is lit and the tide comes in by now."


async def test_a_person_comes_in_and_is_answered_in_a_direct_message(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            reply = await bot.shows(anna.dm, "You said: How is the sea?")
            assert reply.flags & 4, "no embeds under the persona's words"
            assert "message_reference" not in reply.data


async def test_a_reply_over_three_pages_ends_whole_though_its_edits_are_limited(
    tmp_path: Path,
) -> None:
    text = " ".join(f"the-lantern-by-the-harbour-in-the-night-{n:_>20}" for n in range(80))
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", _long(text)) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            # Without a word of it in the headers: the edit that comes next is refused, and refused
            # when it comes again.
            server.fail(PATCH, 429, times=3)
            await anna.writes(anna.dm, "Tell me of the harbour")

            def whole() -> bool:
                pages = said_in(anna.dm, server)[before:]
                return " ".join(page.content for page in pages) == text

            await server.until(whole, "the whole reply")
            pages = said_in(anna.dm, server)[before:]
            assert len(pages) == 3
            assert [one.status for one in server.requests if one.route == PATCH].count(429) == 3
            for page in pages:
                seen = [one.content for one in page.history]
                assert all(later.startswith(first) for first, later in pairwise(seen))


def _long(text: str) -> ScriptedEngine:
    async def breathe(_count: int) -> None:
        # A turn of the loop, as a model's pieces come one by one.
        await asyncio.sleep(0)

    return ScriptedEngine(lambda _: text, before_piece=breathe, context_tokens=40_000)


async def test_an_edit_while_the_bot_writes_ends_the_reply_and_changes_what_is_kept(
    tmp_path: Path,
) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            said = await anna.writes(anna.dm, "Count for me")
            await held.reached.wait()
            await anna.edits(anna.dm, said, "Count slowly for me")
            held.go()
            await anna.writes(anna.dm, "Again, please")
            await bot.shows(anna.dm, LAMP)
            window = [part.text for part in held.engine.prompts[-1].parts]
            assert any("Count slowly for me" in text for text in window)


async def test_a_link_that_gets_its_preview_is_no_edit(tmp_path: Path) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            said = await anna.writes(anna.dm, "Look at https://example.org")
            await held.reached.wait()
            told = {**said.data, "channel_type": 1, "embeds": [{"type": "link"}]}
            server.world.tell("MESSAGE_UPDATE", told)
            await anna.types(anna.dm)
            held.go()
            await bot.shows(anna.dm, LAMP)


async def test_what_is_deleted_is_in_no_prompt_any_more(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        engine = writes("It is fair.", "It is high.")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            said = await anna.writes(anna.dm, "A word about the weather")
            await bot.shows(anna.dm, "It is fair.")
        # After a start nobody has told the bot whose room this is.
        async with serving(server, tmp_path / "data", engine) as bot:
            await anna.deletes(anna.dm, said)
            await server.until(
                lambda: [one for one in server.requests if one.route == "GET /channels/{}"],
                "the look whose room it is",
            )
            await anna.writes(anna.dm, "And the tide?")
            await bot.shows(anna.dm, "It is high.")
        parts = [part.text for part in engine.prompts[-1].parts]
        assert not any("about the weather" in text for text in parts)


async def test_stop_ends_the_reply_where_it_is(tmp_path: Path) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "Count for me")
            await held.reached.wait()
            # The engine is not let go on: it is not waited for.
            await anna.writes(anna.dm, "/stop")
            await bot.shows(anna.dm, "Stopped.")
            contents = [one.content for one in said_in(anna.dm, server)]
            assert LAMP not in contents


@pytest.mark.parametrize("resumes", [True, False])
async def test_a_gateway_lost_in_mid_reply_loses_and_doubles_nothing(
    tmp_path: Path,
    resumes: bool,  # noqa: FBT001 - a case of the table
) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "Count for me")
            await held.reached.wait()
            if not resumes:
                server.refuse_resume()
            server.drop_gateway()
            await server.until(lambda: not server.gateway.lines, "the end of the line")
            if not resumes:
                # At once: a session that begins after this one is not to be lost.
                server.gateway.sessions.clear()
            held.go()
            await bot.shows(anna.dm, LAMP)
            count = len(held.engine.prompts)
            # Mostly while nobody listens yet: replayed, or asked for by the new session.
            await anna.writes(anna.dm, "And now?")
            await server.until(lambda: len(held.engine.prompts) > count, "the second answer")

            def whole() -> bool:
                contents = [one.content for one in said_in(anna.dm, server)]
                return contents.count(LAMP) == 2

            await server.until(whole, "both answers")


async def test_what_is_replayed_is_answered_once(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        engine = ScriptedEngine()
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            await bot.shows(anna.dm, "You said: How is the sea?")
        async with serving(server, tmp_path / "data", engine) as bot:
            # A new process, and the same message once more.
            said = anna.dm.shown[-2]
            assert said.content == "How is the sea?"
            server.world.tell("MESSAGE_CREATE", {**said.data, "channel_type": 1})
            await anna.writes(anna.dm, "And the tide?")
            await bot.shows(anna.dm, "You said: And the tide?")
            contents = [one.content for one in said_in(anna.dm, server)]
            assert contents.count("You said: How is the sea?") == 1


async def test_between_two_messages_the_bot_is_started_anew(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await anna.writes(anna.dm, "How is the sea?")
            await bot.shows(anna.dm, "You said: How is the sea?")


async def test_what_was_written_while_the_bot_was_down_is_answered_at_its_start(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            for one in (anna, ben):
                await bot.let_in(one)
                await one.writes(one.dm, "Good morning")
                await bot.shows(one.dm, "You said: Good morning")
        await anna.writes(anna.dm, "How is the sea?")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.shows(anna.dm, "You said: How is the sea?")
            # What was answered before the end is not asked and not answered again.
            await ben.writes(ben.dm, "And the tide?")
            await bot.shows(ben.dm, "You said: And the tide?")
            assert len([one for one in anna.dm.shown if one.content.startswith("You said")]) == 2


async def test_fifty_people_are_answered_each_in_their_room(tmp_path: Path) -> None:
    async with discord_server() as server:
        people = [server.person(f"Person{number}") for number in range(50)]
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            for one in people:
                await bot.let_in(one)
            for number, one in enumerate(people):
                await one.writes(one.dm, f"This is number {number}")
            for number, one in enumerate(people):
                await bot.shows(one.dm, f"You said: This is number {number}")


async def test_an_event_that_cannot_be_parsed_ends_nothing(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            identified = server.gateway.counted["identify"]
            for event in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "GUILD_CREATE", "CHANNEL_CREATE"):
                server.world.tell(event, {"id": "no number", "author": None})
            await anna.writes(anna.dm, "How is the sea?")
            await bot.shows(anna.dm, "You said: How is the sea?")
            assert server.gateway.counted["identify"] == identified
            assert server.gateway.counted["resume"] == 0


async def test_i8_what_breaks_on_discord_is_logged_without_anybodys_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="bot")
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            server.fail("POST /channels/{}/messages", 400)
            server.world.tell("MESSAGE_CREATE", {"id": "none", "content": "a lantern, broken"})
            await anna.writes(anna.dm, "My secret harbour is Port Nowhere")
            await server.until(
                lambda: [one for one in server.requests if one.status == 400], "a refusal"
            )
            await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, "You said: And now?")
        tokens = ("lantern", "Port Nowhere", "You said", "And now", server.token, "Anna")
    ours = [one.getMessage() for one in caplog.records if one.name.startswith(("bot.", "discord"))]
    assert any("400" in one for one in ours)
    assert any("MESSAGE_CREATE" in one for one in ours)
    assert not [one for one in ours for token in tokens if token in one]


async def test_closed_messages_are_no_error_of_the_bots(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            await bot.let_in(ben)
            anna.closes_messages()
            await anna.writes(anna.dm, "How is the sea?")
            await server.until(
                lambda: [one for one in server.requests if one.status == 403], "a refusal"
            )
            await ben.writes(ben.dm, "And the tide?")
            await bot.shows(ben.dm, "You said: And the tide?")
    ours = [one for one in caplog.records if one.name.startswith("bot.")]
    assert not [one for one in ours if one.levelname in {"ERROR", "WARNING"}]


async def test_a_reply_that_somebody_takes_away_is_not_written_on(tmp_path: Path) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            before = len(said_in(anna.dm, server))
            await anna.writes(anna.dm, "Count for me")
            reply = (await bot.said(anna.dm, before + 1))[-1]
            await held.reached.wait()
            anna.dm.messages.remove(reply)
            held.go()
            await server.until(
                lambda: [one for one in server.requests if (one.route, one.status) == (PATCH, 404)],
                "an edit of nothing",
            )
            await anna.writes(anna.dm, "And now?")
            await bot.shows(anna.dm, LAMP)


async def test_typing_is_shown_while_words_are_awaited_and_warms(tmp_path: Path) -> None:
    held = Held("One two three.", at=0)
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", held.engine) as bot:
            await bot.let_in(anna)
            await anna.types(anna.dm)
            await anna.writes(anna.dm, "Count for me")
            await server.until(lambda: anna.dm.typing, "typing")
            held.go()
            await bot.shows(anna.dm, "One two three.")
            assert len(anna.dm.typing) == 1


async def test_a11_who_leaves_the_community_in_mid_reply_is_told_and_the_reply_ends(
    tmp_path: Path,
) -> None:
    held = Held(LAMP, at=6)
    async with discord_server() as server:
        anna = server.person("Anna")
        chosen = setup(server, members=True)
        async with serving(server, tmp_path / "data", held.engine, chosen) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "How is the sea?")
            await held.reached.wait()
            # The engine is not let go on: it is not waited for.
            server.leaves(home(server), anna)
            await bot.shows(anna.dm, NO_GUEST_ANY_MORE)
            assert LAMP not in [one.content for one in anna.dm.shown]


async def test_a_picture_without_words_is_told_kindly_that_it_is_not_seen(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    async with discord_server() as server:
        anna = server.person("Anna")
        async with serving(server, tmp_path / "data", engine) as bot:
            await bot.let_in(anna)
            await anna.writes(anna.dm, "", file=("a harbour.png", b"no real picture"))
            await bot.shows(anna.dm, NO_WORDS)
            assert engine.prompts == []
            await anna.writes(anna.dm, "It shows a harbour", file=("a.png", b"no real picture"))
            await bot.shows(anna.dm, "You said: It shows a harbour")


async def test_a_mention_in_a_server_is_read_without_the_mention_and_with_the_authors_role(
    tmp_path: Path,
) -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        server.joins(guild, anna)
        place = server.channel(guild, "talk")
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await anna.writes(place, "Not for the bot")
            await anna.writes(place, f"<@{server.application}> /status")
            # Anna is no moderator there, and Ben, whose guild it is, is one.
            assert "the ceiling is" not in (await bot.said(place, 1))[0].content
            await ben.writes(place, f"<@{server.application}> /status")
            assert "the ceiling is" in (await bot.said(place, 2))[1].content


async def test_what_nobody_but_the_operator_can_mend_ends_the_events_with_a_sentence() -> None:
    async with discord_server() as server:
        server.disallow(2)
        async with open_discord(setup(server, members=True), Drawer()) as platform:
            async with aclosing(platform.events()) as events:
                assert [event async for event in events] == []
            assert "developer portal" in platform.trouble


async def test_a_wrong_token_is_told_at_once_and_shown_nowhere() -> None:
    async with discord_server() as server:
        wrong = replace(setup(server), token="another.token")
        with pytest.raises(PlatformError, match="does not take the token") as refused:
            async with open_discord(wrong, Drawer()):
                raise AssertionError("nobody is let in with it")
        assert "another.token" not in f"{refused.value!r} {wrong!r}"
