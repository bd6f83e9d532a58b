"""The library's client and its encrypted store: one file for each device, under a key of its own.

What is in it are keys, so it is never taken from a backup: where it is lost, so is the device.
"""

import logging
from hashlib import blake2s
from pathlib import Path
from typing import Any

import nio
from nio.crypto import ENCRYPTION_ENABLED

from bot.platforms.base import PlatformError
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.tokens import Login

NO_ENCRYPTION = (
    "encryption is not installed, and without it nothing is said on Matrix: "
    "`pip install parlour[matrix]` brings it"
)


class Lost(Exception):
    """What of the store, in half a sentence."""


def require_encryption() -> None:
    if not ENCRYPTION_ENABLED:
        raise PlatformError(NO_ENCRYPTION)


def open_client(setup: Setup, login: Login, *, must_exist: bool = False) -> Any:
    """Raises Lost where it must be there, and is not or cannot be opened."""
    # The extra for encryption brings both; `require_encryption` has told where it is missing.
    from peewee import DatabaseError  # noqa: PLC0415 - see above
    from vodozemac import LibolmPickleException, PickleException  # noqa: PLC0415 - see above

    quiet()
    setup.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = setup.folder / _name(login)
    # An empty file would be taken for a new store, with keys that nobody knows.
    if must_exist and not (file.exists() and file.stat().st_size):
        raise Lost(f"{file} is missing")
    config = nio.AsyncClientConfig(
        store_name=file.name,
        pickle_key=login.pickle_key,
        # Every request comes back, and what follows is decided here.
        max_timeouts=0,
        max_limit_exceeded=0,
        request_timeout=30,
    )
    client: Any = nio.AsyncClient(
        setup.homeserver, login.user, store_path=str(setup.folder), config=config
    )
    try:
        client.restore_login(login.user, login.device, login.access)
    except (LibolmPickleException, PickleException, DatabaseError, ValueError) as error:
        if client.store is not None:
            client.store.database.close()
        raise Lost(f"{file} cannot be opened ({type(error).__name__})") from None
    # Without it the library would write clear text into rooms that it knows to be encrypted.
    if client.olm is None:
        raise PlatformError(NO_ENCRYPTION)
    file.chmod(0o600)
    return client


async def close_client(client: Any) -> None:
    await client.close()
    if client.store is not None:
        client.store.database.close()


def remove_others(folder: Path, login: Login) -> None:
    """What earlier devices left: nothing of it can be used again."""
    for file in folder.glob("*.db*"):
        if not file.name.startswith(_name(login)):
            file.unlink(missing_ok=True)


def quiet() -> None:
    """The library writes down what it could not read, with what stands in it (INVARIANT I8)."""
    for name in ("nio", "peewee"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _name(login: Login) -> str:
    return blake2s(f"{login.user}\0{login.device}".encode(), digest_size=8).hexdigest() + ".db"
