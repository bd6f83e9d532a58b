"""Who may run a command, and where: permissions, and an app that a person brings along.

The page is "Application Commands".
"""

import asyncio

import discord
import pytest
from discord import app_commands

from tests.discord import NotOffered, discord_server
from tests.discord.asking import asking
from tests.discord.test_peer_commands import HELLO, desk, harbour, listed

pytestmark = pytest.mark.live


async def test_a_moderators_command_is_for_those_whom_the_guild_lets() -> None:
    async with discord_server() as server:
        guild, place, anna, ben = harbour(server)
        helpers = server.role(guild, "Helpers")
        async with desk(server) as client:
            await anna.answered(await anna.runs("/moderate", place))
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", place)
            server.permit(guild, "moderate", helpers, allowed=True)
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", place)
            server.joins(guild, ben, helpers)
            await ben.answered(await ben.runs("/moderate", place))
            command = (await client.tree.fetch_commands())[-1]
            told = await command.fetch_permissions(discord.Object(int(guild.id)))
            assert [(one.id, one.permission) for one in told.permissions] == [(int(helpers), True)]
            server.permit(guild, "moderate", place.id, allowed=False)
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", place)
            await anna.answered(await anna.runs("/moderate", place))


async def test_a_persons_own_word_goes_before_their_roles_and_all_channels_may_be_closed() -> None:
    """Page "Application Commands" (Permissions)."""
    async with discord_server() as server:
        guild, place, _, ben = harbour(server)
        every = str(int(guild.id) - 1)
        async with desk(server):
            server.permit(guild, "moderate", guild.id, allowed=True)
            await ben.answered(await ben.runs("/moderate", place))
            server.permit(guild, "moderate", ben.id, allowed=False)
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", place)
            server.permit(guild, "moderate", ben.id, allowed=True)
            server.permit(guild, "moderate", every, allowed=False)
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", place)
            server.permit(guild, "moderate", place.id, allowed=True)
            await ben.answered(await ben.runs("/moderate", place))
            with pytest.raises(NotOffered):
                await ben.runs("/moderate", server.channel(guild, "elsewhere"))


class Guest(discord.Client):
    """One command for whoever brings the app along, and one for guilds that have it."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Goes with a person")
        @app_commands.allowed_installs(guilds=True, users=True)
        async def along(interaction: discord.Interaction, times: int) -> None:
            guilds = interaction.is_guild_integration()
            said = f"guild {guilds}, person {interaction.is_user_integration()}"
            await interaction.response.send_message(said, ephemeral=True)
            for number in range(times):
                try:
                    await interaction.followup.send(str(number), ephemeral=True)
                except discord.HTTPException as error:
                    await interaction.edit_original_response(content=str(error.code))

        @self.tree.command(description="Stays in its guild")
        async def stays(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("here", ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def test_an_app_that_a_person_brings_along_works_where_it_is_not_installed() -> None:
    """Pages "Application Commands" (Contexts) and "Receiving and Responding" (Followups)."""
    async with discord_server() as server:
        guild, place, anna, _ = harbour(server)
        client = Guest()
        async with client:
            running = asyncio.create_task(client.start(server.token))
            await server.until(lambda: server.gateway.sessions and server.world.commands, "it")
            await anna.answered(await anna.runs("/along", place, times=0))
            assert anna.sees(place)[-1].content == "guild True, person False"
            server.lose(guild)
            with pytest.raises(NotOffered):
                await anna.runs("/along", place, times=0)
            anna.installed = True
            await anna.answered(await anna.runs("/along", place, times=6))
            await server.until(lambda: anna.sees(place)[1].content == "40094", "a refusal")
            said = [one.content for one in anna.sees(place)]
            assert said[2:] == ["0", "1", "2", "3", "4"]
            first = anna.sees(place)[1].history[0].content
            assert first == "guild False, person True"
            with pytest.raises(NotOffered):
                await anna.runs("/stays", place)
            await anna.answered(await anna.runs("/stays", anna.dm))
            await client.close()
            await running


async def test_permissions_are_read_where_they_stand_and_never_written_by_a_bot() -> None:
    async with asking() as asks:
        guild = asks.server.guild("Harbour")
        made = await asks.sends("POST", listed(asks), HELLO)
        own = f"{listed(asks, f'/guilds/{guild.id}')}/{made['id']}/permissions"
        every = f"{listed(asks, f'/guilds/{guild.id}')}/permissions"
        assert (await asks.refused("GET", own)).code == 10066
        assert await asks.sends("GET", every) == []
        asks.server.permit(guild, "hello", guild.id, allowed=False)
        rule = {"id": guild.id, "type": 1, "permission": False}
        assert (await asks.sends("GET", own))["permissions"] == [rule]
        assert [one["id"] for one in await asks.sends("GET", every)] == [made["id"]]
        error = await asks.refused("PUT", own, {"permissions": []})
        assert (error.status, error.code) == (403, 20001)
