"""A random walk through everything that people do with what is remembered of them, and what must
never be seen on the way.

Every sentence of a person carries a canary, a word that stands nowhere else. What was forgotten is
in no prompt from then on, and, once nobody waits, in no file, no log and no state of the engine;
what was said to one persona, under one sponsor, in one session that keeps nothing, is in no prompt
of another (INVARIANTS I1, I5, I6; SAFETY P3, A10, P6).

The same code runs without encryption, so that a search of the files means something. What it does
not know is how anything is kept.
"""

import itertools
import json
import logging
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlcipher3

from bot.engine.base import Prompt
from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, Deleted, Edited, EventId, Message, Room
from bot.files import Attached, Unread
from bot.jobs import LONG_QUIET_S
from bot.personas import load_personas
from bot.story import StoryTelling
from tests.conftest import PERSONAS as PERSONA_FILES
from tests.conftest import Parlour, running
from tests.fakes import Clock, PaperPlatform

PEOPLE = ("ada", "ben")
PERSONAS = ("wren", "tock")
DOOR = ("hello", "next", "next", "yes", "done")
CANARY = re.compile(r"quokka\d{6}x", re.IGNORECASE)
CANARY_BYTES = re.compile(rb"quokka\d{6}x", re.IGNORECASE)
TALK = (
    "My sister is called {}.",
    "I live in {} now.",
    "I promised Ole to mend the {} before winter.",
    "My dog {} sleeps all day.",
    "I changed my mind, my favourite tea is {}.",
    "In the story the lamplighter hides the {} under the mill.",
    "{} is a word that I like.",
)
ASK = (
    "What is my sister called?",
    "Where do I live now?",
    "What did I promise to Ole?",
    "Do you remember my dog?",
    "Which tea do I like?",
    "What did the lamplighter hide?",
)
CONTEXT = 1400
"""Tokens: windows are trimmed every dozen messages, and stories told."""
OF_A_FILE, OF_A_FACT = -1, -2
"""In the place of a session's number."""
SEARCH_EVERY = 40
"""Operations between two looks into every file."""


class Seen(AssertionError):
    """Something was where it must not be: the operation after which, and where; never a word."""


@dataclass(slots=True)
class Said:
    """One sentence that carries a canary."""

    canary: str
    message: Message
    scope: tuple[str, str]
    """With which persona, as whose guest."""
    session: int
    is_kept: bool
    """Whether memory was on when it was said, and ever since."""
    past: tuple[str, ...] = ()
    """What stood there before it was edited: the transcript keeps it, and no prompt has it."""


@dataclass(slots=True)
class Mind:
    """What is known of one person by the walk."""

    name: str
    sponsor: CommunityId
    is_in: bool = False
    remembers: bool = False
    session: int = 0
    scope: tuple[str, str] = ("", "")
    incognito: int = 0
    """The session that keeps nothing; 0 where there is none."""
    said: dict[str, Said] = field(default_factory=dict)
    order: list[tuple[int, Message, str]] = field(default_factory=list)
    """What was said, and the canary in it, if there is one: what `undo` takes back."""


