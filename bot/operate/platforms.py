"""The chat services that are switched on: what each needs of the operator, and their opening.

A platform's library is imported when that platform is switched on, and not before.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from bot.config import DISCORD_TOKEN_VARIABLE, ConfigError
from bot.platforms.base import Platform, PlatformError
from bot.settings import Config

LIBRARY = "discord: discord.py is not installed; `pip install parlour[discord]` brings it"
NOBODY = "run: no platform is switched on; set discord.on to true, or talk here with `parlour chat`"


@asynccontextmanager
async def open_platforms(config: Config, environ: Mapping[str, str]) -> AsyncIterator[Platform]:
    """Raises ConfigError where a service refuses the bot, at the start or at the end."""
    if not config.discord.on:
        raise ConfigError(NOBODY)
    token = discord_token(config, environ)
    if not has_discord_library():
        raise ConfigError(LIBRARY)
    from bot.platforms.discord import Wishes, open_discord  # noqa: PLC0415 - arrow 6

    settings = config.discord
    wishes = Wishes(
        token=token,
        members=settings.members,
        message_content=settings.message_content,
        operators=frozenset(settings.operators),
        sponsor=settings.sponsor,
    )
    try:
        async with open_discord(wishes) as discord:
            yield discord
            if discord.trouble:
                raise ConfigError(f"discord: {discord.trouble}")
    except PlatformError as error:
        raise ConfigError(f"discord: {error}") from None


def discord_token(config: Config, environ: Mapping[str, str]) -> str:
    """From the environment or its file; never shown in any error."""
    if token := environ.get(DISCORD_TOKEN_VARIABLE, "").strip():
        return token
    file = config.discord.token_file
    if file is None:
        raise ConfigError(
            f"discord.token_file: no token is named; name its file or set {DISCORD_TOKEN_VARIABLE}"
        )
    token = _read(file)
    if not token or not token.isascii() or any(char.isspace() for char in token):
        raise ConfigError(f"discord.token_file: {file} holds no token; it should be one line")
    return token


def has_discord_library() -> bool:
    return find_spec("discord") is not None


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise ConfigError(
            f"discord.token_file: {file} cannot be read ({error.strerror}); see who owns it"
        ) from None
