"""Discord: direct messages, and mentions and replies in servers.

A translator only: what may be said and who may say it is decided elsewhere. What it translates
with lies in this package: `client` and `listening` in, `saying` and `pacing` out.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import discord
from discord.http import Route

from bot.drafts import Pace
from bot.events import (
    Action,
    Author,
    Busy,
    CommunityId,
    Event,
    EventId,
    Idle,
    PersonId,
    Remove,
    Revise,
    Role,
    Room,
    RoomId,
    Say,
    Voice,
)
from bot.platforms.base import LastHeard, PlatformError
from bot.platforms.discord.bounded import Bounded
from bot.platforms.discord.busy import Typings
from bot.platforms.discord.client import Gateway, intents, role_in
from bot.platforms.discord.listening import Listening
from bot.platforms.discord.members import Members
from bot.platforms.discord.missed import Missed
from bot.platforms.discord.names import PLATFORM, channel_of, community_id, person_id
from bot.platforms.discord.pacing import Edits
from bot.platforms.discord.ports import Interactions, NoInteractions, NoRow, Row
from bot.platforms.discord.reading import Own, Payload
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.saying import PAGE_CHARS, Saying
from bot.platforms.discord.supervise import supervise

log = logging.getLogger(__name__)

_LAST_EDITS_S = 5.0
_KEPT_ROOMS = 10_000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator chose."""

    token: str = field(repr=False)
    members: bool = False
    """Whether the members intent is asked for."""
    message_content: bool = False
    operators: frozenset[str] = frozenset()
    """User ids."""
    sponsor: str = ""
    """The guild whose rules hold in direct rooms where the person chose none; empty: the only one
    that has the bot, if it is only one."""
    gap_s: float = 1.0
    guild_ready_s: float = 2.0


Start = Callable[[Awaitable[None]], object]