class Walk:
    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance = folder, random.Random(seed)
        self._clock = Clock()
        self._lake = CommunityId("paper:lake")
        self._minds = {name: Mind(name, PaperPlatform().tea) for name in PEOPLE}
        self._numbers = itertools.count(1)
        self._logged = Logged()
        self._read = 0
        self.gone: dict[str, str] = {}
        """What was forgotten, and how."""
        self._doing = ""
        self.counts: Counter[str] = Counter()
        self.done = self.searches = self.recalled = 0

    async def run(self, steps: int) -> None:
        """Raises Seen. The bot is started anew now and then."""
        with without_encryption(), self._logged.listening():
            while self.done < steps:
                personas = load_personas(PERSONA_FILES)
                engine = ScriptedEngine(script, context_tokens=CONTEXT)
                kinds = (StoryTelling(personas, CONTEXT),)
                folder, paper, clock = self._folder, PaperPlatform(), self._clock
                live = running(folder, engine, paper=paper, clock=clock, kinds=kinds)
                async with live as parlour:
                    more = min(steps, self.done + self._chance.randrange(60, 200))
                    await self._live(parlour, more)

    async def _live(self, parlour: Parlour, until: int) -> None:
        self._read = 0
        for name in PEOPLE:
            account = parlour.paper.message("", name).author.id
            parlour.paper.places[account] = (parlour.paper.tea, self._lake)
        operations = self._operations()
        while self.done < until:
            mind = self._minds[self._chance.choice(PEOPLE)]
            (operation,) = self._chance.choices(list(operations), list(operations.values()))
            self.done += 1
            name = self._doing = operation.__name__.strip("_")
            self.counts[name] += 1
            if not mind.is_in:
                await self._come_in(parlour, mind)
            await operation(parlour, mind)
            self._look_at_prompts(parlour, mind, name)
            if self.done % SEARCH_EVERY == 0:
                await self._search(parlour, name)
        await self._search(parlour, "the end")

    def _operations(self) -> dict["Operation", int]:
        return {
            self._talk: 40,
            self._ask: 12,
            self._edit: 6,
            self._delete: 7,
            self._undo: 4,
            self._another: 3,
            self._new: 3,
            self._other_persona: 4,
            self._other_sponsor: 4,
            self._memory_on: 4,
            self._memory_off: 2,
            self._incognito: 3,
            self._bring: 1,
            self._add_fact: 2,
            self._forget_one: 3,
            self._forget_all: 1,
            self._time_passes: 5,
            self._leave: 1,
            self._erase: 1,
        }

    # --- What people do -----------------------------------------------------------------------

    async def _come_in(self, parlour: Parlour, mind: Mind) -> None:
        for answer in DOOR:
            await self._say(parlour, mind, answer)
        mind.is_in = True
        if self._chance.random() < 0.8:
            await self._say(parlour, mind, "/memory on")
        await self._settle(parlour, mind)

    async def _talk(self, parlour: Parlour, mind: Mind) -> None:
        canary = self._canary()
        message = await self._say(parlour, mind, self._chance.choice(TALK).format(canary))
        await self._settle(parlour, mind)
        kept = mind.remembers and not mind.incognito
        mind.said[canary.lower()] = Said(canary, message, mind.scope, mind.session, kept)
        mind.order.append((mind.session, message, canary.lower()))

    async def _ask(self, parlour: Parlour, mind: Mind) -> None:
        message = await self._say(parlour, mind, self._chance.choice(ASK))
        await self._settle(parlour, mind)
        mind.order.append((mind.session, message, ""))

    async def _edit(self, parlour: Parlour, mind: Mind) -> None:
        if (said := self._one_of(mind)) is None:
            return
        canary, one = self._canary(), said.message
        text = self._chance.choice(TALK).format(canary)
        parlour.paper.tell(Edited(one.room, one.author, one.id, text, self._clock()))
        await parlour.paper.read()
        del mind.said[said.canary.lower()]
        mind.said[canary.lower()] = replace(
            said, canary=canary, past=(*said.past, said.canary.lower())
        )
        mind.order = [
            (session, said_then, canary.lower() if said_then.id == one.id else old)
            for session, said_then, old in mind.order
        ]
        await self._settle(parlour, mind)
        await self._ask(parlour, mind)

    async def _delete(self, parlour: Parlour, mind: Mind) -> None:
        if (said := self._one_of(mind)) is None:
            return
        one = said.message
        parlour.paper.tell(Deleted(one.room, one.author, one.id, self._clock()))
        await parlour.paper.read()
        self._forget(mind, [said])
        mind.order = [entry for entry in mind.order if entry[1].id != one.id]
        await self._settle(parlour, mind)
        await self._ask(parlour, mind)

    async def _undo(self, parlour: Parlour, mind: Mind) -> None:
        here = [entry for entry in mind.order if entry[0] == mind.session]
        if not here or not await self._session(parlour, mind):
            return
        await self._say(parlour, mind, "/undo")
        mind.order.remove(here[-1])
        if here[-1][2]:
            self._forget(mind, [mind.said[here[-1][2]]])
        await self._settle(parlour, mind)

    async def _another(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, self._chance.choice(["/again", "/back", "/continue"]))
        await self._settle(parlour, mind)

    async def _new(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/new")
        await self._settle(parlour, mind)

    async def _other_persona(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, f"/persona {self._chance.choice(PERSONAS)}")
        await self._settle(parlour, mind)

    async def _other_sponsor(self, parlour: Parlour, mind: Mind) -> None:
        """As the guest of the other community, whose door may have to be passed first."""
        mind.sponsor = self._lake if mind.sponsor != self._lake else parlour.paper.tea
        before = len(parlour.scripted.prompts)
        message = await self._say(parlour, mind, "Are you there?")
        if len(parlour.scripted.prompts) == before:
            await self._come_in(parlour, mind)
        else:
            await self._settle(parlour, mind)
            mind.order.append((mind.session, message, ""))

    async def _memory_on(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/memory on")
        await self._settle(parlour, mind)

    async def _memory_off(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/memory off")
        await self._settle(parlour, mind)

    async def _incognito(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, f"/incognito {'off' if mind.incognito else 'on'}")
        await self._settle(parlour, mind)

    async def _bring(self, parlour: Parlour, mind: Mind) -> None:
        """A history from elsewhere: it is talk of the persona of now, in no window."""
        if not await self._session(parlour, mind) or mind.incognito:
            return
        canaries = [self._canary() for _ in range(3)]
        rows = [
            {"is_user": True, "send_date": 1_700_000_000 + next(self._numbers), "mes": text}
            for text in (self._chance.choice(TALK).format(canary) for canary in canaries)
        ]
        header = {"character_name": mind.scope[0]}
        file = "\n".join(json.dumps(row) for row in (header, *rows))
        await self._say(parlour, mind, "/import", file)
        await self._say(parlour, mind, "/import yes")
        for canary in canaries:
            nowhere = parlour.paper.message("", mind.name)
            # It is no message on the platform: it can be neither edited nor deleted there.
            mind.said[canary.lower()] = Said(canary, nowhere, mind.scope, OF_A_FILE, mind.remembers)
        await self._settle(parlour, mind)

    async def _add_fact(self, parlour: Parlour, mind: Mind) -> None:
        if not await self._session(parlour, mind) or mind.incognito:
            return
        canary = self._canary()
        message = await self._say(parlour, mind, f"/memory add My boat is called {canary}.")
        if canary.lower() in await self._there(parlour, mind):
            mind.said[canary.lower()] = Said(canary, message, mind.scope, OF_A_FACT, True)
        else:
            self.gone[canary.lower()] = f"a fact that was not taken at {self.done}"
        await self._settle(parlour, mind)

    async def _forget_one(self, parlour: Parlour, mind: Mind) -> None:
        """By its number, with the persona to whom it was said."""
        said = self._one_of(mind)
        if said is None or said.scope != mind.scope or not await self._session(parlour, mind):
            return
        account = parlour.paper.message("", mind.name).author.id
        async with parlour.house.vault(account) as vault:
            turn = await vault.turn_of(said.message.room.id, said.message.id) if vault else None
        if turn is None:
            return
        await self._say(parlour, mind, f"/memory forget ~{turn.id}")
        await self._settle(parlour, mind)
        if said.canary.lower() in await self._there(parlour, mind):
            raise Seen(f"{self.done} (forget one): it was not forgotten")
        self._forget(mind, [said] if said.canary.lower() in mind.said else [])
        mind.order = [entry for entry in mind.order if entry[1].id != said.message.id]

    async def _forget_all(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/memory forget all confirm")
        if await self._there(parlour, mind):
            raise Seen(f"{self.done} (forget all): not all was forgotten")
        self._forget(mind, list(mind.said.values()))
        mind.order.clear()
        await self._settle(parlour, mind)

    async def _there(self, parlour: Parlour, mind: Mind) -> set[str]:
        """What an export would give."""
        account = parlour.paper.message("", mind.name).author.id
        async with parlour.house.vault(account) as vault:
            kept = str(await vault.export()) if vault else ""
        return {one.lower() for one in CANARY.findall(kept)}

    async def _time_passes(self, parlour: Parlour, mind: Mind) -> None:
        del mind
        self._clock.pass_hours(self._chance.choice([0.1, 1.5, 8.0]))
        await parlour.conversation.jobs.tick()

    async def _leave(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/leave")
        await self._settle(parlour, mind)
        mind.is_in = False

    async def _erase(self, parlour: Parlour, mind: Mind) -> None:
        await self._say(parlour, mind, "/erase confirm")
        self._forget(mind, list(mind.said.values()))
        mind.order.clear()
        mind.is_in = mind.remembers = False
        mind.session = mind.incognito = 0

    # --- What is known of it ------------------------------------------------------------------

    def _canary(self) -> str:
        return f"Quokka{next(self._numbers):06}x"

    def _one_of(self, mind: Mind) -> Said | None:
        """Any that the platform still shows, most often one of the last."""
        there = [said for said in mind.said.values() if said.session > 0]
        if not there:
            return None
        return self._chance.choice(there[-4:] if self._chance.random() < 0.6 else there)

    def _forget(self, mind: Mind, said: Sequence[Said]) -> None:
        for one in said:
            mind.said.pop(one.canary.lower(), None)
            kind = {OF_A_FILE: "of a file", OF_A_FACT: "a fact"}.get(one.session, "said")
            told = f"{kind}, forgotten by {self._doing} at {self.done}"
            self.gone |= dict.fromkeys((one.canary.lower(), *one.past), told)

    async def _say(self, parlour: Parlour, mind: Mind, text: str, file: str = "") -> Message:
        plain = parlour.paper.message(text, mind.name)
        room = Room(plain.room.id, is_direct=True, sponsor=mind.sponsor)
        # No event's number comes twice, also after a restart.
        id_ = EventId(f"w{next(self._numbers)}")
        message = replace(plain, id=id_, room=room, at=self._clock())
        if file:
            message = replace(message, attached=(_attached(file.encode()),))
        parlour.paper.tell(message)
        await parlour.paper.rest(room.id)
        return message

    async def _session(self, parlour: Parlour, mind: Mind) -> bool:
        """Whether one is open, here, as whose guest they are now."""
        account = parlour.paper.message("", mind.name).author.id
        async with parlour.house.vault(account) as vault:
            session = await vault.session() if vault else None
        return session is not None and session.sponsor == mind.sponsor

    async def _settle(self, parlour: Parlour, mind: Mind) -> None:
        """What the vault says of session and consent; what ended with them is forgotten."""
        account = parlour.paper.message("", mind.name).author.id
        async with parlour.house.vault(account) as vault:
            assert vault is not None
            session = await vault.session()
            mind.remembers = await vault.consent("memory") is not None
        if not mind.remembers:
            for said in mind.said.values():
                said.is_kept = False
            # SAFETY A10: what was nowhere but in memory is nowhere now.
            self._forget(mind, [one for one in mind.said.values() if one.session == OF_A_FACT])
        if mind.incognito and (session is None or session.id != mind.incognito):
            ended = [one for one in mind.said.values() if one.session == mind.incognito]
            self._forget(mind, ended)
            mind.order = [entry for entry in mind.order if entry[0] != mind.incognito]
            mind.incognito = 0
        if session is not None:
            mind.session = session.id
            mind.scope = (session.persona, str(session.sponsor))
            mind.incognito = session.id if session.is_incognito else 0

    # --- What must not be seen ----------------------------------------------------------------

    def _look_at_prompts(self, parlour: Parlour, mind: Mind, after: str) -> None:
        prompts = parlour.scripted.prompts
        for prompt in prompts[self._read :]:
            owner = self._owner(parlour, prompt)
            for canary in _canaries(prompt):
                said = owner.said.get(canary) if owner else None
                if said is None or owner is None:
                    what = "was forgotten" if canary in self.gone else "is another's, or edited"
                    raise Seen(f"{self.done} ({after}): what {what} is in a prompt")
                is_work = prompt.key.endswith("(work)")
                if is_work and not said.is_kept:
                    raise Seen(f"{self.done} ({after}): what is not to be kept is worked on")
                if is_work or owner is not mind or said.session == mind.session:
                    continue
                if not said.is_kept:
                    raise Seen(f"{self.done} ({after}): what was not to be kept came up again")
                if said.scope != mind.scope:
                    raise Seen(f"{self.done} ({after}): it was said to another persona or sponsor")
                self.recalled += 1
        self._read = len(prompts)

    def _owner(self, parlour: Parlour, prompt: Prompt) -> Mind | None:
        for mind in self._minds.values():
            account = parlour.paper.message("", mind.name).author.id
            if prompt.key.removesuffix(" (work)") == account:
                return mind
        return None

    async def _search(self, parlour: Parlour, after: str) -> None:
        """Once nobody waits: files, logs and what the engine holds."""
        self.searches += 1
        for _ in range(3):
            self._clock.pass_hours(LONG_QUIET_S / 3600 + 0.1)
            await parlour.conversation.jobs.tick()
        self._look_at_prompts(parlour, self._minds[PEOPLE[0]], "work")
        for file in sorted(self._folder.rglob("*")):
            content = b""
            # A vault that is let go of closes meanwhile, and its log goes.
            with suppress(FileNotFoundError, IsADirectoryError):
                content = file.read_bytes()
            found = {one.decode().lower() for one in CANARY_BYTES.findall(content)}
            if gone := sorted(self.gone[one] for one in found if one in self.gone):
                raise Seen(f"{self.done} ({after}): in {file.suffix}: {'; '.join(gone)}")
        held = [one for prompt in parlour.scripted.held.values() for one in _canaries(prompt)]
        if self.gone.keys() & set(held):
            raise Seen(f"{self.done} ({after}): the engine holds what was forgotten")
        if self._logged.has_seen:
            raise Seen(f"{self.done} ({after}): somebody's words are in a log")


Operation = Callable[[Parlour, Mind], Awaitable[None]]


def script(prompt: Prompt) -> str:
    """In talk an answer without a canary; of a summary, half of what was said, word by word."""
    if not prompt.background:
        return "I see. Tell me more of it."
    lines = [line.split(": ", 1)[-1] for line in prompt.parts[-1].text.splitlines()]
    return " ".join(dict.fromkeys(lines[::2]))


def _canaries(prompt: Prompt) -> list[str]:
    return [one.lower() for part in prompt.parts for one in CANARY.findall(part.text)]


def _attached(content: bytes) -> Attached:
    async def read(most: int) -> bytes | Unread:
        return content if len(content) <= most else Unread.TOO_LARGE

    return Attached("talk.jsonl", len(content), "text/plain", read)


class Logged(logging.Handler):
    """Looks at every record of every logger, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.has_seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.has_seen = self.has_seen or bool(CANARY.search(self.format(record)))

    @contextmanager
    def listening(self) -> Iterator[None]:
        root = logging.getLogger()
        before = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.setLevel(before)
            root.removeHandler(self)


class _Plain(sqlcipher3.Connection):  # type: ignore[misc]  # the library has no types
    """A connection that leaves its file as everybody can read it."""

    def execute(self, sql: str, *given: Any) -> Any:
        if sql.startswith("PRAGMA key"):
            return super().execute("SELECT 1")
        return super().execute(sql, *given)


@contextmanager
def without_encryption() -> Iterator[None]:
    """The library's own door, and nothing of ours, is another."""
    connect = sqlcipher3.connect

    def plainly(file: str, **given: Any) -> Any:
        return connect(file, factory=_Plain, **given)

    with patch.object(sqlcipher3, "connect", plainly):
        yield
