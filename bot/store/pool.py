"""The open vaults: opened when asked for, kept for a while, bounded in number.

One that is in use is never closed, so there may be more of them than the bound while all are.
Closing happens on the vault's own thread, so nobody waits for it but who wants that vault again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.events import PersonId
from bot.store.database import Database
from bot.store.vault import Vault

Opener = Callable[[PersonId], Awaitable[Database | None]]


@dataclass(slots=True)
class _Seat:
    """One person's place. It lives as long as anybody uses it, waits for it or closes it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    database: Database | None = None
    vault: Vault | None = None
    users: int = 0
    used_at: float = 0.0
    closing: asyncio.Future[None] | None = None


class Pool:
    def __init__(
        self, opener: Opener, *, open_vaults: int, idle_s: float, clock: Callable[[], float]
    ) -> None:
        self._opener = opener
        self._bound = open_vaults
        self._idle_s = idle_s
        self._clock = clock
        # The one that was used longest ago stands first.
        self._seats: OrderedDict[PersonId, _Seat] = OrderedDict()
        self._closed: set[PersonId] = set()
        self._unfinished: set[PersonId] = set()

    async def take(self, person: PersonId) -> Vault | None:
        """Every vault taken is given back."""
        seat = self._sit(person)
        try:
            async with seat.lock:
                await self._closed_fully(person, seat)
                if seat.database is None:
                    seat.database = await self._opener(person)
                    if seat.database is not None:
                        seat.vault = Vault(person, seat.database)
                vault = seat.vault
        except BaseException:
            self._leave(person, seat)
            raise
        if vault is None:
            self._leave(person, seat)
        return vault

    def give_back(self, person: PersonId) -> None:
        """Never waits: it stands at the end of every path, also of a cancelled one."""
        self._leave(person, self._seats[person])
        self.close_unused()

    async def close_person(self, person: PersonId, then: Callable[[], Awaitable[None]]) -> None:
        """Closes the vault under whoever uses it; `then` runs before anybody can open it again."""
        seat = self._sit(person)
        try:
            async with seat.lock:
                self._close(seat)
                await self._closed_fully(person, seat)
                await then()
        finally:
            self._leave(person, seat)

    def leave_unfinished(self, person: PersonId) -> None:
        """Stays marked as open, however well it closes: the next start has work there."""
        self._unfinished.add(person)

    def close_unused(self) -> None:
        """Those that are idle for long, and the oldest beyond the bound."""
        too_old = self._clock() - self._idle_s
        excess = sum(seat.database is not None for seat in self._seats.values()) - self._bound
        for seat in self._seats.values():
            if seat.users == 0 and seat.database is not None:
                if excess <= 0 and seat.used_at > too_old:
                    break
                self._close(seat)
                excess -= 1

    async def settle(self) -> None:
        """Waits until all that is being closed is closed."""
        for person, seat in list(self._seats.items()):
            if seat.closing is not None:
                async with seat.lock:
                    await self._closed_fully(person, seat)
                self._forget_empty(person, seat)

    async def close_all(self) -> None:
        for seat in self._seats.values():
            self._close(seat)
        await self.settle()

    def take_closed(self) -> tuple[PersonId, ...]:
        """Those closed in good order since the last call."""
        for person, seat in list(self._seats.items()):
            if seat.closing is not None and seat.closing.done() and not seat.lock.locked():
                self._note_closed(person, seat)
                self._forget_empty(person, seat)
        closed = tuple(self._closed)
        self._closed.clear()
        return closed

    def _sit(self, person: PersonId) -> _Seat:
        seat = self._seats.setdefault(person, _Seat())
        seat.users += 1
        return seat

    def _leave(self, person: PersonId, seat: _Seat) -> None:
        seat.users -= 1
        seat.used_at = self._clock()
        self._seats.move_to_end(person)
        self._forget_empty(person, seat)

    def _forget_empty(self, person: PersonId, seat: _Seat) -> None:
        if seat.users == 0 and seat.database is None and seat.closing is None:
            self._seats.pop(person, None)

    def _close(self, seat: _Seat) -> None:
        if seat.database is not None:
            seat.closing = seat.database.close_soon()
            seat.database = seat.vault = None

    async def _closed_fully(self, person: PersonId, seat: _Seat) -> None:
        if seat.closing is not None:
            # `wait` leaves the closing alone when the waiting task is cancelled.
            await asyncio.wait({seat.closing})
            self._note_closed(person, seat)

    def _note_closed(self, person: PersonId, seat: _Seat) -> None:
        # A file that did not close well stays marked as open: the next start looks at it.
        well = seat.closing is not None and seat.closing.exception() is None
        if well and person not in self._unfinished:
            self._closed.add(person)
        seat.closing = None
