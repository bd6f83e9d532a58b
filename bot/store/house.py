"""The house: the operator's encrypted file, and the door to every vault. No SQL here.

One process owns the folder. The house outlives a power cut with each commit (locks, age records
and the keys of vaults are in it); of a vault, a power cut may take the last messages.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.events import CommunityId, PersonId, RoomId
from bot.store import accounts, ages, heard, house_steps, locker, migrations, moderation, people
from bot.store.case_rows import Strikes
from bot.store.communities import Communities
from bot.store.database import Database, empty_log
from bot.store.folder import Folder
from bot.store.keys import MasterKey, new_file_key
from bot.store.links import Links
from bot.store.moderation import Moderation
from bot.store.pool import Pool
from bot.store.receipts import Erased, receipt
from bot.store.referrals import Referrals
from bot.store.retention import Retention
from bot.store.rows import AgeRecord, Attestation, Receipt, StoreError
from bot.store.strikes import strikes_of
from bot.store.vault import Vault


class House:
    def __init__(
        self,
        folder: Folder,
        master: MasterKey,
        database: Database,
        *,
        open_vaults: int,
        idle_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._master = master
        self._db = database
        self._pepper = b""
        self._left_open: tuple[PersonId, ...] = ()
        self._pool = Pool(self._open_vault, open_vaults=open_vaults, idle_s=idle_s, clock=clock)
        self.locker = locker.Lockers(database)
        self.communities = Communities(database)
        self.referrals = Referrals(database)
        self.links = Links(database, self._pool, folder, master, clock)
        self.moderation = Moderation(database, self.links)
        self.retention = Retention(database, self.links.person_of)

    @classmethod
    async def open(
        cls,
        folder: Path,
        key: MasterKey,
        *,
        open_vaults: int,
        idle_s: float,
        clock: Callable[[], float],
    ) -> "House":
        owned = Folder.take(folder)
        try:
            house_key = owned.open_house_key(key)
            if house_key is not None:
                database = await Database.open(
                    owned.house, house_key, house_steps.HOUSE, durable="power"
                )
            else:
                house_key = owned.first_house_key(key)
                database = await Database.make(
                    owned.house, house_key, house_steps.HOUSE, durable="power"
                )
        except BaseException:
            owned.release()
            raise
        house = cls(owned, key, database, open_vaults=open_vaults, idle_s=idle_s, clock=clock)
        try:
            await house._settle_in(clock())
        except BaseException:
            await house.close()
            raise
        return house

    async def close(self) -> None:
        try:  # Also when vaults are in use: whoever uses one meets Gone.
            await self._pool.close_all()
            await self._note_closed()
        finally:
            await self._db.close()
            self._folder.release()

    def leave_unfinished(self, person: PersonId) -> None:
        """Their vault holds something that the next start is to take up: see `left_open`."""
        self._pool.leave_unfinished(self.links.person_of(person))

    async def left_open(self) -> tuple[PersonId, ...]:
        """Whose vault was open when the last process died, or was left unfinished."""
        return self._left_open

    async def recent(self) -> tuple[PersonId, ...]:
        return await self._db.read(heard.recent, self._folder)

    # --- Vaults ------------------------------------------------------------------------------

    @asynccontextmanager
    async def vault(self, person: PersonId) -> AsyncIterator[Vault | None]:
        """None for a person without a vault. Of linked accounts, each leads to the same one."""
        owner = self.links.person_of(person)
        vault = await self._pool.take(owner)
        while vault is None and owner != (owner := self.links.person_of(person)):
            # Joined to another account while this waited.
            vault = await self._pool.take(owner)
        try:
            yield vault
        finally:
            if vault is not None:
                self._pool.give_back(owner)

    async def close_idle(self) -> None:
        self._pool.close_unused()
        await self._pool.settle()
        await self._note_closed()

    async def make_vault(self, person: PersonId) -> None:
        """A person who has one keeps it."""
        person = self.links.person_of(person)

        async def make() -> None:
            if (
                person != self.links.person_of(person)
                or await self._db.read(people.vault_of, person) is not None
            ):
                return
            id_, key = secrets.token_hex(16), new_file_key()
            # The file first: a row without its file would look like a lost vault.
            file = self._folder.vault(id_)
            database = await Database.make(file, key, migrations.VAULT, durable="process")
            await database.close()
            place = people.Place(id_, self._master.wrap(key, people.about(id_)))
            await self._db.write(people.add_vault, person, place)

        async with self.vault(person) as vault:
            if vault is not None:
                return
        await self._pool.close_person(person, make)

    async def erase(self, person: PersonId, now: float) -> Receipt:
        """At once, also while others use the vault: they meet Gone, or None."""
        person = self.links.person_of(person)
        traces: list[Erased] = []

        async def erase() -> None:
            traces.append(await self._db.read(self._erase_now, person, now))

        await self._pool.close_person(person, erase)
        return receipt(person, traces[0])

    async def set_alarm(self, person: PersonId, at: float | None) -> None:
        """When to look into this vault for a reminder; None: never."""
        await self._db.write(people.set_alarm, self.links.person_of(person), at)

    async def alarms(self, now: float, far: float) -> tuple[PersonId, ...]:
        return await self._db.read(people.alarms, now, far)

    # --- Age records and locks ---------------------------------------------------------------

    async def age_record(self, person: PersonId, scope: str, now: float) -> AgeRecord | None:
        """The best that counts in this scope, and None also for one that has expired."""
        return await self._db.read(ages.age_record, self._who(person), scope, now)

    async def age_records(self, person: PersonId) -> tuple[AgeRecord, ...]:
        return await self._db.read(ages.age_records, self._who(person))

    async def standing(
        self, person: PersonId, scope: CommunityId, now: float
    ) -> tuple[AgeRecord | None, bool, Strikes]:
        """Age, lock and strikes at once: every message asks for them."""
        return await self._db.read(
            lambda db: (
                ages.age_record(db, self._who(person), scope, now),
                self._is_locked(db, person),
                strikes_of(db, self.links.whos(person), scope, now),
            )
        )

    async def attest(self, person: PersonId, record: AgeRecord) -> None:
        await self._db.write(lambda db: ages.attest(db, self._who(person), record))

    async def attest_by_name(self, person: PersonId, record: AgeRecord, reason: str) -> bool:
        """False for a person who is locked."""
        return await self._db.write(
            lambda db: ages.attest_by_name(db, self._who(person), record, reason)
        )

    async def revoke_age(self, person: PersonId, scope: str, method: str) -> bool:
        gone = await self._db.write(lambda db: ages.revoke(db, self._who(person), scope, method))
        return gone > 0

    async def revoke_ages_through(
        self, scope: str, method: str, still_open: frozenset[RoomId]
    ) -> bool:
        """Everybody's that came through a room which is not among these. False: nobody's."""
        through = await self._db.read(ages.came_through, scope, method)
        if gone := [room for room in through if room not in still_open]:
            await self._db.write(ages.revoke_through, scope, method, gone)
        return bool(gone)

    async def revoke_age_by_name(
        self, person: PersonId, methods: tuple[str, ...], note: Attestation
    ) -> bool:
        """False where there was nothing to take back."""
        return await self._db.write(
            lambda db: ages.revoke_by_name(db, self._who(person), methods, note)
        )

    async def attestations(self, person: PersonId) -> tuple[Attestation, ...]:
        return await self._db.read(ages.attestations, self._who(person))

    async def locked(self, person: PersonId) -> bool:
        return await self._db.read(self._is_locked, person)

    async def lock(self, person: PersonId, code: str, now: float) -> None:
        """SAFETY A2: the person is locked, on whichever account of theirs they come."""
        await self._db.write(lambda db: people.lock_all(db, self.links.whos(person), code, now))

    async def unlock(self, person: PersonId, moderator: str, reason: str, now: float) -> bool:
        """False for a person who was not locked."""
        return await self._db.write(
            lambda db: people.unlock_all(db, self.links.whos(person), moderator, reason, now)
        )

    async def _settle_in(self, now: float) -> None:
        self._folder.confirm_house_key()
        self._pepper = await self._db.write(people.pepper)
        await self._db.write(ages.drop_old, now)
        await self.links.begin(self._pepper)
        await self.moderation.begin(self._pepper, now)
        erased = await asyncio.to_thread(self._folder.erased)
        # A crash after the ledger's line and before the last step: the erasing is finished now.
        for person in await self._db.read(people.vaults_among, erased):
            await self._db.read(self.links.change, self._erase_rows, person)
        await self._db.read(self.links.change, accounts.merged, erased)
        await self._db.read(empty_log)
        for id_ in erased:
            if self._folder.vault(id_).exists():
                self._folder.remove_vault(id_)
        self._left_open = await self._db.read(people.marked_open)

    def _is_locked(self, db: sqlite3.Connection, person: PersonId) -> bool:
        return any(people.locked(db, who) for who in self.links.whos(person))

    async def _note_closed(self) -> None:
        if closed := self._pool.take_closed():
            # On a full disk they stay marked as open, and the next start looks at them for nothing.
            with suppress(StoreError):
                await self._db.write_lightly(people.mark_closed, closed)

    async def _open_vault(self, person: PersonId) -> Database | None:
        closed = self._pool.take_closed()
        place = await self._db.write_lightly(people.mark_open, person, closed)
        if place is None:
            return None
        try:
            key = self._master.unwrap(place.wrapped, people.about(place.id))
            file = self._folder.vault(place.id)
            database = await Database.open(file, key, migrations.VAULT, durable="process")
            await self.links.merge_into(database, person)
        except StoreError:
            with suppress(StoreError):
                await self._db.write_lightly(people.mark_closed, [person])
            raise
        return database

    def _erase_now(self, db: sqlite3.Connection, person: PersonId, now: float) -> Erased:
        """One function on the house's thread, so that a cancelled task cannot cut it in two."""
        vaults = accounts.vaults_of(db, person)
        for vault in vaults:
            self._folder.note_erased(vault, now)
        traces = self.links.change(db, self._erase_rows, person)
        # The wrapped key leaves the log too; without it the vault is noise, also on an old disk.
        empty_log(db)
        for vault in vaults:
            self._folder.remove_vault(vault)
        return traces

    def _erase_rows(self, db: sqlite3.Connection, person: PersonId) -> Erased:
        known, whos = self.links.accounts_of(person), self.links.whos(person)
        traces = people.erase_person(db, person, whos)
        moderated = moderation.forget(db, known, whos)
        accounts.drop(db, person)
        return Erased(traces, moderated, len(known))

    def _who(self, person: PersonId) -> bytes:
        """Of the person; for changes asked on the house's thread, where accounts are joined."""
        return people.keyed_hash(self._pepper, self.links.person_of(person))
