"""Threads through a real discord.py: private ones, who is in them, what sleeps, what is locked.

The pages are "Threads" and "Channel".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest

from tests.discord import DiscordServer, NotOffered, Person, discord_server
from tests.discord.asking import asking
from tests.discord.state import THREAD_PRIVATE, THREAD_PUBLIC, Channel, Guild

pytestmark = pytest.mark.live


class Host(discord.Client):
    """Opens a private thread for whoever writes `door`, and answers everywhere else."""

    def __init__(self, server: DiscordServer) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.01)
        self.server = server
        self.heard: list[str] = []

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user or message.type is not discord.MessageType.default:
            return
        self.heard.append(message.content)
        place = message.channel
        if message.content == "door" and isinstance(place, discord.TextChannel):
            made = await place.create_thread(name="private", invitable=False)
            await made.add_user(message.author)
            await made.send(f"age restricted: {made.is_nsfw()}")
        else:
            await place.send(f"heard {message.content}")

    async def on_raw_thread_update(self, _: discord.RawThreadUpdateEvent) -> None:
        self.server.world.changed()

    def thread(self, channel: Channel) -> discord.Thread:
        assert channel.guild is not None
        guild = self.get_guild(int(channel.guild.id))
        found = guild.get_thread(int(channel.id)) if guild else None
        assert found is not None
        return found


@asynccontextmanager
async def host(server: DiscordServer) -> AsyncIterator[Host]:
    client = Host(server)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions, "a session")
        yield client
        await client.close()
        await running


def harbour(server: DiscordServer) -> tuple[Guild, Person, Person, Person]:
    """The owner sees everything; Ben and Cleo are members."""
    anna, ben, cleo = (server.person(name) for name in ("Anna", "Ben", "Cleo"))
    guild = server.guild("Harbour", owner=anna)
    server.joins(guild, ben)
    server.joins(guild, cleo)
    return guild, anna, ben, cleo


def inside(server: DiscordServer, parent: Channel) -> list[Channel]:
    return [one for one in server.world.channels.values() if one.parent is parent]


@pytest.mark.parametrize("nsfw", [False, True])
async def test_a_private_thread_is_made_for_one_person_and_has_its_parents_gate(
    *, nsfw: bool
) -> None:
    async with discord_server() as server:
        guild, _, ben, cleo = harbour(server)
        opt_in = server.channel(guild, "opt-in", nsfw=nsfw)
        async with host(server):
            await ben.writes(opt_in, "door")
            made = await server.until(
                lambda: [one for one in inside(server, opt_in) if one.shown], "a thread"
            )
            (thread,) = made
            assert (thread.type, thread.age_restricted) == (THREAD_PRIVATE, nsfw)
            assert set(thread.people) == {server.application, ben.id}
            assert [m.content for m in ben.sees(thread)] == [f"age restricted: {nsfw}"]
            assert cleo.sees(thread) == []
            assert [one["type"] for one in thread.notices] == [1]
            with pytest.raises(NotOffered):
                await cleo.writes(thread, "hello")
            await ben.writes(thread, "hello")
            await server.until(lambda: thread.shown[2:], "an answer")
            assert thread.shown[2].content == "heard hello"


async def test_an_archived_thread_wakes_when_somebody_writes() -> None:
    async with discord_server() as server:
        guild, _, ben, _ = harbour(server)
        thread = server.thread(server.channel(guild, "talk"), "aside", ben)
        async with host(server) as client:
            await ben.writes(thread, "first")
            await server.until(lambda: thread.shown[1:], "an answer")
            known = client.thread(thread)
            server.archive(thread)
            await server.until(lambda: known.archived, "an archived thread")
            with pytest.raises(NotOffered):
                await ben.reacts(thread, thread.shown[0], "👍")
            await ben.writes(thread, "second")
            await server.until(lambda: thread.shown[3:], "an answer")
            assert (thread.archived, client.thread(thread).archived) == (False, False)
            known = client.thread(thread)
            server.archive(thread)
            await server.until(lambda: known.archived, "an archived thread")
            await known.send("third")
            assert not thread.archived
            assert thread.shown[-1].content == "third"


async def test_what_an_archived_thread_refuses_and_what_it_takes() -> None:
    async with asking() as asks:
        guild, _, ben, cleo = harbour(asks.server)
        thread = asks.server.thread(asks.server.channel(guild, "talk"), "aside", ben)
        path = f"/channels/{thread.id}"
        own, other = [
            (await asks.sends("POST", f"{path}/messages", {"content": "x"}))["id"] for _ in "ab"
        ]
        asks.server.archive(thread)
        for method, where, form in [
            ("PATCH", f"/messages/{own}", {"content": "y"}),
            ("PUT", f"/messages/{own}/reactions/👍/@me", None),
            ("PUT", f"/thread-members/{cleo.id}", None),
            ("PATCH", "", {"name": "other"}),
        ]:
            error = await asks.refused(method, path + where, form)
            assert (error.status, error.code) == (400, 50083), (method, where)
        await asks.sends("DELETE", f"{path}/messages/{own}")
        assert [one.id for one in thread.shown] == [other]
        assert thread.archived
        await asks.sends("PATCH", path, {"archived": False})
        assert not thread.archived


@pytest.mark.parametrize(("archived", "code"), [(True, 50083), (False, 160005)])
async def test_a_locked_thread_takes_nothing_without_its_moderator(
    *, archived: bool, code: int
) -> None:
    async with asking() as asks:
        guild, anna, ben, _ = harbour(asks.server)
        thread = asks.server.thread(asks.server.channel(guild, "talk"), "aside", ben)
        asks.server.archive(thread, locked=True)
        thread.archived = archived
        send = f"/channels/{thread.id}/messages"
        assert (await asks.refused("POST", send, {"content": "x"})).code == code
        with pytest.raises(NotOffered):
            await ben.writes(thread, "x")
        wakes = await asks.refused("PATCH", f"/channels/{thread.id}", {"archived": False})
        assert wakes.code == 50013
        await anna.writes(thread, "from the owner")
        assert thread.archived is False
        helper = asks.server.role(guild, "Helper", "manage_threads")
        guild.members[asks.server.application] = [helper]
        await asks.sends("POST", send, {"content": "x"})
        assert [one.content for one in thread.shown] == ["from the owner", "x"]


async def test_a_private_thread_is_unknown_to_a_bot_until_it_is_added() -> None:
    async with discord_server() as server:
        guild, _, ben, _ = harbour(server)
        parent = server.channel(guild, "talk")
        async with host(server) as client:
            thread = await ben.opens_thread(parent, "among us", private=True)
            await ben.writes(thread, "unheard")
            with pytest.raises(discord.Forbidden) as refused:
                await client.fetch_channel(int(thread.id))
            assert refused.value.code == 50001
            await ben.adds(thread, server.application)
            await ben.writes(thread, "heard")
            await server.until(lambda: thread.shown[2:], "an answer")
            assert client.heard == ["heard"]
            await client.thread(thread).leave()
            await ben.writes(thread, "unheard again")
            await ben.writes(parent, "elsewhere")
            await server.until(lambda: parent.shown[1:], "an answer")
            assert client.heard == ["heard", "elsewhere"]


async def test_a_thread_from_a_message_has_its_id_and_there_is_one() -> None:
    async with discord_server() as server:
        guild, _, ben, _ = harbour(server)
        parent = server.channel(guild, "talk")
        async with host(server) as client:
            said = await ben.writes(parent, "a subject")
            await server.until(lambda: parent.shown[1:], "an answer")
            place = client.get_channel(int(parent.id))
            assert isinstance(place, discord.TextChannel)
            message = await place.fetch_message(int(said.id))
            made = await message.create_thread(name="subject")
            assert (made.id, inside(server, parent)[0].type) == (message.id, THREAD_PUBLIC)
            with pytest.raises(discord.HTTPException) as refused:
                await message.create_thread(name="again")
            assert refused.value.code == 160004
            edited = await made.edit(name="renamed", archived=True)
            assert (edited.name, edited.archived) == ("renamed", True)
            assert [one.name async for one in place.archived_threads()] == ["renamed"]
            assert await place.guild.active_threads() == []
