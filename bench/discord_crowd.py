"""People on the loopback Discord for a long run.

They write, edit, delete, stop, press and run commands, each when their last answer stands. It knows
the peer alone: nothing of the bot, which may be gone for a while.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from math import inf

from tests.discord import DiscordServer, Person
from tests.discord.offers import NotOffered
from tests.discord.state import Asked, Shown

ACKNOWLEDGED_S = 2.5
PATIENCE_S = 30.0
"""After it somebody writes again although the last message has no answer."""
QUIET_S = 5.0
"""When nothing has moved for so long, what stands is taken for the whole answer."""
RESTS_S = 0.5
WORDS = (
    "the tide comes in by the old harbour wall and the lamp above the door is lit while rain falls "
    "on the roof and somebody reads a letter aloud"
)
COMMANDS = ("/where", "/about", "/who", "/limits", "/remind")
UNKNOWN = "I cannot look up what I need to know"
"""How the sentence begins that refuses where Discord does not say who is a guest."""
PERSONA = 1 << 2
"""No previews: the flag of whatever a persona says."""


def reply_to(text: str) -> str:
    """What the scripted engine answers."""
    return f"You said: {text} {WORDS}."


@dataclass
class Written:
    """A message of somebody's, and what became of it."""

    shown: Shown
    at: float
    texts: list[str]
    wants_no_whole: bool = False
    """It was edited, deleted or stopped, so what was begun need not end."""
    may_go: bool = False
    """Deleted or stopped: it need not be answered."""
    agains: int = 0
    changed_at: list[float] = field(default_factory=list)
    """When it was edited or deleted."""
    answers: list[Shown] = field(default_factory=list)

    @property
    def allowed(self) -> int:
        return len(self.texts) + self.agains


@dataclass
class Somebody:
    person: Person
    written: list[Written] = field(default_factory=list)
    busy_until: float = 0.0

    def answers(self) -> list[Shown]:
        last = self.written[-1].at if self.written else 0.0
        bots = self.person.world.application
        return [
            one
            for one in self.person.dm.shown[-4:]
            if one.author == bots and one.flags & PERSONA and one.at >= last
        ]

    def has_whole_answer(self) -> bool:
        """The newest of them, at that: an answer may be written anew."""
        whole, answers = reply_to(self.written[-1].texts[-1]), self.answers()
        return bool(answers) and answers[-1].content == whole

    def last_kept(self) -> Written | None:
        """What the talk ends with: a message that was deleted is none of it, nor one that the bot
        did not take in, since it could not learn whose guest somebody is."""
        until = inf
        for one in reversed(self.written):
            if not one.shown.deleted and not self._was_refused(one, until):
                return one
            until = one.at
        return None

    def _was_refused(self, one: Written, until: float) -> bool:
        said = self.person.dm.shown
        return any(one.at <= m.at < until and m.content.startswith(UNKNOWN) for m in said)

    def is_free(self, now: float) -> bool:
        if now < self.busy_until:
            return False
        if not self.written:
            return True
        last = self.written[-1]
        if now - last.at > PATIENCE_S:
            return True
        if self.has_whole_answer():
            return self.is_quiet(now, RESTS_S)
        # Stopped, deleted, answered by the bot itself, or cut by a kill.
        silent = self.person.dm.shown and self.person.dm.shown[-1] is not last.shown
        return bool(silent) and self.is_quiet(now)

    def is_quiet(self, now: float, seconds: float = QUIET_S) -> bool:
        moved = (one.history[-1].at for one in self.person.dm.messages[-3:])
        return now - max(moved, default=0.0) > seconds


@dataclass
class Crowd:
    server: DiscordServer
    chance: random.Random
    everybody: list[Somebody] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    asked: list[Asked] = field(default_factory=list)

    async def come_in(self, person: Person) -> None:
        """By buttons alone, as the door offers them."""
        self.server.joins(next(iter(self.server.world.guilds.values())), person)
        await person.writes(person.dm, "hello")
        pressed: list[Shown] = []

        def offers(label: str) -> Shown | None:
            shown = self._offering(person, label)
            return None if shown in pressed else shown

        for label in ("next", "next", "yes", "done"):
            pressed.append(await self.server.until(partial(offers, label), f"{label!r}"))
            await person.presses(person.dm, pressed[-1], label)
        await self.server.until(
            lambda: any(one.flags & PERSONA for one in person.dm.shown), "a greeting"
        )
        self.everybody.append(Somebody(person))

    async def act(self) -> None:
        """One thing of one person's."""
        now = self.server.world.now()
        free = [one for one in self.everybody if one.is_free(now)]
        kind = self.chance.choices(
            ("write", "run", "press", "complete", "change"), (70, 9, 7, 4, 10)
        )[0]
        if kind == "change":
            await self._change(now)
            return
        if not free:
            return
        one = self.chance.choice(free)
        match kind:
            case "write":
                await self._write(one)
            case _:
                await self._ask(one, kind)

    async def _write(self, one: Somebody) -> None:
        if self.chance.random() < 0.5:
            await one.person.types(one.person.dm)
        self.did["messages"] += 1
        if one.written and not one.has_whole_answer():
            # What is being written stops for what comes now.
            one.written[-1].wants_no_whole = True
        text = f"This is message {self.did['messages']}, about the weather."
        shown = await one.person.writes(one.person.dm, text)
        one.written.append(Written(shown, shown.at, [text]))

    async def _ask(self, one: Somebody, kind: str) -> None:
        person, room = one.person, one.person.dm
        try:
            if kind == "run":
                asked = await person.runs(self.chance.choice(COMMANDS), room)
            elif kind == "complete":
                asked = await person.completes("/persona", room, "name", name="w")
            else:
                label = self.chance.choice(("More…", "Another answer", "Previous answer"))
                shown = self._offering(person, label)
                if shown is None:
                    return
                asked = await person.presses(room, shown, label)
                if label != "More…" and (last := one.last_kept()):
                    # One more answer, or one of before said once more, as far as it had come.
                    last.agains += 1
                    last.wants_no_whole |= label == "Previous answer"
        except NotOffered:
            return
        self.did[kind] += 1
        self.asked.append(asked)
        one.busy_until = self.server.world.now() + QUIET_S

    async def _change(self, now: float) -> None:
        """Of a message that is being answered, or was just now."""
        recent = [one for one in self.everybody if one.written and now - one.written[-1].at < 6.0]
        if not recent:
            return
        one = self.chance.choice(recent)
        last, room = one.written[-1], one.person.dm
        if last.may_go or last.shown.deleted:
            return
        kind = self.chance.choice(("edit", "edit", "delete", "stop"))
        if kind == "edit":
            text = last.texts[-1].replace(".", f" changed{len(last.texts)}.", 1)
            last.texts.append(text)
            await one.person.edits(room, last.shown, text)
        elif kind == "delete":
            await one.person.deletes(room, last.shown)
        elif (shown := self._offering(one.person, "Stop writing")) is not None:
            self.asked.append(await one.person.presses(room, shown, "Stop writing"))
        else:
            return
        if kind != "stop":
            last.changed_at.append(self.server.world.now())
        last.wants_no_whole, last.may_go = True, kind != "edit"
        one.busy_until = now + QUIET_S
        self.did[kind] += 1

    def _offering(self, person: Person, label: str) -> Shown | None:
        for shown in reversed(person.dm.shown[-4:]):
            for part in shown.parts():
                if part.get("label") == label and not part.get("disabled"):
                    return shown
        return None
