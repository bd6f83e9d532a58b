"""What is computed before anybody waits for it: cards at the start, a person's talk between their
messages. And its end: what was forgotten is not computed again.

It does not know who may be answered; whoever calls `warm` does.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.engine.base import Engine, EngineError
from bot.events import PersonId, RoomId, SessionId
from bot.memory.window import Talk, write_prompt
from bot.personas import Persona, card_text
from bot.prompt import card_alone
from bot.store.rows import StoreError

TYPING_EVERY_S = 5.0
WARM_S = 1.0
FORGET_S = 5.0
"""Longer than a warming, so that no warming outlasts the forgetting that waits for it."""


class Warming:
    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float],
        person_of: Callable[[PersonId], PersonId] = lambda account: account,
    ) -> None:
        """`person_of`: what is computed goes by the person, whatever account they come with."""
        self._engine = engine
        self._person_of = person_of
        self._clock = clock
        self._heeded_at: dict[RoomId, float] = {}
        # One at a time for each person, and only while somebody holds it.
        self._orders: WeakValueDictionary[PersonId, asyncio.Lock] = WeakValueDictionary()

    async def warm_cards(self, personas: Iterable[Persona]) -> None:
        for persona in personas:
            card = card_alone(card_text(persona), adapter=persona.adapter)
            with suppress(EngineError, TimeoutError):
                async with asyncio.timeout(WARM_S):
                    await self._engine.warm(replace(card, background=True))

    async def warm(self, talk: Talk, session: SessionId) -> bool:
        """Of everything said so far in this session; False where that was not to be had.

        What stands in the way is told with the person's next message, or is gone by then.
        """
        with suppress(EngineError, StoreError, TimeoutError):
            async with asyncio.timeout(WARM_S), self._order(talk.vault.person):
                # Read within the order: what is forgotten after this look is forgotten after
                # this warming, and what was forgotten before it is not found.
                prompt = await write_prompt(talk, None, of_session=session)
                await self._engine.warm(replace(prompt, background=True))
                return True
        return False

    def heeds_typing(self, room: RoomId) -> bool:
        """True at most once in a few seconds, however often a platform tells."""
        now = self._clock()
        # Both ways: a clock that was set back keeps nobody waiting.
        lately = {r: at for r, at in self._heeded_at.items() if abs(now - at) < TYPING_EVERY_S}
        self._heeded_at = {room: now, **lately}
        return room not in lately

    async def forget(self, person: PersonId) -> None:
        """Everything computed of their talk; to be called once there is nothing left to read."""
        person = self._person_of(person)
        # An engine that does not answer holds nothing either: it begins anew, empty.
        with suppress(EngineError, TimeoutError):
            async with asyncio.timeout(FORGET_S), self._order(person):
                await self._engine.forget(person)

    def _order(self, person: PersonId) -> asyncio.Lock:
        return self._orders.setdefault(person, asyncio.Lock())
