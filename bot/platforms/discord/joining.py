"""Interactions and buttons, made for a platform that is open and joined to it, and the commands
registered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import discord
from discord.http import Route

from bot.events import EventId, RoomId
from bot.files import File
from bot.languages.names import LANGUAGES
from bot.platforms.base import Named, Offers, no_offers
from bot.platforms.discord import Discord
from bot.platforms.discord.asked import Asked
from bot.platforms.discord.buttons import Body, Buttons, Words
from bot.platforms.discord.entrance import Entrance
from bot.platforms.discord.front import Front
from bot.platforms.discord.names import channel_of
from bot.platforms.discord.native import register
from bot.platforms.discord.setting_up import SettingUp
from bot.platforms.discord.setup import Setup
from bot.platforms.discord.signing import Seal
from bot.platforms.discord.suggestions import Suggestions
from bot.platforms.discord.threads import Threads
from bot.platforms.tasks import Start


@dataclass(frozen=True, slots=True)
class Interface:
    """What buttons and commands show of the bot."""

    words: Words
    personas: tuple[Named, ...]
    zones: Callable[[], Iterable[str]]
    is_listed: bool
    """SAFETY A7: in an app directory."""
    pictures: Mapping[str, File] = field(default_factory=dict)
    """By the personas' names."""
    offers: Offers = no_offers


def join(
    platform: Discord, client: discord.Client, setup: Setup, interface: Interface, start: Start
) -> None:
    """Before its events are read. `client` is logged in."""

    async def change(room: RoomId, message: EventId, rows: list[Body]) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=channel_of(room), message_id=message)
        await platform.rest.ask(route, json={"components": rows})

    seal = Seal(setup.token)
    buttons = Buttons(seal=seal, words=interface.words, change=change)
    suggestions = Suggestions(
        personas=lambda: interface.personas,
        zones=interface.zones,
        languages=LANGUAGES.values,
        is_listed=interface.is_listed,
        offers=interface.offers,
    )
    asked = Asked(
        seal=seal,
        buttons=buttons,
        suggestions=suggestions,
        words=interface.words,
        sponsor=platform.sponsor_of,
        prefix=platform.prefix,
        header=platform.pictures.header,
    )

    words, prefix = interface.words, platform.prefix
    own_id, hears_all = str(client.user.id) if client.user else "", setup.message_content
    threads = Threads(platform.rest, own_id, platform.find_thread, words, hears_all=hears_all)
    platform.threads = threads
    front = Front(
        asked=asked,
        entrance=Entrance(
            seal=seal,
            buttons=buttons,
            words=words,
            prefix=prefix,
            open_direct=platform.rest.direct,
            threads=threads,
        ),
        setting_up=SettingUp(
            seal=seal, words=words, prefix=prefix, rest=platform.rest, choices=platform.choices
        ),
        trusted=platform.trusted,
        sponsor=platform.sponsor_of,
        threads=threads,
    )
    platform.interactions, platform.buttons = front, buttons

    async def tell_of_commands() -> None:
        asked.trust(await register(client, is_listed=interface.is_listed))

    start(platform.pictures.register(interface.pictures))
    start(tell_of_commands())
