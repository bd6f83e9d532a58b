"""The state event `org.parlour.policy`: a community's rules, published where everybody can look.

It is a copy and no more: the house is the truth. State is neither encrypted nor private, so it
holds a version, a hash and a summary, no word lists and nobody's name. One that somebody else wrote
counts for nothing unless its sender may set it (SAFETY A8), and even then only as something to be
told of where it says otherwise.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.platforms.base import Published, RulesOf
from bot.platforms.matrix.line import BROKEN_LINE, Line
from bot.platforms.matrix.lists import Source
from bot.platforms.matrix.names import community_id, quoted
from bot.platforms.matrix.places import POLICY, Place
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.tasks import Start
from bot.text import SILENCE, Text

log = logging.getLogger(__name__)

IS_PUBLISHED = Text("The rules of this community are published in the room's state ({type}).")
MAY_NOT = Text(
    "I may not publish the rules in the room's state: {type} asks for the power {needed} there, and "
    "mine is {own}. They hold all the same."
)
NOT_NOW = Text(
    "The homeserver did not take the published rules. They hold all the same, and I try again."
)
DIFFERS = Text(
    "The rules in this room's state ({type}) were written by somebody else, and they are not those "
    "that hold here. What holds is what `{prefix}status` says; `{prefix}setup` publishes it again."
)


class Publishing:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        rules_of: RulesOf,
        *,
        tell: Callable[[str, Text], Awaitable[None]],
        start: Start,
        is_live: Callable[[], bool],
        prefix: str,
    ) -> None:
        """`tell` says something in a room, to all."""
        self._line = line
        self._rooms = rooms
        self._rules_of = rules_of
        self._tell = tell
        self._start = start
        self._is_live = is_live
        self._prefix = prefix
        self._stands: dict[str, Source] = {}
        """In each room, the event that stands there."""

    def take_state(self, room: str, source: Source) -> None:
        if source.get("type") != POLICY or source.get("state_key") != "":
            return
        self._stands[room] = source
        if self._is_live() and source.get("sender") != self._rooms.own_id:
            self._start(self.compare(room))

    async def keep_up(self, community: str) -> None:
        """Wherever the bot may, and nobody with the power to set it has written something else."""
        place = self._rooms.place(community)
        if place is None or not place.may_set(self._rooms.own_id, POLICY):
            return
        stands = self._stands.get(community)
        if stands and stands.get("sender") != self._rooms.own_id and counts(stands, place):
            return
        await self.publish(community)

    async def publish(self, community: str) -> Text:
        """What is to be told of it."""
        place, own = self._rooms.place(community), self._rooms.own_id
        if place is None:
            return SILENCE
        if not place.may_set(own, POLICY):
            needed, mine = place.level_to_set(POLICY), place.level_of(own)
            return MAY_NOT.format(type=POLICY, needed=f"{needed:.0f}", own=f"{mine:.0f}")
        content = as_content(await self._rules_of(community_id(community)))
        stands = self._stands.get(community) or {}
        if stands.get("sender") == own and stands.get("content") == content:
            return IS_PUBLISHED.format(type=POLICY)
        try:
            answer = await self._line.ask(
                "PUT", f"/rooms/{quoted(community)}/state/{POLICY}", content
            )
        except BROKEN_LINE:
            return NOT_NOW
        if not answer.is_fine:
            log.info("matrix: the policy was not published: %s", answer.code)
            return NOT_NOW
        self._stands[community] = {"sender": own, "content": content}
        return IS_PUBLISHED.format(type=POLICY)

    async def compare(self, room: str) -> None:
        """After the rest of what came with it was taken in."""
        place, stands = self._rooms.place(room), self._stands.get(room)
        if place is None or stands is None or self._rooms.community_of(room) != room:
            return
        if not counts(stands, place):
            log.info("matrix: a policy whose sender may not set it counts for nothing")
        elif not says_the_same(stands, await self._rules_of(community_id(room))):
            await self._tell(room, DIFFERS.format(type=POLICY, prefix=self._prefix))


def counts(stands: Source, place: Place) -> bool:
    """SAFETY A8: by the power that its sender has now."""
    return place.may_set(str(stands.get("sender")), POLICY)


def as_content(rules: Published) -> dict[str, Any]:
    return {"version": rules.version, "hash": rules.hash, "summary": dict(rules.summary)}


def says_the_same(stands: Source, rules: Published) -> bool:
    content = stands.get("content")
    if not isinstance(content, Mapping):
        return False
    return {key: content.get(key) for key in ("version", "hash", "summary")} == as_content(rules)
