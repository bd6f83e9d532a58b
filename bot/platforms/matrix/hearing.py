"""One sync, taken apart: devices, invitations, what changed in rooms, and what was said there.

What is said goes to `listening`; here is what has to be asked or done before it counts.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import nio

from bot.events import EventId, Left, Remove
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.files import Files
from bot.platforms.matrix.joining import Joining
from bot.platforms.matrix.late import Late
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.listening import Heard, Listening
from bot.platforms.matrix.machines import Machines
from bot.platforms.matrix.members import Members
from bot.platforms.matrix.missed import fetch_missed
from bot.platforms.matrix.names import community_id, quoted
from bot.platforms.matrix.ports import Door, Trust, Watch
from bot.platforms.matrix.privacy import Privacy
from bot.platforms.matrix.reading import time_of
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.saying import Saying
from bot.platforms.matrix.sealing import MESSAGE
from bot.platforms.matrix.setup import Setup
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)

Source = Mapping[str, Any]


class Hearing:
    def __init__(
        self,
        setup: Setup,
        client: Any,
        *,
        line: Line,
        rooms: Rooms,
        members: Members,
        privacy: Privacy,
        saying: Saying,
        files: Files,
        machines: Machines,
        start: Start,
        clock: Callable[[], float],
        now: Callable[[], float],
        trust: Callable[[], Trust],
        door: Callable[[], Door],
        watch: Callable[[], Watch],
    ) -> None:
        self._client = client
        self._line = line
        self._rooms = rooms
        self._members = members
        self._privacy = privacy
        self._saying = saying
        self._start = start
        self._trust = trust
        self._door = door
        self._watch = watch
        self.listening = Listening(
            rooms,
            clock,
            files=files,
            machines=machines,
            operators=setup.operators,
            answer_missed_s=setup.answer_missed_s,
            is_own=saying.is_own,
            is_barred=lambda room, user: watch().is_barred(user, rooms.community_of(room)),
            note_thread=saying.note_thread,
            came_open=lambda room, user: start(privacy.came_open(room, user)),
            find_sender=lambda room, message, tell: start(self._find_sender(room, message, tell)),
        )
        self._joining = Joining(line, rooms, setup, start, now=now, joined=self._joined)
        self._late = Late(
            client, start, setup.late_s, tell=self._tell_late, give_up=privacy.unreadable
        )
        self._followed: Bounded[str, None] = Bounded()
        self._sealed: set[str] = set()
        """Rooms that were encrypted before what is told next."""
        self._is_first = True
        """In this run: every room is new to it."""

    async def take(self, response: Any, since: str) -> None:
        """`since` is empty at the very first: all was said before the bot had anything to do with it."""
        for event in response.to_device_events:
            await self._trust().take_to_device(event)
        if response.device_list.changed:
            await self._trust().devices_changed(frozenset(response.device_list.changed))
        for room in response.rooms.leave:
            self._gone(room)
        # The state of all first: whose rules hold in a room is known from the others.
        known = {room for room in response.rooms.join if self._rooms.place(room) is not None}
        for room, info in response.rooms.join.items():
            self._rooms.take(room, map(source_of, info.state))
            # And a policy list counts for what was said in the same moment elsewhere.
            told = [source_of(event) for event in (*info.state, *info.timeline.events)]
            self._watch().take_state(room, [one for one in told if "state_key" in one])
        for room, info in response.rooms.join.items():
            await self._take_room(room, info, since, is_new=room not in known)
        # Last: whether a space lists a room may be told together with the invitation into it.
        for room, info in response.rooms.invite.items():
            self._joining.invited(room, [source_of(event) for event in info.invite_state])
        self._is_first = False
        if response.to_device_events:
            self._late.try_again()

    # --- A room ------------------------------------------------------------------------------

    async def _take_room(self, room: str, info: Any, since: str, *, is_new: bool) -> None:
        place, state = self._rooms.take(room, ()), [source_of(event) for event in info.state]
        timeline = list(info.timeline.events)
        if info.timeline.limited:
            is_known = self._is_first or not is_new
            timeline = await self._missed(room, info.timeline, since if is_known else "") + timeline
        own = self._rooms.own_id
        self._take_back(room, [*info.state, *timeline])
        for source in [source_of(event) for event in timeline]:
            if "state_key" in source:
                was = place.members.get(str(source.get("state_key")), "")
                self._rooms.take(room, [source])
                self._note(room, source, was)
        self._follow(room, place.follower, [*state, *map(source_of, timeline)])
        if not since:
            return
        await self._watch().ready(room)
        is_direct = self._rooms.person_in(room) is not None
        if is_direct and await self._privacy.look(room):
            # SAFETY A8: what is said before three is for none of ours.
            return
        if is_new and not is_direct:
            joined_at = _joined_at(own, [*state, *map(source_of, timeline)])
            timeline = [event for event in timeline if time_of(event.source) >= joined_at]
        self.listening.hear(room, await self._not_taken(room, timeline))
        for event in info.ephemeral:
            if isinstance(event, nio.TypingNoticeEvent):
                self.listening.hear_typing(room, {"content": {"user_ids": event.users}})

    async def _missed(self, room: str, timeline: Any, since: str) -> list[Any]:
        """What did not fit; nothing where it is not known since when."""
        self._rooms.missed_some(room)
        if (known := self._client.rooms.get(room)) is not None:
            # The library, too, asks again to whom it gives keys.
            known.members_synced = False
        return await fetch_missed(self._client, room, timeline, since) if since else []

    async def _not_taken(self, room: str, timeline: Sequence[Any]) -> list[Heard]:
        """What others in this package do not take for themselves."""
        left = []
        for event in timeline:
            source: Source = event.source
            if isinstance(event, nio.MegolmEvent):
                if source.get("sender") != self._rooms.own_id:
                    self._late.keep(room, event)
                continue
            if await self._trust().take_in_room(room, source):
                continue
            is_taken, made = await self._door().take_in_room(room, source)
            if made is not None:
                self.listening.put(made)
            if not is_taken:
                left.append(Heard(source, is_sealed=getattr(event, "decrypted", False)))
        return left

    def _tell_late(self, room: str, event: Any) -> None:
        self._start(self._take_late(room, event))

    async def _take_late(self, room: str, event: Any) -> None:
        """Who has just come to an encrypted room is read late, and may well begin with a command."""
        left = await self._not_taken(room, [event])
        self.listening.hear(room, [Heard(one.source, is_sealed=True) for one in left])

    def _take_back(self, room: str, events: Sequence[Any]) -> None:
        """What the homeserver took in clear text while somebody had the room encrypted: between the
        question and the word there is always a moment."""
        for event in events:
            if event.source.get("type") == "m.room.encryption":
                self._sealed.add(room)
            elif room in self._sealed and _is_clear(event, self._rooms.own_id):
                log.warning("matrix: a message met a room that was being encrypted: taken away")
                gone = Remove(self._rooms.room_of(room), EventId(event.event_id), "in clear text")
                self._start(self._saying.remove(gone))

    # --- Who comes and goes ------------------------------------------------------------------

    def _note(self, room: str, source: Source, was: str) -> None:
        if source.get("type") != "m.room.member":
            return
        user, content = str(source["state_key"]), source.get("content") or {}
        membership = content.get("membership")
        if membership not in ("leave", "ban") or user == self._rooms.own_id:
            return
        if user == self._rooms.person_in(room):
            self._start(self._leave(room))
        elif self._rooms.person_in(room) is None and was != "invite":
            community = self._rooms.community_of(room)
            if community == room:
                self._tell_left(room, user)
            else:
                self._start(self._look_for(community, user))

    def _tell_left(self, community: str, user: str) -> None:
        author = self.listening.author(community, user)
        self.listening.put(Left(author, community_id(community)))

    async def _look_for(self, community: str, user: str) -> None:
        """Who has left one room of a space may be in another, and is its guest by that."""
        if await self._members.is_in(community, user) is False:
            self._tell_left(community, user)

    def _gone(self, room: str) -> None:
        """Kicked, banned or left elsewhere; the library keeps such rooms as if nothing had been."""
        self._client.rooms.pop(room, None)
        if self._rooms.person_in(room) is not None:
            self._start(self._rooms.forget_direct(room))
        self._rooms.gone(room)
        self._sealed.discard(room)
        self._privacy.forget(room)

    async def _leave(self, room: str) -> None:
        """The person has gone: nobody is to be answered there."""
        await self._line.attempt("POST", f"/rooms/{quoted(room)}/leave", {})
        await self._rooms.forget_direct(room)

    def _follow(self, room: str, follower: str, sources: Sequence[Source]) -> None:
        """A room that was upgraded has another in its place."""
        if not follower or room in self._followed or self._rooms.place(follower) is not None:
            return
        self._followed.put(room, None)
        senders = [str(s.get("sender")) for s in sources if s.get("type") == "m.room.tombstone"]
        via = senders[-1].partition(":")[2] if senders else ""
        self._joining.follow(follower, via, self._rooms.person_in(room))

    async def _joined(self, room: str, inviter: str, *, is_direct: bool) -> None:
        if is_direct:
            await self._rooms.make_direct(room, inviter)
            await self._privacy.see_to_encryption(room, inviter)
        await self._door().joined(room, inviter, is_direct=is_direct)

    async def _find_sender(self, room: str, message: EventId, tell: Callable[[str], None]) -> None:
        path = f"/rooms/{quoted(room)}/event/{quoted(message)}"
        answer = await self._line.find(path)
        if answer is not None and answer.is_fine:
            tell(str(answer.body.get("sender")))


def source_of(event: Any) -> Source:
    """As it was sent. Of members the library takes the content out of it."""
    source: Source = event.source
    return source if "content" in source else {**source, "content": event.content}


def _is_clear(event: Any, own: str) -> bool:
    if getattr(event, "decrypted", False) or event.source.get("type") != MESSAGE:
        return False
    is_said = bool((event.source.get("content") or {}).get("body"))
    return is_said and event.source.get("sender") == own


def _joined_at(own: str, sources: Sequence[Source]) -> float:
    mine = [s for s in sources if s.get("type") == "m.room.member" and s.get("state_key") == own]
    return max((time_of(source) for source in mine), default=0.0)
