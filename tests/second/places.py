"""A channel of the second peer, and what is shown in it, read from simcord's state."""

from collections.abc import Iterator
from typing import Any

from simcord import ChannelHandle, Env, ResponseMessage
from simcord.backend import serializers

from tests.discord.refusals import Body


class Shown:
    """A message as it stands now."""

    def __init__(self, env: Env, message: Any) -> None:
        self._env = env
        self.message = message

    @property
    def handle(self) -> ResponseMessage:
        """As simcord's people take it."""
        return ResponseMessage(self._env, self.message)

    @property
    def id(self) -> str:
        return str(self.message.id)

    @property
    def author(self) -> str:
        return str(self.message.author_id)

    @property
    def content(self) -> str:
        return str(self.message.content)

    @property
    def flags(self) -> int:
        return int(self.message.flags)

    @property
    def data(self) -> Body:
        return dict(serializers.message_payload(self._env.backend, self.message))

    def parts(self) -> Iterator[Body]:
        """Buttons, selects and texts, in the order in which they are seen."""
        waiting = list(self.message.components)
        while waiting:
            part = waiting.pop(0)
            yield part
            inner = [one for one in (part.get("component"), part.get("accessory")) if one]
            waiting = [*(part.get("components") or []), *inner, *waiting]


class Place:
    def __init__(self, env: Env, handle: ChannelHandle) -> None:
        self._env = env
        self.handle = handle

    @property
    def id(self) -> str:
        return str(self.handle.id)

    @property
    def shown(self) -> list[Shown]:
        """What everybody there sees now."""
        return [one for one in self._all() if not one.message.is_ephemeral]

    def shown_to(self, person: str) -> list[Shown]:
        return [one for one in self._all() if one.message.visible_to(int(person))]

    def _all(self) -> list[Shown]:
        there = self._env.backend.messages.get(self.handle.id, {})
        return [Shown(self._env, there[number]) for number in sorted(there)]
