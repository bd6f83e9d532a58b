"""The door in rooms, and what moderators have: made for a platform that is open, and joined to it."""

from collections.abc import Callable
from uuid import uuid4

from bot.events import Author, EventId, PersonId, Say
from bot.platforms.base import Locker
from bot.platforms.matrix import Matrix
from bot.platforms.matrix.barring import Barring
from bot.platforms.matrix.choosing import Choosing
from bot.platforms.matrix.chosen import make_choices
from bot.platforms.matrix.doorway import Doorway
from bot.platforms.matrix.entrance import Entrance
from bot.platforms.matrix.names import quoted
from bot.platforms.matrix.publishing import Publishing
from bot.platforms.matrix.setting_up import SettingUp
from bot.platforms.matrix.setup import Setup
from bot.platforms.matrix.trusted import Trusted
from bot.platforms.tasks import Start
from bot.text import Text

_NOBODY = Author(PersonId("matrix:"), "")
"""Spoken to in the language of the house."""


async def furnish(
    platform: Matrix, setup: Setup, locker: Locker, start: Start, now: Callable[[], float]
) -> None:
    """Before its events are read. Where the operator gives no `rules_of`, nothing is published and
    there is no set-up."""
    line, rooms, prefix = platform.line, platform.rooms, platform.prefix
    choices = make_choices(locker)

    async def say(room: str, text: Text, user: str = "") -> EventId | None:
        author = platform.author(room, user) if user else _NOBODY
        return await platform.do(Say(rooms.room_of(room), setup.words(text, author), uuid4().hex))

    async def say_to_all(room: str, text: Text) -> None:
        await say(room, text)

    async def tell(room: str, text: Text, user: str) -> None:
        await say(room, text, user)

    async def react(room: str, message: EventId, sign: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": message, "key": sign}
        path = f"/rooms/{quoted(room)}/send/m.reaction/{uuid4().hex}"
        await line.attempt("PUT", path, {"m.relates_to": relation})

    barring = Barring(
        line,
        rooms,
        choices,
        locker,
        operators=setup.policy_lists,
        put=platform.put,
        start=start,
        is_live=platform.synced.is_set,
    )
    trusted = Trusted(rooms, choices, platform.put, now)
    publishing = Publishing(
        line,
        rooms,
        setup.rules_of,
        tell=say_to_all,
        start=start,
        is_live=platform.synced.is_set,
        prefix=prefix,
    )
    doorway = Doorway(
        platform,
        line,
        choices,
        entrance=Entrance(
            line,
            rooms,
            communities=platform.communities,
            is_crowded=platform.is_crowded,
            put=platform.put,
            tell=tell,
            now=now,
            prefix=prefix,
        ),
        setting_up=SettingUp(
            Choosing(
                line,
                rooms,
                choices,
                barring=barring,
                trusted=trusted,
                publishing=publishing,
                rules_of=setup.rules_of,
                say=say,
                react=react,
                prefix=prefix,
            ),
            tell=say,
            react=react,
            room_of=rooms.room_of,
            put=platform.put,
            start=start,
            now=now,
            prefix=prefix,
        ),
        barring=barring,
        trusted=trusted,
        publishing=publishing,
        tell=say,
        start=start,
    )
    await barring.begin()
    platform.door = platform.watch = doorway
    start(doorway.settle())
