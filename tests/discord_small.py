"""A bot on Discord as small as can be: a real discord.py client, the interactions' half of the
platform, and nothing of its other half but what a talk needs. For tests on the loopback server.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import blake2s
from pathlib import Path

import discord
from discord.http import Route

from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.drafts import Pace, cut_pages
from bot.engine.scripted import ScriptedEngine
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
    RoomId,
    Say,
    Voice,
)
from bot.languages.catalogue import say
from bot.languages.names import LANGUAGES, first_known
from bot.operate.metrics import Metrics
from bot.platforms.discord import names
from bot.platforms.discord.asked import Asked
from bot.platforms.discord.asker import FAILED
from bot.platforms.discord.buttons import Body, Buttons
from bot.platforms.discord.native import register
from bot.platforms.discord.signing import Seal
from bot.platforms.discord.suggestions import Suggestions
from bot.store.house import House
from bot.store.keys import make_master_key, read_master_key
from bot.text import Text
from tests.conftest import HABITS, read_personas
from tests.discord import DiscordServer
from tests.discord.people import Person

HOME = CommunityId("discord:home")
ZONES = ("Europe/Berlin", "Europe/Lisbon", "Asia/Tokyo")


def words(text: Text, author: Author) -> str:
    return say(text, first_known(author.language))


class TinyPlatform(discord.Client):
    """What it hears stands in `heard`; whoever reads `events` gets it, too."""

    name = "discord"
    prefix = "/"
    pace = Pace(page_chars=2000, gap_s=0.0)

    def __init__(self, server: DiscordServer, *, is_listed: bool = False) -> None:
        intents = discord.Intents(guilds=True, dm_messages=True)
        super().__init__(intents=intents, guild_ready_timeout=0.01, max_messages=None)
        self.server = server
        self.is_listed = is_listed
        self.heard: list[Event] = []
        self.done: list[Action] = []
        self.restricted: frozenset[int] | None = None
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(1000)
        self._last: dict[RoomId, EventId] = {}
        seal = Seal(server.token)
        self.seal = seal
        self.buttons = Buttons(seal=seal, words=words, change=self._draw)
        personas = read_personas().values()
        self.asked = Asked(
            seal=seal,
            buttons=self.buttons,
            suggestions=Suggestions(
                personas=lambda: [(one.name, one.id) for one in personas],
                zones=lambda: ZONES,
                languages=LANGUAGES.values,
                is_listed=is_listed,
            ),
            words=words,
            sponsor=lambda _: HOME,
            prefix="/",
        )

    async def setup_hook(self) -> None:
        self.restricted = await register(self, is_listed=self.is_listed)
        self.asked.trust(self.restricted)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if event := await self.asked.take(interaction):
            self._hear(event)

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot:
            return
        room = names.direct_room(str(message.channel.id), HOME)
        person, name = names.person_id(str(message.author.id)), message.author.display_name
        author = Author(person, name, language=self.asked.language_of(person))
        id_ = EventId(str(message.id))
        self.buttons.meet(room, author)
        self._hear(Message(id_, room, author, message.content, names.time_of(id_)))

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        self._queue.put_nowait(event)
        self.server.world.changed()

    def person(self, id_: str) -> PersonId:
        return names.person_id(id_)

    def buttons_room(self, channel: str) -> RoomId:
        return names.direct_room(channel, HOME).id

    @asynccontextmanager
    async def resting(self, person: Person) -> AsyncIterator[None]:
        """What is done in the block is answered at its end, down to the last button."""
        before = self._rests(person)
        yield
        await self.server.until(lambda: self._rests(person) > before, "a rest")

    def _rests(self, person: Person) -> int:
        room = names.direct_room(person.dm.id, HOME)
        return sum(one == Idle(room) for one in self.done)

    # --- The bot's side -----------------------------------------------------------------------

    async def _draw(self, room: RoomId, message: EventId, rows: list[Body]) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=names.channel_of(room), message_id=message)
        # What is gone needs no buttons.
        with suppress(*FAILED):
            await self.http.request(route, json={"components": rows})

    def reaches(self, person: PersonId) -> bool:
        return person.startswith("discord:")

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        return (HOME,)

    def name_of(self, _community: CommunityId) -> str | None:
        return None

    async def events(self) -> AsyncGenerator[Event, None]:
        while (event := await self._queue.get()) is not None:
            self.asked.tell(event)
            yield event

    async def do(self, action: Action) -> EventId | None:
        shown = await self._do(action)
        self.done.append(action)
        self.server.world.changed()
        return shown

    async def _do(self, action: Action) -> EventId | None:
        match action:
            case Say():
                return await self._say(action)
            case Revise(room, id_, text):
                await self._ask("PATCH", room.id, f"/{id_}", {"content": text})
            case Remove(room, id_, _):
                await self._ask("DELETE", room.id, f"/{id_}")
            case Idle(room):
                await self.asked.rest(room)
                if room.id in self._last:
                    await self.buttons.show(room, self._last[room.id])
            case Busy():
                pass
        return None

    async def _say(self, action: Say) -> EventId:
        is_answer, shown = await self.asked.answer(action)
        if not is_answer:
            pages = cut_pages(action.text, 2000)
            for number, page in enumerate(pages):
                nonce = blake2s(f"{action.nonce} {number}".encode(), digest_size=12).hexdigest()
                body: Body = {"content": page, "nonce": nonce, "enforce_nonce": True}
                if number == len(pages) - 1:
                    body["components"] = self.buttons.under(action)
                made = await self._ask("POST", action.room.id, "", body)
                shown = EventId(str(made["id"]))
            assert shown is not None
            await self.buttons.said(action, shown)
        assert shown is not None
        if action.voice is Voice.PERSONA:
            self._last[action.room.id] = shown
        return shown

    async def _ask(self, method: str, room: RoomId, rest: str, body: Body | None = None) -> Body:
        route = Route(method, f"/channels/{names.channel_of(room)}/messages{rest}")
        made: Body = await self.http.request(route, json=body)
        return made

    def hang_up(self) -> None:
        self._queue.put_nowait(None)


async def come_in(client: TinyPlatform, person: Person) -> None:
    """Through the door, by words."""
    for text in ("hello", "next", "next", "yes", "done"):
        async with client.resting(person):
            await person.writes(person.dm, text)


@asynccontextmanager
async def tiny(server: DiscordServer, *, is_listed: bool = False) -> AsyncIterator[TinyPlatform]:
    """Connected, with its commands registered."""
    client = TinyPlatform(server, is_listed=is_listed)
    async with client:
        running = asyncio.create_task(client.start(server.token))
        await server.until(lambda: server.gateway.sessions and client.restricted is not None)
        yield client
        await client.close()
        await running


@asynccontextmanager
async def whole_bot(
    server: DiscordServer, folder: Path, engine: ScriptedEngine | None = None
) -> AsyncIterator[TinyPlatform]:
    """Everything but Discord and the model: house, vaults, policy, dispatch."""
    key_file = folder.parent / f"{folder.name}.key"
    key = read_master_key(key_file) if key_file.exists() else make_master_key(key_file)
    engine = engine or ScriptedEngine()

    def clock() -> float:
        return server.world.now()

    house = await House.open(folder, key, open_vaults=64, idle_s=300.0, clock=clock)
    conversation = Conversation(
        house=house,
        engine=engine,
        personas=read_personas(),
        habits=HABITS,
        metrics=Metrics(),
        clock=clock,
    )
    dispatch = Dispatch(conversation, waiting=8, rooms=100, stop_s=5.0)
    await engine.start()
    try:
        async with tiny(server) as client, asyncio.TaskGroup() as group:
            group.create_task(dispatch.run([client]))
            yield client
            client.hang_up()
    finally:
        await engine.close()
        await house.close()
