"""A reply: asked of the engine, screened, shown, closed, whatever happens meanwhile.

Whether somebody is answered at all is decided before; this knows nothing of rules but the screen.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from bot import sentences
from bot.commands.wishes import SOFTENED
from bot.display import Display
from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Rating, TurnId
from bot.flight import Flights, lost_sponsor
from bot.gate import Gate
from bot.gather import romance_closed
from bot.guarding import Guard
from bot.guests import Guests
from bot.memory.asking import ask
from bot.memory.recall import catch_up
from bot.memory.window import TRIM_ABOVE, Talk, trim
from bot.operate.metrics import Metrics
from bot.patience import Patience
from bot.personas import card_text, find_lore
from bot.policy.community.written import Written
from bot.policy.door_rules import UNKNOWN
from bot.policy.facts import Decision, Effect, Facts
from bot.policy.screen import Screen
from bot.prompt import write_note
from bot.quotas import Bill
from bot.remembering import keeps_as, remember, remembers
from bot.rulings import Rulings
from bot.scene import Habits, Scene
from bot.sessions import Sessions
from bot.store.rows import Gone, OpenReply, Side, State, Turn
from bot.store.vault import Vault
from bot.text import SILENCE, Text

LORE_CHARS = 600
PLACE_S = 1.0
_GOES_ON = ",;:-–—([{“‘„«、"
"""Signs after which a sentence is not over."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Within what a reply is written."""

    ceiling: Rating
    romance_closed: bool
    hard_limits: tuple[str, ...]
    rules: Written


