"""A client that dies and is started again, whose guest somebody is, and what `check` says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.config import ConfigError
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, EventId, PersonId, Remove, Revise, Say, Voice
from bot.operate.platforms import discord_token, look_at_discord
from bot.platforms.base import PlatformError
from bot.platforms.discord import Discord
from bot.platforms.discord import supervise as supervising
from bot.platforms.discord.members import MOST_GUILDS, read_leaving
from bot.platforms.discord.names import direct_room, shared_room
from bot.platforms.discord.opening import open_discord
from bot.platforms.discord.supervise import Pauses, supervise
from bot.platforms.pacing import Sent
from bot.settings import Config, DiscordSettings
from tests.discord import DiscordServer, discord_server
from tests.discord_help import serving, setup
from tests.fakes import Drawer
from tests.opening import open_without_house

GET_MEMBER = "GET /guilds/{}/members/{}"


def refusal(kind: type[discord.HTTPException], status: int) -> discord.HTTPException:
    answer: Any = SimpleNamespace(status=status, reason="")
    return kind(answer, {"code": 0, "message": ""})


class Life:
    """Ends as a test says, one end after the other, on a clock that only it moves."""

    def __init__(self, *ends: Exception | float) -> None:
        self.ends = list(ends)
        self.now = 0.0
        self.pauses: list[float] = []

    async def live(self) -> None:
        end = self.ends.pop(0)
        if isinstance(end, float):
            self.now += end
            return
        raise end

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def run(self) -> str:
        return await supervise(self.live, now=lambda: self.now, sleep=self.sleep)


async def test_a_client_that_dies_is_started_again_after_pauses_that_grow_and_shrink() -> None:
    life = Life(KeyError("id"), OSError(), 1.0, 1000.0, ValueError(), discord.LoginFailure("no"))
    trouble = await life.run()
    assert life.pauses == [1.0, 2.0, 4.0, 1.0, 2.0]
    assert "does not take the token" in trouble


async def test_the_pauses_have_a_bound() -> None:
    life = Life(*[OSError()] * 12, discord.LoginFailure("no"))
    await life.run()
    assert max(life.pauses) == life.pauses[-1] == 300.0


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (discord.LoginFailure("no"), "token"),
        (discord.PrivilegedIntentsRequired(0), "Privileged Gateway Intents"),
        (refusal(discord.Forbidden, 403), "403"),
    ],
)
async def test_what_only_the_operator_can_mend_is_one_sentence(error: Exception, says: str) -> None:
    trouble = await Life(error).run()
    assert says in trouble
    assert "\n" not in trouble


def test_a_lost_line_is_tried_again_within_a_minute_at_the_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervising, "uniform", lambda _, longest: longest)
    pauses = Pauses()
    assert [pauses.delay() for _ in range(8)] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


async def begun_anew(shard: Any, before: object) -> None:
    async with asyncio.timeout(20):
        while shard._backoff is before or not isinstance(shard._backoff, Pauses):
            await asyncio.sleep(0.01)


@pytest.mark.live
async def test_after_each_line_that_stood_the_pauses_begin_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "uniform", lambda _, longest: longest / 100)
    async with discord_server() as server, connected(server) as platform:
        gateway = platform._life._gateway
        assert gateway is not None
        shard = gateway.shards[0]._parent
        await begun_anew(shard, None)
        for _ in range(3):
            before = shard._backoff
            shard._cancel_task()
            await shard.ws.close()
            await shard._handle_disconnect(OSError("the line is broken"))
            await begun_anew(shard, before)
    told = [one.getMessage() for one in caplog.records if "Attempting" in one.getMessage()]
    assert [words.split()[-1] for words in told] == ["0.02s"] * 3


@pytest.mark.live
async def test_a_gateway_that_is_not_there_at_first_is_asked_again() -> None:
    async with discord_server() as server:
        server.fail("GET /gateway/bot", 503)
        async with connected(server):
            asked = [one.status for one in server.requests if one.route == "GET /gateway/bot"]
            assert asked == [503, 200]


@pytest.mark.live
@pytest.mark.parametrize("code", [4004, 4010, 4013, 4014])
async def test_a_goodbye_for_good_ends_the_events_with_what_to_mend(code: int) -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:

        async def refuse() -> None:
            await server.until(lambda: server.gateway.sessions, "the bot")
            server.close_gateway(code)

        async with asyncio.TaskGroup() as group, aclosing(platform.events()) as events:
            group.create_task(refuse())
            assert [event async for event in events] == []
        assert platform.trouble


# --- Requests -----------------------------------------------------------------------------------


@pytest.mark.live
async def test_an_edit_that_meets_a_limit_says_what_is_newest_when_it_gets_through() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        message = await platform.rest.post(anna.dm.id, {"content": "one"})
        assert message is not None
        server.fail("PATCH /channels/{}/messages/{}", 429)
        texts = iter(["one two", "one two three"])
        assert await platform.rest.patch(anna.dm.id, message, lambda: next(texts)) is Sent.DONE
        (shown,) = anna.dm.shown
        said = [one.content for one in shown.history]
        assert said == ["one", "one two three"], "what was overtaken was not sent"


@pytest.mark.live
async def test_the_same_nonce_is_one_message_and_pings_nobody() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna, ben = server.person("Anna"), server.person("Ben")
        room = direct_room(anna.dm.id, None)
        say = Say(room, f"Hello {ben.mention} and @everyone", "a nonce")
        first = await platform.do(say)
        assert first == await platform.do(say)
        assert first is not None
        (shown,) = anna.dm.shown
        assert shown.data["mentions"] == []


@pytest.mark.live
async def test_what_was_said_otherwise_under_a_nonce_before_a_crash_says_what_is_meant_now() -> (
    None
):
    async with discord_server() as server:
        anna = server.person("Anna")
        room = direct_room(anna.dm.id, None)
        async with open_discord(setup(server), Drawer()) as platform:
            first = await platform.do(Say(room, "You", "a nonce", Voice.PERSONA))
        async with open_discord(setup(server), Drawer()) as platform:
            again = Say(room, "Good evening.", "a nonce", Voice.PERSONA)
            assert await platform.do(again) == first
        (shown,) = anna.dm.shown
        assert [one.content for one in shown.history] == ["You", "Good evening."]


@pytest.mark.live
async def test_a_message_that_meets_a_service_that_is_down_is_said_once_it_is_up() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        room = direct_room(anna.dm.id, None)
        server.fail("POST /channels/{}/messages", 503)
        await platform.do(Say(room, "hello", "a nonce"))
        assert [one.content for one in anna.dm.shown] == ["hello"]
        server.fail("POST /channels/{}/messages", 400)
        with pytest.raises(PlatformError, match="status 400"):
            await platform.do(Say(room, "hello again", "another nonce"))


@pytest.mark.live
async def test_a_notice_longer_than_a_page_is_said_in_pages() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        text = " ".join(["harbour"] * 400)
        last = await platform.do(Say(direct_room(anna.dm.id, None), text, "a nonce"))
        assert " ".join(one.content for one in anna.dm.shown) == text
        assert [len(one.content) <= 2000 for one in anna.dm.shown] == [True, True]
        assert last == anna.dm.shown[-1].id


@pytest.mark.live
async def test_in_a_channel_a_reply_refers_once_to_what_it_answers() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        guild = server.guild("Harbour", owner=anna)
        place = server.channel(guild, "talk")
        asked = await anna.writes(place, "hello")
        room = shared_room(guild.id, place.id)
        for page in ("one", "two"):
            answers = EventId(asked.id)
            await platform.do(Say(room, page, page, Voice.PERSONA, "Wren", answers))
        first, second = place.shown[1:]
        assert first.data["message_reference"]["message_id"] == asked.id
        assert "message_reference" not in second.data


@pytest.mark.live
async def test_what_is_taken_away_is_gone_and_its_waiting_edit_with_it() -> None:
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        room = direct_room(anna.dm.id, None)
        id_ = await platform.do(Say(room, "one", "a nonce"))
        assert id_ is not None
        await platform.do(Revise(room, id_, "one two"))
        await server.until(lambda: anna.dm.shown[0].content == "one two", "the edit")
        await platform.do(Revise(room, id_, "one two three"))
        await platform.do(Remove(room, id_, "a test"))
        await platform.do(Remove(room, id_, "twice is no error"))
        await platform.rest_everywhere()
        assert anna.dm.shown == []
        edits = [one for one in server.requests if one.route == "PATCH /channels/{}/messages/{}"]
        assert len(edits) == 1


# --- Whose guest somebody is ------------------------------------------------------------------


async def _read(platform: Discord) -> None:
    async for _ in platform.events():
        pass


@asynccontextmanager
async def connected(server: DiscordServer) -> AsyncIterator[Discord]:
    """The platform with its events being read, and nobody behind it."""
    async with open_discord(setup(server), Drawer()) as platform:
        reading = asyncio.ensure_future(_read(platform))
        try:
            person = PersonId(f"discord:{server.application}")
            while await platform.communities(person) is None:
                await asyncio.sleep(0)
            yield platform
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@pytest.mark.live
async def test_a_person_is_a_guest_where_they_are_a_member_now() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        harbour, market = server.guild("Harbour", owner=ben), server.guild("Market", owner=ben)
        server.joins(harbour, anna)
        async with connected(server) as platform:
            who = PersonId(f"discord:{anna.id}")
            assert await platform.communities(who) == (CommunityId(f"discord:{harbour.id}"),)
            server.joins(market, anna)
            server.leaves(harbour, anna)
            assert await platform.communities(who) == (CommunityId(f"discord:{market.id}"),)


@pytest.mark.live
async def test_who_is_asked_about_before_discord_has_named_the_guilds_is_waited_for() -> None:
    """Else what a kill left open would be refused at the start, since nothing is known yet."""
    async with discord_server() as server, open_discord(setup(server), Drawer()) as platform:
        anna = server.person("Anna")
        harbour = server.guild("Harbour")
        server.joins(harbour, anna)
        reading = asyncio.ensure_future(_read(platform))
        asking = asyncio.ensure_future(platform.communities(PersonId(f"discord:{anna.id}")))
        try:
            with server.ready_late():
                await server.until(lambda: server.gateway.counted["identify"], "the bot")
            async with asyncio.timeout(10):
                assert await asking == (CommunityId(f"discord:{harbour.id}"),)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@pytest.mark.live
async def test_with_two_shards_both_have_to_say_which_guilds_are_theirs() -> None:
    async with discord_server(shards=2) as server:
        anna = server.person("Anna")
        guilds = [server.guild(f"Guild{number}", owner=anna) for number in range(4)]
        async with connected(server) as platform:
            found = await platform.communities(PersonId(f"discord:{anna.id}"))
            assert found is not None
            assert set(found) == {CommunityId(f"discord:{guild.id}") for guild in guilds}
            assert len(server.gateway.sessions) == 2


@pytest.mark.live
async def test_where_discord_does_not_answer_nothing_is_known() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        server.joins(server.guild("Harbour"), anna)
        async with connected(server) as platform:
            server.fail(GET_MEMBER, 503)
            assert await platform.communities(PersonId(f"discord:{anna.id}")) is None


@pytest.mark.live
async def test_of_more_servers_than_can_be_asked_those_come_first_where_they_were_met() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guilds = [server.guild(f"Guild{number}") for number in range(MOST_GUILDS + 5)]
        last = guilds[-1]
        server.joins(last, anna)
        place = server.channel(last, "talk")
        async with connected(server) as platform:
            who = PersonId(f"discord:{anna.id}")
            assert await platform.communities(who) is None, "not asked everywhere, so not known"
            await anna.writes(place, f"<@{server.application}> hello")
            await server.until(lambda: place.shown, "the message")
            while await platform.communities(who) is None:
                await asyncio.sleep(0)
            assert await platform.communities(who) == (CommunityId(f"discord:{last.id}"),)


@pytest.mark.live
async def test_a_community_is_called_as_discord_last_told_and_nobody_is_asked() -> None:
    async with discord_server() as server:
        harbour = server.guild("Harbour")
        community = CommunityId(f"discord:{harbour.id}")
        async with connected(server) as platform:
            asked = len(server.requests)
            assert platform.name_of(community) == "Harbour"
            server.rename(harbour, "Market")
            while platform.name_of(community) == "Harbour":
                await asyncio.sleep(0)
            assert platform.name_of(community) == "Market"
            server.lose(harbour, outage=True)
            server.refuse_resume()
            server.drop_gateway()
            begun = server.gateway.counted["identify"]
            await server.until(lambda: server.gateway.counted["identify"] > begun, "a new start")
            assert platform.name_of(community) == "Market", "in an outage, too"
            assert platform.name_of(CommunityId("discord:1")) is None
            assert platform.name_of(CommunityId("home")) is None
            assert not [one for one in server.requests[asked:] if "guilds" in one.route]


@pytest.mark.live
async def test_a_person_reads_the_communitys_name_at_the_door(tmp_path: Path) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        server.joins(server.guild("Harbour *and* Sea"), anna)
        async with serving(server, tmp_path / "data", ScriptedEngine()) as bot:
            await bot.let_in(anna)
            texts = [one.content for one in anna.dm.shown]
            assert any("You come as a guest of Harbour and Sea, and" in text for text in texts)
            await anna.writes(anna.dm, "/where")
            await server.until(
                lambda: "The rules of Harbour and Sea hold" in anna.dm.shown[-1].content, "where"
            )


def test_who_leaves_is_named_with_what_they_left() -> None:
    author, community = read_leaving(
        {"guild_id": "700000000000000001", "user": {"id": "1", "username": "anna"}}
    )
    assert (author.id, community) == ("discord:1", "discord:700000000000000001")


# --- What the operator sees -------------------------------------------------------------------


def config(**chosen: Any) -> Config:
    return Config(discord=DiscordSettings(**chosen))


async def test_without_a_platform_or_a_token_run_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"discord\.on"):
        async with open_without_house(config(), {}):
            raise AssertionError("nothing to open")
    with pytest.raises(ConfigError, match="PARLOUR_DISCORD_TOKEN"):
        async with open_without_house(config(on=True), {}):
            raise AssertionError("nothing to open it with")


@pytest.mark.live
async def test_a_token_that_discord_does_not_take_ends_run_with_a_sentence() -> None:
    async with discord_server():
        environ = {"PARLOUR_DISCORD_TOKEN": "wrong.token"}
        with pytest.raises(ConfigError, match="does not take the token") as refused:
            async with open_without_house(config(on=True), environ):
                raise AssertionError("refused before")
        assert "wrong.token" not in str(refused.value)


def test_a_token_comes_from_the_environment_or_its_file(tmp_path: Any) -> None:
    file = tmp_path / "token"
    file.write_text("from.the.file\n")
    assert discord_token(config(token_file=file), {}) == "from.the.file"
    environ = {"PARLOUR_DISCORD_TOKEN": "from.the.environment"}
    assert discord_token(config(token_file=file), environ) == "from.the.environment"


@pytest.mark.parametrize("content", [b"", b"two words", b"\xff\xfe", "wört".encode()])
def test_a_file_that_holds_no_token_is_named_and_not_shown(tmp_path: Any, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        discord_token(config(token_file=file), {})
    assert str(file) in str(refused.value)
    assert "two words" not in str(refused.value)


def test_check_tells_of_switch_token_and_intents() -> None:
    def said(environ: dict[str, str], **chosen: Any) -> list[tuple[str, str]]:
        return list(look_at_discord(config(**chosen), environ))

    environ = {"PARLOUR_DISCORD_TOKEN": "a.token"}
    assert said({}) == [("Discord is switched off (discord.on).", "")]
    assert any(mend for _, mend in said({}, on=True))
    assert not any(mend for _, mend in said(environ, on=True))
    assert "members" in said(environ, on=True, members=True)[-1][0]
    assert "a.token" not in str(said(environ, on=True))


async def test_what_is_raised_inside_comes_out_as_it_is() -> None:
    async with discord_server() as server:
        with pytest.raises(PlatformError, match="from inside"):
            async with open_discord(setup(server), Drawer()):
                raise PlatformError("from inside")
