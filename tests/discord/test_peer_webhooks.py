"""Webhooks of channels through a real discord.py: names and pictures, threads, edits, what is refused.

The page is "Webhook".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from tests.discord import DiscordServer, discord_server
from tests.discord.asking import Asking, asking, places
from tests.discord.state import Channel, Guild

pytestmark = pytest.mark.live

PNG = b"\x89PNG\r\n\x1a\n"
PICTURE = "https://example.org/mira.png"


class Pressed(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="again", custom_id="again")
    async def again(
        self, interaction: discord.Interaction, _: "discord.ui.Button[Pressed]"
    ) -> None:
        await interaction.response.edit_message(content="again it is")


class Hearer(discord.Client):
    """Repeats people; what a webhook says it only notes."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.noted: list[tuple[str, str]] = []

    async def on_message(self, message: discord.Message) -> None:
        if message.webhook_id is not None:
            self.noted.append((message.author.name, message.content))
        elif message.author != self.user:
            await message.channel.send("heard")

    def place(self, channel: Channel) -> discord.TextChannel:
        found = self.get_channel(int(channel.id))
        assert isinstance(found, discord.TextChannel)
        return found


@asynccontextmanager
async def hearer(server: DiscordServer) -> AsyncIterator[Hearer]:
    client = Hearer()
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions, "a session")
        await client.wait_until_ready()
        yield client
        await client.close()
        await running


def harbour(server: DiscordServer, *permissions: str) -> tuple[Guild, Channel]:
    guild = server.guild("Harbour")
    bot = server.role(guild, "Bot", *(permissions or ("manage_webhooks",)))
    guild.members[server.application] = [bot]
    return guild, server.channel(guild, "talk")


async def test_a_webhook_speaks_under_a_name_and_a_picture_and_its_words_change() -> None:
    async with discord_server() as server:
        guild, place = harbour(server)
        anna = server.person("Anna")
        server.joins(guild, anna)
        async with hearer(server) as client:
            hook = await client.place(place).create_webhook(name="Parlour", avatar=PNG)
            assert (hook.name, hook.user) == ("Parlour", client.user)
            said = await hook.send(
                f"good evening {anna.mention}",
                username="Mira",
                avatar_url=PICTURE,
                wait=True,
                allowed_mentions=discord.AllowedMentions.none(),
                view=Pressed(),
            )
            shown = place.shown[0]
            assert (shown.name, shown.avatar_url) == ("Mira", PICTURE)
            assert shown.data["mentions"] == []
            await anna.answered(await anna.presses(place, shown, "again"))
            assert shown.content == "again it is"
            await said.edit(content="good night")
            assert [seen.content for seen in shown.history][1:] == ["again it is", "good night"]
            await said.delete()
            await hook.send("plainly")
            assert [(one.name, one.content) for one in place.shown] == [("Parlour", "plainly")]
            await anna.writes(place, "anybody?")
            await server.until(lambda: place.shown[2:], "an answer")
            assert [name for name, _ in client.noted] == ["Mira", "Parlour"]


async def test_a_webhook_speaks_in_a_thread_of_its_channel_and_wakes_it() -> None:
    async with discord_server() as server:
        guild, place = harbour(server)
        thread = server.thread(place, "aside")
        elsewhere = server.thread(server.channel(guild, "other"), "far")
        server.archive(thread)
        async with hearer(server) as client:
            hook = await client.place(place).create_webhook(name="Parlour")
            inside = discord.Object(int(thread.id))
            said = await hook.send("here", thread=inside, wait=True)
            assert ([one.content for one in thread.shown], place.shown) == (["here"], [])
            assert not thread.archived
            await hook.edit_message(said.id, content="still here", thread=inside)
            with pytest.raises(discord.NotFound) as missed:
                await hook.edit_message(said.id, content="lost")
            assert missed.value.code == 10008
            with pytest.raises(discord.NotFound) as missed:
                await hook.send("far", thread=discord.Object(int(elsewhere.id)))
            assert missed.value.code == 10003
            assert thread.shown[0].content == "still here"


async def test_webhooks_are_listed_renamed_and_deleted() -> None:
    async with discord_server() as server:
        _, place = harbour(server)
        anna = server.person("Anna")
        server.webhook(place, "by a person", anna)
        async with hearer(server) as client:
            channel = client.place(place)
            hook = await channel.create_webhook(name="Parlour")
            assert [one.name for one in await channel.webhooks()] == ["by a person", "Parlour"]
            assert len(await channel.guild.webhooks()) == 2
            edited = await hook.edit(name="Lantern")
            assert edited.name == "Lantern"
            await hook.delete()
            for call in (hook.send("x"), client.fetch_webhook(hook.id)):
                with pytest.raises(discord.NotFound) as gone:
                    await call
                assert gone.value.code == 10015
            server.delete(place)
            assert server.world.webhooks == {}


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"name": "Clyde two"}, "name"),
        ({"name": "a DISCORD bot"}, "name"),
        ({"name": "n", "avatar": "a.png"}, "avatar"),
    ],
)
async def test_a_webhook_that_breaks_a_rule_is_refused(form: dict[str, Any], place: str) -> None:
    async with asking() as asks:
        _, channel = harbour(asks.server)
        path = f"/channels/{channel.id}/webhooks"
        error = await asks.refused("POST", path, form)
        assert (error.code, places(error)) == (50035, [place])
        assert asks.server.world.webhooks == {}
        assert (await asks.sends("POST", path, {"name": "n" * 80}))["name"] == "n" * 80


