"""Reactions through a real discord.py, both ways, and what is refused of them (page "Message")."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest

from tests.discord import DiscordServer, NotOffered, discord_server
from tests.discord.asking import asking

pytestmark = pytest.mark.live


class Mirror(discord.Client):
    """Puts under a message what is put there, and takes away what is taken away."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)

    async def message(self, event: discord.RawReactionActionEvent) -> discord.PartialMessage:
        place = await self.fetch_channel(event.channel_id)
        assert isinstance(place, discord.DMChannel | discord.TextChannel)
        return place.get_partial_message(event.message_id)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        if self.user and event.user_id != self.user.id:
            await (await self.message(event)).add_reaction(event.emoji)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        if self.user and event.user_id != self.user.id:
            await (await self.message(event)).remove_reaction(event.emoji, self.user)


@asynccontextmanager
async def mirror(server: DiscordServer) -> AsyncIterator[None]:
    client = Mirror()
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions, "a session")
        yield
        await client.close()
        await running


@pytest.mark.parametrize("private", [True, False])
async def test_reactions_are_heard_and_answered_in_private_and_in_a_guild(*, private: bool) -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        place = anna.dm if private else server.channel(server.guild("Harbour", owner=anna), "talk")
        async with mirror(server):
            said = await anna.writes(place, "hello")
            await anna.reacts(place, said, "👍")
            await server.until(lambda: len(said.reactions) == 2, "the bot's own")
            assert {one for _, one in said.reactions} == {"👍"}
            (told,) = said.data["reactions"]
            assert (told["emoji"]["name"], told["count"], told["me"]) == ("👍", 2, True)
            await anna.unreacts(place, said, "👍")
            await server.until(lambda: not said.reactions, "nothing left")
            assert said.data["reactions"] == []


async def test_a_reactions_event_says_who_and_whose() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild = server.guild("Harbour", owner=anna)
        place = server.channel(guild, "talk")
        heard: list[tuple[int, str | None, int | None]] = []
        client = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)

        cleared: list[str] = []

        @client.event
        async def on_raw_reaction_clear(_: discord.RawReactionClearEvent) -> None:
            cleared.append("all")
            server.world.changed()

        @client.event
        async def on_raw_reaction_clear_emoji(event: discord.RawReactionClearEmojiEvent) -> None:
            cleared.append(str(event.emoji))

        @client.event
        async def on_raw_reaction_add(event: discord.RawReactionActionEvent) -> None:
            name = event.member.name if event.member else None
            heard.append((event.user_id, name, event.message_author_id))
            server.world.changed()

        async with client:
            running = asyncio.create_task(client.start(server.token))
            await server.until(lambda: server.gateway.sessions, "a session")
            said = await anna.writes(place, "hello")
            await anna.reacts(place, said, "👍")
            await server.until(lambda: heard, "the event")
            assert heard == [(int(anna.id), "anna", int(anna.id))]
            helper = server.role(guild, "Helper", "manage_messages")
            guild.members[server.application] = [helper]
            message = client.get_partial_messageable(int(place.id)).get_partial_message(
                int(said.id)
            )
            await message.clear_reaction("👍")
            await message.clear_reactions()
            await server.until(lambda: "all" in cleared, "the second")
            assert cleared == ["👍", "all"]
            await client.close()
            await running


async def test_who_reacted_is_read_and_a_moderator_clears() -> None:
    async with asking() as asks:
        anna, ben = asks.server.person("Anna"), asks.server.person("Ben")
        guild = asks.server.guild("Harbour", owner=anna)
        asks.server.joins(guild, ben)
        place = asks.server.channel(guild, "talk")
        said = await anna.writes(place, "hello")
        for one, emoji in [(anna, "👍"), (ben, "👍"), (ben, "🎉")]:
            await one.reacts(place, said, emoji)
        path = f"/channels/{place.id}/messages/{said.id}/reactions"
        told = await asks.sends("GET", f"{path}/👍?limit=1")
        assert [one["id"] for one in told] == [anna.id]
        told = await asks.sends("GET", f"{path}/👍?after={anna.id}")
        assert [one["id"] for one in told] == [ben.id]
        for where in (path, f"{path}/👍", f"{path}/👍/{ben.id}"):
            assert (await asks.refused("DELETE", where)).code == 50013
        helper = asks.server.role(guild, "Helper", "manage_messages")
        guild.members[asks.server.application] = [helper]
        await asks.sends("DELETE", f"{path}/👍/{ben.id}")
        assert said.reactions == [(anna.id, "👍"), (ben.id, "🎉")]
        await asks.sends("DELETE", f"{path}/👍")
        assert said.reactions == [(ben.id, "🎉")]
        await asks.sends("DELETE", path)
        assert said.reactions == []


async def test_what_is_no_emoji_and_what_is_too_many_is_refused() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        said = await anna.writes(anna.dm, "hello")
        path = f"/channels/{anna.dm.id}/messages/{said.id}/reactions"
        assert (await asks.refused("PUT", f"{path}/thumbsup/@me")).code == 10014
        for number in range(20):
            await asks.sends("PUT", f"{path}/{chr(0x1F600 + number)}/@me")
        error = await asks.refused("PUT", f"{path}/{chr(0x1F600 + 20)}/@me")
        assert (error.status, error.code) == (400, 30010)
        assert len(said.reactions) == 20


async def test_the_first_of_an_emoji_needs_the_permission_and_the_next_does_not() -> None:
    """Page "Message" (Create Reaction)."""
    async with asking() as asks:
        anna, ben = asks.server.person("Anna"), asks.server.person("Ben")
        guild = asks.server.guild("Harbour", owner=anna)
        asks.server.joins(guild, ben)
        place = asks.server.channel(guild, "talk")
        asks.server.forbid(place, guild.id, "add_reactions")
        said = await anna.writes(place, "hello")
        path = f"/channels/{place.id}/messages/{said.id}/reactions/👍/@me"
        assert (await asks.refused("PUT", path)).code == 50013
        with pytest.raises(NotOffered):
            await ben.reacts(place, said, "👍")
        await anna.reacts(place, said, "👍")
        await asks.sends("PUT", path)
        assert [who for who, _ in said.reactions] == [anna.id, asks.server.application]
