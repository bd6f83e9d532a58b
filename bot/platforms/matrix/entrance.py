"""The way in from a community's room: a press on the panel or `!begin` opens an encrypted direct room
with the person, or finds the one that there is, and leads them to the door as this community's guest.

What stands behind the door is said once they are in that room; here nothing of theirs is kept
beyond memory (SAFETY A1).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.events import CommunityId, EventId, Message, PersonId, Say, Voice
from bot.platforms.bounded import Bounded
from bot.platforms.matrix.line import BROKEN_LINE, Answer, Line
from bot.platforms.matrix.lists import Source
from bot.platforms.matrix.names import channel_of, community_id, person_id, quoted
from bot.platforms.matrix.places import MADE_FOR
from bot.platforms.matrix.rooms import Rooms, author_in
from bot.text import Text

log = logging.getLogger(__name__)

LATER = Text(
    "{person}, I cannot open a direct room with you now. Please try again in a little while."
)
REFUSED = Text(
    "{person}, your homeserver or its settings do not let me invite you. Open a direct room with "
    "{bot} yourself, and say `begin` there."
)
OFTEN = Text(
    "{person}, I have invited you several times just now. Please wait a little before the next try."
)

EACH = 5
"""Rooms that are made for one person within the time below."""
WITHIN_S = 600.0
_TRIES = 4
_LONGEST_WAIT_S = 60.0
_ASKED_S = 5.0
_ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody wants in."""

    event: EventId
    room: str
    user: str
    at: float


class Entrance:
    def __init__(
        self,
        line: Line,
        rooms: Rooms,
        *,
        communities: Callable[[PersonId], Awaitable[tuple[CommunityId, ...] | None]],
        is_crowded: Callable[[str], bool],
        put: Callable[[Message], None],
        tell: Callable[[str, Text, str], Awaitable[None]],
        now: Callable[[], float],
        prefix: str,
    ) -> None:
        """`communities` are those that somebody is in now; `tell` says something to somebody in a
        room where others are."""
        self._line = line
        self._rooms = rooms
        self._communities = communities
        self._is_crowded = is_crowded
        self._put = put
        self._tell = tell
        self._now = now
        self._prefix = prefix
        self._opening: set[str] = set()
        self._invited: Bounded[str, Press] = Bounded()
        """Who has not followed yet, and where they have pressed."""
        self._begun: Bounded[EventId, str] = Bounded()
        self._made: Bounded[str, tuple[float, ...]] = Bounded()

    async def take(self, press: Press) -> None:
        if press.user in self._opening:
            # Two presses at once open one room.
            return
        self._opening.add(press.user)
        try:
            if (trouble := await self._lead(press)) is not None:
                text = trouble.format(person=press.user, **_places(trouble, self._rooms.own_id))
                await self._tell(press.room, text, press.user)
        finally:
            self._opening.discard(press.user)

    def take_state(self, room: str, source: Source) -> None:
        """They have come, or will not."""
        user = str(source.get("state_key"))
        if source.get("type") != "m.room.member" or self._rooms.person_in(room) != user:
            return
        match (source.get("content") or {}).get("membership"):
            case "join":
                self._came(room, user)
            case "leave" | "ban":
                self._invited.pop(user)
            case _:
                pass

    def said(self, say: Say) -> None:
        """Who is greeted, or has nothing to answer at the door, is in."""
        is_over = say.answers is not None and say.answers in self._begun and not say.choices
        if say.room.is_direct and (say.voice is Voice.PERSONA or is_over):
            self._rooms.is_in(channel_of(say.room.id))

    # --- Below -------------------------------------------------------------------------------

    async def _lead(self, press: Press) -> Text | None:
        """What stood in the way. A person who is put out is not told so before others."""
        community = self._rooms.community_of(press.room)
        try:
            async with asyncio.timeout(_ASKED_S):
                found = await self._communities(person_id(press.user))
        except TimeoutError:
            found = None
        if found is None:
            return LATER
        if community_id(community) not in found:
            log.info("matrix: somebody who is nobody's guest pressed a panel")
            return None
        try:
            return await self._bring(press)
        except BROKEN_LINE as error:
            log.warning("matrix: a direct room met %s", type(error).__name__)
            return LATER

    async def _bring(self, press: Press) -> Text | None:
        room = await self._find(press.user)
        if room is not None and await self._membership(room, press.user) == "join":
            self._begin(room, press)
            return None
        # From here on: they may follow before the homeserver has answered.
        self._invited.put(press.user, press)
        if room is not None:
            return None
        made, trouble = await self._open(press.user)
        if made and await self._membership(made, press.user) == "join":
            self._came(made, press.user)
        return trouble

    def _came(self, room: str, user: str) -> None:
        if (press := self._invited.pop(user)) is not None:
            self._begin(room, press)

    def _begin(self, room: str, press: Press) -> None:
        self._rooms.came_by(room, self._rooms.community_of(press.room))
        self._begun.put(press.event, room)
        where, author = self._rooms.room_of(room), author_in(self._rooms, room, press.user)
        self._put(Message(press.event, where, author, f"{self._prefix}begin", press.at))

    async def _find(self, user: str) -> str | None:
        """One that is for two, encrypted, and not left. What is left is forgotten."""
        for room in self._rooms.all_direct_with(user):
            if self._is_crowded(room) or await self._rooms.is_encrypted(room) is False:
                continue
            if await self._membership(room, user) in ("join", "invite"):
                return room
            await self._line.attempt("POST", f"/rooms/{quoted(room)}/leave", {})
            await self._rooms.forget_direct(room)
        return None

    async def _membership(self, room: str, user: str) -> str:
        """Empty where they never were there. Raises where that is not known."""
        path = f"/rooms/{quoted(room)}/state/m.room.member/{quoted(user)}"
        answer = await self._line.ask("GET", path)
        if answer.status not in (200, 403, 404):
            raise OSError(f"a membership: status {answer.status}")
        return str(answer.body.get("membership") or "") if answer.is_fine else ""

    async def _open(self, user: str) -> tuple[str, Text | None]:
        """The room, or what stood in the way."""
        now = self._now()
        times = tuple(at for at in self._made.get(user) or () if now - at < WITHIN_S)
        if len(times) >= EACH:
            return "", OFTEN
        self._made.put(user, (*times, now))
        answer = await self._make(user)
        if answer.is_fine:
            room = str(answer.body["room_id"])
            await self._rooms.make_direct(room, user)
            return room, None
        log.info("matrix: no direct room: status %s, %s", answer.status, answer.code)
        self._invited.pop(user)
        return "", LATER if answer.may_pass else REFUSED

    async def _make(self, user: str) -> Answer:
        """What met a limit was not done and is tried again; what met no answer may have been."""
        body: dict[str, Any] = {
            "preset": "private_chat",
            "is_direct": True,
            "invite": [user],
            "creation_content": {MADE_FOR: user},
            "initial_state": [
                {"type": "m.room.encryption", "state_key": "", "content": _ENCRYPTION}
            ],
        }
        for _ in range(_TRIES):
            answer = await self._line.ask("POST", "/createRoom", body)
            if answer.status != 429 or answer.wait_s > _LONGEST_WAIT_S:
                break
            await asyncio.sleep(answer.wait_s)
        return answer


def _places(text: Text, bot: str) -> dict[str, str]:
    return {"bot": bot} if text is REFUSED else {}
