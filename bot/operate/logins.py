"""`parlour login matrix`: asks for the bot's password or token and keeps the login sealed in the house.

What is typed is neither shown nor kept; what the homeserver gives for it is.
"""

import sys
import time
from collections.abc import Callable, Mapping
from getpass import getpass

from bot.config import ConfigError
from bot.operate.keys import find_master_key
from bot.operate.matrix import Secrets, in_english, matrix_setup, require_matrix
from bot.platforms.base import PlatformError
from bot.settings import Config
from bot.store.house import House


def ask(what: str) -> str:
    """Without an echo; from a pipe, the next line of it."""
    if sys.stdin.isatty():
        return getpass(f"{what}: ").strip()
    return sys.stdin.readline().strip()


async def log_in_on_matrix(
    config: Config,
    environ: Mapping[str, str],
    *,
    by_token: bool,
    ask: Callable[[str], str] = ask,
) -> str:
    """What was done. Raises ConfigError, and StoreError while a bot holds the house."""
    require_matrix(config)
    user = config.matrix.user
    if not user and not by_token:
        raise ConfigError("matrix.user: name the bot's account first, as in @parlour:example.org")
    key = find_master_key(config, environ)
    if key is None:
        raise ConfigError("there is no master key yet, to seal the login with: run `parlour init`")
    # Imported where it is wanted (arrow 6).
    from bot.platforms.matrix.line import BROKEN_LINE  # noqa: PLC0415
    from bot.platforms.matrix.login import make_login  # noqa: PLC0415
    from bot.platforms.matrix.tokens import read_login  # noqa: PLC0415

    house = await House.open(config.data, key, open_vaults=1, idle_s=1.0, clock=time.time)
    try:
        typed = ask("Access token" if by_token else f"Password of {user}")
        if not typed:
            raise ConfigError("login: nothing was typed, so nothing has changed")
        secrets = Secrets(token=typed) if by_token else Secrets(password=typed)
        locker = house.locker.of("matrix")
        setup = matrix_setup(config, secrets, in_english)
        login = await make_login(setup, locker, await read_login(locker))
    except PlatformError as error:
        raise ConfigError(f"matrix: {error}") from None
    except BROKEN_LINE as error:
        raise ConfigError(
            f"matrix: {config.matrix.homeserver} does not answer ({type(error).__name__}): see "
            "matrix.homeserver and the way there"
        ) from None
    finally:
        await house.close()
    return f"{login.user} is logged in as the device {login.device}, and the login is kept sealed."
