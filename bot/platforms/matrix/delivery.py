"""What is said, changed and taken away -> requests, tried again where that may help.

A homeserver counts what the whole account sends, so one that asks to be left alone is left alone by
every edit; a new message waits as long as it is told to and goes next.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

from bot.platforms.base import PlatformError
from bot.platforms.matrix.line import BROKEN_LINE, Answer, Line
from bot.platforms.matrix.names import quoted
from bot.platforms.matrix.sealing import MESSAGE, Content, NotNow, NotThere, Sealing
from bot.platforms.pacing import Sent

log = logging.getLogger(__name__)

_PAUSES_S = (0.5, 2.0, 5.0)
_MOST_LIMITS = 20
_TYPING_MS = 30_000
_RELATIONS = "/_matrix/client/v1"


class Delivery:
    def __init__(
        self,
        line: Line,
        sealing: Sealing,
        own_id: str,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._line = line
        self._sealing = sealing
        self._own_id = own_id
        self._now = now
        self._sleep = sleep
        self._free_at = 0.0
        """Edits rest until then."""

    async def post(
        self,
        room: str,
        content: Content,
        nonce: str,
        *,
        kind: str = MESSAGE,
        is_for_all: bool = False,
    ) -> str | None:
        """The message's id; None where it cannot be written to, or must not."""
        pauses, limits = iter(_PAUSES_S), 0
        while True:
            trouble, wait = "", 0.0
            try:
                sent_as, sealed = await self._sealing.seal(
                    room, lambda: content, kind=kind, is_for_all=is_for_all
                )
                path = f"/rooms/{quoted(room)}/send/{sent_as}/{quoted(nonce)}"
                answer = await self._send(room, sent_as, path, sealed)
            except NotThere as error:
                log.info("%s", error)
                return None
            except NotNow as error:
                trouble = str(error)
            except BROKEN_LINE as error:
                trouble = f"matrix: a message met {type(error).__name__}"
            else:
                if answer.is_fine:
                    return str(answer.body["event_id"])
                trouble = _met("a message", answer)
                if answer.status == 429 and (limits := limits + 1) <= _MOST_LIMITS:
                    wait = self._rest(answer)
                elif not answer.may_pass:
                    log.info("%s", trouble)
                    return None
            if not wait and (wait := next(pauses, 0.0)) == 0.0:
                log.warning("%s", trouble)
                raise PlatformError(trouble)
            await self._sleep(wait)

    async def change(self, room: str, newest: Callable[[], Content]) -> Sent:
        """An edit, with what it is to say at the very moment of sending."""
        while True:
            if (wait := self._free_at - self._now()) > 0:
                await self._sleep(wait)
            try:
                kind, sealed = await self._sealing.seal(room, newest)
                # Two tries of one edit may say different things, so they are different edits.
                path = f"/rooms/{quoted(room)}/send/{kind}/{uuid4().hex}"
                answer = await self._send(room, kind, path, sealed)
            except NotThere:
                return Sent.NEVER
            except (NotNow, *BROKEN_LINE):
                return Sent.LATER
            if answer.is_fine:
                return Sent.DONE
            if answer.status == 429:
                self._rest(answer)
                continue
            log.info("%s", _met("an edit", answer))
            return Sent.LATER if answer.may_pass else Sent.NEVER

    async def redact(self, room: str, message: str) -> None:
        """With all that it ever said. What is gone already is what was wanted."""
        for event in (*await self._edits_of(room, message), message):
            path = f"/rooms/{quoted(room)}/redact/{quoted(event)}/{quoted(event)}"
            for pause in (*_PAUSES_S, None):
                try:
                    answer = await self._line.ask("PUT", path, {})
                except BROKEN_LINE:
                    answer = None
                if answer is not None and not answer.may_pass:
                    break
                if pause is None:
                    raise PlatformError("matrix: a deletion met no answer")
                await self._sleep(max(pause, answer.wait_s if answer else 0.0))

    async def show_typing(self, room: str) -> None:
        await self._type(room, {"typing": True, "timeout": _TYPING_MS})

    async def stop_typing(self, room: str) -> None:
        await self._type(room, {"typing": False})

    async def read(self, room: str, message: str) -> None:
        """For show, as typing is: nothing depends on it."""
        path = f"/rooms/{quoted(room)}/receipt/m.read/{quoted(message)}"
        await self._line.attempt("POST", path, {})

    async def _send(self, room: str, kind: str, path: str, content: Content) -> Answer:
        """What is clear stays here where the room was encrypted since it was looked at."""
        late = partial(self._sealing.is_overtaken, room, kind)
        return await self._line.ask("PUT", path, content, unless=late)

    async def _type(self, room: str, body: Content) -> None:
        path = f"/rooms/{quoted(room)}/typing/{quoted(self._own_id)}"
        await self._line.attempt("PUT", path, body)

    async def _edits_of(self, room: str, message: str) -> list[str]:
        path = f"{_RELATIONS}/rooms/{quoted(room)}/relations/{quoted(message)}/m.replace?limit=100"
        found = await self._line.find(path)
        chunk = found.body.get("chunk") if found and found.is_fine else ()
        return [str(one["event_id"]) for one in chunk or ()]

    def _rest(self, answer: Answer) -> float:
        self._free_at = max(self._free_at, self._now() + answer.wait_s)
        return answer.wait_s


def _met(what: str, answer: Answer) -> str:
    return f"matrix: {what} met status {answer.status}, {answer.code or 'no code'}"
