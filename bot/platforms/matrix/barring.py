"""Who is put out by policy lists (SAFETY M6): which rooms are lists, who follows them, and who is to
be told that somebody has left.

The operator's lists hold in every community, a community's own in it. What a list says stands in
`lists`; what follows for a person is decided where that is decided for whoever has left.
"""

import json
import logging
from collections.abc import Callable, Sequence

from bot.events import Author, Event, Left
from bot.platforms.base import Locker
from bot.platforms.matrix.chosen import Choices
from bot.platforms.matrix.line import BROKEN_LINE, Line
from bot.platforms.matrix.lists import ROOM, List, Rule, Source
from bot.platforms.matrix.names import community_id, person_id, quoted
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)

FOLLOWED = "lists"


class Barring:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        choices: Choices,
        locker: Locker,
        *,
        operators: Sequence[str],
        put: Callable[[Event], None],
        start: Start,
        is_live: Callable[[], bool],
    ) -> None:
        """`operators` are their lists, by id or alias; `is_live`: what comes now is new."""
        self._line = line
        self._rooms = rooms
        self._choices = choices
        self._locker = locker
        self._wanted = tuple(operators)
        self._put = put
        self._start = start
        self._is_live = is_live
        self._everywhere: set[str] = set()
        self._followed: dict[str, str] = {}
        """What was named, and its room."""
        self._lists: dict[str, List] = {}
        self.missing: tuple[str, ...] = ()
        """Of the operator's lists, those that could not be joined."""

    # --- Which lists -------------------------------------------------------------------------

    async def begin(self) -> None:
        """Before the first sync: what a list says is no community's talk."""
        try:
            kept = await self._locker.fetch(FOLLOWED)
            self._followed = dict(json.loads(kept)) if kept else {}
            self._rooms.asides.update(self._followed.values())
            known = (self._followed.get(one) for one in self._wanted)
            self._everywhere.update(room for room in known if room is not None)
        except Exception as error:  # noqa: BLE001 - the store's, which this does not know
            log.warning("matrix: which lists are followed was not read: %s", type(error).__name__)

    async def join_lists(self) -> None:
        """After the first sync."""
        before = dict(self._followed)
        found = {one: await self.follow(one, is_operators=True) for one in self._wanted}
        self.missing = tuple(one for one, room in found.items() if room is None)
        for one in self.missing:
            log.warning("matrix: the policy list %s cannot be joined now", one)
        # Where it is not to be found at this moment, what it has said holds.
        rooms = (room or before.get(one) for one, room in found.items())
        self._everywhere = {room for room in rooms if room is not None}
        wanted, is_whole = set(self._everywhere), True
        for community in self._rooms.communities():
            if not await self.ready(community):
                is_whole = False
                continue
            chosen = await self._choices.of(community)
            for room in chosen.lists:
                wanted.add(room)
                if await self.follow(room) is None:
                    log.warning("matrix: a policy list of %s is not to be had now", community)
        self._leave_named(self._everywhere)
        if is_whole:
            await self._leave_all_but(wanted)

    async def _leave_all_but(self, wanted: set[str]) -> None:
        """What nobody follows any more; until the next start it stays nobody's community."""
        for room in self._rooms.asides - wanted:
            await self._line.attempt("POST", f"/rooms/{quoted(room)}/leave", {})
        await self._keep({one: room for one, room in self._followed.items() if room in wanted})

    async def follow(self, where: str, *, is_operators: bool = False) -> str | None:
        """Its room's id, once the bot is in it; None where it cannot be. A room in which the bot was
        before stays what it is: no community takes another one's room from it."""
        try:
            room = await self._find(where)
            if room is None:
                return None
            is_there = self._rooms.place(room) is not None
            if is_there and room not in self._rooms.asides and not is_operators:
                return room
            # Before it is joined: the homeserver may tell of it first.
            self._rooms.asides.add(room)
            if not is_there and not await self._join(where):
                self._rooms.asides.discard(room)
                return None
        except BROKEN_LINE:
            return None
        await self._keep({**self._followed, where: room})
        return room

    async def _find(self, where: str) -> str | None:
        if not where.startswith("#"):
            return where
        answer = await self._line.ask("GET", f"/directory/room/{quoted(where)}")
        return str(answer.body.get("room_id") or "") or None if answer.is_fine else None

    async def _join(self, where: str) -> bool:
        server = where.partition(":")[2]
        via = f"?via={quoted(server)}" if server else ""
        answer = await self._line.ask("POST", f"/join/{quoted(where)}{via}", {})
        if not answer.is_fine:
            log.info("matrix: a policy list was not joined: %s", answer.code)
        return answer.is_fine

    async def _keep(self, followed: dict[str, str]) -> None:
        if followed == self._followed:
            return
        self._followed = followed
        try:
            await self._locker.keep(FOLLOWED, json.dumps(followed).encode())
        except Exception as error:  # noqa: BLE001 - the store's, which this does not know
            log.warning("matrix: that a list is followed is not kept: %s", type(error).__name__)

    # --- Who is on them ----------------------------------------------------------------------

    def take_state(self, room: str, source: Source) -> None:
        if not str(source.get("type")).startswith("m.policy.rule."):
            return
        rule = self._lists.setdefault(room, List()).take(source)
        if rule is not None and self._is_live():
            self._tell(room, rule)

    def redacted(self, room: str, event: str) -> None:
        if (one := self._lists.get(room)) is not None:
            one.redacted(event)

    async def ready(self, room: str) -> bool:
        if self._rooms.person_in(room) is not None or room in self._rooms.asides:
            return True
        community = self._rooms.community_of(room)
        if self._choices.known(community) is not None:
            return True
        try:
            await self._choices.read(community)
        except Exception as error:  # noqa: BLE001 - the store's, which this does not know
            # INVARIANT I3: its lists may put out whoever speaks.
            log.warning("matrix: nobody is answered in a community: %s", type(error).__name__)
            return False
        return True

    def is_barred(self, user: str, community: str) -> bool:
        chosen = self._choices.known(community)
        if chosen is None:
            return True
        return any(
            room in self._lists and self._lists[room].names(user)
            for room in (*self._everywhere, *chosen.lists)
        )

    def is_room_barred(self, room: str) -> bool:
        """The operator's lists alone say which rooms the bot is not in."""
        place = self._rooms.place(room)
        names = (room, place.alias if place else "")
        return any(
            self._lists[one].names_room(*names) for one in self._everywhere if one in self._lists
        )

    def chose(self, community: str) -> None:
        """A community follows other lists than before."""
        for user in self._rooms.known_people():
            if self.is_barred(user, community):
                self._put_out(user, community)

    # --- Below -------------------------------------------------------------------------------

    def _tell(self, room: str, rule: Rule) -> None:
        """SAFETY A11, M6: with the next event, and in mid-reply."""
        if rule.kind == ROOM:
            self._leave_named({room} & self._everywhere)
            return
        named = [user for user in self._rooms.known_people() if rule.names(user)]
        for community in self._rooms.communities() if named else ():
            chosen = self._choices.known(community)
            if room in self._everywhere or (chosen is not None and room in chosen.lists):
                for user in named:
                    self._put_out(user, community)

    def _put_out(self, user: str, community: str) -> None:
        name = user[1:].partition(":")[0]
        self._put(Left(Author(person_id(user), name), community_id(community)))

    def _leave_named(self, lists: set[str]) -> None:
        for place in self._rooms.places() if lists else ():
            if place.id not in self._rooms.asides and self.is_room_barred(place.id):
                self._start(self.leave(place.id))

    async def leave(self, room: str) -> None:
        log.warning("matrix: a room that a policy list names is left")
        await self._line.attempt("POST", f"/rooms/{quoted(room)}/leave", {})
