"""Modals with more than texts through a real discord.py: choices, people, files, a yes.

Pages "Component Reference" and "Receiving and Responding".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.discord import DiscordServer, NotOffered, discord_server

pytestmark = pytest.mark.live

TONES = [discord.SelectOption(label=one.title(), value=one) for one in ("warm", "dry", "brief")]


class Whole(discord.ui.Modal, title="Rules"):
    note: "discord.ui.TextDisplay[Any]" = discord.ui.TextDisplay("What holds here")
    name: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(custom_id="name", min_length=2, max_length=8)
    )
    tones: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Tones", component=discord.ui.Select(custom_id="tones", max_values=2, options=TONES)
    )
    helper: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Helper", component=discord.ui.UserSelect(custom_id="helper", required=False)
    )
    rules: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Rules", component=discord.ui.FileUpload(custom_id="rules", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts: dict[str, Any] = {
            key: getattr(self, key).component for key in ("name", "tones", "helper", "rules")
        }
        files = [(await one.read()).decode() for one in parts["rules"].values]
        people = [one.name for one in parts["helper"].values]
        said = f"{parts['name'].value} {' '.join(parts['tones'].values)} {people} {files}"
        await interaction.response.send_message(said, ephemeral=True)


class Chosen(discord.ui.Modal, title="Choices"):
    one: "discord.ui.Label[Any]" = discord.ui.Label(
        text="One",
        component=discord.ui.RadioGroup(
            custom_id="one",
            options=[discord.RadioGroupOption(label=n, value=n) for n in "ab"],
        ),
    )
    several: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Several",
        component=discord.ui.CheckboxGroup(
            custom_id="several",
            options=[discord.CheckboxGroupOption(label=n, value=n) for n in "xyz"],
        ),
    )
    agreed: "discord.ui.Label[Any]" = discord.ui.Label(
        text="Agreed", component=discord.ui.Checkbox(custom_id="agreed")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        one: Any = self.one.component
        several: Any = self.several.component
        agreed: Any = self.agreed.component
        said = f"{one.value} {several.values} {agreed.value}"
        await interaction.response.send_message(said, ephemeral=True)


class Desk(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Asks for the rules")
        async def rules(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Whole())

        @self.tree.command(description="Asks for choices")
        async def choices(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Chosen())

    async def setup_hook(self) -> None:
        await self.tree.sync()


@asynccontextmanager
async def desk(server: DiscordServer) -> AsyncIterator[None]:
    client = Desk()
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions and server.world.commands, "commands")
        yield
        await client.close()
        await running


async def test_a_form_of_texts_choices_people_and_files_is_filled() -> None:
    async with discord_server() as server:
        anna, ben = server.person("Anna"), server.person("Ben")
        guild = server.guild("Harbour", owner=anna)
        place = server.channel(guild, "talk")
        server.joins(guild, ben)
        async with desk(server):
            asked = await anna.runs("/rules", place)
            given = {"name": "Quiet", "tones": ("dry", "brief"), "helper": ben.id}
            await anna.answered(await anna.fills(asked, **given, rules=("rules.txt", b"be kind")))
            assert anna.sees(place)[0].content == "Quiet dry brief ['ben'] ['be kind']"
            asked = await anna.runs("/rules", place)
            await anna.answered(await anna.fills(asked, name="Plain", tones="warm"))
            assert anna.sees(place)[1].content == "Plain warm [] []"


async def test_one_of_a_group_several_of_a_group_and_a_yes_are_filled() -> None:
    async with discord_server() as server, desk(server):
        anna = server.person("Anna")
        asked = await anna.runs("/choices", anna.dm)
        filled = await anna.fills(asked, one="b", several=("x", "z"), agreed=True)
        await anna.answered(filled)
        assert anna.sees(anna.dm)[0].content == "b ['x', 'z'] True"
        asked = await anna.runs("/choices", anna.dm)
        with pytest.raises(NotOffered):
            await anna.fills(asked, several="x")
        with pytest.raises(NotOffered):
            await anna.fills(asked, one="c", several="x")


@pytest.mark.parametrize(
    "given",
    [
        {"tones": "warm"},
        {"name": "x", "tones": "warm"},
        {"name": "x" * 9, "tones": "warm"},
        {"name": "Quiet"},
        {"name": "Quiet", "tones": "loud"},
        {"name": "Quiet", "tones": ("warm", "dry", "brief")},
        {"name": "Quiet", "tones": "warm", "helper": "1"},
        {"name": "Quiet", "tones": "warm", "other": "x"},
        {"name": "Quiet", "tones": "warm", "rules": [("a", b"x"), ("b", b"x")]},
    ],
)
async def test_a_form_that_its_own_rules_refuse_is_not_sent(given: dict[str, Any]) -> None:
    async with discord_server() as server, desk(server):
        anna = server.person("Anna")
        asked = await anna.runs("/rules", anna.dm)
        with pytest.raises(NotOffered):
            await anna.fills(asked, **given)
        assert anna.asked == [asked]
