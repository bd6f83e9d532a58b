"""The listening client: started, started again, and what it hears put in order.

It knows who the bot is there and what guilds have it; what is said it only hands on.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import discord
from discord.http import Route

from bot.events import Author, CommunityId, Event, Left, PersonId, Role, RoomId
from bot.platforms.base import Known, LastHeard
from bot.platforms.bounded import Bounded
from bot.platforms.discord.chosen import Choices
from bot.platforms.discord.client import GATES, Gateway, intents, read_gates, role_in
from bot.platforms.discord.listening import Listening
from bot.platforms.discord.members import Members, read_leaving
from bot.platforms.discord.missed import InDirect, InThreads, Missed
from bot.platforms.discord.names import (
    community_id,
    guild_of,
    is_direct,
    person_id,
    place_of,
)
from bot.platforms.discord.ports import Interactions
from bot.platforms.discord.reactions import PUT, TAKEN, Reactions
from bot.platforms.discord.reading import Own, Payload, is_persons, read_author
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.saying import Saying
from bot.platforms.discord.setup import Setup
from bot.platforms.discord.supervise import supervise
from bot.platforms.discord.threads import Threads
from bot.platforms.discord.trusted import Trusted
from bot.platforms.tasks import Start


class Life:
    def __init__(
        self,
        setup: Setup,
        own_id: str,
        *,
        rest: Rest,
        saying: Saying,
        reactions: Reactions,
        start: Start,
        choices: Choices,
        interactions: Callable[[], Interactions],
        threads: Callable[[], Threads | None],
    ) -> None:
        self._setup = setup
        self._own_id = own_id
        self._rest = rest
        self._reactions = reactions
        self._start = start
        self._interactions = interactions
        self._threads = threads
        self._gates: Bounded[str, frozenset[RoomId]] = Bounded()
        self._gateway: Gateway | None = None
        self._shards: set[int] = set()
        """Those that have said READY, and with it which guilds are theirs."""
        self._has_guilds = asyncio.Event()
        self._has_learnt = asyncio.Event()
        """What was heard last before the start is known: what comes now can hide nothing of it."""
        self.trouble = ""
        """Why it ended for good, in a sentence that tells the mend."""
        self._names: Bounded[CommunityId, str] = Bounded()
        """What was shown last: who reads at the door is not told of a change that is none."""
        self._missed = Missed(rest, time.time)
        self._listening = Listening(
            self._own,
            self._role,
            time.time,
            is_own=saying.is_own,
            saw=self._missed.saw,
            find_author=lambda channel, told: start(self._find_author(channel, told)),
        )
        now = asyncio.get_running_loop().time
        self.trusted = Trusted(choices, self._listening.put, start, now)
        self._members = Members(rest, self._guilds, self.trusted.saw)

    async def next(self) -> Event | None:
        """None: it has ended for good."""
        await self._has_learnt.wait()
        return await self._listening.next()

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        """Right after a start it waits for the word which guilds have the bot: what waits for an
        answer since the last end would get none. Whoever asks gives up in time."""
        await self._has_guilds.wait()
        return await self._members.communities(person)

    def catch_up_from(self, last_heard: LastHeard) -> None:
        self._missed.catch_up_from(last_heard)

    async def live(self) -> None:
        """Until it is cancelled, or Discord refuses the bot for good."""
        self.trouble = await supervise(self._live_once, now=asyncio.get_running_loop().time)
        self._has_learnt.set()
        await self._listening.end()

    async def _live_once(self) -> None:
        setup = self._setup
        gateway = Gateway(
            hear=self._hear,
            interactions=self._take,
            intents=intents(members=setup.members, message_content=setup.message_content),
            guild_ready_timeout=setup.guild_ready_s,
            identify_gap_s=setup.identify_gap_s,
        )
        self._shards.clear()
        self._has_guilds.clear()
        async with gateway:
            self._gateway = gateway
            await gateway.start(setup.token)

    # --- What is heard -----------------------------------------------------------------------

    def _hear(self, name: str, data: Payload) -> None:
        if name == "READY":
            self._begin_session(data)
            return
        if name in GATES:
            self._look_at_gates(str(data["id"] if name == "GUILD_CREATE" else data["guild_id"]))
            if name == "GUILD_CREATE":
                self._start(self._catch_up_in(str(data["id"])))
            return
        if name in {PUT, TAKEN}:
            if (tapped := self._reactions.read(name, data, self._own())) is not None:
                self._listening.put(tapped)
            return
        if guild := data.get("guild_id"):
            self._note_person(name, str(guild), data)
            threads, channel = self._threads(), str(data.get("channel_id"))
            is_words = name in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and "author" in data
            is_ours = threads is not None and threads.is_one(str(guild), channel)
            if threads is not None and is_words and is_ours and is_persons(data):
                self._start(self._hear_alone(threads, str(guild), channel, name, data))
                return
        self._listening.hear(name, data)

    async def _hear_alone(
        self, threads: Threads, guild: str, channel: str, name: str, data: Payload
    ) -> None:
        async with threads.turn(channel):
            room = await threads.room(guild, channel)
            self._listening.hear(name, data, room)
            if room is None and name == "MESSAGE_CREATE":
                await threads.tell_of_others(channel, read_author(data))

    def _begin_session(self, data: Payload) -> None:
        """Direct messages are on the first shard; what came since its last session is asked for."""
        shard = int((data.get("shard") or [0])[0])
        self._shards.add(shard)
        if self._guilds() is not None:
            self._has_guilds.set()
        if shard == 0:
            self._start(self._catch_up(self._missed.known()))

    async def _catch_up(self, known: Sequence[Known]) -> None:
        try:
            await self._missed.learn(known)
        finally:
            self._has_learnt.set()
        # Those that came before this was known, and the others as they come.
        for guild in self._guilds() or ():
            self._start(self._catch_up_in(guild))
        await self._missed.fetch(is_direct, InDirect(self._listening))

    async def _catch_up_in(self, guild: str) -> None:
        """In the private threads there, as far as Discord has said by now that they are some."""
        threads = self._threads()

        def among(room: RoomId) -> bool:
            there, channel = place_of(room)
            return there == guild and threads is not None and threads.is_one(guild, channel)

        withheld = None if self._setup.message_content else self._own_id
        tell = InThreads(guild, self._hear, self._listening.put, time.time, withheld)
        await self._missed.fetch(among, tell)

    def _look_at_gates(self, guild: str) -> None:
        """The library has taken it in by now."""
        known = self._gateway.get_guild(int(guild)) if self._gateway is not None else None
        if known is None:
            return
        gates, before = read_gates(known), self._gates.get(guild) or frozenset()
        self._gates.put(guild, gates.rooms)
        self._listening.put(replace(gates, has_lost=bool(before - gates.rooms)))

    def _note_person(self, name: str, guild: str, data: Payload) -> None:
        user = data.get("author") or data.get("user") or {}
        if name == "GUILD_MEMBER_REMOVE":
            self._members.left(guild, str(user.get("id")))
            self._listening.put(Left(*read_leaving(data)))
        elif name == "GUILD_MEMBER_UPDATE":
            self.trusted.saw(guild, str(user.get("id")), data.get("roles") or ())
        elif name == "MESSAGE_CREATE":
            self._members.met(guild, str(user.get("id")))
            roles = (data.get("member") or {}).get("roles")
            if roles is not None:
                self.trusted.saw_speaking(guild, str(user.get("id")), roles)

    async def _take(self, interaction: discord.Interaction) -> None:
        event = await self._interactions().take(interaction)
        if event is not None:
            self._listening.put(event)

    async def _find_author(self, channel: str, told: Callable[[Author], None]) -> None:
        """Whose direct room it is; needed for a deletion after a start only."""
        route = Route("GET", "/channels/{channel_id}", channel_id=channel)
        found = await self._rest.ask(route)
        for user in (found or {}).get("recipients") or ():
            told(Author(person_id(str(user["id"])), str(user.get("username") or "")))

    # --- What is known there -----------------------------------------------------------------

    def sponsor(self) -> CommunityId | None:
        """Of direct rooms where the person chose none."""
        sponsor, gateway = self._setup.sponsor, self._gateway
        if not sponsor and gateway is not None and len(gateway.guilds) == 1:
            sponsor = str(gateway.guilds[0].id)
        return community_id(sponsor) if sponsor else None

    def find_thread(self, guild: str, channel: str) -> discord.Thread | None:
        known = self._gateway.get_guild(int(guild)) if self._gateway is not None else None
        return known.get_thread(int(channel)) if known is not None else None

    def name_of(self, community: CommunityId) -> str | None:
        """As the library last heard it; during an outage and a new start, as it was before."""
        guild = guild_of(community)
        known = self._gateway.get_guild(int(guild)) if self._gateway and guild.isdigit() else None
        if known is not None and known.name:
            self._names.put(community, known.name)
        return self._names.get(community)

    def _own(self) -> Own:
        return Own(self._own_id, self.sponsor())

    def _guilds(self) -> list[str] | None:
        gateway = self._gateway
        if gateway is None or len(self._shards) < (gateway.shard_count or 1):
            return None
        return [str(guild.id) for guild in gateway.guilds]

    def _role(self, data: Payload) -> Role:
        guild = data.get("guild_id")
        if not guild or self._gateway is None:
            return Role.MEMBER
        if str((data.get("author") or {}).get("id")) in self._setup.operators:
            return Role.OPERATOR
        return role_in(self._gateway.get_guild(int(guild)), data)


async def ended(task: asyncio.Task[None]) -> None:
    """Cancels it and waits until it is over."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
