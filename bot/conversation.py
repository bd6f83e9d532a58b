"""The path of one message, top to bottom. The only place where platform, policy, store and
engine meet.

    arrive -> handle_message -> a command: obey
                             -> gather_facts -> decide -> care -> the door, refuse or write_reply

The order within a room, and what to do when a message breaks this path, are dispatch's business.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace

from bot import sentences
from bot.changes import as_it_is_now, drop_deleted, take_edit
from bot.clean import clean_message
from bot.commands import follow
from bot.commands.declared import Begin, Command, Goodbye
from bot.commands.read import Misread, may_name_it, read
from bot.consequences import bear, care, disclose, ends_session, is_urgent
from bot.dispatch import Arrival, Stage
from bot.display import Display
from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Deleted, Edited, Message, Rating, TurnId
from bot.gather import close_romance, gather_facts, is_closed, is_in
from bot.memory.asking import ask
from bot.memory.window import TRIM_ABOVE, Talk, state_key, trim
from bot.operate.metrics import Metrics
from bot.personas import Persona, card_text, find_lore
from bot.policy.decide import decide
from bot.policy.facts import Decision, Effect, Facts, Outcome
from bot.policy.screen import Screen
from bot.prompt import write_note
from bot.scene import Habits, Scene, as_message, notice, set_scene
from bot.sessions import Sessions
from bot.store.house import House
from bot.store.rows import Gone, OpenReply, Side, State, StoreError, Turn
from bot.store.vault import Vault

LONGEST_MESSAGE = 20_000
LORE_CHARS = 600
FORGET_S = 5.0


class Conversation:
    def __init__(
        self,
        *,
        house: House,
        engine: Engine,
        personas: Mapping[str, Persona],
        habits: Habits,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._house = house
        self._engine = engine
        self._personas = personas
        self._habits = habits
        self._metrics = metrics
        self._clock = clock
        self._sessions = Sessions(house, clock)

    async def arrive(self, message: Message) -> Arrival | None:
        """Commits the message before anything else; None when it was seen before."""
        message = clean_message(message, LONGEST_MESSAGE)
        async with self._house.vault(message.author.id) as vault:
            if vault is None:
                # Who is not in has no vault, and nothing of theirs is kept.
                return Arrival(message, None)
            turn = await vault.take_in(message)
            return None if turn is None else Arrival(message, turn)

    async def handle_message(self, arrival: Arrival, stage: Stage) -> None:
        erased = False
        self._metrics.message_handled(stage.platform.name)
        async with self._house.vault(arrival.message.author.id) as vault:
            current = await as_it_is_now(arrival, vault)
            if current is None:
                return  # The person has deleted it meanwhile.
            scene = await self._set_scene(Arrival(current, arrival.turn), stage, vault)
            facts = await gather_facts(scene, self._house, self._habits, self._clock())
            decision = decide(facts)
            command = read(
                current.text,
                prefix=stage.platform.prefix,
                role=current.author.role,
                is_direct=current.room.is_direct,
            )
            if is_urgent(decision) and not may_name_it(command, current.text):
                await self._answer(scene, facts, decision)
            elif len(current.text) > LONGEST_MESSAGE:
                await self._say(scene, sentences.TOO_LONG.format(most=LONGEST_MESSAGE))
            elif command is None:
                await self._answer(scene, facts, decision)
            elif isinstance(command, Misread):
                await self._say(scene, command.say)
            else:
                erased = await self._obey(command, scene, facts, decision)
        if erased:
            # After the lease: a vault cannot be erased by somebody who still holds it.
            await self._erase(scene)

    async def _answer(self, scene: Scene, facts: Facts, decision: Decision) -> None:
        self._metrics.decided(decision)
        await bear(decision, scene, self._house, facts.now)
        cared = await care(decision, facts, scene)
        if Effect.LOCK_UNDER_18 in decision.effects:
            self._sessions.close_door(scene.message.author.id)
        if cared:
            await self._settle(scene)
        elif facts.is_direct and _only_the_door_is_missing(decision):
            await self._sessions.at_the_door(scene)
            await self._settle(scene)
        elif decision.outcome >= Outcome.REFUSE:
            await self._say(scene, decision.say)
        elif scene.vault and scene.turn is not None:
            await self._write_reply(scene, scene.vault, scene.turn, facts, decision)
        if ends_session(decision):
            await self._forget_state(scene)

    # --- The reply --------------------------------------------------------------------------

    async def _write_reply(
        self, scene: Scene, vault: Vault, turn: TurnId, facts: Facts, by: Decision
    ) -> None:
        session = scene.session or await self._sessions.begin(scene)
        hints = list(by.hints)
        if await vault.mark("soften"):
            await vault.set_mark("soften", 0.0)
            hints.append(sentences.SOFTENING)
        said = [*facts.recent, scene.message.text]
        lore = find_lore(scene.persona, said, LORE_CHARS)
        note = write_note(reminder=scene.persona.note, lore=lore, hints=hints)
        reply = await vault.open_reply(
            session=session.id, answers=turn, nonce=scene.nonce, note=note, now=self._clock()
        )
        asked = Turn(turn, Side.PERSON, State.WAITING, scene.message.text, note)
        await self._stream(reply, asked, by.ceiling, scene, vault)

    async def _stream(
        self, reply: OpenReply, asked: Turn, ceiling: Rating, scene: Scene, vault: Vault
    ) -> None:
        """Writes the reply, closes it whatever happens, and says what went wrong."""
        display = Display(reply, scene, vault, asyncio.get_running_loop().time)
        state, trouble, fits = State.CUT, "", True
        try:
            state, trouble = await self._show_pieces(asked, ceiling, display, scene, vault)
        except PromptTooLong:
            fits, trouble = False, sentences.TOO_LONG_FOR_MODEL
        except EngineError:
            await display.finish()
            trouble = sentences.ENGINE_BROKEN
        finally:
            # Shielded, so that a reply which is cancelled in flight is marked as cut all the same.
            closing = vault.close_reply(reply, state=state, text=display.text, now=self._clock())
            await asyncio.shield(closing)
        self._metrics.reply_ended(state)
        if not fits:
            await vault.drop([asked.id])
        if trouble:
            await scene.notice(trouble.format(prefix=scene.stage.platform.prefix), name="trouble")
        elif not scene.stage.newer.is_set():
            # An engine that fails now has answered already: the next reply trims.
            with suppress(EngineError):
                await trim(self._talk(scene, vault), self._engine, above=TRIM_ABOVE)

    async def _show_pieces(
        self, asked: Turn, ceiling: Rating, display: Display, scene: Scene, vault: Vault
    ) -> tuple[State, str]:
        """Engine -> screen -> display, until it ends or something newer waits."""
        closed = await is_closed(vault, scene.persona)
        screen = Screen(ceiling, persona_name=scene.persona.name, romance_closed=closed)
        newer = scene.stage.newer
        most = min(scene.persona.sampling.max_tokens, self._habits.reply_tokens)
        sampling = replace(scene.persona.sampling, max_tokens=most)

        async def show(passed: str) -> None:
            if screen.closes_romance:
                # SAFETY L3, also for what the persona brought up itself; before it is shown.
                await close_romance(vault, scene.persona)
            await display.grow(passed)

        talk = self._talk(scene, vault)
        words = ask(self._engine, talk, asked, sampling, newer=newer, due_in=display.due_in)
        async with aclosing(words) as pieces:
            async for piece in pieces:
                await show(screen.feed(piece))
                if screen.blocked:
                    break
        whole = not screen.blocked and not newer.is_set()
        if whole:
            await show(screen.finish())
        await display.finish()
        if screen.blocked:
            return State.CUT, screen.blocked.say
        if whole:
            return State.DONE, "" if display.text else sentences.NOTHING_SAID
        return State.CUT, ""

    def _talk(self, scene: Scene, vault: Vault) -> Talk:
        room = self._engine.context_tokens - self._habits.reply_tokens
        return Talk(vault, scene.message.author.id, card_text(scene.persona), room)

    # --- Commands -----------------------------------------------------------------------------

    async def _obey(self, command: Command, scene: Scene, facts: Facts, decision: Decision) -> bool:
        """True where the person's vault is to be erased, once it is let go."""
        if not isinstance(command, Begin | Goodbye):
            # First, so that a crash in the middle does nothing twice.
            await self._settle(scene)
        desk = follow.Desk(
            message=scene.message,
            prefix=scene.stage.platform.prefix,
            house=self._house,
            vault=scene.vault,
            session=scene.session,
            persona=scene.persona,
            personas=self._personas,
            community=scene.community,
            is_in=is_in(facts),
            locked=facts.locked is not False,
            ceiling=decision.ceiling,
            romance_closed=facts.romance_closed is not False,
            now=facts.now,
        )
        outcome = await follow.follow(command, desk)
        match outcome:
            case follow.Answer(say):
                await scene.notice(say)
            case follow.Farewell(say):
                self._sessions.close_door(scene.message.author.id)
                await scene.notice(say)
                await self._forget_state(scene)
            case follow.LikeAMessage():
                await self._answer(scene, facts, decision)
            case follow.Greet(persona_id):
                await disclose(decision, facts, scene)
                await self._sessions.greet(replace(scene, persona=self._personas[persona_id]))
                await self._forget_state(scene)
            case follow.Rewrite(asked, answer):
                await disclose(decision, facts, scene)
                if scene.vault:
                    await self._write_again(asked, answer, scene, scene.vault)
            case follow.Show(turn):
                await scene.speak(turn.text, name="shown")
            case follow.Erase():
                return True
        return False

    async def _write_again(
        self, asked: Turn, answer: Turn | None, scene: Scene, vault: Vault
    ) -> None:
        """Another answer to the same message, under the rules that hold now."""
        again = replace(scene, message=replace(scene.message, text=asked.text))
        facts = await gather_facts(again, self._house, self._habits, self._clock())
        decision = decide(facts)
        await bear(decision, scene, self._house, facts.now)
        if decision.outcome >= Outcome.REFUSE:
            await scene.notice(decision.say or sentences.NO_REPLY_YET)
        elif answer is None:
            await vault.wait_again(asked.id)
            await self._write_reply(again, vault, asked.id, facts, decision)
        else:
            reply = await vault.open_again(turn=answer.id, nonce=scene.nonce, now=self._clock())
            await self._stream(reply, asked, decision.ceiling, scene, vault)

    async def _erase(self, scene: Scene) -> None:
        person = scene.message.author.id
        receipt = await self._house.erase(person, self._clock())
        self._sessions.close_door(person)
        await scene.notice(sentences.write_receipt(receipt.gone, receipt.stays))
        await self._forget_state(scene)

    # --- Changes on the platform, and what goes wrong -----------------------------------------

    async def handle_change(self, change: Edited | Deleted, stage: Stage) -> None:
        async with self._house.vault(change.author.id) as vault:
            if vault is None:
                return
            if isinstance(change, Deleted):
                await drop_deleted(change, vault)
                return
            edited = clean_message(as_message(change), LONGEST_MESSAGE)
            scene = await self._set_scene(Arrival(edited, None), stage, vault)
            now, longest = self._clock(), LONGEST_MESSAGE
            await take_edit(scene, vault, self._house, self._habits, longest=longest, now=now)

    def leave(self, message: Message) -> None:
        self._house.leave_unfinished(message.author.id)

    async def turn_away(self, message: Message, waiting: int, stage: Stage) -> None:
        say = sentences.TOO_MANY.format(count=waiting) if waiting else sentences.BUSY
        await notice(message, stage, say, name="full")

    async def apologise(self, arrival: Arrival, error: Exception, stage: Stage) -> None:
        if isinstance(error, Gone):
            return  # The person has just erased or deleted what this was about.
        message = arrival.message
        if isinstance(error, StoreError):
            self._house.leave_unfinished(message.author.id)
            await notice(message, stage, sentences.STORE_BROKEN, name="broken")
            return
        await notice(message, stage, sentences.BROKEN, name="broken")
        async with self._house.vault(message.author.id) as vault:
            if vault and arrival.turn is not None:
                await vault.settle(arrival.turn)

    # --- Small parts --------------------------------------------------------------------------

    async def _set_scene(self, arrival: Arrival, stage: Stage, vault: Vault | None) -> Scene:
        personas, default = self._personas, self._personas[self._habits.default_persona]
        return await set_scene(
            arrival, stage, vault, house=self._house, personas=personas, default=default
        )

    async def _say(self, scene: Scene, text: str) -> None:
        """Answered in the bot's own words; the message's words are not kept."""
        if text:
            await scene.notice(text)
        await self._settle(scene)

    async def _settle(self, scene: Scene) -> None:
        if scene.vault and scene.turn is not None:
            await scene.vault.settle(scene.turn)

    async def _forget_state(self, scene: Scene) -> None:
        """Last of all, since nothing that a person reads may wait for the engine."""
        if scene.session:
            # An engine that does not answer holds nothing either: it begins anew, empty.
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(FORGET_S):
                    await self._engine.forget(state_key(scene.message.author.id, scene.session.id))


def _only_the_door_is_missing(decision: Decision) -> bool:
    refusing = [verdict for verdict in decision.verdicts if verdict.outcome >= Outcome.REFUSE]
    return bool(refusing) and all(verdict.number == "A1" for verdict in refusing)
