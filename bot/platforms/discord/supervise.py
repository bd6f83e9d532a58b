"""A client that died is started again, and a lost line tried again, after pauses that grow; what
nobody but the operator can mend is told in one sentence instead."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import uniform

import discord

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 300.0
_HEALTHY_S = 300.0
"""Who lived this long begins again with the shortest pause."""
_LONGEST_TRY_S = 60.0

_REFUSED = (
    "Discord does not take the token: make a new one in the developer portal (Bot, Reset Token) "
    "and put it where discord.token_file or PARLOUR_DISCORD_TOKEN says"
)
_INTENTS = (
    "Discord has not granted an intent that is asked for: switch it on in the developer portal "
    "(Bot, Privileged Gateway Intents), or set discord.members and discord.message_content to "
    "false"
)
_FORBIDDEN = "Discord refuses this application (403): see in the developer portal what is wrong"
_CLOSED = {
    4004: _REFUSED,
    4010: "Discord calls the shard invalid: a newer version of Parlour or discord.py is needed",
    4011: "Discord asks for more shards: a newer version of Parlour or discord.py is needed",
    4012: "Discord calls this version of its gateway invalid: a newer discord.py is needed",
    4013: "Discord calls the intents invalid: a newer version of Parlour or discord.py is needed",
    4014: _INTENTS,
}


class Pauses:
    """Before each further try of a line that is lost; begun anew once a line stands. The library's
    own begin anew only after half an hour without any, and grow up to seventeen minutes, in which
    nobody would be heard."""

    def __init__(self) -> None:
        self._longest_s = 1.0

    def delay(self) -> float:
        """By chance, so that not everybody comes back at once."""
        self._longest_s = min(self._longest_s * 2, _LONGEST_TRY_S)
        return uniform(0.0, self._longest_s)  # noqa: S311 - nothing is kept secret by it


async def supervise(
    live: Callable[[], Awaitable[None]],
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    until_done: bool = False,
) -> str:
    """Runs `live` again whenever it ends. What the operator has to mend, in a sentence; with
    `until_done`, empty once `live` has ended well."""
    pause = _FIRST_PAUSE_S
    while True:
        began = now()
        try:
            await live()
        except Exception as error:  # noqa: BLE001 - whatever it died of, it is started again
            if trouble := what_to_mend(error):
                return trouble
            log.warning("discord: the client ended (%s)", type(error).__name__)
        else:
            if until_done:
                return ""
        if now() - began >= _HEALTHY_S:
            pause = _FIRST_PAUSE_S
        await sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)


def what_to_mend(error: Exception) -> str:
    """Empty where trying again may help."""
    match error:
        case discord.LoginFailure():
            return _REFUSED
        case discord.PrivilegedIntentsRequired():
            return _INTENTS
        case discord.ConnectionClosed():
            return _CLOSED.get(error.code, "")
        case discord.Forbidden():
            return _FORBIDDEN
        case _:
            return ""
