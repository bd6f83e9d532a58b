"""One person with several accounts: looked up in memory, joined and parted. No SQL here.

Whatever changes is one function on the house's thread, with what is remembered of it, so that a
cancelled task cannot cut it in two.
"""

import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from bot.events import CommunityId, PersonId
from bot.store import accounts, merging, migrations
from bot.store.accounts import Accounts
from bot.store.database import Database, empty_log, in_transaction
from bot.store.folder import Folder
from bot.store.keys import MasterKey
from bot.store.people import about, keyed_hash
from bot.store.pool import Pool

P = ParamSpec("P")
T = TypeVar("T")


class Links:
    def __init__(
        self,
        database: Database,
        pool: Pool,
        folder: Folder,
        master: MasterKey,
        clock: Callable[[], float],
    ) -> None:
        self._db = database
        self._pool = pool
        self._folder = folder
        self._master = master
        self._clock = clock
        self._pepper = b""
        self._known = Accounts()

    async def begin(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._known = await self._db.read(accounts.load)

    # --- From memory: a message costs it nothing ---------------------------------------------

    def person_of(self, account: PersonId) -> PersonId:
        """Called by the account whose vault it is."""
        return self._known.person_of(account)

    def accounts_of(self, account: PersonId) -> tuple[PersonId, ...]:
        """Of the same person; the one with the vault first."""
        return self._known.of(account)

    def whos(self, account: PersonId) -> list[bytes]:
        """Each account of theirs as a keyed hash: a lock lies on all of them (SAFETY A2)."""
        return [keyed_hash(self._pepper, one) for one in self.accounts_of(account)]

    def who(self, account: PersonId) -> bytes:
        """One account as a keyed hash."""
        return keyed_hash(self._pepper, account)

    def sponsor_of(self, account: PersonId) -> CommunityId | None:
        """Whose guest they have chosen to be; None where they never chose."""
        return self._known.sponsors.get(account)

    # --- Changes -----------------------------------------------------------------------------

    async def choose_sponsor(self, account: PersonId, sponsor: CommunityId) -> None:
        await self._db.read(self.change, accounts.choose_sponsor, account, sponsor)

    async def make_code(self, account: PersonId, now: float) -> str:
        """A one-time code that joins whoever types it in time."""
        code = accounts.draw_code()
        await self._db.write(accounts.keep_code, self._pepper, account, code, now)
        return str(code)

    async def shown_by(self, code: str, now: float) -> PersonId | None:
        """None where the code is wrong, used, too old, or was tried too often."""
        return await self._db.write(accounts.shown_by, self._pepper, accounts.read_code(code), now)

    async def join(self, account: PersonId, code: str, now: float) -> bool:
        """Both accounts are one person from one commit on; False where the code does not hold."""
        shower = await self.shown_by(code, now)
        # Always in this order, so that two who join each other do not wait for each other.
        both = sorted({self.person_of(account), self.person_of(shower or account)})
        if len(both) < 2:
            return False
        joined: list[bool] = []

        async def join() -> None:
            joined.append(await self._db.read(self._join_now, account, code, now))

        await self._pool.close_person(both[0], lambda: self._pool.close_person(both[1], join))
        return joined[0]

    async def part(self, account: PersonId) -> tuple[PersonId, ...]:
        """Those that are on their own from now on; the vault stays where it was."""
        return await self._db.read(self.change, accounts.part, self.who, account)

    async def merge_into(self, vault: Database, person: PersonId) -> None:
        """What joined accounts had, before anybody reads the vault; again after a crash."""
        try:
            for one in self._known.unmerged.get(person, ()):
                id_, file = one.place.id, self._folder.vault(one.place.id)
                key = self._master.unwrap(one.place.wrapped, about(id_))
                # Opened for once, so that it is of the newest version and its log is empty.
                other = await Database.open(file, key, migrations.VAULT, durable="process")
                await other.close()
                now = self._clock()
                await vault.read(merging.merge, merging.Other(file, key, id_, one.account), now)
                # On the disk, before the place that it came from is forgotten.
                await vault.read(empty_log)
                await self._db.read(self._merged_now, id_, now)
        except BaseException:
            await vault.close()
            raise

    def change(
        self,
        db: sqlite3.Connection,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """On the house's thread."""
        result = in_transaction(db, lambda: work(db, *args, **kwargs))
        self._known = accounts.load(db)
        return result

    def _join_now(self, db: sqlite3.Connection, account: PersonId, code: str, now: float) -> bool:
        def join(db: sqlite3.Connection) -> bool:
            # Looked at again: of two who come at once, the first has used it up.
            shower = accounts.shown_by(db, self._pepper, accounts.read_code(code), now)
            return shower is not None and accounts.join(db, self.who, shower, account)

        return self.change(db, join)

    def _merged_now(self, db: sqlite3.Connection, vault: str, now: float) -> None:
        self._folder.note_erased(vault, now)
        self.change(db, accounts.merged, [vault])
        empty_log(db)
        self._folder.remove_vault(vault)
