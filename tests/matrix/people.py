"""Who is there in a test: fresh accounts, devices that come and go; all of them leave at its end."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio

from tests.matrix.person import CONFIG, Account, Person, fine
from tests.matrix.synapse import Homeserver
from tests.matrix.wire import Wire, quoted, wired


class People:
    def __init__(self, homeserver: Homeserver, wire: Wire, folder: Path) -> None:
        self.homeserver = homeserver
        self.wire = wire
        """Raw HTTP without a token; `wire_of` is with a person's."""
        self._folder = folder
        self._group = asyncio.TaskGroup()
        self._listening: dict[Person, asyncio.Task[None]] = {}
        self._numbers = itertools.count(1)

    async def account(self, name: str, *, admin: bool = False) -> Account:
        """A fresh one: `ada` becomes `ada-3f2a`, as the homeserver outlives a test."""
        fresh, password = f"{name}-{secrets.token_hex(4)}", secrets.token_hex(8)
        made = await self.wire.register(fresh, password, self.homeserver.secret, admin=admin)
        return Account(made["user_id"], fresh, password)

    async def person(self, name: str, *, through: str = "") -> Person:
        """`through` is a proxy's address."""
        return await self.device(await self.account(name), through=through)

    async def device(self, account: Account, *, through: str = "") -> Person:
        """One more device of an account, which listens when this returns."""
        person = self._new(account, through or self.homeserver.url, self._new_store(account))
        fine(await person.client.login(account.password, device_name="a test's"))
        return await self._listen(person)

    async def go_away(self, person: Person) -> None:
        """Stops listening; its device, its keys and its token stay."""
        task = self._listening.pop(person)
        task.cancel()
        await asyncio.wait([task])
        await person.close()

    async def come_back(
        self, person: Person, *, through: str = "", lost_store: bool = False
    ) -> Person:
        """The same device after `go_away`, with what it kept, or without it."""
        store = self._new_store(person.account) if lost_store else person.store
        again = self._new(person.account, through or person.base, store)
        again.client.restore_login(person.id, person.device, person.token)
        return await self._listen(again)

    async def crowd(self, room: str, number: int) -> list[str]:
        """Fills a public room, at about a tenth of a second for each; gives their ids."""
        joined: list[str] = []
        for _ in range(number):
            name, password = f"one-of-many-{secrets.token_hex(4)}", secrets.token_hex(8)
            made = await self.wire.register(name, password, self.homeserver.secret, log_in=True)
            theirs = Wire(self.wire.base, self.wire.http, made["access_token"])
            await theirs.post(f"/join/{quoted(room)}", {})
            joined.append(made["user_id"])
        return joined

    def bare(self, person: Person, config: Any = CONFIG) -> Any:
        """A nio client with the login and the store of someone who went away; it does nothing alone."""
        client: Any = nio.AsyncClient(
            person.base, person.id, store_path=str(person.store), config=config
        )
        client.restore_login(person.id, person.device, person.token)
        return client

    def wire_of(self, person: Person) -> Wire:
        return Wire(self.homeserver.url, self.wire.http, person.token)

    def _new(self, account: Account, base: str, store: Path) -> Person:
        return Person(account, base, store)

    def _new_store(self, account: Account) -> Path:
        return self._folder / f"{account.name}-{next(self._numbers)}"

    async def _listen(self, person: Person) -> Person:
        self._listening[person] = self._group.create_task(person.listen())
        await person.until(lambda: person.syncs and not person.client.should_upload_keys, "itself")
        return person

    async def _end(self) -> None:
        for person in list(self._listening):
            await self.go_away(person)


@asynccontextmanager
async def people_of(homeserver: Homeserver, folder: Path) -> AsyncIterator[People]:
    async with wired(homeserver.url) as wire:
        people = People(homeserver, wire, folder)
        async with people._group:
            try:
                yield people
            finally:
                await people._end()
