"""What is answered where something goes wrong: too much waits, the store cannot be used, an answer
broke.

Of a message that cannot be taken in it hears all the same what may not wait (SAFETY A2, C1, C3),
and erases (P1), for which no vault need be opened. It knows the message and nothing of the talk.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import sentences
from bot.commands.kept import Erase
from bot.commands.read import read_message
from bot.dispatch import Arrival, Stage
from bot.events import Message, PersonId
from bot.policy import care, door_rules
from bot.policy.crisis import crisis
from bot.policy.decide import decide
from bot.policy.facts import Decision, Effect, Facts
from bot.scene import Habits
from bot.sessions import Sessions
from bot.speech import Speech
from bot.store.house import House
from bot.store.rows import Gone, StoreError
from bot.text import Text
from bot.warming import Warming

URGENT = (crisis, care.safe_word, door_rules.says_under_18)


@dataclass(frozen=True, slots=True)
class Unkept:
    house: House
    habits: Habits
    speech: Speech
    sessions: Sessions
    warming: Warming
    clock: Callable[[], float]

    async def turn_away(self, message: Message, waiting: int, stage: Stage) -> None:
        say = sentences.TOO_MANY.format(count=waiting) if waiting else sentences.BUSY
        await self._answer(message, stage, say)

    async def apologise(self, arrival: Arrival, error: Exception, stage: Stage) -> None:
        message = arrival.message
        if isinstance(error, Gone):
            # The person has just erased or deleted what this was about: so does the engine.
            await self.warming.forget(message.author.id)
        elif isinstance(error, StoreError):
            self.house.leave_unfinished(message.author.id)
            await self._answer(message, stage, sentences.STORE_BROKEN)
        else:
            await self.speech.notice(message, stage, sentences.BROKEN, name="broken")
            async with self.house.vault(message.author.id) as vault:
                if vault and arrival.turn is not None:
                    await vault.settle(arrival.turn)

    async def _answer(self, message: Message, stage: Stage, otherwise: Text) -> None:
        """`otherwise` is said where nothing of this kind is heard, or none of it could be done."""
        person, prefix = message.author.id, stage.platform.prefix
        heard = await self._hear(message, prefix)
        for say in heard or (otherwise,):
            shown = await self.speech.notice(message, stage, say, "unkept", alone=bool(heard))
            if heard and shown is None and not message.room.is_direct:
                await self.speech.notice(message, stage, sentences.ALONE_PLEASE, "unkept-aloud")
        if heard:
            self.sessions.close_door(person)
            await self.warming.forget(person)

    async def _hear(self, message: Message, prefix: str) -> tuple[Text, ...]:
        author, now = message.author, self.clock()
        text = message.text.lstrip().removeprefix(prefix)
        facts = Facts(text, now, author_is_bot=author.is_bot, region=self.habits.region)
        decision = decide(facts, URGENT)
        if decision.verdicts:
            with suppress(StoreError):
                await _bear(decision, author.id, self.house, now)
            return tuple(verdict.say for verdict in decision.care) or (decision.say,)
        command = read_message(message, prefix)
        if isinstance(command, Erase) and command.confirmed:
            with suppress(StoreError):
                receipt = await self.house.erase(author.id, now)
                return (sentences.write_receipt(receipt.gone, receipt.stays),)
        return ()


async def _bear(decision: Decision, person: PersonId, house: House, now: float) -> None:
    if Effect.LOCK_UNDER_18 in decision.effects:
        await house.lock(person, "A2", now)
    if Effect.COUNT_REFERRAL in decision.effects:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        await house.referrals.count(day, "crisis")
