"""The chat services that are switched on: what each needs of the operator, and their opening.

A platform's library is imported when that platform is switched on, and not before.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec

from bot.commands.zones import list_zones
from bot.config import DISCORD_TOKEN_VARIABLE, ConfigError
from bot.events import Author
from bot.operate.matrix import in_english, matrix_secrets, open_on_matrix, require_matrix
from bot.operate.secrets import read_secret
from bot.personas import Persona
from bot.platforms.base import Locker, Offers, Platform, PlatformError, RulesOf, no_offers
from bot.settings import Config
from bot.text import Text

MEND_LIBRARY = "`pip install parlour[discord]` brings it."
NOBODY = (
    "run: no platform is switched on; set discord.on or matrix.on to true, or talk here with "
    "`parlour chat`"
)


def require_platforms(config: Config, environ: Mapping[str, str]) -> None:
    """Raises ConfigError where what can be seen from here is missing. Nothing is asked of anybody."""
    if not config.discord.on and not config.matrix.on:
        raise ConfigError(NOBODY)
    if config.discord.on:
        discord_token(config, environ)
        if not has_discord_library():
            raise ConfigError(f"discord: discord.py is not installed; {MEND_LIBRARY}")
    if config.matrix.on:
        require_matrix(config)
        matrix_secrets(config, environ)


@asynccontextmanager
async def open_platforms(
    config: Config,
    environ: Mapping[str, str],
    words: Callable[[Text, Author], str] = in_english,
    *,
    personas: Mapping[str, Persona],
    locker_of: Callable[[str], Locker],
    rules_of: RulesOf,
    offers: Offers = no_offers,
) -> AsyncIterator[tuple[Platform, ...]]:
    """All that are switched on, side by side. Raises ConfigError where a service refuses the bot, at
    the start or at the end. `words` are what its buttons say to somebody; `personas` are offered
    there; `locker_of` a platform is where it keeps what it must, and `rules_of` a community are what
    may be published of it; its moderators choose from `offers`."""
    require_platforms(config, environ)
    async with AsyncExitStack() as opened:
        platforms: list[Platform] = []
        if config.discord.on:
            discord = _open_discord(
                config, environ, words, locker_of("discord"), personas=personas, offers=offers
            )
            platforms.append(await opened.enter_async_context(discord))
        if config.matrix.on:
            matrix = open_on_matrix(config, environ, words, locker_of("matrix"), rules_of)
            platforms.append(await opened.enter_async_context(matrix))
        yield tuple(platforms)


@asynccontextmanager
async def _open_discord(
    config: Config,
    environ: Mapping[str, str],
    words: Callable[[Text, Author], str],
    locker: Locker,
    *,
    personas: Mapping[str, Persona],
    offers: Offers,
) -> AsyncIterator[Platform]:
    token = discord_token(config, environ)
    # Imported where it is switched on (arrow 6).
    from bot.platforms.discord.joining import Interface  # noqa: PLC0415
    from bot.platforms.discord.opening import open_discord  # noqa: PLC0415
    from bot.platforms.discord.setup import Setup  # noqa: PLC0415

    settings = config.discord
    setup = Setup(
        token=token,
        members=settings.members,
        message_content=settings.message_content,
        operators=frozenset(settings.operators),
        sponsor=settings.sponsor,
    )
    named = tuple((persona.name, persona.id) for persona in personas.values())
    pictures = {one.name: one.avatar for one in personas.values() if one.avatar}
    listed = config.door.listed
    interface = Interface(
        words, named, list_zones, is_listed=listed, pictures=pictures, offers=offers
    )
    try:
        async with open_discord(setup, locker, interface) as discord:
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
    return read_secret("discord.token_file", file, "token")


def look_at_discord(config: Config, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """For `parlour check`: what was found, and its mend where it needs one. Nothing is asked of
    Discord and no token is shown."""
    settings = config.discord
    if not settings.on:
        yield "Discord is switched off (discord.on).", ""
        return
    if not has_discord_library():
        yield "Discord is switched on, and discord.py is not installed.", MEND_LIBRARY
    try:
        discord_token(config, environ)
    except ConfigError as error:
        yield f"{error}.", "docs/discord.md says where a token comes from."
    else:
        yield "Discord is switched on, and there is a token.", ""
    privileged = {"members": settings.members, "message content": settings.message_content}
    asked = [name for name, wanted in privileged.items() if wanted]
    if asked:
        what = f"Discord is asked for privileged intents: {' and '.join(asked)}"
        yield f"{what}; they must be switched on in its developer portal, too.", ""
    else:
        yield "Discord is asked for no privileged intent: mentions and direct messages do.", ""


def has_discord_library() -> bool:
    return find_spec("discord") is not None
