"""What of a reply is shown: each piece of the engine's goes through the screen, the guard and a look
at whether its reader is still a guest, then to the display.

It knows nothing of how a reply is begun and closed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from bot import sentences
from bot.display import Display
from bot.engine.base import Engine, EngineError, Wrote
from bot.events import PersonId, Rating
from bot.flight import Flights, lost_sponsor
from bot.gate import Gate
from bot.gather import romance_closed
from bot.guarding import Guard
from bot.guests import Guests
from bot.memory.asking import ask
from bot.memory.window import Talk
from bot.patience import Patience
from bot.policy.community.written import Written
from bot.policy.door_rules import UNKNOWN
from bot.policy.facts import Decision, Effect, Facts
from bot.policy.memories import surface_under
from bot.policy.screen import Screen
from bot.scene import Habits, Scene
from bot.store.rows import State, Turn
from bot.text import SILENCE, Text

PLACE_S = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within what a reply is written."""

    ceiling: Rating
    romance_closed: bool
    hard_limits: tuple[str, ...]
    rules: Written

    @property
    def remembered_under(self) -> Rating:
        """The rating of what is said now, and the highest of what may come up again."""
        return surface_under(self.ceiling, romance_closed=self.romance_closed)


def bounds_of(facts: Facts, by: Decision) -> Bounds:
    # What is not known is read as closed.
    closed = facts.romance_closed is not False or Effect.CLOSE_ROMANCE in by.effects
    limits = facts.own.hard_limits if facts.own else ()
    return Bounds(by.ceiling, closed, limits, Written(facts))


@dataclass(frozen=True, slots=True)
class Showing:
    engine: Engine
    guard: Guard
    flights: Flights
    guests: Guests
    habits: Habits

    async def show(
        self,
        talk: Talk,
        asked: Turn,
        bounds: Bounds,
        display: Display,
        scene: Scene,
        *,
        begun: Sequence[str],
        wrote: Wrote,
    ) -> tuple[State, Text]:
        """Until it ends or something newer waits."""
        room = scene.message.room.id
        self.flights.write_under(room, scene.community.id, bounds.ceiling)
        screen = Screen(
            bounds.ceiling,
            persona_name=scene.persona.name,
            romance_closed=bounds.romance_closed,
            hard_limits=bounds.hard_limits,
            rules=bounds.rules,
        )
        newer, monotonic = scene.stage.newer, asyncio.get_running_loop().time
        most = min(scene.persona.sampling.max_tokens, self.habits.reply_tokens)
        sampling = replace(scene.persona.sampling, max_tokens=most)
        gate = Gate(self.guard, bounds.ceiling, asked=asked.text, stop=newer)
        patience = Patience(monotonic())
        # SAFETY L7: what was shown before is read once more, together with what follows it.
        known = len("".join(begun))

        async def pass_on(passed: str, *, last: bool = False) -> None:
            nonlocal known
            free = await gate.feed(passed) + (await gate.finish() if last else "")
            closes = gate.blocked is not None and Effect.CLOSE_ROMANCE in gate.blocked.effects
            if screen.closes_romance or closes:
                # SAFETY L3, also for what the persona brought up itself; before it is shown.
                await talk.vault.set_mark(romance_closed(scene.persona), 1.0)
            fresh, known = free[known:], max(0, known - len(free))
            await display.grow(await self._to_guests(fresh, display, scene))

        def due_in() -> float:
            waits, shows = patience.due_in(monotonic()), display.due_in()
            return waits if shows is None else min(waits, shows)

        hears = partial(ask, newer=newer, due_in=due_in, begun=begun, wrote=wrote)
        words = hears(self.engine, talk, asked, sampling)
        await pass_on(screen.feed("".join(begun)))
        async with aclosing(words) as pieces:
            while not (screen.blocked or gate.blocked):
                if (piece := await anext(pieces, None)) is None:
                    break
                if piece:
                    patience.heard(monotonic())
                else:
                    await self._wait_on(patience, scene, talk.vault.person, monotonic())
                await pass_on(screen.feed(piece))
        whole = not (screen.blocked or gate.blocked or newer.is_set())
        if whole:
            await pass_on(screen.finish(), last=True)
        await display.finish()
        if blocked := gate.blocked or screen.blocked:
            return State.CUT, blocked.say
        fallen = self.flights.told(room)
        if whole and gate.is_through and not (fallen and display.is_empty):
            nothing = sentences.NOTHING_MORE if begun else sentences.NOTHING_SAID
            nothing = nothing.format(prefix=scene.stage.platform.prefix)
            return State.DONE, nothing if display.is_empty else SILENCE
        return State.CUT, fallen

    async def _to_guests(self, text: str, display: Display, scene: Scene) -> str:
        """SAFETY A4: whoever waited long is looked at again before anything is shown to them."""
        if not text or not display.is_empty or not scene.message.room.is_direct:
            return text
        platform, account = scene.stage.platform, scene.message.author.id
        is_guest = await self.guests.is_guest(platform, account, scene.community.id)
        if is_guest:
            return text
        # No answer means no; but it is not known then that they have left.
        told = UNKNOWN if is_guest is None else SILENCE
        self.flights.end(lost_sponsor(account, scene.community.id), told)
        return ""

    async def _wait_on(
        self, patience: Patience, scene: Scene, person: PersonId, now: float
    ) -> None:
        """While nothing comes: the person is told once who is before them, and nothing hangs."""
        if patience.is_over(now):
            raise EngineError("the engine has said nothing for too long")
        if patience.is_time_to_look(now):
            before = 0
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(PLACE_S):
                    before = await self.engine.place(person)
            if before > 0:
                await scene.notice(sentences.PLACE.format(count=before), name="place")
