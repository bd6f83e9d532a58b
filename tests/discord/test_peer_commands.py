"""Application commands one by one, in the asker's tongue, with options of every kind, and who may run them.

The page is "Application Commands".
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.discord import DiscordServer, NotOffered, Person, discord_server
from tests.discord.asking import Asking, asking, places
from tests.discord.state import Channel, Guild

pytestmark = pytest.mark.live

Form = dict[str, Any]
TONGUES = {"de": "hallo", "ja": "こんにちは"}
HELLO: Form = {
    "name": "hello",
    "description": "Says hello",
    "name_localizations": TONGUES,
    "options": [
        {
            "type": 3,
            "name": "how",
            "description": "How",
            "description_localizations": {"de": "Wie"},
            "choices": [{"name": "warm", "value": "w", "name_localizations": {"de": "herzlich"}}],
        }
    ],
}


def listed(asks: Asking, place: str = "") -> str:
    return f"/applications/{asks.server.application}{place}/commands"


async def test_a_command_of_a_known_name_and_kind_is_overwritten_and_keeps_its_id() -> None:
    async with asking() as asks:
        first = await asks.sends("POST", listed(asks), {"name": "hello", "description": "a"})
        again = await asks.sends("POST", listed(asks), {"name": "hello", "description": "b"})
        other = await asks.sends("POST", listed(asks), {"name": "hello", "type": 3})
        assert [one.status for one in asks.server.requests[-3:]] == [201, 200, 201]
        assert first["id"] == again["id"] != other["id"]
        assert first["version"] != again["version"]
        whole = await asks.sends("PUT", listed(asks), [HELLO])
        assert [one["id"] for one in whole] == [first["id"]]
        (renamed,) = await asks.sends(
            "PUT", listed(asks), [HELLO | {"id": first["id"], "name": "hi"}]
        )
        assert (renamed["id"], renamed["name"]) == (first["id"], "hi")
        await asks.sends("PUT", listed(asks), [])
        (anew,) = await asks.sends("PUT", listed(asks), [HELLO])
        assert anew["id"] != first["id"]
        assert [one["description"] for one in await asks.sends("GET", listed(asks))] == [
            "Says hello"
        ]


async def test_a_single_command_is_read_edited_and_deleted_by_discord_py() -> None:
    async with asking() as asks:
        tree = app_commands.CommandTree(asks.client)
        made = await asks.sends("POST", listed(asks), HELLO)
        command = await tree.fetch_command(int(made["id"]))
        assert command.name_localizations == {
            discord.Locale.german: "hallo",
            discord.Locale.japanese: "こんにちは",
        }
        edited = await command.edit(description="Greets")
        assert (edited.id, edited.name, edited.description) == (command.id, "hello", "Greets")
        assert edited.options[0].name == "how"
        await edited.delete()
        with pytest.raises(discord.NotFound) as gone:
            await tree.fetch_command(command.id)
        assert gone.value.code == 10063
        assert await tree.fetch_commands() == []


async def test_what_a_single_command_may_not_be_is_refused_and_its_place_named() -> None:
    async with asking() as asks:
        first = await asks.sends("POST", listed(asks), HELLO)
        await asks.sends("POST", listed(asks), {"name": "other", "description": "d"})
        error = await asks.refused("POST", listed(asks), {"name": "Upper", "description": "d"})
        assert (error.code, places(error)) == (50035, ["name"])
        path = f"{listed(asks)}/{first['id']}"
        error = await asks.refused("PATCH", path, {"description": "d" * 101})
        assert (error.code, places(error)) == (50035, ["description"])
        assert (await asks.refused("PATCH", path, {"name": "other"})).code == 40041
        elsewhere = asks.server.guild("Harbour").id
        nowhere = f"{listed(asks, f'/guilds/{elsewhere}')}/{first['id']}"
        for method in ("GET", "PATCH", "DELETE"):
            form = {"name": "n"} if method == "PATCH" else None
            assert (await asks.refused(method, nowhere, form)).code == 10063
        assert (await asks.sends("GET", path))["description"] == "Says hello"


@pytest.mark.parametrize(
    ("tongue", "taken"),
    [("es-ES", True), ("pt-BR", True), ("fr", True), ("es", False), ("pt", False), ("xx", False)],
)
async def test_only_discords_own_locales_are_taken(tongue: str, *, taken: bool) -> None:
    """Page "Reference" (Locales)."""
    async with asking() as asks:
        command = {"name": "n", "description": "d", "description_localizations": {tongue: "x"}}
        if taken:
            made = await asks.sends("POST", listed(asks), command)
            assert made["description_localizations"] == {tongue: "x"}
        else:
            error = await asks.refused("POST", listed(asks), command)
            assert places(error) == [f"description_localizations.{tongue}"]


async def test_a_list_has_all_tongues_or_only_the_askers() -> None:
    async with asking() as asks:
        await asks.sends("PUT", listed(asks), [HELLO])
        (whole,) = await asks.sends("GET", f"{listed(asks)}?with_localizations=true")
        assert whole["name_localizations"] == TONGUES
        route = discord.http.Route("GET", listed(asks))
        (plain,) = await asks.client.http.request(route)
        assert "name_localized" not in plain
        assert "name_localizations" not in plain


class Desk(discord.Client):
    """One command with an option of each kind, and one for moderators."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Takes one of each")
        async def takes(
            interaction: discord.Interaction,
            rules: discord.Attachment,
            who: discord.User,
            place: discord.TextChannel,
            role: discord.Role,
        ) -> None:
            text = (await rules.read()).decode()
            said = f"{rules.filename} {text} {who.name} {place.name} {role.name}"
            await interaction.response.send_message(said)

        @self.tree.command(description="Counts to five")
        async def counts(
            interaction: discord.Interaction, number: app_commands.Range[int, 1, 5]
        ) -> None:
            await interaction.response.send_message(str(number))

        @self.tree.command(description="For moderators")
        @app_commands.default_permissions(manage_guild=True)
        async def moderate(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("moderated", ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()


@asynccontextmanager
async def desk(server: DiscordServer) -> AsyncIterator[Desk]:
    client = Desk()
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions and server.world.commands, "commands")
        yield client
        await client.close()
        await running


def harbour(server: DiscordServer) -> tuple[Guild, Channel, Person, Person]:
    anna, ben = server.person("Anna"), server.person("Ben")
    guild = server.guild("Harbour", owner=anna)
    server.joins(guild, ben)
    return guild, server.channel(guild, "talk"), anna, ben


async def test_files_people_places_and_roles_are_given_to_a_command() -> None:
    async with discord_server() as server:
        guild, place, anna, ben = harbour(server)
        role = server.role(guild, "Sailors")
        given: Form = {"rules": ("rules.txt", b"be kind"), "who": ben.id, "place": place.id}
        given |= {"role": role}
        async with desk(server):
            await anna.answered(await anna.runs("/takes", place, **given))
            assert place.shown[0].content == "rules.txt be kind ben talk Sailors"
            for wrong in ({"who": role}, {"role": ben.id}):
                with pytest.raises(NotOffered):
                    await anna.runs("/takes", place, **(given | wrong))
            await anna.answered(await anna.runs("/counts", place, number=5))
            assert place.shown[1].content == "5"
            with pytest.raises(NotOffered):
                await anna.runs("/counts", place, number=6)
            nobody = await anna.runs("/takes", place, **(given | {"who": "123456789012345678"}))
            assert "users" not in nobody.data["data"]["resolved"]
