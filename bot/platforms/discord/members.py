"""Where a person is, of the communities that have the bot: asked by REST, each time anew.

No privileged intent is needed for it. A banned person is no member, so bans need no look of their
own. With more guilds than can be asked in time, those where the person was met come first.
"""

import asyncio
from collections.abc import Callable, Sequence

from discord.http import Route

from bot.events import Author, CommunityId, PersonId
from bot.platforms.bounded import Bounded
from bot.platforms.discord.names import community_id, person_id, user_of
from bot.platforms.discord.reading import Payload
from bot.platforms.discord.rest import Rest

Saw = Callable[[str, str, Sequence[str]], None]
"""A guild, somebody in it, and the roles that they hold there."""

MOST_GUILDS = 50
"""Asked about one person; the limits of a bot are 50 requests a second."""
_AT_ONCE = 10


class Members:
    def __init__(
        self,
        rest: Rest,
        guilds: Callable[[], Sequence[str] | None],
        saw: Saw,
    ) -> None:
        """`guilds` are those that have the bot; None while that is not known."""
        self._saw = saw
        self._rest = rest
        self._guilds = guilds
        self._met: Bounded[tuple[str, str], None] = Bounded()

    def met(self, guild: str, user: str) -> None:
        self._met.put((guild, user), None)

    def left(self, guild: str, user: str) -> None:
        self._met.pop((guild, user))

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        guilds, user = self._guilds(), user_of(person)
        if guilds is None:
            return None
        asked = sorted(guilds, key=lambda guild: (guild, user) not in self._met)[:MOST_GUILDS]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(guild: str) -> bool | None:
            async with gate:
                return await self._is_in(guild, user)

        answers = await asyncio.gather(*map(ask, asked))
        found = [community_id(guild) for guild, is_in in zip(asked, answers, strict=True) if is_in]
        # Where something stayed open and nobody has said yes, nothing is known of the person.
        if not found and (None in answers or len(asked) < len(guilds)):
            return None
        return tuple(found)

    async def _is_in(self, guild: str, user: str) -> bool | None:
        route = Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user)
        found = await self._rest.find(route)
        if found is None:
            return None
        is_there = found is not False
        self._saw(guild, user, (found.get("roles") or ()) if is_there else ())
        return is_there


def read_leaving(data: Payload) -> tuple[Author, CommunityId]:
    """Of GUILD_MEMBER_REMOVE, which comes with the members intent: who left what."""
    user = data["user"]
    author = Author(person_id(str(user["id"])), str(user.get("username") or ""))
    return author, community_id(str(data["guild_id"]))
