"""Discord on loopback: REST v10 and gateway v10 for an unmodified discord.py. See README.md here."""

from tests.discord.offers import NotOffered
from tests.discord.people import Person
from tests.discord.pointing import pointed_at
from tests.discord.server import DiscordServer, discord_server

__all__ = ["DiscordServer", "NotOffered", "Person", "discord_server", "pointed_at"]
