"""The path of one message, top to bottom. The only place where platform, policy, store and
engine meet.

    arrive -> handle_message -> a command: obey
                             -> gather_facts -> decide -> care -> the door, refuse or write_reply
           -> look_ahead

The order within a room, and what to do when a message breaks this path, are dispatch's business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot import sentences
from bot.age_signs import keep_sign_of, take_sign
from bot.changes import cut_short, drop_deleted, take_edit
from bot.clean import LONGEST_MESSAGE, clean_message
from bot.commands import desk, talking
from bot.commands.declared import Command
from bot.commands.follow import follow
from bot.commands.read import Misread, may_name_it, read_message
from bot.commands.wishes import PAUSED
from bot.consequences import bear, care, disclose, ends_session, is_urgent
from bot.desks import set_desk
from bot.dispatch import Arrival, Stage
from bot.engine.base import Engine
from bot.events import AgeGates, AgeSeen, Deleted, Edited, InRoom, Left, Message, PersonId
from bot.flight import Flights, lost_sponsor
from bot.gather import gather_facts
from bot.guarding import Guard
from bot.guests import Guests
from bot.identity import end_for, finish
from bot.importing import Importing
from bot.jobs import Jobs
from bot.judging import Judging
from bot.kinds import Kind
from bot.memory.meaning import Meaning
from bot.operate.metrics import Metrics
from bot.personas import Persona
from bot.policy.ceiling import Fall
from bot.policy.decide import decide
from bot.policy.facts import Decision, Effect, Facts, Outcome
from bot.preparing import Preparing
from bot.rulings import Rulings, mask_kept, masked
from bot.scene import Habits, Scene, as_message, set_scene
from bot.sessions import Sessions
from bot.speech import Speech
from bot.store.house import House
from bot.store.rows import Gone
from bot.store.vault import Vault
from bot.telling import give, show_again
from bot.text import Text
from bot.unkept import Unkept
from bot.warming import Warming
from bot.writing import Writer


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
        guard: Guard | None = None,
        speech: Speech | None = None,
        guests: Guests | None = None,
        kinds: Sequence[Kind] = (),
        meaning: Meaning | None = None,
    ) -> None:
        """Without a guard there is no MATURE (SAFETY L10)."""
        self._house, self._personas = house, personas
        self._habits, self._metrics, self._clock = habits, metrics, clock
        self._guard = guard or Guard()
        self._judging = Judging(self._guard, engine)
        self._flights = Flights(house)
        offset_s = habits.utc_offset_s
        jobs = partial(Jobs, house, engine, kinds, meaning=meaning, utc_offset_s=offset_s)
        self.jobs = jobs(is_at_work=self._flights.are_any, clock=clock)
        self._rulings, self._guests = Rulings(house), guests or Guests(clock)
        self.most_waiting = self._rulings.most_waiting
        self._sessions = Sessions(house, habits, clock)
        self._speech = speech or Speech(habits.language)
        around = partial(set_scene, speech=self._speech, house=house, personas=personas)
        self._set_scene = partial(around, habits=habits, guests=self._guests)
        offered = partial(set_desk, house=house, personas=personas, habits=habits)
        self.importing = Importing(house, clock, offset_s, is_at_work=self._flights.are_any)
        self._set_desk = partial(offered, guests=self._guests, imports=self.importing)
        self._warming = Warming(engine, clock, house.links.person_of)
        self._unkept = Unkept(house, habits, self._speech, self._sessions, self._warming, clock)
        writer = partial(Writer, engine=engine, habits=habits, metrics=metrics, clock=clock)
        under = partial(writer, guard=self._guard, flights=self._flights, rulings=self._rulings)
        self._writer = under(sessions=self._sessions, guests=self._guests, meaning=meaning)
        before = partial(self._set_scene, ahead=True)
        ahead = partial(Preparing, set_scene=before, gather=self._gather)
        self._preparing = ahead(house, self._warming, clock, talk=self._writer.prepare)

    async def warm_cards(self) -> None:
        """At the start: from then on nobody waits for a persona to be read."""
        await self._warming.warm_cards(self._personas.values())

    async def forget_computed(self, person: PersonId) -> None:
        """Of their talk: something of it is gone."""
        await self._warming.forget(person)

    async def arrive(self, message: Message) -> Arrival | None:
        """Commits the message before anything else; None when it was seen before."""
        message = clean_message(message)
        async with self._house.vault(message.author.id) as vault:
            if vault is None:
                # Who is not in has no vault, and nothing of theirs is kept.
                return Arrival(message, None)
            is_new, turn = await vault.hear(message, unless=PAUSED)
            return Arrival(message, turn) if is_new else None

    async def handle_message(self, arrival: Arrival, stage: Stage) -> None:
        self._metrics.message_handled(stage.platform.name)
        message = arrival.message
        with self.jobs.aside(message.author.id), self._flights.under_way(message, stage.newer):
            try:
                await self._handle(arrival, stage)
            except Gone as error:
                await self.apologise(arrival, error, stage)

    async def _handle(self, arrival: Arrival, stage: Stage) -> None:
        after: desk.Erase | desk.Join | None = None
        async with self._house.vault(arrival.message.author.id) as vault:
            scene = await self._set_scene(arrival, stage, vault)
            if scene.is_deleted:
                return
            current = scene.message
            if current.cut_at is not None:
                if vault and (said := await cut_short(scene, vault)):
                    await self._write_again(desk.Rewrite(*said), scene, vault)
                return
            await keep_sign_of(current, scene.community.id, self._house, self._clock())
            facts = await self._gather(scene)
            decision = decide(facts)
            command = read_message(current, stage.platform.prefix)
            if is_urgent(decision) and not may_name_it(command, current.text):
                await self._answer(scene, facts, decision)
            elif len(current.text) > LONGEST_MESSAGE and decision.outcome < Outcome.IGNORE:
                await self._say(scene, sentences.TOO_LONG.format(most=LONGEST_MESSAGE))
            elif command is None:
                await self._answer(scene, facts, decision)
            elif isinstance(command, Misread):
                await self._say(scene, command.say)
            else:
                after = await self._obey(command, scene, facts, decision)
        if after:
            self._sessions.close_door(scene.message.author.id)
            await finish(after, scene, self._house, self._warming, self._clock())

    async def _answer(self, scene: Scene, facts: Facts, decision: Decision) -> None:
        facts, decision = await self._judging.judged(facts, decision, scene)
        self._metrics.decided(decision)
        await bear(decision, facts, scene, self._house, rulings=self._rulings)
        scene = masked(scene, facts, decision)
        cared = await care(decision, facts, scene)
        self._end_flights(decision, scene)
        is_refused = decision.outcome >= Outcome.REFUSE
        if cared or (is_refused and self._sessions.is_silent(scene, decision)):
            await scene.settle()
        elif facts.is_direct and decision.only_the_door_is_missing:
            await self._sessions.at_the_door(scene)
            await scene.settle()
        elif decision.outcome >= Outcome.REFUSE:
            await scene.alone(decision.say, sentences.ALONE_PLEASE)
            await scene.settle()
        elif scene.vault and scene.turn is not None:
            await self._writer.write_reply(scene, scene.vault, scene.turn, facts, decision)
        if ends_session(decision, scene):
            # Last of all, since nothing that a person reads may wait for the engine.
            await self._warming.forget(scene.message.author.id)

    # --- Commands -----------------------------------------------------------------------------

    async def _obey(
        self, command: Command, scene: Scene, facts: Facts, decision: Decision
    ) -> desk.Erase | desk.Join | None:
        """What is to become of the person's vault, once it is let go."""
        account = scene.message.author.id
        if not isinstance(command, talking.Begin):
            # First, so that a crash in the middle does nothing twice.
            await scene.settle()
        match await follow(command, at := self._set_desk(scene, facts, decision)):
            case desk.Answer(say, fall) as answer:
                self._flights.end(fall)
                is_not_in = not at.is_in and say == at.not_in
                await give(answer, scene, self._house, is_not_in=is_not_in)
            case desk.Farewell(say):
                self._sessions.close_door(account)
                self._flights.end(Fall(scene.person))
                await scene.notice(say)
                await self._warming.forget(account)
            case desk.LikeAMessage():
                await self._answer(scene, facts, decision)
            case desk.Greet(persona_id, recap):
                await disclose(decision, facts, scene)
                of = replace(scene, persona=self._personas[persona_id])
                await self._sessions.greet(of, recap)
                await self._warming.forget(account)
            case desk.Rewrite() as wanted:
                await disclose(decision, facts, scene)
                if scene.vault:
                    await self._write_again(wanted, scene, scene.vault)
            case desk.Show() as shown:
                await show_again(shown, scene)
            case desk.Erase() | desk.Join() as after:
                return after
        return None

    async def _write_again(self, wanted: desk.Rewrite, scene: Scene, vault: Vault) -> None:
        """Another answer to the same message, or more of it, under the rules that hold now."""
        asked, answer, goes_on = wanted.asked, wanted.answer, wanted.goes_on
        again = replace(scene, turn=asked.id, message=replace(scene.message, text=asked.text))
        facts = await self._gather(again)
        facts, decision = await self._judging.judged(facts, decide(facts), again)
        await bear(decision, facts, again, self._house)
        again = await mask_kept(again, facts, decision)
        asked = replace(asked, text=again.message.text)
        if decision.outcome >= Outcome.REFUSE:
            say = decision.say or sentences.NO_REPLY_YET
            await scene.alone(say, sentences.ALONE_PLEASE)
        elif answer is None:
            await vault.wait_again(asked.id)
            await self._writer.write_reply(again, vault, asked.id, facts, decision)
        else:
            further = partial(self._writer.write_another, goes_on=goes_on)
            await further(scene, (asked, answer), vault, facts, decision)

    # --- Changes on the platform --------------------------------------------------------------

    async def handle_change(self, change: Edited | Deleted, stage: Stage) -> None:
        self.jobs.hear(change.author.id)
        async with self._house.vault(change.author.id) as vault:
            if vault is None:
                return
            if isinstance(change, Deleted):
                await drop_deleted(change, vault)
                return
            edited = Arrival(clean_message(as_message(change)), None)
            scene = await self._set_scene(edited, stage, vault)
            around = (scene, vault, self._house, self._habits, self._judging)
            if decision := await take_edit(*around, rulings=self._rulings, now=self._clock()):
                self._end_flights(decision, scene)

    async def take_sign(self, seen: AgeSeen | AgeGates) -> None:
        self._flights.end(await take_sign(seen, self._house, self._habits, self._clock()))

    async def handle_leaving(self, left: Left) -> None:
        # SAFETY A11: within one token, and before anything is awaited.
        self._flights.end(lost_sponsor(left.author.id, left.community))
        await end_for(left, self._guests, self._house, self._warming, self._clock())

    # --- Before the next message --------------------------------------------------------------

    async def look_ahead(self, event: InRoom, stage: Stage) -> None:
        await self._preparing.look(event, stage)

    # --- What goes wrong ----------------------------------------------------------------------

    def leave(self, message: Message) -> None:
        self._house.leave_unfinished(message.author.id)

    async def turn_away(self, message: Message, waiting: int, stage: Stage) -> None:
        await self._unkept.turn_away(message, waiting, stage)

    async def apologise(self, arrival: Arrival, error: Exception, stage: Stage) -> None:
        await self._unkept.apologise(arrival, error, stage)

    # --- Small parts --------------------------------------------------------------------------

    async def _gather(self, scene: Scene) -> Facts:
        around = (scene, self._house, self._habits, self._clock())
        return await gather_facts(*around, rulings=self._rulings, guard_ready=self._guard.ready)

    async def _say(self, scene: Scene, text: Text) -> None:
        """Answered in the bot's own words; the message's words are not kept."""
        if text:
            await scene.notice(text)
        await scene.settle()

    def _end_flights(self, decision: Decision, scene: Scene) -> None:
        """SAFETY A2, C1: in every room of theirs, and on every account."""
        if Effect.LOCK_UNDER_18 in decision.effects:
            self._sessions.close_door(scene.message.author.id)
        if decision.effects & {Effect.LOCK_UNDER_18, Effect.END_SCENE}:
            self._flights.end(Fall(scene.person))
