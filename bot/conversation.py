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
from bot.changes import drop_deleted, take_edit
from bot.clean import clean_message
from bot.commands import follow
from bot.commands.declared import Command
from bot.commands.read import Misread, read
from bot.consequences import bear, care, ends_session
from bot.dispatch import Arrival, Stage
from bot.display import Display
from bot.engine.base import Engine, EngineError, PromptTooLong
from bot.events import Deleted, Edited, Message, Rating, TurnId
from bot.gather import close_romance, gather_facts, is_closed, is_in, recent_texts
from bot.memory.asking import ask
from bot.memory.window import TRIM_ABOVE, Talk, state_key, trim
from bot.operate.metrics import Metrics
from bot.personas import Persona, card_text, find_lore
from bot.policy.decide import decide
from bot.policy.facts import Decision, Effect, Outcome
from bot.policy.screen import Screen
from bot.prompt import write_note
from bot.scene import Habits, Scene, as_message, notice, set_scene
from bot.sessions import Sessions
from bot.store.house import House
from bot.store.rows import Gone, OpenReply, Side, State, StoreError, Turn
from bot.store.vault import Vault

LONGEST_MESSAGE = 20_000
LORE_CHARS = 600


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
        message, erased = arrival.message, False
        self._metrics.message_handled(stage.platform.name)
        async with self._house.vault(message.author.id) as vault:
            scene = await self._set_scene(arrival, stage, vault)
            if len(message.text) > LONGEST_MESSAGE:
                await self._say(scene, sentences.TOO_LONG.format(most=LONGEST_MESSAGE))
                return
            role, is_direct = message.author.role, message.room.is_direct
            command = read(
                message.text, prefix=stage.platform.prefix, role=role, is_direct=is_direct
            )
            match command:
                case None:
                    await self._answer(scene)
                case Misread():
                    await self._say(scene, command.say)
                case _:
                    erased = await self._obey(command, scene)
        if erased:
            # After the lease: a vault cannot be erased by somebody who still holds it.
            await self._erase(scene)

    async def _answer(self, scene: Scene) -> None:
        facts = await gather_facts(scene, self._house, self._habits, self._clock())
        decision = decide(facts)
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
            await self._write_reply(scene, scene.vault, scene.turn, decision)
        if ends_session(decision):
            await self._forget_state(scene)

    # --- The reply --------------------------------------------------------------------------

    async def _write_reply(self, scene: Scene, vault: Vault, turn: TurnId, by: Decision) -> None:
        session = scene.session or await self._sessions.begin(scene)
        hints = list(by.hints)
        if await vault.mark("soften"):
            await vault.set_mark("soften", 0.0)
            hints.append(sentences.SOFTENING)
        said = [*await recent_texts(scene), scene.message.text]
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
        closed = await is_closed(vault, scene.persona)
        screen = Screen(ceiling, persona_name=scene.persona.name, romance_closed=closed)
        display = Display(reply, scene, vault, asyncio.get_running_loop().time)
        state, trouble = State.CUT, ""
        try:
            state = await self._show_pieces(asked, screen, display, scene, vault)
        except PromptTooLong:
            trouble = sentences.TOO_LONG_FOR_MODEL
        except EngineError:
            trouble = sentences.ENGINE_BROKEN
        finally:
            # Shielded, so that a reply which is cancelled in flight is marked as cut all the same.
            closing = vault.close_reply(reply, state=state, text=display.text, now=self._clock())
            await asyncio.shield(closing)
        self._metrics.reply_ended(state)
        if screen.closes_romance:
            await close_romance(vault, scene.persona)
        if screen.blocked:
            trouble = screen.blocked.say
        if state is State.DONE and not display.text:
            trouble = sentences.NOTHING_SAID
        if trouble:
            await scene.notice(trouble.format(prefix=scene.stage.platform.prefix), name="trouble")
        elif not scene.stage.newer.is_set():
            # An engine that fails now has answered already: the next reply trims.
            with suppress(EngineError):
                await trim(self._talk(scene, vault), self._engine, above=TRIM_ABOVE)

    async def _show_pieces(
        self, asked: Turn, screen: Screen, display: Display, scene: Scene, vault: Vault
    ) -> State:
        """Engine -> screen -> display, until it ends or something newer waits."""
        newer = scene.stage.newer
        most = min(scene.persona.sampling.max_tokens, self._habits.reply_tokens)
        words = ask(
            self._engine,
            self._talk(scene, vault),
            asked,
            replace(scene.persona.sampling, max_tokens=most),
            newer=newer,
            due_in=display.due_in,
            anything_shown=lambda: bool(display.text),
        )
        async with aclosing(words) as pieces:
            async for piece in pieces:
                await display.grow(screen.feed(piece))
                if screen.blocked:
                    break
        cut = screen.blocked or newer.is_set()
        if not cut:
            await display.grow(screen.finish())
        await display.finish()
        return State.CUT if cut or screen.blocked else State.DONE

    def _talk(self, scene: Scene, vault: Vault) -> Talk:
        room = self._engine.context_tokens - self._habits.reply_tokens
        return Talk(vault, scene.message.author.id, card_text(scene.persona), room)

    # --- Commands -----------------------------------------------------------------------------

    async def _obey(self, command: Command, scene: Scene) -> bool:
        """True where the person's vault is to be erased, once it is let go."""
        facts = await gather_facts(scene, self._house, self._habits, self._clock())
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
            now=facts.now,
        )
        outcome = await follow.follow(command, desk)
        match outcome:
            case follow.Answer(say):
                await self._say(scene, say)
            case follow.Farewell(say):
                self._sessions.close_door(scene.message.author.id)
                await self._say(scene, say)
                await self._forget_state(scene)
            case follow.LikeAMessage():
                await self._answer(scene)
            case follow.Greet(persona_id):
                await self._sessions.greet(replace(scene, persona=self._personas[persona_id]))
                await self._settle(scene)
                await self._forget_state(scene)
            case follow.Rewrite(asked, answer):
                await self._settle(scene)
                if scene.vault:
                    await self._write_again(asked, answer, scene, scene.vault)
            case follow.Show(turn):
                await scene.speak(turn.text, name="shown")
                await self._settle(scene)
            case follow.Erase():
                return True
        return False

    async def _write_again(
        self, asked: Turn, answer: Turn | None, scene: Scene, vault: Vault
    ) -> None:
        """Another answer to the same message, under the rules that hold now."""
        message = replace(scene.message, text=asked.text)
        again = replace(scene, message=message)
        decision = decide(await gather_facts(again, self._house, self._habits, self._clock()))
        if decision.outcome >= Outcome.REFUSE:
            await scene.notice(decision.say or sentences.NO_REPLY_YET)
            return
        if answer is None:
            await vault.wait_again(asked.id)
            await self._write_reply(again, vault, asked.id, decision)
            return
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

    async def apologise(self, message: Message, error: Exception, stage: Stage) -> None:
        if isinstance(error, Gone):
            return  # The person has just erased or deleted what this was about.
        if isinstance(error, StoreError):
            self._house.leave_unfinished(message.author.id)
            await notice(message, stage, sentences.STORE_BROKEN, name="broken")
        else:
            await notice(message, stage, sentences.BROKEN, name="broken")

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
            await scene.vault.settle(scene.turn, keep=False)

    async def _forget_state(self, scene: Scene) -> None:
        """Last of all, since nothing that a person reads may wait for the engine."""
        if scene.session:
            # An engine that does not answer holds nothing either: it begins anew, empty.
            with suppress(EngineError):
                await self._engine.forget(state_key(scene.message.author.id, scene.session.id))


def _only_the_door_is_missing(decision: Decision) -> bool:
    refusing = [verdict for verdict in decision.verdicts if verdict.outcome >= Outcome.REFUSE]
    return bool(refusing) and all(verdict.number == "A1" for verdict in refusing)
