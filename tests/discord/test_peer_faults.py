"""What goes wrong on purpose, as a real discord.py meets it: broken, doubled, late and cut-off things."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest

from tests.discord import DiscordServer, discord_server
from tests.discord.asking import asking

pytestmark = pytest.mark.live

SEND = "POST /channels/{}/messages"
EDIT = "PATCH /channels/{}/messages/{}"


class Hearer(discord.Client):
    """Notes what is told and answers nothing."""

    def __init__(self, server: DiscordServer) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.server = server
        self.heard: list[str] = []

    def note(self, what: str) -> None:
        self.heard.append(what)
        self.server.world.changed()

    async def on_ready(self) -> None:
        self.note("ready")

    async def on_resumed(self) -> None:
        self.note("resumed")

    async def on_message(self, message: discord.Message) -> None:
        self.note(message.content)

    async def on_raw_message_delete(self, _: discord.RawMessageDeleteEvent) -> None:
        self.note("deleted")

    async def hears(self, what: str) -> None:
        await self.server.until(lambda: what in self.heard, what)


@asynccontextmanager
async def hearer(server: DiscordServer) -> AsyncIterator[tuple[Hearer, "asyncio.Task[None]"]]:
    client = Hearer(server)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await client.hears("ready")
        yield client, running
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "GUILD_CREATE", "INTERACTION_CREATE"])
async def test_an_event_that_cannot_be_read_ends_a_client_that_nobody_guards(event: str) -> None:
    async with discord_server() as server, hearer(server) as (client, running):
        anna = server.person("Anna")
        await anna.writes(anna.dm, "before")
        await client.hears("before")
        server.send_broken(event, channel_id=anna.dm.id)
        with pytest.raises(KeyError):
            await running


async def test_an_unknown_event_is_passed_over() -> None:
    async with discord_server() as server, hearer(server) as (client, _):
        anna = server.person("Anna")
        server.send_broken("SOMETHING_NEW", id=1)
        await anna.writes(anna.dm, "after")
        await client.hears("after")


async def test_a_message_told_twice_has_one_id_and_two_numbers() -> None:
    async with discord_server() as server, hearer(server) as (client, _):
        anna = server.person("Anna")
        said = await anna.writes(anna.dm, "once")
        server.repeat(anna.dm, said)
        await anna.writes(anna.dm, "after")
        await client.hears("after")
        assert client.heard == ["ready", "once", "once", "after"]
        (session,) = server.gateway.sessions.values()
        told = [one for one in session.told if one["t"] == "MESSAGE_CREATE"][:2]
        assert told[0]["d"]["id"] == told[1]["d"]["id"] == said.id
        assert told[0]["s"] + 1 == told[1]["s"]


async def test_a_message_may_be_gone_before_it_comes() -> None:
    async with discord_server() as server, hearer(server) as (client, _):
        anna = server.person("Anna")
        with server.out_of_order():
            said = await anna.writes(anna.dm, "gone")
            await anna.deletes(anna.dm, said)
            assert client.heard == ["ready"]
        await client.hears("gone")
        assert client.heard == ["ready", "deleted", "gone"]
        assert anna.dm.shown == []


async def test_an_event_cut_off_in_its_frame_comes_whole_after_the_resume() -> None:
    async with discord_server() as server, hearer(server) as (client, _):
        anna = server.person("Anna")
        server.cut_next()
        await anna.writes(anna.dm, "cut")
        await anna.writes(anna.dm, "after")
        await client.hears("after")
        await client.hears("resumed")
        assert client.heard == ["ready", "cut", "after", "resumed"]
        assert server.gateway.counted["replayed"] == 2
        assert server.gateway.counted["identify"] == 1


async def test_a_ready_that_is_late_is_waited_for() -> None:
    async with discord_server() as server:
        client = Hearer(server)
        anna = server.person("Anna")
        async with client:
            with server.ready_late():
                running = asyncio.create_task(client.start(server.token))
                await server.until(lambda: server.gateway.counted["identify"], "an identify")
                await anna.writes(anna.dm, "before")
                assert (client.heard, server.gateway.sessions) == ([], {})
            await client.hears("ready")
            await anna.writes(anna.dm, "after")
            await client.hears("after")
            assert client.heard == ["ready", "after"]
            await client.close()
            await running


@pytest.mark.parametrize("done", [True, False])
async def test_a_line_that_breaks_in_an_answer_leaves_open_whether_it_was_done(
    *, done: bool
) -> None:
    """A resend under the same nonce is what settles it (page "Message", Create Message)."""
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        await user.create_dm()
        asks.server.break_off(SEND, done=done)
        with pytest.raises(aiohttp.ClientError):
            await user.send("once", nonce=1)
        assert [one.content for one in anna.dm.shown] == (["once"] if done else [])
        await user.send("once", nonce=1)
        assert [one.content for one in anna.dm.shown] == ["once"]
        asks.server.pass_time(301)
        await user.send("once", nonce=1)
        assert len(anna.dm.shown) == 2


async def test_a_deletion_without_an_answer_may_still_be_done() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        sent = await user.send("x")
        asks.server.break_off("DELETE /channels/{}/messages/{}")
        # aiohttp itself asks a second time where a method may be repeated: then it is unknown.
        with pytest.raises((aiohttp.ClientError, discord.NotFound)):
            await sent.delete()
        assert anna.dm.shown == []


async def test_a_delayed_route_waits_and_the_others_do_not() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        sent = await user.send("first")
        with asks.server.delay(EDIT):
            edit = asyncio.create_task(sent.edit(content="second"))
            await user.send("beside")
            assert [one.content for one in anna.dm.shown] == ["first", "beside"]
            assert not edit.done()
        await edit
        assert [one.content for one in anna.dm.shown] == ["second", "beside"]
        routes = [one.route for one in asks.server.requests]
        assert routes.index(EDIT) > routes.index(SEND)


async def test_a_slow_route_holds_up_no_other() -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        asks.server.latency(600.0, "GET /channels/{}")
        slow = asyncio.create_task(asks.sends("GET", f"/channels/{room.id}"))
        await asks.sends("POST", f"/channels/{room.id}/messages", {"content": "x"})
        asks.server.latency(0.001, "POST /channels/{}/messages")
        await asks.sends("POST", f"/channels/{room.id}/messages", {"content": "y"})
        assert [one.content for one in room.shown] == ["x", "y"]
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)


async def test_a_wrong_way_and_a_form_that_is_none_are_refused_in_discords_shape() -> None:
    async with asking() as asks:
        room = asks.server.person("Anna").dm
        wrong = await asks.refused("PUT", f"/channels/{room.id}/messages", {})
        assert (wrong.status, wrong.code) == (405, 0)
        form = await asks.refused("POST", f"/channels/{room.id}/messages", "words")
        assert (form.status, form.code) == (400, 50035)
