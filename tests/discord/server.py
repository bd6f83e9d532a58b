"""The server as a test holds it: builds its parts, listens on loopback, makes faults by one line."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web

from tests.discord import threads
from tests.discord.buckets import Limit
from tests.discord.commands import Commands
from tests.discord.emojis import Emojis
from tests.discord.faults import Faults, Request
from tests.discord.gateway import Gateway
from tests.discord.guilds import Size, crowded, new_guild, permit, role_payload
from tests.discord.interactions import Interactions
from tests.discord.limits import ATTACHMENTS, FILE
from tests.discord.lines import INVALID, RECONNECT, plain
from tests.discord.messages import Messages
from tests.discord.people import Person
from tests.discord.places import Places
from tests.discord.pointing import pointed_at
from tests.discord.reactions import Reactions
from tests.discord.refusals import Body
from tests.discord.rest import door
from tests.discord.state import TEXT, THREAD_PRIVATE, THREAD_PUBLIC, Channel, Guild, Shown
from tests.discord.thread_routes import ThreadRoutes
from tests.discord.webhooks import Webhooks, make
from tests.discord.wire import bits, event_payload, guild_payload, member_payload
from tests.discord.world import World

ROOM_FOR_FILES = ATTACHMENTS * FILE + (1 << 20)


class DiscordServer:
    def __init__(self, shards: int = 1) -> None:
        self.world = World(shards=shards)
        self.faults = Faults()
        self.gateway = Gateway(self.world)
        self.messages = Messages(self.world)
        self.interactions = Interactions(self.world, self.messages)
        self.token = self.world.token
        self.application = self.world.application
        self.base = ""

    def app(self) -> web.Application:
        app = web.Application(
            middlewares=[door(self.world, self.faults)], client_max_size=ROOM_FOR_FILES
        )
        parts = (
            Places(self.world),
            ThreadRoutes(self.world),
            Commands(self.world),
            Emojis(self.world),
            self.messages,
            Reactions(self.world),
            self.interactions,
            Webhooks(self.world, self.messages),
        )
        for part in parts:
            part.add_to(app)
        app.router.add_get("/gateway-socket", self.gateway.serve)
        app.router.add_get("/gateway-socket/", self.gateway.serve)
        return app

    @property
    def identified(self) -> int:
        """How often a client has begun a session."""
        return self.gateway.counted["identify"]

    @property
    def is_connected(self) -> bool:
        return bool(self.gateway.sessions)

    @property
    def requests(self) -> list[Request]:
        return self.faults.requests

    def person(self, name: str, *, adult: bool = True, locale: str = "en-US") -> Person:
        made = self.world.user(name)
        return Person(made, self.world, self.messages, self.interactions, locale, adult)

    def guild(self, name: str, *, owner: Person | None = None) -> Guild:
        made = new_guild(self.world, name, (owner or self.person("Owner")).id)
        self.gateway.greet(made)
        return made

    def many_guilds(
        self, count: int, members: int, *, channels: int = 1, roles: int = 0
    ) -> list[Guild]:
        """Their members are only numbers until `member_of` or a request."""
        size = Size(members, channels, roles)
        made = list(crowded(self.world, self.person("Owner").id, count, size))
        for one in made:
            self.gateway.greet(one)
        return made

    def member_of(self, guild: Guild, number: int) -> Person:
        """Somebody of a guild's crowd, who may act from now on."""
        person = str(guild.crowd[number])
        self.world.users[person] = self.world.known(person) or {}
        guild.members.setdefault(person, [])
        return Person(person, self.world, self.messages, self.interactions)

    def role(self, guild: Guild, name: str, *permissions: str) -> str:
        payload = role_payload(self.world.new_id(), name, bits(list(permissions)))
        guild.roles.append(payload)
        self.world.tell("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": payload}, guild.id)
        return str(payload["id"])

    def joins(self, guild: Guild, person: Person, *roles: str) -> None:
        """Joins, or has these roles from now on."""
        event = "GUILD_MEMBER_UPDATE" if person.id in guild.members else "GUILD_MEMBER_ADD"
        guild.members[person.id] = list(roles)
        told = member_payload(self.world, guild, person.id)
        self.world.tell(event, told | {"guild_id": guild.id}, guild.id)

    def leaves(self, guild: Guild, person: Person) -> None:
        del guild.members[person.id]
        told: Body = {"guild_id": guild.id, "user": self.world.users[person.id]}
        self.world.tell("GUILD_MEMBER_REMOVE", told, guild.id)

    def channel(self, guild: Guild, name: str, *, nsfw: bool = False) -> Channel:
        made = Channel(self.world.new_id(), TEXT, name, guild, nsfw)
        return self.add("CHANNEL_CREATE", made)

    def thread(self, parent: Channel, name: str, *people: Person, private: bool = False) -> Channel:
        kind = THREAD_PRIVATE if private else THREAD_PUBLIC
        made = threads.start(self.world, parent, {"name": name}, kind, self.application)
        made.people += [one.id for one in people]
        return made

    def lose(self, guild: Guild, *, outage: bool = False) -> None:
        """The bot is put out; or, in an outage, the guild is away until it is told again."""
        told: Body = {"id": guild.id} | ({"unavailable": True} if outage else {})
        self.world.tell("GUILD_DELETE", told, guild.id)
        if not outage:
            self.world.forget(guild)

    def find(self, guild: Guild) -> None:
        """The end of an outage."""
        self.gateway.greet(guild)

    def rename(self, guild: Guild, name: str) -> None:
        guild.name = name
        self.world.tell("GUILD_UPDATE", guild_payload(self.world, guild, members=[]), guild.id)

    def webhook(self, channel: Channel, name: str, by: Person) -> str:
        """One that a person made; its id."""
        return str(make(self.world, channel, {"name": name}, by.id, own=False)["id"])

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """As a moderator or time does it."""
        threads.change(self.world, thread, {"archived": True, "locked": locked})

    def delete(self, channel: Channel) -> None:
        """As a moderator does it: a thread, or a channel with its threads."""
        threads.delete(self.world, channel)

    def add(self, event: str, made: Channel) -> Channel:
        assert made.guild is not None
        self.world.channels[made.id] = made
        made.guild.channels.append(made)
        self.gateway.new_channel(event, made.id)
        return made

    def forbid(self, channel: Channel, whom: str, *names: str) -> None:
        """Takes permissions in a channel from a role's or a member's id."""
        overwrite = {"id": whom, "type": 0, "allow": "0", "deny": str(bits(list(names)))}
        channel.overwrites.append(overwrite)
        self.gateway.new_channel("CHANNEL_UPDATE", channel.id)

    def restrict(self, channel: Channel, *, nsfw: bool) -> None:
        """A moderator sets or takes away a channel's age restriction."""
        channel.nsfw = nsfw
        self.gateway.new_channel("CHANNEL_UPDATE", channel.id)

    def permit(self, guild: Guild, command: str, whom: str, *, allowed: bool) -> None:
        """What a guild's moderators say of a command: for a role, a person or a channel by its id."""
        permit(self.world, guild, command, whom, allowed=allowed)

    async def until(self, there: Callable[[], Any], what: str = "what the test waits for") -> Any:
        return await self.world.until(there, what)

    def pass_time(self, seconds: float) -> None:
        """Moves the server's clock: tokens grow old, limits reset."""
        self.world.ahead_s += seconds
        self.world.changed()

    def drop_gateway(self) -> None:
        """Every connection breaks without a goodbye; sessions stay and can be resumed."""
        for line in list(self.gateway.lines):
            line.drop()

    def close_gateway(self, code: int) -> None:
        for line in list(self.gateway.lines):
            line.hang_up(code)

    def ask_to_reconnect(self) -> None:
        for line in list(self.gateway.lines):
            line.send(plain(RECONNECT))

    def invalidate(self, *, resumable: bool) -> None:
        if not resumable:
            self.gateway.sessions.clear()
        for line in list(self.gateway.lines):
            line.send(plain(INVALID, data=resumable))

    def cut_next(self, code: int = 4000) -> None:
        """The next event breaks off in the middle of its compressed frame, and the line closes."""
        for line in self.gateway.lines:
            line.cuts_with = code

    def send_broken(self, event: str = "MESSAGE_CREATE", **data: Any) -> None:
        """An event as no page describes it: it has only what is given here."""
        for session in self.gateway.sessions.values():
            session.tell(event, data)

    def repeat(self, channel: Channel, shown: Shown) -> None:
        """Tells of a message once more, under another sequence number."""
        guild = channel.guild.id if channel.guild else None
        self.world.tell("MESSAGE_CREATE", event_payload(self.world, channel, shown.data), guild)

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """What happens inside is told when the block ends, the last first."""
        self.gateway.held = []
        try:
            yield
        finally:
            self.gateway.out_of_order()

    @contextmanager
    def ready_late(self) -> Iterator[None]:
        """Who identifies inside gets their READY when the block ends."""
        self.gateway.late = []
        try:
            yield
        finally:
            self.gateway.ready_now()

    def refuse_resume(self) -> None:
        self.gateway.resumable = False

    def stop_acks(self) -> None:
        self.gateway.acks = False

    def start_acks(self) -> None:
        self.gateway.acks = True

    def disallow(self, intents: int) -> None:
        """Intents that this application has not been granted (close code 4014)."""
        self.gateway.disallowed = intents

    def limit(
        self,
        route: str,
        after: int,
        *,
        window_s: float = 5.0,
        scope: str = "user",
        also: tuple[str, ...] = (),
    ) -> None:
        """`route` as the account names it, or `*` with scope `global`; `also` shares its bucket."""
        self.faults.limits.set([route, *also], Limit(route, after, window_s, scope))

    def limit_edits(self, after: int = 5, *, window_s: float = 5.0) -> None:
        """As Discord is known to limit edits, for each channel by itself."""
        self.limit("PATCH /channels/{}/messages/{}", after, window_s=window_s)

    def fail(self, route: str, status: int, *, times: int = 1) -> None:
        """The next requests; a 429 among them is a shared limit's, whatever the clock says."""
        self.faults.failures.setdefault(route, []).extend([status] * times)

    def latency(self, seconds: float, route: str = "*") -> None:
        """Each request waits so long in real time: for benches; a test holds one by `delay`."""
        self.faults.latencies[route] = seconds

    def break_off(self, route: str, *, times: int = 1, done: bool = True) -> None:
        """The line breaks in the middle of the answer, or before anything is done."""
        self.faults.breaks.setdefault(route, []).extend([done] * times)

    @contextmanager
    def delay(self, route: str) -> Iterator[None]:
        """Requests of a route wait until the block ends: no time is measured."""
        self.faults.delays[route] = asyncio.Event()
        try:
            yield
        finally:
            self.faults.delays.pop(route).set()


@asynccontextmanager
async def discord_server(*, shards: int = 1) -> AsyncIterator[DiscordServer]:
    """A server on a free port of loopback, with discord.py pointed at it inside the block."""
    server = DiscordServer(shards)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base = server.world.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        with pointed_at(server.base):
            yield server
    finally:
        await server.gateway.close()
        await runner.cleanup()
