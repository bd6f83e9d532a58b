"""Logging in: once, and from then on as the same device. What was kept sealed is taken up again; where
it is lost or void, a new device is made and the old one removed.

Raises PlatformError with a sentence that tells the mend.
"""

import logging
import time
from dataclasses import replace
from hashlib import blake2s
from secrets import token_urlsafe
from typing import Any

from bot.platforms.base import Locker, PlatformError
from bot.platforms.matrix import bare
from bot.platforms.matrix.device import (
    Lost,
    close_client,
    open_client,
    remove_others,
    require_encryption,
)
from bot.platforms.matrix.line import BROKEN_LINE, Answer, Line
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.tokens import Given, Login, Tokens, keep_login, read_login, taken

log = logging.getLogger(__name__)

AGAIN = "`parlour login matrix` (the bot stopped) makes a new one"


async def log_in(setup: Setup, locker: Locker) -> tuple[Any, Line, Tokens]:
    """The library's client, the one gate of all requests, and its token. Raises one of BROKEN_LINE
    where the homeserver is away."""
    require_encryption()
    kept = await read_login(locker)
    if kept is not None and _is_meant(kept, setup):
        if opened := await _take_up(kept, setup, locker):
            return opened
    elif kept is not None:
        log.warning("matrix: another login is wanted than %s, so a new device is made", kept.user)
    return await _open(await make_login(setup, locker, kept), setup, locker)


async def make_login(setup: Setup, locker: Locker, kept: Login | None) -> Login:
    """A device of its own, sealed before it is used; the one before is logged out where it can be."""
    login = await (_by_password(setup) if setup.password else _by_token(setup))
    login = replace(login, pickle_key=token_urlsafe(32))
    await keep_login(locker, login)
    if kept is not None and (kept.user, kept.device) != (login.user, login.device):
        await _remove(kept, setup)
    return login


async def _open(login: Login, setup: Setup, locker: Locker) -> tuple[Any, Line, Tokens]:
    client = open_client(setup, login, must_exist=login.has_store)
    if not login.has_store:
        login = replace(login, has_store=True)
        await keep_login(locker, login)
        remove_others(setup.folder, login)
    line, tokens = _joined(client, login, setup, locker)
    return client, line, tokens


async def _take_up(kept: Login, setup: Setup, locker: Locker) -> tuple[Any, Line, Tokens] | None:
    """None where it is void or its store is lost, and there is a way to make another."""
    try:
        client, line, tokens = await _open(kept, setup, locker)
    except Lost as lost:
        if not setup.password:
            raise PlatformError(
                f"{lost}, so {kept.device} cannot be used any more: {AGAIN}"
            ) from None
        log.warning("matrix: %s; a new device is made in the place of %s", lost, kept.device)
        return None
    answer = await line.ask("GET", "/account/whoami")
    if answer.is_fine:
        return client, line, tokens
    await close_client(client)
    if answer.status != 401:
        raise PlatformError(_refused(setup, answer))
    if not setup.password:
        raise PlatformError(f"the homeserver does not take the token any more: {AGAIN}")
    log.warning("matrix: the token of %s is void; a new device is made", kept.device)
    return None


def _joined(client: Any, login: Login, setup: Setup, locker: Locker) -> tuple[Line, Tokens]:
    async def refresh(token: str) -> Given:
        return await bare.refresh(setup.homeserver, token)

    async def log_in(device: str) -> Given:
        return await bare.log_in_again(setup.homeserver, login.user, setup.password, device)

    async def keep(renewed: Login) -> None:
        client.access_token = renewed.access
        await keep_login(locker, renewed)

    tokens = Tokens(login, refresh, keep, time.time, log_in if setup.password else None)
    return Line(client, tokens), tokens


def _is_meant(kept: Login, setup: Setup) -> bool:
    if setup.user and setup.user != kept.user:
        return False
    return not setup.token or setup.token == kept.access or _hash(setup.token) == kept.given


async def _by_password(setup: Setup) -> Login:
    if not setup.user:
        raise PlatformError("a password needs its user: name the bot's in matrix.user")
    body = bare.by_password(setup.user, setup.password)
    body["initial_device_display_name"] = setup.device_name
    answer = await bare.ask(setup.homeserver, "POST", "/login", body)
    if answer.status in (400, 403) and answer.code != "M_USER_DEACTIVATED":
        if not await _takes_passwords(setup):
            raise PlatformError(
                f"{setup.homeserver} takes no passwords: make a token there and give it by "
                "matrix.token_file or `parlour login matrix --token` (docs/matrix.md)"
            )
        raise PlatformError(
            f"the homeserver does not take the password of {setup.user}: see "
            "matrix.password_file, or give another with `parlour login matrix`"
        )
    if not answer.is_fine or not answer.body.get("access_token"):
        raise PlatformError(_refused(setup, answer))
    user, device = str(answer.body["user_id"]), str(answer.body["device_id"])
    return taken(answer.body, Login(user, device, ""), time.time())


async def _by_token(setup: Setup) -> Login:
    if not setup.token:
        raise PlatformError(
            "there is no login yet: `parlour login matrix` makes one, or name matrix.user and "
            "matrix.password_file, or matrix.token_file"
        )
    answer = await bare.ask(setup.homeserver, "GET", "/account/whoami", token=setup.token)
    if answer.status in (401, 403):
        raise PlatformError(
            "the homeserver does not take the token of matrix.token_file: make a new one there "
            "(docs/matrix.md)"
        )
    if not answer.is_fine or not answer.body.get("user_id"):
        raise PlatformError(_refused(setup, answer))
    user, device = str(answer.body["user_id"]), str(answer.body.get("device_id") or "")
    if setup.user and setup.user != user:
        raise PlatformError(f"the token is of {user} and matrix.user is {setup.user}: mend one")
    if not device:
        raise PlatformError(
            f"the token of {user} belongs to no device, so nothing can be encrypted with it: make "
            "one by logging in (docs/matrix.md)"
        )
    return Login(user, device, setup.token, given=_hash(setup.token))


async def _takes_passwords(setup: Setup) -> bool:
    answer = await bare.ask(setup.homeserver, "GET", "/login")
    return any(
        isinstance(flow, dict) and flow.get("type") == "m.login.password"
        for flow in answer.body.get("flows") or ()
    )


async def _remove(old: Login, setup: Setup) -> None:
    try:
        answer = await bare.ask(setup.homeserver, "POST", "/logout", {}, token=old.access)
    except BROKEN_LINE:
        answer = None
    if answer is None or not answer.is_fine:
        log.warning(
            "matrix: the old device %s could not be removed: remove it in the settings of %s",
            old.device,
            old.user,
        )


def _refused(setup: Setup, answer: Answer) -> str:
    if not answer.code:
        return (
            f"{setup.homeserver} answers as no Matrix homeserver does (status {answer.status}): "
            "name the address of its client interface in matrix.homeserver"
        )
    return f"the homeserver refuses the login (status {answer.status}, {answer.code})"


def _hash(token: str) -> str:
    return blake2s(token.encode(), digest_size=16).hexdigest()
