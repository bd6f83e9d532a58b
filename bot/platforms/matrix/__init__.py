"""Matrix: encrypted direct rooms, and mentions and replies in rooms.

A translator only: what may be said and who may say it is decided elsewhere. Events come from
`life`, actions go out through `saying`; `opening` opens all of it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from bot.drafts import Pace
from bot.events import (
    Action,
    Author,
    Busy,
    CommunityId,
    Event,
    EventId,
    Idle,
    Message,
    PersonId,
    Remove,
    Revise,
    Room,
    Say,
    Typing,
    Voice,
)
from bot.platforms.base import Locker, PlatformError
from bot.platforms.busy import Typings
from bot.platforms.matrix.delivery import Delivery
from bot.platforms.matrix.files import Files
from bot.platforms.matrix.front import Front
from bot.platforms.matrix.hearing import Hearing
from bot.platforms.matrix.life import Life
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.machines import Machines
from bot.platforms.matrix.members import Members
from bot.platforms.matrix.names import PLATFORM, channel_of, is_message, place_of, user_of
from bot.platforms.matrix.ports import Door, NoDoor, NoWatch, Watch
from bot.platforms.matrix.privacy import Privacy
from bot.platforms.matrix.reactions import Reactions
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.saying import REPLY_CHARS, Saying
from bot.platforms.matrix.sealing import Sealing
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.trusting import Trusting
from bot.platforms.pacing import Edits
from bot.platforms.signs import spelled_out
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)

# The homeserver shows it for thirty seconds.
_TYPING_AGAIN_S = 20.0


class Matrix:
    """Implements `Platform`, `Lasts` and `Forgets`; `door` and `watch` are set before its events are
    read."""

    def __init__(
        self,
        setup: Setup,
        client: Any,
        line: Line,
        *,
        locker: Locker,
        group: asyncio.TaskGroup,
        start: Start,
        sponsor: str,
    ) -> None:
        """`client` is logged in; `sponsor` is a room's id or empty."""
        own_id = str(client.user_id)
        now = asyncio.get_running_loop().time
        self.door: Door = NoDoor()
        self.watch: Watch = NoWatch()
        self.line = line
        self.client = client
        self.rooms = Rooms(line, own_id, sponsor)
        self._group = group
        self._start = start
        self._gap_s = setup.gap_s
        self._sealing = Sealing(client, self.rooms)
        self._delivery = Delivery(line, self._sealing, own_id, now)
        self.files = files = Files(line, self.rooms)
        self._machines = Machines(now)
        self._saying = Saying(self._delivery, files)
        self._edits = Edits(
            self._saying.change, start, gap_s=setup.gap_s, now=now, lost=_tell_of_lost_edit
        )
        self._saying.change_by(self._edits)
        self._typings = Typings(
            self._delivery.show_typing,
            start,
            again_s=_TYPING_AGAIN_S,
            hide=self._delivery.stop_typing,
        )
        self._members = Members(line, self.rooms, lambda: self.watch)
        self._reactions = Reactions(
            line, self.rooms, prefix=self.prefix, words=setup.words, say=self._saying.say
        )
        self._privacy = Privacy(line, self.rooms, self._saying, start, setup.words)
        self._hearing = Hearing(
            setup,
            client,
            line=line,
            rooms=self.rooms,
            members=self._members,
            privacy=self._privacy,
            saying=self._saying,
            files=files,
            machines=self._machines,
            start=start,
            clock=time.time,
            now=now,
            trust=lambda: self.trust,
            door=lambda: self._front,
            watch=lambda: self.watch,
        )
        self.trust = Trusting(
            setup,
            client,
            line,
            rooms=self.rooms,
            saying=self._saying,
            delivery=self._delivery,
            locker=locker,
            start=start,
        )
        self._life = Life(
            setup,
            client,
            self._hearing.listening,
            locker,
            start,
            begin=self._begin,
            take=self._hearing.take,
        )

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def pace(self) -> Pace:
        return Pace(REPLY_CHARS, self._gap_s)

    @property
    def prefix(self) -> str:
        return "!"

    @property
    def trouble(self) -> str:
        """Why its events ended for good, in a sentence that tells the mend."""
        return self._life.trouble

    @property
    def synced(self) -> asyncio.Event:
        """What the homeserver has to tell at a start was told."""
        return self._life.synced

    def put(self, event: Event) -> None:
        """As if the homeserver had told it."""
        self._hearing.listening.put(event)

    def author(self, room: str, user: str) -> Author:
        return self._hearing.listening.author(room, user)

    def is_crowded(self, room: str) -> bool:
        return self._privacy.is_crowded(room)

    def is_own(self, message: EventId) -> bool:
        """Said since this start."""
        return self._saying.is_own(message)

    @property
    def _front(self) -> Front:
        # Signs come last: they are for show, and what else is to be known waits for none.
        return Front(self.door, self._reactions)

    def reaches(self, person: PersonId) -> bool:
        return person.startswith(f"{PLATFORM}:")

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        """Right after a start it waits for the word in which rooms the bot is. Whoever asks gives up
        in time."""
        await self._life.synced.wait()
        return await self._members.communities(person)

    async def forget(self, account: PersonId) -> None:
        if self.reaches(account):
            await self.trust.forget(user_of(account))
            self._members.forget(user_of(account))

    def name_of(self, community: CommunityId) -> str | None:
        place = self.rooms.place(place_of(community))
        return (place.name or place.alias or None) if place else None

    async def events(self) -> AsyncGenerator[Event, None]:
        """Ends when the homeserver refuses the bot for good; `trouble` says why."""
        living = self._group.create_task(self._life.live())
        try:
            while (event := await self._life.next()) is not None:
                yield event
                if isinstance(event, Typing):
                    self._start(self._sealing.prepare(channel_of(event.room.id)))
                if isinstance(event, Message) and is_message(event.id):
                    # Taken in by now, so it is read.
                    self._start(self._delivery.read(channel_of(event.room.id), event.id))
        finally:
            living.cancel()
            await asyncio.wait([living])

    async def do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                return await self._say(spelled_out(action, self.prefix))
            case Revise():
                self._look_around(action)
                self._saying.revise(spelled_out(action, self.prefix))
            case Remove():
                await self._saying.remove(action)
            case Busy(room):
                self._typings.begin(channel_of(room.id))
            case Idle(room):
                self._typings.end(channel_of(room.id))
                self._start(self._rest(room))
        return None

    async def show_whole(self, revise: Revise) -> None:
        """An edit, whatever stands there: what the homeserver has of it, it cannot read."""
        await self._life.synced.wait()
        # What stood over a reply's words in a room of many is not known any more.
        if revise.room.is_direct:
            await self.do(revise)

    async def rest_everywhere(self) -> None:
        """Before the end: what is on the screen is to be the whole page."""
        self._typings.end_all()
        await self._edits.all_settled()
        await self._life.rest()

    async def _begin(self) -> None:
        await self.rooms.load()
        await self.trust.begin()

    async def _say(self, say: Say) -> EventId | None:
        if not say.text.strip():
            return None
        self._look_around(say)
        if say.voice is Voice.PERSONA:
            self._typings.end(channel_of(say.room.id))
        # What waits for an answer since the last end may be answered before anything was told.
        await self._life.synced.wait()
        if say.alone is not None and not say.room.is_direct:
            id_ = await self._say_alone(say, user_of(say.alone))
        else:
            id_ = await self._saying.say(say)
        if id_ is not None:
            if not say.room.is_direct:
                self._machines.said(id_)
            self._start(self._front.said(say, id_))
        return id_

    async def _rest(self, room: Room) -> None:
        await self._edits.settled(channel_of(room.id))
        await self._front.rest(room)

    async def _say_alone(self, say: Say, user: str) -> EventId | None:
        """In the direct room that there is with them: the bot opens none for it (SAFETY H4)."""
        room = self.rooms.direct_with(user)
        place = self.rooms.place(room) if room else None
        if place is None or self.is_crowded(place.id) or place.members.get(user) == "invite":
            return None
        return await self._saying.say(replace(say, room=self.rooms.room_of(place.id), answers=None))

    def _look_around(self, action: Say | Revise) -> None:
        """SAFETY A8: a third one ends what is being written, too."""
        if self._privacy.is_crowded(channel_of(action.room.id)):
            raise PlatformError("matrix: a direct room is not private any more")
        if isinstance(action, Revise) and self._saying.is_removed(action.id):
            raise PlatformError("matrix: what is being written was taken away")


def _tell_of_lost_edit() -> None:
    log.error("matrix: an edit was given up; a message shows less than was said")
