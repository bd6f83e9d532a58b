"""The room in which a community's moderators are told of each case, and the cards that stand there."""

import sqlite3
from dataclasses import dataclass, field

from bot.events import CommunityId, EventId, RoomId
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class LogRoom:
    room: RoomId
    failed: bool
    """The last card did not get there: it may have been deleted."""


Card = tuple[RoomId, EventId]
MOST_CARDS = 1_000
"""Of all communities; what is older is shown anew where it is pressed."""


@dataclass(frozen=True, slots=True)
class LogRooms:
    database: Database
    _cards: dict[tuple[CommunityId, int], tuple[Card, ...]] = field(default_factory=dict)
    """Since the start, by the case's number."""

    def stands(self, community: CommunityId, number: int, card: Card) -> None:
        before = self._cards.pop((community, number), ())
        if len(self._cards) >= MOST_CARDS:
            del self._cards[next(iter(self._cards))]
        self._cards[community, number] = tuple(dict.fromkeys((*before, card)))

    def cards_of(self, community: CommunityId, number: int) -> tuple[Card, ...]:
        """Those that are known of."""
        return self._cards.get((community, number), ())

    async def of(self, community: CommunityId) -> LogRoom | None:
        return await self.database.read(_of, community)

    async def choose(self, community: CommunityId, room: RoomId | None) -> None:
        """None: no room."""
        await self.database.write(_choose, community, room)

    async def note(self, community: CommunityId, *, failed: bool) -> None:
        """Kept as it is chosen, since a service that is away is no room that is gone; moderators
        are told of it where they look at cases."""
        await self.database.write_lightly(_note, community, failed)


def _of(db: sqlite3.Connection, community: CommunityId) -> LogRoom | None:
    row = db.execute(
        "SELECT room, failed FROM log_rooms WHERE community = ?", (community,)
    ).fetchone()
    return None if row is None else LogRoom(RoomId(row[0]), bool(row[1]))


def _choose(db: sqlite3.Connection, community: CommunityId, room: RoomId | None) -> None:
    if room is None:
        db.execute("DELETE FROM log_rooms WHERE community = ?", (community,))
    else:
        db.execute(
            "INSERT OR REPLACE INTO log_rooms (community, room) VALUES (?, ?)", (community, room)
        )


def _note(db: sqlite3.Connection, community: CommunityId, failed: bool) -> None:  # noqa: FBT001 - a column
    db.execute("UPDATE log_rooms SET failed = ? WHERE community = ?", (failed, community))
