"""A world on paper: a platform that writes down what it is asked to do, and forgets nothing.

It behaves like a chat service: messages have ids, a nonce is shown once, revisions replace.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from bot.drafts import Pace
from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine, repeat_back
from bot.events import (
    Action,
    AgeGates,
    Author,
    Busy,
    CommunityId,
    Event,
    EventId,
    Idle,
    InRoom,
    Left,
    Message,
    PersonId,
    Remove,
    Revise,
    Role,
    Room,
    RoomId,
    Say,
    Typing,
    Voice,
)


@dataclass
class Shown:
    """One message of the bot, as a person sees it, and everything it ever was."""

    id: EventId
    room: RoomId
    voice: Voice
    text: str
    history: list[str] = field(default_factory=list)
    alone: PersonId | None = None
    """Who alone sees it, where others read along."""


class PaperPlatform:
    def __init__(self, name: str = "paper", pace: Pace | None = None) -> None:
        self._name = name
        self._pace = pace or Pace(page_chars=2000, gap_s=0.0)
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(maxsize=10_000)
        self._numbers = itertools.count(1)
        self._by_nonce: dict[str, EventId] = {}
        self._idle: dict[RoomId, asyncio.Event] = {}
        self._untaken: Counter[RoomId] = Counter()
        """Events that were told and that the bot has not taken yet."""
        self.tea = CommunityId(f"{name}:tea")
        self.places: dict[PersonId, tuple[CommunityId, ...] | None] = {}
        """Where people are, who are not in tea and nowhere else; None: no answer."""
        self.called: dict[CommunityId, str] = {}
        """What communities are called; of others only the id is known."""
        self.asked: list[PersonId] = []
        """Of whom it was asked where they are."""
        self.shown: list[Shown] = []
        self.actions: list[Action] = []
        self.on_action: asyncio.Event = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name

    @property
    def pace(self) -> Pace:
        return self._pace

    @property
    def prefix(self) -> str:
        return "/"

    async def communities(self, person: PersonId) -> tuple[CommunityId, ...] | None:
        self.asked.append(person)
        return self.places.get(person, (self.tea,))

    def name_of(self, community: CommunityId) -> str | None:
        return self.called.get(community)

    def reaches(self, person: PersonId) -> bool:
        return person.startswith(f"{self._name}:")

    async def events(self) -> AsyncGenerator[Event, None]:
        while (event := await self._events.get()) is not None:
            if not isinstance(event, Left | AgeGates):
                self._untaken[event.room.id] -= 1
            yield event
            self._events.task_done()

    async def do(self, action: Action) -> EventId | None:
        self.actions.append(action)
        self.on_action.set()
        match action:
            case Say():
                if action.nonce in self._by_nonce:
                    return self._by_nonce[action.nonce]
                event_id = EventId(f"b{next(self._numbers)}")
                self._by_nonce[action.nonce] = event_id
                # On paper a text file is read where it lies.
                text = (action.file and action.file.text) or action.text
                shown = Shown(event_id, action.room.id, action.voice, text, [text])
                shown.alone = None if action.room.is_direct else action.alone
                self.shown.append(shown)
                return event_id
            case Revise():
                (shown,) = [s for s in self.shown if s.id == action.id]
                shown.text = action.text
                shown.history.append(action.text)
            case Remove():
                self.shown = [s for s in self.shown if s.id != action.id]
            case Busy():
                pass
            case Idle():
                # Else it rested before it had heard all that was told.
                if not self._untaken[action.room.id]:
                    self._idle_of(action.room.id).set()
        return None

    # --- The people's side --------------------------------------------------------------------

    def message(self, text: str, person: str = "ada", role: Role = Role.MEMBER) -> Message:
        author = Author(PersonId(f"{self._name}:{person}"), person.title(), role)
        room = Room(RoomId(f"{self._name}:{person}"), True, self.tea)
        number = next(self._numbers)
        return Message(EventId(f"p{number}"), room, author, text, at=1_000_000.0 + number)

    def write(self, text: str, person: str = "ada", role: Role = Role.MEMBER) -> Message:
        """Somebody writes, and does not wait."""
        message = self.message(text, person, role)
        self.tell(message)
        return message

    def type(self, person: str = "ada") -> Typing:
        """Somebody begins to write. Nothing comes of it, so the room rests on."""
        message = self.message("", person)
        typing = Typing(message.room, message.author)
        self._untaken[typing.room.id] += 1
        self._events.put_nowait(typing)
        return typing

    def tell(self, event: InRoom) -> None:
        self._idle_of(event.room.id).clear()
        self._untaken[event.room.id] += 1
        self._events.put_nowait(event)

    async def say(self, text: str, person: str = "ada", role: Role = Role.MEMBER) -> list[Shown]:
        """Somebody writes and waits until the bot rests; what came new."""
        before = len(self.shown)
        message = self.write(text, person, role)
        await self.rest(message.room.id)
        return [s for s in self.shown[before:] if s.room == message.room.id]

    async def rest(self, room: RoomId) -> None:
        async with asyncio.timeout(60):
            await self._idle_of(room).wait()

    async def until_shown(self, voice: Voice = Voice.PERSONA, count: int = 1) -> None:
        async with asyncio.timeout(60):
            while sum(s.voice is voice for s in self.shown) < count:
                self.on_action.clear()
                await self.on_action.wait()

    async def leave(self, person: str = "ada", community: CommunityId | None = None) -> None:
        """Somebody leaves, and the platform tells it; until the bot has taken it in."""
        author = self.message("", person).author
        gone = community or self.tea
        self.places[author.id] = tuple(
            one for one in self.places.get(author.id) or (self.tea,) if one != gone
        )
        self._events.put_nowait(Left(author, gone))
        await self.read()

    async def read(self) -> None:
        """Until the bot has taken everything from here."""
        async with asyncio.timeout(60):
            await self._events.join()

    def hang_up(self) -> None:
        self._events.put_nowait(None)

    def _idle_of(self, room: RoomId) -> asyncio.Event:
        return self._idle.setdefault(room, asyncio.Event())


class Drawer:
    """A locker as a dictionary, which outlives the bot in a test."""

    def __init__(self, **kept: bytes) -> None:
        self.kept = kept

    async def keep(self, name: str, secret: bytes) -> None:
        self.kept[name] = secret

    async def fetch(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def drop(self, name: str) -> None:
        self.kept.pop(name, None)


class Clock:
    """Time passes when a test says so."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_hours(self, hours: float) -> None:
        self.now += hours * 3600


