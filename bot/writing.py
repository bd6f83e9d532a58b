"""A reply: begun with the note of its message, closed whatever happens meanwhile, and what is said of
what went wrong.

Whether somebody is answered at all is decided before; what of a reply may be shown, `showing` knows.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import tzinfo
from functools import partial

from bot import sentences
from bot.commands.wishes import SOFTENED, read_zone
from bot.display import Display
from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Rating, TurnId
from bot.flight import Flights
from bot.guarding import Guard
from bot.guests import Guests
from bot.knowing import Knowing
from bot.memory.meaning import Meaning
from bot.memory.window import TRIM_ABOVE, WAITS_UNTIL, Talk, trim
from bot.operate.metrics import Metrics
from bot.personas import card_text, find_lore
from bot.policy.facts import Decision, Facts
from bot.prompt import write_note
from bot.remembering import catch_up, remember, remembers
from bot.rulings import Rulings
from bot.scene import Habits, Scene
from bot.sessions import Sessions
from bot.showing import Bounds, Showing, bounds_of
from bot.store.rows import Gone, OpenReply, Session, Side, State, Turn
from bot.store.vault import Vault
from bot.text import SILENCE

_GOES_ON = ",;:-–—([{“‘„«、"
"""Signs after which a sentence is not over."""


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
        meaning: Meaning | None = None,
    ) -> None:
        self._meaning = meaning
        self._showing = Showing(engine, guard, flights, guests, habits)
        self._rulings, self._knowing = rulings, Knowing()
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
        window = [turn.note for turn in scene.look.turns] if scene.look and scene.session else []
        lore = find_lore(scene.persona, [*facts.recent, scene.message.text], window)
        bounds = bounds_of(facts, by)
        session = await self._know(scene, vault, session, bounds)
        memory = await remember(
            scene,
            vault,
            session,
            under=bounds.remembered_under,
            hard_limits=bounds.hard_limits,
            utc_offset_s=facts.utc_offset_s,
            now=self._clock(),
            meaning=self._meaning,
        )
        write = partial(write_note, reminder=scene.persona.note, lore=lore, hints=hints)
        begin = partial(
            vault.open_reply,
            session=session.id,
            answers=turn,
            nonce=scene.nonce,
            now=self._clock(),
            remember=_keeps_as(scene, bounds),
        )
        note = write(memory=memory.note)
        try:
            reply = await begin(note=note, quoted=memory.quoted, cited=memory.cited)
        except Gone:
            # What it quotes was forgotten this very moment; or the message itself, which is
            # told once more.
            note = write()
            reply = await begin(note=note)
        asked = Turn(turn, Side.PERSON, State.WAITING, scene.message.text, note)
        await self._stream(reply, asked, bounds, scene, self._talk(scene, vault, session))

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
        bounds = bounds_of(facts, by)
        talk = await self._prepare(scene, vault, bounds)
        reply = await vault.open_again(
            turn=answer.id,
            nonce=scene.nonce,
            now=self._clock(),
            begun="".join(begun),
            remember=_keeps_as(scene, bounds),
        )
        await self._stream(reply, asked, bounds, scene, talk, begun=begun)

    async def prepare(self, scene: Scene, vault: Vault, facts: Facts, by: Decision) -> Talk:
        """The talk as it would be gone on with now."""
        return await self._prepare(scene, vault, bounds_of(facts, by))

    async def _prepare(self, scene: Scene, vault: Vault, bounds: Bounds) -> Talk:
        session = scene.session
        if session:
            session = await self._know(scene, vault, session, bounds)
        return self._talk(scene, vault, session)

    def _talk(self, scene: Scene, vault: Vault, session: Session | None) -> Talk:
        room = self._engine.context_tokens - self._habits.reply_tokens
        card, adapter = card_text(scene.persona), scene.persona.adapter
        known = (session.known if session else None) or ""
        shared, community = scene.message.room.shared, scene.community.id
        return Talk(vault, card, adapter, room, shared, community, known)

    async def _know(self, scene: Scene, vault: Vault, session: Session, bounds: Bounds) -> Session:
        return await self._knowing.know(
            scene,
            vault,
            session,
            under=bounds.remembered_under,
            hard_limits=bounds.hard_limits,
            utc_offset_s=self._habits.utc_offset_s,
        )

    # --- Below: one reply ---------------------------------------------------------------------

    async def _stream(
        self,
        reply: OpenReply,
        asked: Turn,
        bounds: Bounds,
        scene: Scene,
        talk: Talk,
        *,
        begun: Sequence[str] = (),
    ) -> None:
        """Writes the reply, or goes on from where it was `begun`, closes it whatever happens, and says what went wrong."""
        vault = talk.vault
        display = Display(reply, scene, vault, asyncio.get_running_loop().time)
        bill, before = self._rulings.bill(scene), len("".join(begun))
        state, trouble, fits = State.CUT, SILENCE, True
        prefix = scene.stage.platform.prefix
        try:
            show = partial(self._showing.show, begun=begun, wrote=bill.tell)
            state, trouble = await show(talk, asked, bounds, display, scene)
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
            now, remember = self._clock(), reply.remember
            closing = vault.close_reply(reply, state=state, text=text, now=now, remember=remember)
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
                await trim(talk, self._engine, above=TRIM_ABOVE, waits_until=WAITS_UNTIL)
            if remembers(scene):
                await catch_up(vault, self._zone(scene))

    def _zone(self, scene: Scene) -> tzinfo:
        return read_zone(scene.wishes, self._habits.utc_offset_s)


def _keeps_as(scene: Scene, bounds: Bounds) -> Rating | None:
    """None where it is not kept beyond the talk."""
    return bounds.remembered_under if remembers(scene) else None


def _joint(text: str) -> str:
    """Behind an answer that is whole a paragraph begins; one that broke off goes on as it is."""
    last = text.rstrip()[-1:]
    is_whole = bool(last) and not last.isalnum() and last not in _GOES_ON
    return "\n\n" if is_whole else ""
