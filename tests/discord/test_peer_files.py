"""Files through a real discord.py: from people, from the bot, in edits, in answers, and their limits.

Pages "Reference" (Uploading Files) and "Message".
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
from discord import app_commands

from tests.discord import DiscordServer, NotOffered, Person, discord_server
from tests.discord.asking import Asking, asking

pytestmark = pytest.mark.live

MIB = 1 << 20


class Clerk(discord.Client):
    """Sends back what is in a file, and gives one by `/export`."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Gives the rules")
        async def export(interaction: discord.Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send("here", file=file("rules.toml", b"kind = true"))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        kinds = [f"{one.content_type}:{one.is_voice_message()}" for one in message.attachments]
        back = [await one.to_file() for one in message.attachments]
        await message.channel.send(" ".join(kinds), files=back)


def file(name: str, content: bytes) -> discord.File:
    return discord.File(io.BytesIO(content), filename=name)


@asynccontextmanager
async def clerk(server: DiscordServer) -> AsyncIterator[None]:
    client = Clerk()
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions and server.world.commands, "commands")
        yield
        await client.close()
        await running


def held(asks: Asking, person: Person) -> list[tuple[str, bytes]]:
    """What is in the files of the first message."""
    found = person.dm.shown[0].data["attachments"]
    return [(one["filename"], asks.server.world.files[one["id"]]) for one in found]


async def test_what_people_attach_is_read_and_sent_back() -> None:
    async with discord_server() as server, clerk(server):
        anna = server.person("Anna")
        given = [("a.txt", b"words"), ("b.png", b"\x89PNG")]
        await anna.writes(anna.dm, "two files", files=given)
        await server.until(lambda: anna.dm.shown[1:], "an answer")
        back = anna.dm.shown[1]
        assert back.content == "text/plain; charset=utf-8:False image/png:False"
        attached = back.data["attachments"]
        assert [(one["filename"], server.world.files[one["id"]]) for one in attached] == given
        await anna.speaks(anna.dm, b"OggS")
        await server.until(lambda: anna.dm.shown[3:], "an answer")
        assert anna.dm.shown[3].content == "audio/ogg:True"
        with pytest.raises(NotOffered):
            await anna.writes(anna.dm, "", files=[("a.txt", b"x")] * 11)


async def test_a_private_answer_may_hold_a_file() -> None:
    async with discord_server() as server, clerk(server):
        anna = server.person("Anna")
        await anna.answered(await anna.runs("/export", anna.dm))
        await server.until(lambda: [m for m in anna.sees(anna.dm) if m.content], "the answer")
        (attached,) = anna.sees(anna.dm)[0].data["attachments"]
        assert server.world.files[attached["id"]] == b"kind = true"


async def test_an_edit_keeps_adds_and_takes_away_files_as_it_names_them() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        sent = await user.send("x", files=[file("a.txt", b"a"), file("b.txt", b"b")])
        assert held(asks, anna) == [("a.txt", b"a"), ("b.txt", b"b")]
        await sent.edit(content="y")
        assert len(held(asks, anna)) == 2
        sent = await sent.edit(attachments=[sent.attachments[1], file("c.txt", b"c")])
        assert held(asks, anna) == [("b.txt", b"b"), ("c.txt", b"c")]
        sent = await sent.add_files(file("d.txt", b"d"))
        assert len(held(asks, anna)) == 3
        await sent.edit(attachments=[])
        assert held(asks, anna) == []


async def test_there_are_ten_files_to_a_message_and_ten_mebibytes_to_a_file() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        room = user.dm_channel or await user.create_dm()
        many = [{"name": f"files[{at}]", "value": b"x", "filename": "a"} for at in range(11)]
        route = discord.http.Route("POST", f"/channels/{room.id}/messages")
        with pytest.raises(discord.HTTPException) as refused:
            await asks.client.http.request(route, form=many)
        assert (refused.value.status, refused.value.code) == (400, 50035)
        with pytest.raises(discord.HTTPException) as refused:
            await user.send(file=file("large", b"x" * (10 * MIB + 1)))
        assert (refused.value.status, refused.value.code) == (413, 40005)
        assert anna.dm.shown == []
        sent = await user.send(files=[file(f"{at}", b"x") for at in range(10)])
        with pytest.raises(discord.HTTPException) as refused:
            await sent.add_files(file("one more", b"x"))
        assert (refused.value.status, refused.value.code) == (400, 30015)
        await user.send(file=file("just so", b"x" * (10 * MIB)))
        assert [len(one.data["attachments"]) for one in anna.dm.shown] == [10, 1]


async def test_a_message_whose_only_file_goes_is_empty() -> None:
    async with asking() as asks:
        anna = asks.server.person("Anna")
        user = await asks.client.fetch_user(int(anna.id))
        sent = await user.send(file=file("a.txt", b"a"))
        with pytest.raises(discord.HTTPException) as refused:
            await sent.edit(attachments=[])
        assert refused.value.code == 50006


async def test_files_need_their_permission() -> None:
    async with asking() as asks:
        guild = asks.server.guild("Harbour")
        place = asks.server.channel(guild, "talk")
        asks.server.forbid(place, guild.id, "attach_files")
        part = [{"name": "files[0]", "value": b"x", "filename": "a"}]
        route = discord.http.Route("POST", f"/channels/{place.id}/messages")
        with pytest.raises(discord.Forbidden) as refused:
            await asks.client.http.request(route, form=part)
        assert refused.value.code == 50013
        assert place.shown == []