def in_shared_room(message: Message) -> Message:
    return replace(message, room=replace(message.room, is_direct=False))


def on_telephone(message: Message) -> Message:
    """From another device, which has a direct room of its own."""
    return replace(message, room=replace(message.room, id=RoomId(f"{message.room.id}'s telephone")))


def writes(*replies: str) -> ScriptedEngine:
    """An engine with these answers, one after the other."""
    lines = iter(replies)
    return ScriptedEngine(lambda _: next(lines))


def in_turn(after: int = 0) -> ScriptedEngine:
    """The first tide, the second tide, …"""
    tides: list[Prompt] = []

    def next_tide(prompt: Prompt) -> str:
        tides.append(prompt)
        return f"This is tide {after + len(tides)}."

    return ScriptedEngine(next_tide)


class Held:
    """An engine that stops before a piece, until it is let go on."""

    def __init__(self, text: str | None = None, *, at: int) -> None:
        self._go = asyncio.Event()
        self._at = at
        self.reached = asyncio.Event()
        script = repeat_back if text is None else lambda _: text
        self.engine = ScriptedEngine(script, before_piece=self._before)

    def go(self) -> None:
        self._go.set()

    async def _before(self, count: int) -> None:
        if count == self._at:
            self.reached.set()
            await self._go.wait()


def spoken(shown: list[Shown]) -> list[str]:
    """The persona's words."""
    return [one.text for one in shown if one.voice is Voice.PERSONA]


def noticed(shown: list[Shown]) -> str:
    """What the bot said as itself."""
    return "\n".join(one.text for one in shown if one.voice is Voice.NOTICE)
