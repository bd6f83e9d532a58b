"""`/setup`: what a community's moderators choose, in one message that they alone see, and the panel
that it puts up.

A rating and an age level become the commands that they are, and are read where every command is.
What is Discord's own is kept here. Who may do it is looked at with every single press.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
from discord.http import Route

from bot.events import Author, Role, Room
from bot.languages.catalogue import say
from bot.languages.names import first_known
from bot.platforms.discord import names
from bot.platforms.discord.acknowledging import acknowledge
from bot.platforms.discord.asker import Data
from bot.platforms.discord.buttons import Words
from bot.platforms.discord.chosen import MOST_ROLES, Choices, Chosen
from bot.platforms.discord.panel import LABEL, PANEL, panel_rows
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.signing import Kind, Press, Seal
from bot.text import Text, paragraphs

log = logging.getLogger(__name__)

NAME = "setup"
ABOUT = Text("sets up the door for this community: channel, rating, age, roles, panel")
HEAD = Text(
    "How people come in here. Choose the channel for the panel, and put the panel up. Everything "
    "can be changed later."
)
ENTRANCE = Text("The channel for the panel")
CEILING = Text("How far conversations may go")
AGE = Text("How well an age must be founded to come in")
ROLES = Text("Roles that you give to adults only")
LOG = Text("The channel in which moderators are told of cases")
PUT_UP = Text("Put the panel up")
RATINGS = {
    "general": Text("general: without romance"),
    "romance": Text("romance: without sexual content"),
    "mature": Text("mature: for adults, where the age rules allow it"),
}
LEVELS = {
    "self-attested": Text("their own word"),
    "platform": Text("a sign of the platform's, such as a role"),
    "moderator": Text("a moderator's confirmation"),
    "verified": Text("a proof that was checked elsewhere"),
}

NOT_YOURS = Text("Only who may manage this server can set this up.")
ENTRANCE_SET = Text("The panel's channel is {channel}. The panel stands there once you put it up.")
ENTRANCE_NONE = Text("There is no channel for the panel now. A panel that stands stays.")
ROLES_SET = Text(
    "Whoever holds one of these roles is an adult by your word: {roles}. Who loses it is one no more."
)
ROLES_NONE = Text("No role speaks for anybody's age here now.")
IS_UP = Text("The panel stands in {channel}.")
CHOOSE_FIRST = Text("Please choose the channel for the panel first.")
CHANNEL_GONE = Text("The panel's channel is gone. Please choose another one.")
ROLE_GONE = Text("A role that you trusted is gone. Please choose the roles again.")
DAMAGED = Text("What was set up here cannot be read any more. Please choose everything anew.")
MAY_NOT_SEE = Text("I may not see {channel}. Please give me the permission View Channel there.")
MAY_NOT_SEND = Text(
    "I may not write in {channel}. Please give me the permission Send Messages there."
)
NOT_PUT_UP = Text("Discord did not take the panel. Please try again in a little while.")
NOT_KEPT = Text("I could not keep that. Please try again in a little while.")

_CHANNEL_GONE, _NO_ACCESS, _NO_PERMISSION = 10003, 50001, 50013
_ACTIONS = {"entrance", "ceiling", "age", "roles", "log", "panel"}


class SettingUp:
    def __init__(
        self, *, seal: Seal, words: Words, prefix: str, rest: Rest, choices: Choices
    ) -> None:
        self._seal = seal
        self._words = words
        self._prefix = prefix
        self._rest = rest
        self._choices = choices

    def is_its(
        self, interaction: discord.Interaction, data: Data, author: Author, place: Room
    ) -> bool:
        match interaction.type:
            case discord.InteractionType.application_command:
                return data.get("type") == 1 and data.get("name") == NAME
            case discord.InteractionType.component:
                return self._read(data, author, place) is not None
            case _:
                return False

    async def take(
        self, interaction: discord.Interaction, data: Data, author: Author, place: Room
    ) -> tuple[str, Room] | None:
        """A command's text, which is then to be followed, and where; None where all is done here."""
        if author.role is not Role.MODERATOR or interaction.guild_id is None:
            await self._tell(interaction, NOT_YOURS, author)
            return None
        guild = str(interaction.guild_id)
        press = self._read(data, author, place)
        values = [str(value) for value in data.get("values") or ()]
        if press is None:
            await self._show(interaction, guild, author, place)
        elif press.words == "ceiling" and len(values) == 1 and values[0] in RATINGS:
            return f"{self._prefix}ceiling {values[0]}", place
        elif press.words == "age" and len(values) == 1 and values[0] in LEVELS:
            return f"{self._prefix}age entry {values[0]}", place
        elif press.words == "log" and values:
            return f"{self._prefix}caselog here", names.shared_room(guild, values[0])
        elif press.words == "log":
            return f"{self._prefix}caselog off", place
        else:
            await acknowledge(interaction.response.defer, ephemeral=True, thinking=True)
            try:
                told = await self._change(press.words, values, guild, interaction)
            except Exception as error:  # noqa: BLE001 - the store's; whatever it is, they are told
                log.warning("discord: a setting was not kept: %s", type(error).__name__)
                told = NOT_KEPT
            await interaction.edit_original_response(content=self._words(told, author))
        return None

    def _read(self, data: Data, author: Author, place: Room) -> Press | None:
        press = self._seal.read(str(data.get("custom_id")), place.id, author.id)
        is_its = press is not None and press.kind is Kind.SETUP and press.words in _ACTIONS
        return press if is_its else None

    async def _tell(self, interaction: discord.Interaction, text: Text, author: Author) -> None:
        await acknowledge(
            interaction.response.send_message, self._words(text, author), ephemeral=True
        )

    # --- What is shown ------------------------------------------------------------------------

    async def _show(
        self, interaction: discord.Interaction, guild: str, author: Author, place: Room
    ) -> None:
        chosen = await self._choices.of(guild)
        stands = [HEAD, *self._how_it_stands(chosen, guild, interaction.guild)]
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.TextDisplay(self._words(paragraphs(*stands), author)))

        def custom_id(what: str) -> str:
            return self._seal.sign(Press(Kind.SETUP, what), place.id, author.id)

        def words_of(options: dict[str, Text]) -> list[discord.SelectOption]:
            return [
                discord.SelectOption(label=self._words(text, author)[:100], value=value)
                for value, text in options.items()
            ]

        text_only = [discord.ChannelType.text]
        selects: tuple[tuple[Text, Any], ...] = (
            (ENTRANCE, _channels(custom_id("entrance"), text_only)),
            (CEILING, discord.ui.Select(custom_id=custom_id("ceiling"), options=words_of(RATINGS))),
            (AGE, discord.ui.Select(custom_id=custom_id("age"), options=words_of(LEVELS))),
            (
                ROLES,
                discord.ui.RoleSelect(
                    custom_id=custom_id("roles"), min_values=0, max_values=MOST_ROLES
                ),
            ),
            (LOG, _channels(custom_id("log"), text_only)),
        )
        for title, select in selects:
            select.placeholder = self._words(title, author)[:150]
            view.add_item(discord.ui.ActionRow(select))
        label = self._words(PUT_UP, author)[:80]
        style = discord.ButtonStyle.primary
        button: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
            label=label, custom_id=custom_id("panel"), style=style
        )
        view.add_item(discord.ui.ActionRow(button))
        # The library is to keep nothing of it: what is pressed is read from the interaction.
        view.stop()
        await acknowledge(
            interaction.response.send_message,
            view=view,
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    def _how_it_stands(
        self, chosen: Chosen, guild: str, there: discord.Guild | None
    ) -> Sequence[Text]:
        told: list[Text] = []
        if self._choices.is_damaged(guild):
            told.append(DAMAGED)
        if chosen.entrance:
            is_there = there is None or there.get_channel(int(chosen.entrance))
            told.append(_entrance_set(chosen) if is_there else CHANNEL_GONE)
        if chosen.roles:
            are_there = there is None or all(there.get_role(int(one)) for one in chosen.roles)
            told.append(_roles_set(chosen) if are_there else ROLE_GONE)
        return told

    # --- What is chosen -----------------------------------------------------------------------

    async def _change(
        self, what: str, values: list[str], guild: str, interaction: discord.Interaction
    ) -> Text:
        one = values[0] if values else ""
        match what:
            case "entrance":
                chosen = await self._choices.change(guild, lambda was: replace(was, entrance=one))
                return _entrance_set(chosen) if one else ENTRANCE_NONE
            case "roles":
                roles = tuple(values[:MOST_ROLES])
                chosen = await self._choices.change(guild, lambda was: replace(was, roles=roles))
                return _roles_set(chosen) if roles else ROLES_NONE
            case _:
                return await self._put_up(guild, interaction)

    async def _put_up(self, guild: str, interaction: discord.Interaction) -> Text:
        """The newest panel is the only one."""
        chosen = await self._choices.of(guild)
        if not chosen.entrance:
            return CHOOSE_FIRST
        place = names.shared_room(guild, chosen.entrance)
        language = first_known(str(interaction.guild_locale or interaction.locale))
        body = {
            "content": say(PANEL, language),
            "components": panel_rows(self._seal, place, say(LABEL, language)),
            "allowed_mentions": {"parse": []},
        }
        path = "/channels/{channel_id}/messages"
        route = Route("POST", path, channel_id=chosen.entrance)
        made, code = await self._rest.attempt(route, json=body)
        channel = f"<#{chosen.entrance}>"
        match code:
            case 0:
                pass
            case _ if code == _CHANNEL_GONE:
                return CHANNEL_GONE
            case _ if code == _NO_ACCESS:
                return MAY_NOT_SEE.format(channel=channel)
            case _ if code == _NO_PERMISSION:
                return MAY_NOT_SEND.format(channel=channel)
            case _:
                return NOT_PUT_UP
        before: list[Chosen] = []

        def stands(was: Chosen) -> Chosen:
            before.append(was)
            return replace(was, panel=str(made["id"]), panel_in=chosen.entrance)

        await self._choices.change(guild, stands)
        if before[0].panel:
            path = "/channels/{channel_id}/messages/{message_id}"
            gone = {"channel_id": before[0].panel_in, "message_id": before[0].panel}
            await self._rest.ask(Route("DELETE", path, **gone))
        return IS_UP.format(channel=channel)


def _channels(
    custom_id: str, kinds: list[discord.ChannelType]
) -> "discord.ui.ChannelSelect[discord.ui.LayoutView]":
    return discord.ui.ChannelSelect(
        custom_id=custom_id, channel_types=kinds, min_values=0, max_values=1
    )


def _entrance_set(chosen: Chosen) -> Text:
    return ENTRANCE_SET.format(channel=f"<#{chosen.entrance}>")


def _roles_set(chosen: Chosen) -> Text:
    return ROLES_SET.format(roles=", ".join(f"<@&{role}>" for role in chosen.roles or ()))