class Discord:
    """Implements `Platform`; made by `open_discord`."""

    def __init__(self, wishes: Wishes, rest: discord.Client, group: asyncio.TaskGroup) -> None:
        assert rest.user is not None, "logged in before"
        self._wishes = wishes
        self._own_id = str(rest.user.id)
        self._group = group
        self._tasks: set[asyncio.Task[None]] = set()
        self._gateway: Gateway | None = None
        self.trouble = ""
        """Why it ended for good, in a sentence that tells the mend."""
        self.interactions: Interactions = NoInteractions()
        self.row: Row = NoRow()
        self.rest = Rest(rest.http, group)
        now = asyncio.get_running_loop().time
        self._edits = Edits(
            self.rest.patch, self._start, gap_s=wishes.gap_s, now=now, lost=_tell_of_lost_edit
        )
        self._saying = Saying(self.rest, self._edits)
        self._typings = Typings(self.rest.typing, self._start)
        self._members = Members(self.rest, self._guilds, now)
        self._missed = Missed(self.rest, time.time)
        self._listening = Listening(
            self._own,
            self._role,
            time.time,
            is_own=self._saying.is_own,
            saw=self._missed.saw,
            find_author=lambda channel, told: self._start(self._find_author(channel, told)),
        )
        self._last_reply: Bounded[RoomId, EventId] = Bounded(_KEPT_ROOMS)
        """The persona's last message, in rooms that are not at rest."""

    # --- Platform ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def pace(self) -> Pace:
        return Pace(PAGE_CHARS, self._wishes.gap_s)

    @property
    def prefix(self) -> str:
        return "/"

    def reaches(self, person: PersonId) -> bool:
        return person.startswith(f"{PLATFORM}:")

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        return await self._members.communities(person)

    def catch_up_from(self, last_heard: LastHeard) -> None:
        self._missed.catch_up_from(last_heard)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Ends when Discord refuses the bot for good; `trouble` says why."""
        living = self._group.create_task(self._live())
        try:
            while (event := await self._listening.next()) is not None:
                yield event
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living

    async def do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                return await self._say(action)
            case Revise():
                self._saying.revise(action)
            case Remove():
                await self._saying.remove(action)
            case Busy(room):
                self._typings.begin(channel_of(room.id))
            case Idle(room):
                self._typings.end(channel_of(room.id))
                if (last := self._last_reply.pop(room.id)) is not None:
                    self._start(self._show_row(room, last))
        return None

    # --- Out ---------------------------------------------------------------------------------

    async def _say(self, say: Say) -> EventId | None:
        if not say.text.strip():
            return None
        if say.voice is Voice.PERSONA:
            self._typings.end(channel_of(say.room.id))
        is_answered, id_ = await self.interactions.answer(say)
        if not is_answered:
            id_ = await self._saying.say(say)
        if id_ is not None and say.voice is Voice.PERSONA:
            self._last_reply.put(say.room.id, id_)
        return id_

    async def _show_row(self, room: Room, last: EventId) -> None:
        await self._edits.settled(channel_of(room.id))
        await self.row.show(room, last)

    async def end(self) -> None:
        """What is on the screen is to be the whole page; then nothing goes on."""
        self._typings.end_all()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_EDITS_S):
                await self._edits.all_settled()
        for task in self._tasks:
            task.cancel()

    # --- In ----------------------------------------------------------------------------------

    async def _live(self) -> None:
        self.trouble = await supervise(self._live_once, now=asyncio.get_running_loop().time)
        await self._listening.end()

    async def _live_once(self) -> None:
        wishes = self._wishes
        asked = intents(members=wishes.members, message_content=wishes.message_content)
        gateway = Gateway(
            hear=self._hear,
            interactions=self._take,
            intents=asked,
            guild_ready_timeout=wishes.guild_ready_s,
        )
        async with gateway:
            self._gateway = gateway
            await gateway.start(wishes.token)

    def _hear(self, name: str, data: Payload) -> None:
        if name == "READY":
            self._begin_session(data)
            return
        if guild := data.get("guild_id"):
            self._note_person(name, str(guild), data)
        self._listening.hear(name, data)

    def _begin_session(self, data: Payload) -> None:
        """Direct messages are on the first shard; what came since its last session is asked for."""
        if (data.get("shard") or [0])[0] == 0:
            self._start(self._missed.fetch(self._listening.hear_message))

    def _note_person(self, name: str, guild: str, data: Payload) -> None:
        user = data.get("author") or data.get("user") or {}
        if name == "GUILD_MEMBER_REMOVE":
            self._members.left(guild, str(user.get("id")))
        elif name == "MESSAGE_CREATE":
            self._members.met(guild, str(user.get("id")))

    async def _take(self, interaction: discord.Interaction) -> None:
        event = await self.interactions.take(interaction)
        if event is not None:
            self._listening.put(event)

    async def _find_author(self, channel: str, told: Callable[[Author], None]) -> None:
        """Whose direct room it is; needed for a deletion after a start only."""
        route = Route("GET", "/channels/{channel_id}", channel_id=channel)
        found = await self.rest.ask(route)
        for user in (found or {}).get("recipients") or ():
            told(Author(person_id(str(user["id"])), str(user.get("username") or "")))

    def _own(self) -> Own:
        sponsor, gateway = self._wishes.sponsor, self._gateway
        if not sponsor and gateway is not None and len(gateway.guilds) == 1:
            sponsor = str(gateway.guilds[0].id)
        return Own(self._own_id, community_id(sponsor) if sponsor else None)

    def _guilds(self) -> list[str] | None:
        if self._gateway is None or not self._gateway.is_ready():
            return None
        return [str(guild.id) for guild in self._gateway.guilds]

    def _role(self, data: Payload) -> Role:
        guild = data.get("guild_id")
        if not guild or self._gateway is None:
            return Role.MEMBER
        if str((data.get("author") or {}).get("id")) in self._wishes.operators:
            return Role.OPERATOR
        return role_in(self._gateway.get_guild(int(guild)), data)

    def _start(self, work: Awaitable[None]) -> None:
        task = self._group.create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def open_discord(wishes: Wishes) -> AsyncIterator[Discord]:
    """Logged in for as long as the block lasts; the gateway is open while events are read.

    Raises PlatformError where Discord refuses the token."""
    # At DEBUG the library writes down what is said, and tokens of interactions at WARNING.
    logging.getLogger("discord").setLevel(logging.ERROR)
    failure: Exception | None = None
    async with discord.Client(intents=discord.Intents.none()) as rest:
        now = asyncio.get_running_loop().time
        if trouble := await supervise(lambda: rest.login(wishes.token), now=now, until_done=True):
            raise PlatformError(trouble)
        async with asyncio.TaskGroup() as group:
            platform = Discord(wishes, rest, group)
            try:
                yield platform
            # Raised below as it is: a group of tasks would wrap it.
            except Exception as error:  # noqa: BLE001 - see above
                failure = error
            await platform.end()
    if failure is not None:
        raise failure


def _tell_of_lost_edit() -> None:
    log.error("discord: an edit was given up; a message shows less than was said")


async def _guarded(work: Awaitable[None]) -> None:
    """One task that breaks must not end the others."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("discord: something was not done: %s", type(error).__name__)


__all__ = ["Discord", "Wishes", "open_discord"]
