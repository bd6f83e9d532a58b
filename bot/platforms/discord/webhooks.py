"""Webhooks of channels, under which a persona speaks by its own name where the bot may manage them.

One for each channel, made once and found again after a start by who made it; a thread uses its
channel's. What it sends has no nonce, since webhooks know none. Nothing here decides who speaks.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from discord.http import Route

from bot.platforms.bounded import Bounded
from bot.platforms.discord.rest import Refused, Rest
from bot.platforms.pacing import Newest, Sent

log = logging.getLogger(__name__)

NAME = "Parlour"
"""As those who manage the channel see it in their list."""
LOOKS_AGAIN_S = 600.0
"""After a no: who gives the permission later need not start the bot anew."""
_LONGEST_NAME = 80
_NEVER_IN_A_NAME = ("clyde", "discord")
_UNKNOWN_WEBHOOK = 10015
_THREADS = {10, 11, 12}


@dataclass(frozen=True, slots=True)
class Hook:
    id: str
    token: str
    channel: str
    thread: str | None = None
    """In which it is to speak."""

    def route(self, method: str, path: str = "", **ids: str) -> Route:
        whole = "/webhooks/{webhook_id}/{webhook_token}" + path
        return Route(method, whole, webhook_id=self.id, webhook_token=self.token, **ids)

    @property
    def where(self) -> dict[str, str]:
        return {"thread_id": self.thread} if self.thread else {}


class Webhooks:
    def __init__(self, rest: Rest, own_id: str, now: Callable[[], float]) -> None:
        self._rest = rest
        self._own_id = own_id
        self._now = now
        self._places: Bounded[str, tuple[str, str | None]] = Bounded()
        """A channel or thread: whose webhook it uses, and the thread."""
        self._known: Bounded[str, Hook] = Bounded()
        self._closed: Bounded[str, float] = Bounded()
        """Until when a channel is not asked again."""
        # One search at a time for each channel, so that none makes two.
        self._searches: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(
        self, channel: str, name: str, body: Mapping[str, Any]
    ) -> tuple[str, Hook] | None:
        """The message's id, and what changes it; None where the bot has to speak for itself."""
        if not may_be_worn(name):
            return None
        # Somebody may have deleted it: it is made again, once.
        for _ in range(2):
            hook = await self._hook(channel)
            if hook is None:
                return None
            try:
                made = await self._rest.execute(
                    hook.route("POST"),
                    json={**body, "username": name},
                    params={"wait": "true", **hook.where},
                )
            except Refused as refused:
                log.info("discord: a webhook was refused: code %s", refused.code)
                if refused.code != _UNKNOWN_WEBHOOK:
                    return None
                self._known.pop(hook.channel)
            else:
                return made, hook
        return None

    async def change(self, hook: Hook, message: str, newest: Newest) -> Sent:
        route = hook.route("PATCH", "/messages/{message_id}", message_id=message)
        return await self._rest.change(route, newest, params=hook.where)

    async def delete(self, hook: Hook, message: str) -> None:
        route = hook.route("DELETE", "/messages/{message_id}", message_id=message)
        await self._rest.take_away(route, params=hook.where)

    # --- Which one -----------------------------------------------------------------------------

    async def _hook(self, channel: str) -> Hook | None:
        if (place := await self._place(channel)) is None:
            return None
        home, thread = place
        async with self._searches.setdefault(home, asyncio.Lock()):
            hook = self._known.get(home)
            if hook is None and self._now() >= (self._closed.get(home) or 0.0):
                hook = await self._find_or_make(home)
                if hook is None:
                    self._closed.put(home, self._now() + LOOKS_AGAIN_S)
                else:
                    self._known.put(home, hook)
        return hook and Hook(hook.id, hook.token, home, thread)

    async def _place(self, channel: str) -> tuple[str, str | None] | None:
        if (known := self._places.get(channel)) is not None:
            return known
        route = Route("GET", "/channels/{channel_id}", channel_id=channel)
        found = await self._rest.ask(route)
        if not found:
            return None
        is_thread = found.get("type") in _THREADS
        place = (str(found["parent_id"]), channel) if is_thread else (channel, None)
        self._places.put(channel, place)
        return place

    async def _find_or_make(self, home: str) -> Hook | None:
        path = "/channels/{channel_id}/webhooks"
        there = await self._rest.ask(Route("GET", path, channel_id=home))
        if there is None:
            return None
        own = (one for one in there if (one.get("user") or {}).get("id") == self._own_id)
        found = next((one for one in own if one.get("token")), None)
        if found is None:
            make = Route("POST", path, channel_id=home)
            found = await self._rest.ask(make, json={"name": NAME})
        return found and Hook(str(found["id"]), str(found["token"]), home)


def may_be_worn(name: str) -> bool:
    """Whether Discord lets a webhook have this name."""
    return 0 < len(name.strip()) <= _LONGEST_NAME and not any(
        word in name.lower() for word in _NEVER_IN_A_NAME
    )
