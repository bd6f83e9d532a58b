"""Every kind of interaction through a real discord.py: selects, suggestions, menus, guild commands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
from discord import app_commands

from tests.discord import DiscordServer, NotOffered, discord_server

pytestmark = pytest.mark.live

COLOURS = ["red", "green", "blue"]


class Chooser(discord.Client):
    """Sends a message with selects, suggests colours, has both menus, and one silent command."""

    def __init__(self, guild: str = "") -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.home = discord.Object(int(guild)) if guild else None

        @self.tree.command(description="Shows the selects")
        async def selects(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("choose", view=Selects())

        @self.tree.command(description="Takes a colour")
        async def paint(
            interaction: discord.Interaction, colour: app_commands.Range[str, 1, 10]
        ) -> None:
            await interaction.response.send_message(f"painted {colour}")

        @paint.autocomplete("colour")
        async def suggest(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            fits = [one for one in COLOURS if one.startswith(typed)]
            return [app_commands.Choice(name=one.title(), value=one) for one in fits]

        @self.tree.command(description="Says nothing")
        async def silent(_: discord.Interaction) -> None:
            return

        @self.tree.context_menu(name="Quote")
        async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"{message.author.name}: {message.content}")

        @self.tree.context_menu(name="Greet")
        async def greet(interaction: discord.Interaction, user: discord.User) -> None:
            await interaction.response.send_message(f"hello {user.name}", ephemeral=True)

        if self.home is not None:

            @self.tree.command(description="Only at home", guild=self.home)
            async def home(interaction: discord.Interaction) -> None:
                await interaction.response.send_message("home")

    async def setup_hook(self) -> None:
        await self.tree.sync()
        if self.home is not None:
            await self.tree.sync(guild=self.home)


class Selects(discord.ui.View):
    @discord.ui.select(
        cls=discord.ui.Select,
        placeholder="colours",
        max_values=2,
        options=[discord.SelectOption(label=one) for one in COLOURS],
    )
    async def colours(
        self, interaction: discord.Interaction, chosen: "discord.ui.Select[Selects]"
    ) -> None:
        await interaction.response.edit_message(content=f"colours {' '.join(chosen.values)}")

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="people")
    async def people(
        self, interaction: discord.Interaction, chosen: "discord.ui.UserSelect[Selects]"
    ) -> None:
        await interaction.response.edit_message(content=f"person {chosen.values[0].name}")

    @discord.ui.select(cls=discord.ui.RoleSelect, placeholder="roles")
    async def roles(
        self, interaction: discord.Interaction, chosen: "discord.ui.RoleSelect[Selects]"
    ) -> None:
        await interaction.response.edit_message(content=f"role {chosen.values[0].name}")

    @discord.ui.select(cls=discord.ui.MentionableSelect, placeholder="either", max_values=2)
    async def either(
        self, interaction: discord.Interaction, chosen: "discord.ui.MentionableSelect[Selects]"
    ) -> None:
        said = " ".join(one.name for one in chosen.values)
        await interaction.response.edit_message(content=f"either {said}")

    @discord.ui.select(cls=discord.ui.ChannelSelect, placeholder="channels")
    async def channels(
        self, interaction: discord.Interaction, chosen: "discord.ui.ChannelSelect[Selects]"
    ) -> None:
        await interaction.response.edit_message(content=f"channel {chosen.values[0].name}")


@asynccontextmanager
async def chooser(server: DiscordServer, guild: str = "") -> AsyncIterator[None]:
    client = Chooser(guild)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions, "a session")
        yield
        await client.close()
        await running


async def test_selects_of_words_people_roles_and_channels_are_answered() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        guild = server.guild("Harbour", owner=anna)
        place, role = server.channel(guild, "talk"), server.role(guild, "Sailors")
        async with chooser(server):
            await anna.answered(await anna.runs("/selects", place))
            shown = place.shown[0]
            for wanted, values, said in [
                ("colours", ("red", "blue"), "colours red blue"),
                ("people", (anna.id,), "person anna"),
                ("roles", (role,), "role Sailors"),
                ("either", (role, anna.id), "either anna Sailors"),
                ("either", (anna.id,), "either anna"),
                ("channels", (place.id,), "channel talk"),
            ]:
                await anna.answered(await anna.selects(place, shown, wanted, *values))
                assert shown.content == said
            for wanted, wrong in [
                ("colours", ("yellow",)),
                ("colours", ("red", "green", "blue")),
                ("people", (role,)),
                ("roles", ()),
                ("either", (place.id,)),
            ]:
                with pytest.raises(NotOffered):
                    await anna.selects(place, shown, wanted, *wrong)


async def test_what_is_typed_is_completed_and_may_then_be_sent() -> None:
    async with discord_server() as server, chooser(server):
        anna = server.person("Anna")
        asked = await anna.answered(await anna.completes("/paint", anna.dm, "colour", colour="gr"))
        assert asked.choices == [{"name": "Green", "value": "green"}]
        asked = await anna.answered(await anna.completes("/paint", anna.dm, "colour", colour=""))
        assert len(asked.choices) == 3
        assert anna.dm.shown == []
        await anna.answered(await anna.runs("/paint", anna.dm, colour="green"))
        assert anna.dm.shown[0].content == "painted green"


async def test_the_menus_of_a_message_and_of_a_person_hold_their_commands() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=anna)
        place = server.channel(guild, "talk")
        server.joins(guild, ben)
        async with chooser(server):
            said = await ben.writes(place, "ahoy")
            await anna.answered(await anna.chooses("Quote", place, said))
            assert place.shown[-1].content == "ben: ahoy"
            await anna.answered(await anna.chooses_person("Greet", place, ben.id))
            assert anna.sees(place)[-1].content == "hello ben"
            assert ben.sees(place)[-1].content == "ben: ahoy"
            with pytest.raises(NotOffered):
                await anna.chooses_person("Quote", place, ben.id)


async def test_a_guilds_command_is_offered_there_and_nowhere_else() -> None:
    async with discord_server() as server:
        anna = server.person("Anna")
        home, away = server.guild("Home", owner=anna), server.guild("Away", owner=anna)
        here, there = server.channel(home, "here"), server.channel(away, "there")
        async with chooser(server, home.id):
            await anna.answered(await anna.runs("/home", here))
            assert here.shown[0].content == "home"
            for place in (there, anna.dm):
                with pytest.raises(NotOffered):
                    await anna.runs("/home", place)
                await anna.answered(await anna.runs("/paint", place, colour="red"))


async def test_a_silent_bots_interaction_is_shown_as_failed_by_the_servers_clock() -> None:
    async with discord_server() as server, chooser(server):
        anna = server.person("Anna")
        asked = await anna.runs("/silent", anna.dm)
        spoken = await anna.answered(await anna.runs("/paint", anna.dm, colour="red"))
        server.pass_time(2)
        assert anna.failed() == []
        server.pass_time(1.5)
        assert anna.failed() == [asked]
        assert spoken.answer is not None