async def made(asks: Asking, channel: Channel) -> str:
    hook = await asks.sends("POST", f"/channels/{channel.id}/webhooks", {"name": "Parlour"})
    return f"/webhooks/{hook['id']}/{hook['token']}"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": ""}, 50006),
        ({"content": "x", "username": "u" * 81}, 50035),
        ({"content": "x", "username": "discord"}, 50035),
        ({"content": "x", "thread_name": "new"}, 220003),
    ],
)
async def test_what_a_webhook_may_not_say_is_refused(form: dict[str, Any], code: int) -> None:
    async with asking() as asks:
        _, channel = harbour(asks.server)
        hook = await made(asks, channel)
        assert (await asks.refused("POST", hook, form)).code == code
        assert channel.shown == []


async def test_a_nonce_does_not_join_two_executions_and_flags_are_not_all_taken() -> None:
    async with asking() as asks:
        _, channel = harbour(asks.server)
        hook = await made(asks, channel)
        form = {"content": "x", "nonce": "1", "enforce_nonce": True, "flags": 64 | 4}
        for _ in range(2):
            assert await asks.sends("POST", hook, form) in {None, ""}
        assert [(one.flags, "nonce" in one.data) for one in channel.shown] == [(4, False)] * 2


async def test_webhooks_need_their_permission_and_there_are_fifteen_to_a_channel() -> None:
    async with asking() as asks:
        guild, channel = harbour(asks.server, "manage_messages")
        path = f"/channels/{channel.id}/webhooks"
        theirs = asks.server.webhook(channel, "theirs", asks.server.person("Anna"))
        for method, where, form in [
            ("POST", path, {"name": "n"}),
            ("GET", path, None),
            ("GET", f"/guilds/{guild.id}/webhooks", None),
            ("GET", f"/webhooks/{theirs}", None),
            ("PATCH", f"/webhooks/{theirs}", {"name": "n"}),
            ("DELETE", f"/webhooks/{theirs}", None),
        ]:
            assert (await asks.refused(method, where, form)).code == 50013, (method, where)
        allowed = asks.server.role(guild, "Hooks", "manage_webhooks")
        guild.members[asks.server.application] = [allowed]
        for number in range(14):
            await asks.sends("POST", path, {"name": str(number)})
        error = await asks.refused("POST", path, {"name": "one more"})
        assert (error.status, error.code) == (400, 30007)
        asks.server.world.webhooks.pop(theirs)
        await asks.sends("POST", path, {"name": "one more"})


async def test_a_webhook_is_told_and_changed_by_its_token_alone_and_moved_by_who_manages() -> None:
    async with asking() as asks:
        guild, channel = harbour(asks.server)
        other = asks.server.channel(guild, "other")
        hook = await made(asks, channel)
        bare = hook.rsplit("/", 1)[0]
        assert "user" in await asks.sends("GET", bare)
        told = await asks.sends("PATCH", hook, {"name": "Lantern", "channel_id": other.id})
        assert ("user" in told, told["name"], told["channel_id"]) == (False, "Lantern", channel.id)
        moved = await asks.sends("PATCH", bare, {"channel_id": other.id})
        assert (moved["name"], moved["channel_id"]) == ("Lantern", other.id)
        await asks.sends("POST", hook, {"content": "there"})
        assert ([one.content for one in other.shown], channel.shown) == (["there"], [])
        await asks.sends("DELETE", hook)
        assert (await asks.refused("GET", bare)).code == 10015


async def test_a_persons_webhook_sends_no_buttons_and_a_token_is_enough_to_speak() -> None:
    async with asking() as asks:
        _, channel = harbour(asks.server)
        theirs = asks.server.webhook(channel, "theirs", asks.server.person("Anna"))
        token = asks.server.world.webhooks[theirs]["token"]
        button = {"type": 2, "style": 1, "label": "b", "custom_id": "a"}
        form = {"content": "x", "components": [{"type": 1, "components": [button]}]}
        await asks.sends("POST", f"/webhooks/{theirs}/{token}", form)
        assert channel.shown[0].data["components"] == []
        full = f"/webhooks/{theirs}/{token}?with_components=true"
        assert (await asks.refused("POST", full, form)).code == 50035
        assert (await asks.refused("POST", f"/webhooks/{theirs}/wrong", form)).code == 50027
        base = f"{asks.server.base}/api/v10/webhooks/{theirs}"
        async with (
            aiohttp.ClientSession() as stranger,
            stranger.get(base) as refused,
            stranger.post(f"{base}/{token}?wait=true", json={"content": "y"}) as taken,
        ):
            assert (refused.status, taken.status) == (401, 200)
        assert [one.content for one in channel.shown] == ["x", "y"]