class Writer:
    def __init__(
        self,
        *,
        engine: Engine,
        sessions: Sessions,
        habits: Habits,
        metrics: Metrics,
        clock: Callable[[], float],
        guard: Guard,
        flights: Flights,
        guests: Guests,
        rulings: Rulings,
    ) -> None:
        self._guard = guard
        self._flights = flights
        self._guests = guests
        self._rulings = rulings
        self._engine = engine
        self._sessions = sessions
        self._habits = habits
        self._metrics = metrics
        self._clock = clock

    async def write_reply(
        self, scene: Scene, vault: Vault, turn: TurnId, facts: Facts, by: Decision
    ) -> None:
        if not scene.message.text.strip():
            await scene.notice(sentences.NO_WORDS)
            await vault.settle(turn)
            return
        if scene.look and scene.look.last_persona not in (None, scene.persona.id):
            # The file of the one before is gone: nobody is put in another's place in silence.
            await scene.introduce()
        session = scene.session or await self._sessions.begin(scene)
        hints = list(by.hints)
        if facts.own and facts.own.softened:
            await vault.set_mark(SOFTENED, 0.0)
            hints.append(sentences.SOFTENING)
        said = [*facts.recent, scene.message.text]
        lore = find_lore(scene.persona, said, LORE_CHARS)
        bounds = _bounds(facts, by)
        memory = await remember(
            scene,
            vault,
            session,
            ceiling=bounds.ceiling,
            romance_closed=bounds.romance_closed,
            hard_limits=bounds.hard_limits,
            utc_offset_s=facts.utc_offset_s,
            now=self._clock(),
        )
        write = partial(write_note, reminder=scene.persona.note, lore=lore, hints=hints)
        begin = partial(
            vault.open_reply, session=session.id, answers=turn, nonce=scene.nonce, now=self._clock()
        )
        note = write(memory=memory.note)
        try:
            reply = await begin(note=note, quoted=memory.quoted)
        except Gone:
            # What it quotes was forgotten this very moment; or the message itself, which is
            # told once more.
            note = write()
            reply = await begin(note=note)
        asked = Turn(turn, Side.PERSON, State.WAITING, scene.message.text, note)
        await self._stream(reply, asked, bounds, scene, vault)

    async def write_another(
        self,
        scene: Scene,
        exchange: tuple[Turn, Turn],
        vault: Vault,
        facts: Facts,
        by: Decision,
        *,
        goes_on: bool,
    ) -> None:
        """A further answer to the same message, or the same one with more; those before it stay."""
        asked, answer = exchange
        begun = (answer.text, _joint(answer.text)) if goes_on else ()
        reply = await vault.open_again(
            turn=answer.id, nonce=scene.nonce, now=self._clock(), begun="".join(begun)
        )
        await self._stream(reply, asked, _bounds(facts, by), scene, vault, begun=begun)

    def talk(self, scene: Scene, vault: Vault) -> Talk:
        room = self._engine.context_tokens - self._habits.reply_tokens
        card, adapter = card_text(scene.persona), scene.persona.adapter
        return Talk(vault, card, adapter, room, scene.message.room.shared, scene.community.id)

    # --- Below: one reply ---------------------------------------------------------------------

    async def _stream(
        self,
        reply: OpenReply,
        asked: Turn,
        bounds: _Bounds,
        scene: Scene,
        vault: Vault,
        *,
        begun: Sequence[str] = (),
    ) -> None:
        """Writes the reply, or goes on from where it was `begun`, closes it whatever happens, and says what went wrong."""
        display = Display(reply, scene, vault, asyncio.get_running_loop().time)
        bill, before = self._rulings.bill(scene), len("".join(begun))
        state, trouble, fits = State.CUT, SILENCE, True
        prefix = scene.stage.platform.prefix
        try:
            show = partial(self._show_pieces, bill=bill, begun=begun)
            pieces = show(asked, bounds, display, scene, vault)
            state, trouble = await pieces
        except PromptTooLong:
            fits, trouble = bool(begun), sentences.TOO_LONG_FOR_MODEL
            if begun:
                trouble = sentences.NO_MORE_ROOM
        except EngineError:
            await display.finish()
            broken = sentences.CANNOT_GO_ON if begun else sentences.ENGINE_BROKEN
            broke_off = sentences.ENGINE_BROKE_OFF
            trouble = (broken if display.is_empty else broke_off).format(prefix=prefix)
        finally:
            text = "" if display.is_empty else display.text
            bill.reckon(text[before:])
            closing = vault.close_reply(
                reply,
                state=state,
                text=text,
                now=self._clock(),
                remember=keeps_as(scene, bounds.ceiling, romance_closed=bounds.romance_closed),
            )
            # Shielded, so that a reply which is cancelled in flight is marked as cut all the same.
            await asyncio.shield(closing)
        self._metrics.reply_ended(state)
        await self._rulings.count_written(bounds.rules.spoke, scene, self._clock())
        if not fits:
            await vault.drop([asked.id])
        if trouble:
            await scene.notice(trouble, name="trouble")
        elif not scene.stage.newer.is_set():
            # An engine that fails now has answered already: the next reply trims.
            with suppress(EngineError):
                await trim(self.talk(scene, vault), self._engine, above=TRIM_ABOVE)
            if remembers(scene):
                await catch_up(vault)

    async def _show_pieces(
        self,
        asked: Turn,
        bounds: _Bounds,
        display: Display,
        scene: Scene,
        vault: Vault,
        *,
        bill: Bill,
        begun: Sequence[str],
    ) -> tuple[State, Text]:
        """Engine -> screen -> display, until it ends or something newer waits."""
        room = scene.message.room.id
        self._flights.write_under(room, scene.community.id, bounds.ceiling)
        screen = Screen(
            bounds.ceiling,
            persona_name=scene.persona.name,
            romance_closed=bounds.romance_closed,
            hard_limits=bounds.hard_limits,
            rules=bounds.rules,
        )
        newer, monotonic = scene.stage.newer, asyncio.get_running_loop().time
        most = min(scene.persona.sampling.max_tokens, self._habits.reply_tokens)
        sampling = replace(scene.persona.sampling, max_tokens=most)
        gate = Gate(self._guard, bounds.ceiling, asked=asked.text, stop=newer)
        patience = Patience(monotonic())
        # SAFETY L7: what was shown before is read once more, together with what follows it.
        known = len("".join(begun))

        async def show(passed: str, *, last: bool = False) -> None:
            nonlocal known
            free = await gate.feed(passed) + (await gate.finish() if last else "")
            closes = gate.blocked is not None and Effect.CLOSE_ROMANCE in gate.blocked.effects
            if screen.closes_romance or closes:
                # SAFETY L3, also for what the persona brought up itself; before it is shown.
                await vault.set_mark(romance_closed(scene.persona), 1.0)
            fresh, known = free[known:], max(0, known - len(free))
            await display.grow(await self._to_guests(fresh, display, scene))

        def due_in() -> float:
            waits, shows = patience.due_in(monotonic()), display.due_in()
            return waits if shows is None else min(waits, shows)

        talk = self.talk(scene, vault)
        hears = partial(ask, newer=newer, due_in=due_in, begun=begun, wrote=bill.tell)
        words = hears(self._engine, talk, asked, sampling)
        await show(screen.feed("".join(begun)))
        async with aclosing(words) as pieces:
            while not (screen.blocked or gate.blocked):
                if (piece := await anext(pieces, None)) is None:
                    break
                if piece:
                    patience.heard(monotonic())
                else:
                    await self._wait_on(patience, scene, vault, monotonic())
                await show(screen.feed(piece))
        whole = not (screen.blocked or gate.blocked or newer.is_set())
        if whole:
            await show(screen.finish(), last=True)
        await display.finish()
        if blocked := gate.blocked or screen.blocked:
            return State.CUT, blocked.say
        fallen = self._flights.told(room)
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
        is_guest = await self._guests.is_guest(platform, account, scene.community.id)
        if is_guest:
            return text
        # No answer means no; but it is not known then that they have left.
        told = UNKNOWN if is_guest is None else SILENCE
        self._flights.end(lost_sponsor(account, scene.community.id), told)
        return ""

    async def _wait_on(self, patience: Patience, scene: Scene, vault: Vault, now: float) -> None:
        """While nothing comes: the person is told once who is before them, and nothing hangs."""
        if patience.is_over(now):
            raise EngineError("the engine has said nothing for too long")
        if patience.is_time_to_look(now):
            before = 0
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(PLACE_S):
                    before = await self._engine.place(vault.person)
            if before > 0:
                await scene.notice(sentences.PLACE.format(count=before), name="place")


def _joint(text: str) -> str:
    """Behind an answer that is whole a paragraph begins; one that broke off goes on as it is."""
    last = text.rstrip()[-1:]
    is_whole = bool(last) and not last.isalnum() and last not in _GOES_ON
    return "\n\n" if is_whole else ""


def _bounds(facts: Facts, by: Decision) -> _Bounds:
    # What is not known is read as closed.
    closed = facts.romance_closed is not False or Effect.CLOSE_ROMANCE in by.effects
    limits = facts.own.hard_limits if facts.own else ()
    return _Bounds(by.ceiling, closed, limits, Written(facts))
