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


Refresh = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""Asks the homeserver with a refresh token: what it gave, empty where it refused, None where it did
not say."""


class Tokens:
    def __init__(
        self,
        login: Login,
        refresh: Refresh,
        keep: Callable[[Login], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
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

    async def renew(self, used: str) -> bool:
        """Whether there is another one now than the one that was used."""
        async with self._one_at_a_time:
            if self.login.access != used:
                return True
            if not self.login.refresh:
                return False
            given = await self._refresh(self.login.refresh)
            if not given:
                if given is not None:
                    self.login = replace(self.login, refresh="")
                return False
            self.login = taken(given, self.login, self._clock())
            await self._keep(self.login)
            return True
