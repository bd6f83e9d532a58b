"""Discord: direct messages, and mentions and replies in servers.

A translator only: what may be said and who may say it is decided elsewhere. Events come from
`life`, actions go out through `saying`, `pacing` and `busy`; `opening` opens all of it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import discord
from discord.http import Route

from bot.drafts import Pace
from bot.events import (
    Action,
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
    RoomId,
    Say,
    Voice,
)
from bot.platforms.base import LastHeard
from bot.platforms.bounded import Bounded
from bot.platforms.busy import Typings
from bot.platforms.discord.chosen import Choices
from bot.platforms.discord.life import Life, ended
from bot.platforms.discord.names import PLATFORM, channel_of, direct_room, is_direct, user_of
from bot.platforms.discord.pictures import Pictures
from bot.platforms.discord.ports import Buttons, Interactions, NoButtons, NoInteractions
from bot.platforms.discord.reactions import Reactions
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.saying import REPLY_CHARS, Saying
from bot.platforms.discord.setup import Setup
from bot.platforms.discord.threads import Threads
from bot.platforms.discord.trusted import Trusted
from bot.platforms.discord.voices import Voices
from bot.platforms.discord.webhooks import Webhooks
from bot.platforms.pacing import Edits
from bot.platforms.tasks import Start

log = logging.getLogger(__name__)


class Discord:
    """Implements `Platform`, `Lasts` and `CatchesUp`; `interactions` and `buttons` are set before its
    events are read."""

    def __init__(
        self,
        setup: Setup,
        rest: discord.Client,
        group: asyncio.TaskGroup,
        start: Start,
        choices: Choices,
    ) -> None:
        assert rest.user is not None, "logged in before"
        self.interactions: Interactions = NoInteractions()
        self.buttons: Buttons = NoButtons()
        self.threads: Threads | None = None
        self._group = group
        self._start = start
        self._gap_s = setup.gap_s
        self.rest = Rest(rest.http, group)
        now = asyncio.get_running_loop().time
        self.pictures = Pictures(self.rest, str(rest.application_id))
        webhooks = Webhooks(self.rest, str(rest.user.id), now)
        voices = Voices(self.rest, webhooks, self.pictures.of)
        self._edits = Edits(
            voices.change, start, gap_s=setup.gap_s, now=now, lost=_tell_of_lost_edit
        )
        self._saying = Saying(voices, self._edits, self.pictures.header)
        self._typings = Typings(self.rest.typing, start)
        self._last_reply: Bounded[RoomId, EventId] = Bounded()
        """The persona's last message."""
        self._reactions = Reactions(self._last_reply.get, time.time, prefix=self.prefix)
        self.choices = choices
        self._life = Life(
            setup,
            str(rest.user.id),
            rest=self.rest,
            saying=self._saying,
            reactions=self._reactions,
            start=start,
            choices=self.choices,
            interactions=lambda: self.interactions,
            threads=lambda: self.threads,
        )

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def pace(self) -> Pace:
        return Pace(REPLY_CHARS, self._gap_s)

    @property
    def prefix(self) -> str:
        return "/"

    @property
    def trouble(self) -> str:
        """Why its events ended for good, in a sentence that tells the mend."""
        return self._life.trouble

    def reaches(self, person: PersonId) -> bool:
        return person.startswith(f"{PLATFORM}:")

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        return await self._life.communities(person)

    def name_of(self, community: CommunityId) -> str | None:
        return self._life.name_of(community)

    def sponsor_of(self, _person: PersonId) -> CommunityId | None:
        """In a direct room, where nobody else was chosen."""
        return self._life.sponsor()

    def find_thread(self, guild: str, channel: str) -> discord.Thread | None:
        return self._life.find_thread(guild, channel)

    @property
    def trusted(self) -> Trusted:
        return self._life.trusted

    def catch_up_from(self, last_heard: LastHeard) -> None:
        self._life.catch_up_from(last_heard)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Ends when Discord refuses the bot for good; `trouble` says why."""
        living = self._group.create_task(self._life.live())
        try:
            while (event := await self._life.next()) is not None:
                if isinstance(event, Message):
                    event = self._in_their_language(event)
                    self.buttons.meet(event.room, event.author)
                    self._reactions.meet(event.room, event.author)
                self.interactions.tell(event)
                yield event
        finally:
            await ended(living)

    async def do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                return await self._say(action)
            case Revise(commands=None):
                self._saying.revise(action)
            case Revise():
                await self._draw_anew(action)
            case Remove():
                await self._saying.remove(action)
            case Busy(room):
                self._typings.begin(channel_of(room.id))
            case Idle(room):
                self._typings.end(channel_of(room.id))
                # At once, so that what is asked in this moment is not taken for what rests.
                await self.interactions.rest(room)
                self._start(self._show_row(room))
        return None

    async def show_whole(self, revise: Revise) -> None:
        # As whom something was shown in a room of many is not known any more.
        if not revise.room.is_direct or not await self._may_say(revise.room):
            return
        stands = await self.rest.message(channel_of(revise.room.id), revise.id)
        if stands is not False and (stands or {}).get("content") != revise.text:
            self._saying.revise(revise)

    async def rest_everywhere(self) -> None:
        """Before the end: what is on the screen is to be the whole page."""
        self._typings.end_all()
        await self._edits.all_settled()

    async def _say(self, say: Say) -> EventId | None:
        if not say.text.strip() or not await self._may_say(say.room):
            return None
        if say.voice is Voice.PERSONA:
            self._typings.end(channel_of(say.room.id))
        is_answered, id_ = await self.interactions.answer(say)
        if not is_answered and say.alone is not None and not say.room.is_direct:
            return await self._say_alone(say, say.alone)
        if not is_answered:
            id_ = await self._saying.say(say, self.buttons.under(say))
            if id_ is not None:
                # The words are there: nobody waits until older buttons are gone.
                self._start(self.buttons.said(say, id_))
            await self.interactions.sent(say, id_)
        if id_ is not None and say.voice is Voice.PERSONA:
            self._last_reply.put(say.room.id, id_)
        return id_

    async def _draw_anew(self, revise: Revise) -> None:
        """A card: its words and its buttons at once."""
        say = Say(revise.room, revise.text, "", commands=revise.commands or ())
        path = "/channels/{channel_id}/messages/{message_id}"
        channel = channel_of(revise.room.id)
        route = Route("PATCH", path, channel_id=channel, message_id=revise.id)
        body = {"content": revise.text, "components": list(self.buttons.under(say))}
        await self.rest.ask(route, json=body | {"allowed_mentions": {"parse": []}})

    async def _may_say(self, room: Room) -> bool:
        """What is for one person is not said in a thread where somebody else is by now."""
        if not room.is_direct or is_direct(room.id):
            return True
        return self.threads is not None and await self.threads.may_say(room)

    async def _say_alone(self, say: Say, person: PersonId) -> EventId | None:
        """Others read along where it was asked: said in the direct messages."""
        channel = await self.rest.direct(user_of(person))
        if channel is None:
            return None
        return await self._saying.say(replace(say, room=direct_room(channel, None)))

    async def _show_row(self, room: Room) -> None:
        await self._edits.settled(channel_of(room.id))
        if (last := self._last_reply.get(room.id)) is not None:
            await self.buttons.show(room, last)

    def _in_their_language(self, message: Message) -> Message:
        language = message.author.language or self.interactions.language_of(message.author.id)
        return replace(message, author=replace(message.author, language=language))


def _tell_of_lost_edit() -> None:
    log.error("discord: an edit was given up; a message shows less than was said")
