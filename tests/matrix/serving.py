"""The whole bot on a real homeserver: real house, real policy, real encryption; a scripted engine.

```python
async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
    ada = await people.person("ada")
    room = await bot.let_in(ada)
    await ada.write(room, "How is the sea?")
    await ada.sees(room, "You said: How is the sea?")
```
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.conversation import Conversation
from bot.dispatch import Dispatch
from bot.engine.base import Engine
from bot.operate.metrics import Metrics
from bot.operate.published import read_rules
from bot.platforms.matrix import Matrix
from bot.platforms.matrix.opening import open_matrix
from bot.platforms.matrix.reactions import SHOWN
from bot.platforms.matrix.setup import Setup
from bot.recovery import recover, show_whole
from bot.settings import Config
from bot.speech import Speech
from bot.store.house import House
from bot.store.keys import make_master_key, read_master_key
from tests.conftest import HABITS, read_personas
from tests.fakes import Clock
from tests.matrix.people import People
from tests.matrix.person import Account, Person
from tests.matrix.shown import Shown

GAP_S = 0.05
"""Between two edits: short, so that tests are."""


@dataclass
class Served:
    """A running bot, and what of it a test may want to look at."""

    people: People
    account: Account
    home: str
    """The room of the community that sponsors."""
    keeper: Person
    """Who made that room."""
    platform: Matrix
    engine: Engine
    house: House
    dispatch: Dispatch
    clock: Clock
    running: "asyncio.Task[None]"

    @property
    def id(self) -> str:
        return self.account.id

    async def meets(self, person: Person) -> str:
        """A guest of the community, in an encrypted direct room with the bot; the room."""
        if person.id not in {one["state_key"] for one in await self._members() if _is_in(one)}:
            await self.keeper.invite(self.home, person.id)
            await person.join(self.home)
        return await self.opens(person)

    async def opens(self, person: Person) -> str:
        """A direct room, once the bot is in it and its device is known."""
        room = await person.make_room(direct=True)
        await person.invite_direct(room, self.id)
        await self.comes(person, room)
        return room

    async def comes(self, person: Person, room: str) -> None:
        """It is in the room, and what this person writes there it can read."""
        await person.until(lambda: self._is_known_to(person, room), "the bot in the room")

    async def let_in(self, person: Person) -> str:
        """Through the door, until the persona has greeted; the room."""
        room = await self.meets(person)
        for answer in ("hello", "next", "next", "yes"):
            before = len(self.said(person, room))
            await person.write(room, answer)
            await person.until(
                lambda before=before: len(self.said(person, room)) > before,  # type: ignore[misc]  # mypy sees no types of defaults
                f"an answer to {answer}",
            )
        await person.write(room, "done")
        await person.until(lambda: self._has_signs(person, room), "a greeting with its signs")
        return room

    def said(self, person: Person, room: str) -> list[Shown]:
        """By the bot, as this person sees it now."""
        return [one for one in person.shown(room) if one.sender == self.id and not one.removed]

    async def says(self, person: Person, room: str, part: str) -> Shown:
        """Waits for a message of the bot that holds these words."""

        def found() -> Shown | None:
            return next((one for one in self.said(person, room) if part in one.body), None)

        return await person.until(found, f"the bot saying {part!r}")

    def _has_signs(self, person: Person, room: str) -> bool:
        """All that the bot does by itself once somebody is in."""
        greetings = [one for one in self.said(person, room) if one.kind == "m.text"]
        return any([who for who, _ in one.reactions] == [self.id] * len(SHOWN) for one in greetings)

    async def _members(self) -> list[Any]:
        state = await self.people.wire_of(self.keeper).state(self.home)
        return [one for one in state if one["type"] == "m.room.member"]

    def _is_known_to(self, person: Person, room: str) -> bool:
        users = person.client.rooms[room].users
        there = self.id in users and not users[self.id].invited
        devices = dict(person.client.device_store.items()).get(self.id)
        return bool(there and devices and not person.client.should_query_keys)


def _is_in(member: Any) -> bool:
    return bool(member["content"]["membership"] == "join")


@dataclass
class Ground:
    """What outlives a restart of the bot: its account, its community."""

    account: Account
    home: str
    keeper: Person


async def make_ground(people: People) -> Ground:
    account, keeper = await people.account("parlour"), await people.person("keeper")
    home = await keeper.make_room("Harbour", encrypted=False)
    await keeper.invite(home, account.id)
    return Ground(account, home, keeper)


def setup(people: People, account: Account, folder: Path, through: str = "", **more: Any) -> Setup:
    """As an operator has it who gave a password."""
    chosen = Setup(
        homeserver=through or people.homeserver.url,
        folder=folder / "matrix",
        user=account.id,
        password=account.password,
        gap_s=GAP_S,
        first_pause_s=0.05,
    )
    return replace(chosen, **more)


@asynccontextmanager
async def serving(
    people: People,
    folder: Path,
    engine: Engine,
    *,
    ground: Ground | None = None,
    through: str = "",
    **more: Any,
) -> AsyncIterator[Served]:
    """From the start to a clean stop, in one community at least. `more` are further settings."""
    ground = ground or await make_ground(people)
    key_file = folder.parent / f"{folder.name}.key"
    key = read_master_key(key_file) if key_file.exists() else make_master_key(key_file)
    clock = Clock()
    house = await House.open(folder, key, open_vaults=64, idle_s=300.0, clock=clock)
    speech = Speech(HABITS.language)
    conversation = Conversation(
        house=house,
        engine=engine,
        personas=read_personas(),
        speech=speech,
        habits=HABITS,
        metrics=Metrics(),
        clock=clock,
    )
    dispatch = Dispatch(conversation, waiting=8, rooms=1000, stop_s=5.0)
    await engine.start()
    more.setdefault("rules_of", partial(read_rules, house, Config()))
    chosen = setup(people, ground.account, folder, through, words=speech.words, **more)
    try:
        async with open_matrix(chosen, house.locker.of("matrix")) as platform:
            left_over = await recover(house, [platform], clock())
            async with asyncio.TaskGroup() as group:
                running = group.create_task(dispatch.run([platform], left_over))
                group.create_task(show_whole(house, [platform], clock()))
                await _is_in_community(ground)
                yield Served(
                    people=people,
                    account=ground.account,
                    home=ground.home,
                    keeper=ground.keeper,
                    platform=platform,
                    engine=engine,
                    house=house,
                    dispatch=dispatch,
                    clock=clock,
                    running=running,
                )
                dispatch.stop()
    finally:
        await engine.close()
        await house.close()


async def _is_in_community(ground: Ground) -> None:
    def joined() -> bool:
        users = ground.keeper.client.rooms[ground.home].users
        return ground.account.id in users and not users[ground.account.id].invited

    await ground.keeper.until(joined, "the bot in its community")
