"""A small real discord.py client on the loopback server: talk, buttons, commands, loss, refusal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.discord import DiscordServer, NotOffered, discord_server

pytestmark = pytest.mark.live


class Echo(discord.Client):
    """Answers `you said …` with a button; knows `/setup`, `/mature` and a modal."""

    def __init__(self, server: DiscordServer) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.server = server
        self.tree = app_commands.CommandTree(self)
        self.resumed = 0

        @self.tree.command(description="Sets things up")
        async def setup(interaction: discord.Interaction, name: str) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send(f"set up {name}")

        @self.tree.command(description="For adults", nsfw=True)
        async def mature(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("yes", ephemeral=True)

        @self.tree.command(description="Asks for a text")
        async def form(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Form())

    async def setup_hook(self) -> None:
        self.add_view(Again())
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            async with message.channel.typing():
                sent = await message.channel.send("…", view=Again())
            await sent.edit(content=f"you said {message.content}")

    async def on_resumed(self) -> None:
        self.resumed += 1
        self.server.world.changed()


class Again(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _: "discord.ui.Button[Again]") -> None:
        await interaction.response.edit_message(content="again it is")


class Form(discord.ui.Modal, title="A form"):
    words: "discord.ui.TextInput[Form]" = discord.ui.TextInput(label="Words", custom_id="words")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"got {self.words.value}", ephemeral=True)


@asynccontextmanager
async def echo(server: DiscordServer) -> AsyncIterator[Echo]:
    client = Echo(server)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        waiting = asyncio.create_task(client.wait_until_ready()) if client.is_ready() else None
        await server.until(lambda: server.gateway.sessions and server.world.commands)
        yield client
        await client.close()
        await asyncio.gather(running, *([waiting] if waiting else []))


async def test_a_message_is_answered_edited_and_its_button_works() -> None:
    async with discord_server() as server, echo(server):
        anna = server.person("Anna")
        await anna.writes(anna.dm, "hello")
        reply = await server.until(
            lambda: [m for m in anna.dm.shown if m.content == "you said hello"]
        )
        assert [seen.content for seen in reply[0].history] == ["…", "you said hello"]
        assert len(anna.dm.typing) == 1
        await anna.answered(await anna.presses(anna.dm, reply[0], "again"))
        assert reply[0].content == "again it is"


async def test_a_deferred_answer_is_filled_and_seen_by_one_person_only() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=ben)
        place = server.channel(guild, "talk")
        server.joins(guild, anna)
        async with echo(server):
            await anna.runs("/setup", place, name="harbour")
            await server.until(
                lambda: [m for m in anna.sees(place) if m.content == "set up harbour"]
            )
            assert ben.sees(place) == []
            with pytest.raises(NotOffered, match="required"):
                await anna.runs("/setup", place)


async def test_a_modal_is_shown_and_filled() -> None:
    async with discord_server() as server, echo(server):
        anna = server.person("Anna")
        shown = await anna.runs("/form", anna.dm)
        await anna.answered(await anna.fills(shown, words="some words"))
        assert anna.sees(anna.dm)[0].content == "got some words"


async def test_an_age_restricted_command_never_arrives_from_a_plain_channel() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild = server.guild("Harbour", owner=anna)
        plain, grown = server.channel(guild, "plain"), server.channel(guild, "grown", nsfw=True)
        inside = server.thread(grown, "inside", anna)
        async with echo(server):
            with pytest.raises(NotOffered):
                await anna.runs("/mature", plain)
            for place in (grown, inside, anna.dm):
                await anna.answered(await anna.runs("/mature", place))


async def test_a_lost_line_is_resumed_and_what_was_missed_arrives_once() -> None:
    async with discord_server() as server, echo(server) as client:
        anna = server.person("Anna")
        server.drop_gateway()
        await anna.writes(anna.dm, "missed")
        await server.until(lambda: client.resumed, "a resume")
        await server.until(lambda: [m for m in anna.dm.shown if m.content == "you said missed"])
        assert len(anna.dm.shown) == 2
        assert server.gateway.counted["identify"] == 1


async def test_a_refused_resume_begins_a_new_session() -> None:
    async with discord_server() as server, echo(server):
        server.refuse_resume()
        server.drop_gateway()
        await server.until(lambda: server.gateway.counted["identify"] == 2, "a second identify")
        anna = server.person("Anna")
        await anna.writes(anna.dm, "hello")
        await server.until(lambda: [m for m in anna.dm.shown if m.content == "you said hello"])


async def test_a_limit_is_met_by_the_clients_own_limiter() -> None:
    async with discord_server() as server, echo(server) as client:
        server.limit("POST /channels/{}/messages", after=2, window_s=0.2)
        anna = server.person("Anna")
        user = await client.fetch_user(int(anna.id))
        for number in range(5):
            await user.send(str(number))
        assert [m.content for m in anna.dm.shown] == ["0", "1", "2", "3", "4"]


async def test_fifty_people_are_answered_at_once() -> None:
    async with discord_server() as server, echo(server):
        people = [server.person(f"Person{number}") for number in range(50)]
        for one in people:
            await one.writes(one.dm, "hi")
        dms = [one.dm for one in people]
        await server.until(lambda: all(len(dm.shown) == 2 for dm in dms))
        await server.until(lambda: all(dm.shown[1].content == "you said hi" for dm in dms))
        assert all(len(one.dm.shown) == 2 for one in people)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": ""}, 50006),
        ({"embeds": [discord.Embed(title="t" * 257)]}, 50035),
        ({"embeds": [discord.Embed(description="d" * 3001)] * 2}, 50035),
    ],
)
async def test_a_message_that_discord_refuses_is_refused(form: dict[str, Any], code: int) -> None:
    async with discord_server() as server, echo(server) as client:
        user = await client.fetch_user(int(server.person("Anna").id))
        with pytest.raises(discord.HTTPException) as refused:
            await user.send(**form)
        assert (refused.value.status, refused.value.code) == (400, code)


async def test_closed_messages_and_late_answers_are_refused() -> None:
    async with discord_server() as server, echo(server) as client:
        anna = server.person("Anna")
        anna.closes_messages()
        user = await client.fetch_user(int(anna.id))
        with pytest.raises(discord.Forbidden) as refused:
            await user.send("hello")
        assert refused.value.code == 50007
        asked = await anna.runs("/setup", anna.dm, name="late")
        server.pass_time(4)
        await server.until(lambda: [r for r in server.requests if r.status == 404], "a refusal")
        assert asked.answer is None
