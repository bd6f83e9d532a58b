"""A reply as it is shown: draft -> vault -> platform, in this order, always (INVARIANT I7).

It gets text that the screen has passed, and knows nothing of where it came from.
"""

from collections.abc import Callable

from bot.drafts import Draft, Open, Step
from bot.events import EventId, Revise, Say, Voice
from bot.scene import Scene
from bot.store.rows import OpenReply
from bot.store.vault import Vault


class Display:
    def __init__(
        self, reply: OpenReply, scene: Scene, vault: Vault, monotonic: Callable[[], float]
    ) -> None:
        self._reply = reply
        self._scene = scene
        self._vault = vault
        # Not the clock on the wall, which may be set back in mid-reply.
        self._monotonic = monotonic
        self._draft = Draft(scene.stage.platform.pace)
        self._pages: list[str] = []
        self._ids: dict[int, EventId] = {}
        self.text = ""

    async def grow(self, released: str) -> None:
        self.text += released
        await self._show(self._draft.grow(self.text, self._monotonic()))

    @property
    def is_empty(self) -> bool:
        """White space alone is nothing that anybody could see."""
        return not self._pages

    def due_in(self) -> float | None:
        """Seconds until what is held back for the platform's pace may be shown."""
        due_at = self._draft.due_at
        return None if due_at is None else max(0.0, due_at - self._monotonic())

    async def finish(self) -> None:
        await self._show(self._draft.finish(self._monotonic()))

    async def _show(self, steps: tuple[Step, ...]) -> None:
        if not steps:
            return
        for step in steps:
            self._pages[step.page :] = [step.text]
        await self._vault.keep_shown(self._reply, self._pages)
        room, platform = self._scene.message.room, self._scene.stage.platform
        for step in steps:
            if isinstance(step, Open):
                nonce = self._reply.page_nonce(step.page)
                name, answers = self._scene.persona.name, self._scene.message.id
                say = Say(room, step.text, nonce, Voice.PERSONA, name, answers)
                if event_id := await platform.do(say):
                    self._ids[step.page] = event_id
                    await self._vault.sent(self._reply, step.page, event_id)
            elif event_id := self._ids.get(step.page):
                await platform.do(Revise(room, event_id, step.text))
