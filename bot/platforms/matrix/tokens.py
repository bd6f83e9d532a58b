"""A login, as it is kept sealed, and its token, which may end and be renewed.

Homeservers that end their tokens give a second one with which the next is asked for. It knows no
HTTP.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.platforms.base import Locker

log = logging.getLogger(__name__)

LOGIN = "login"
_BEFORE_END_S = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """Secrets, all but the first two."""

    user: str
    device: str
    access: str
    refresh: str = ""
    ends_at: float = 0.0
    """0: it does not end by itself."""
    lives_s: float = 0.0
    pickle_key: str = ""
    """Of the library's store."""
    has_store: bool = False
    """It was opened once, so from then on it must be there."""
    given: str = ""
    """Where the token was given by the operator: its hash, so that another one is noticed."""

    def __repr__(self) -> str:
        return f"Login({self.user}, {self.device})"


def taken(answer: Mapping[str, Any], login: Login, now: float) -> Login:
    """What the homeserver gave, at a login or when a token was renewed."""
    lives = answer.get("expires_in_ms")
    lives_s = lives / 1000 if isinstance(lives, int | float) else 0.0
    return replace(
        login,
        access=str(answer["access_token"]),
        refresh=str(answer.get("refresh_token") or login.refresh),
        ends_at=now + lives_s if lives_s else 0.0,
        lives_s=lives_s,
    )


async def read_login(locker: Locker) -> Login | None:
    kept = await locker.fetch(LOGIN)
    if kept is None:
        return None
    try:
        return Login(**json.loads(kept))
    except (ValueError, TypeError):
        log.warning("matrix: the login that was kept is damaged and counts as none")
        return None


async def keep_login(locker: Locker, login: Login) -> None:
    await locker.keep(LOGIN, json.dumps(asdict(login)).encode())


Given = Mapping[str, Any] | None
"""What the homeserver gave, empty where it refused, None where it did not say."""
Refresh = Callable[[str], Awaitable[Given]]
"""Asks with a refresh token."""
LogIn = Callable[[str], Awaitable[Given]]
"""Logs in again, by the password, as a device whose keys the homeserver has kept."""

_PAUSE_S = 5.0
"""Between two logins to which nothing was said: homeservers count them."""


class Tokens:
    def __init__(
        self,
        login: Login,
        refresh: Refresh,
        keep: Callable[[Login], Awaitable[None]],
        clock: Callable[[], float],
        log_in: LogIn | None = None,
    ) -> None:
        """Without `log_in` there is no password."""
        self._log_in = log_in
        self._rests_until = 0.0
        self.login = login
        self._refresh = refresh
        self._keep = keep
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    @property
    def access(self) -> str:
        return self.login.access

    async def keep_fresh(self) -> None:
        """Renewed before it ends: what the library asks in several steps is not cut in two."""
        login = self.login
        if not login.refresh or not login.ends_at:
            return
        if self._clock() > login.ends_at - min(_BEFORE_END_S, login.lives_s / 4):
            await self.renew(login.access)

    async def renew(self, used: str, *, is_soft: bool = False) -> bool | None:
        """Whether there is another one now than the one that was used; None where that may yet be.
        `is_soft`: the homeserver says that it has kept the device."""
        async with self._one_at_a_time:
            if self.login.access != used:
                return True
            given: Given = {}
            if self.login.refresh:
                given = await self._refresh(self.login.refresh)
                if given == {}:
                    self.login = replace(self.login, refresh="")
            if given == {} and is_soft:
                given = await self._again()
            if not given:
                return None if given is None else False
            self.login = taken(given, self.login, self._clock())
            await self._keep(self.login)
            return True

    async def _again(self) -> Given:
        if self._log_in is None:
            return {}
        if self._clock() < self._rests_until:
            return None
        given = await self._log_in(self.login.device)
        if given is None:
            self._rests_until = self._clock() + _PAUSE_S
        elif given:
            log.warning("matrix: the token has ended; logged in again as %s", self.login.device)
        else:
            log.error("matrix: the token has ended, and the password is not taken any more")
            self._log_in = None
        return given
