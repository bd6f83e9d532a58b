"""Between two messages of a person: who would be answered now is warmed, and of who would not be,
nothing that was computed stays.

When to look is `ahead`'s business, and how it is computed `warming`'s.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.dispatch import Arrival, Stage
from bot.events import Deleted, Edited, EventId, InRoom, Message, Typing
from bot.memory.window import Talk
from bot.policy.decide import decide
from bot.policy.facts import Decision, Facts, Outcome
from bot.scene import Scene
from bot.store.house import House
from bot.store.rows import StoreError
from bot.store.vault import Vault
from bot.warming import Warming


@dataclass(frozen=True, slots=True)
class Preparing:
    house: House
    warming: Warming
    clock: Callable[[], float]
    set_scene: Callable[[Arrival, Stage, Vault], Awaitable[Scene]]
    gather: Callable[[Scene], Awaitable[Facts]]
    talk: Callable[[Scene, Vault, Facts, Decision], Awaitable[Talk]]

    async def look(self, event: InRoom, stage: Stage) -> None:
        if isinstance(event, Typing) and not (
            event.room.is_direct and self.warming.heeds_typing(event.room.id)
        ):
            return
        # Whose vault is broken or gone is told with their next message.
        with suppress(StoreError):
            async with self.house.vault(event.author.id) as vault:
                if vault is not None:
                    await self._warm_or_forget(event, stage, vault)

    async def _warm_or_forget(self, event: InRoom, stage: Stage, vault: Vault) -> None:
        """Policy is asked as for a message without words."""
        wordless = Message(EventId(""), event.room, event.author, "", self.clock())
        scene = await self.set_scene(Arrival(wordless, None), stage, vault)
        facts = await self.gather(scene)
        decision = decide(facts)
        if scene.session and decision.outcome < Outcome.REFUSE:
            talk = await self.talk(scene, vault, facts, decision)
            warmed = await self.warming.warm(talk, scene.session.id)
            if warmed or not isinstance(event, Edited | Deleted):
                return
        elif isinstance(event, Typing):
            return
        # INVARIANT I5: what was computed of words that are gone goes with them.
        await self.warming.forget(event.author.id)
