"""An interaction is acknowledged while Discord waits for it, whatever a first try meets.

Discord waits for three seconds. The library pauses for one second after a first fault and for three
after a second, and gives up on a line that breaks: so a try is ended early, and made again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import aiohttp
import discord

P = ParamSpec("P")

_TRIES_S = (0.7, 0.7, 0.7, None)
"""How long each may take. The last has no end: Discord itself says that it came too late."""
_PAUSE_S = 0.1
_ACKNOWLEDGED = 40060


async def acknowledge(
    respond: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs
) -> None:
    """Raises what Discord refuses with, or what the last try met."""
    for number, seconds in enumerate(_TRIES_S):
        try:
            async with asyncio.timeout(seconds):
                await respond(*args, **kwargs)
        except discord.HTTPException as error:
            if number and error.code == _ACKNOWLEDGED:
                # An earlier try had come through, and only its answer had not.
                return
            raise
        except (aiohttp.ClientError, OSError):
            if seconds is None:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return
