"""A person with a real client: nio with an encrypted store of its own, always listening.

What this person does is a short method each; what arrives is waited for with `until`.
"""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import nio

from tests.matrix.shown import Shown, shown
from tests.matrix.wire import Json

T = TypeVar("T")
WITHIN_S = 30.0
ENCRYPTED: Json = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
CONFIG = nio.AsyncClientConfig(
    pickle_key="a key for tests",
    store_sync_tokens=True,
    # A Synapse that is away for a while is asked again soon.
    max_timeout_retry_wait_time=0.2,
)


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    password: str


class Refused(Exception):
    """The homeserver said no; it holds nio's answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__(str(answer))
        self.answer = answer


def fine(answer: Any) -> Any:
    """nio returns errors; a test that did not expect one should end there."""
    if isinstance(answer, nio.ErrorResponse):
        raise Refused(answer)
    return answer


class Person:
    """One device of one account. `rooms` and the like are nio's own: `person.client`."""

    def __init__(self, account: Account, base: str, store: Path) -> None:
        store.mkdir(parents=True, exist_ok=True)
        self.account = account
        self.store = store
        self.base = base
        self.client: Any = nio.AsyncClient(base, account.id, store_path=str(store), config=CONFIG)
        self.events: list[tuple[str, Any]] = []
        """Room and event, decrypted where it could be, in the order of their arrival."""
        self.invites: list[tuple[str, Any]] = []
        """Room and what of its state comes with an invitation."""
        self.left: set[str] = set()
        """Rooms that this person left or was put out of: nio drops that, and keeps them as joined."""
        self.to_device: list[Any] = []
        self.ephemeral: list[tuple[str, Any]] = []
        self.syncs = 0
        self.gave_up: Exception | None = None
        """What ended nio's listening."""
        self._changed = asyncio.Condition()
        self.client.add_event_callback(self._keep, None)
        self.client.add_ephemeral_callback(self._keep_ephemeral, None)
        self.client.add_to_device_callback(self.to_device.append, None)
        self.client.add_response_callback(self._tell, None)

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def device(self) -> str:
        return str(self.client.device_id)

    @property
    def token(self) -> str:
        return str(self.client.access_token)

    async def listen(self) -> None:
        """For as long as it is let, or until nio gives up, which whoever waits for it then hears."""
        try:
            while True:
                # nio does not ask again by itself after an answer that ended in its middle.
                with suppress(aiohttp.ClientPayloadError):
                    # Rooms are in no store: without `full_state` who came back would have none.
                    await self.client.sync_forever(timeout=30_000, full_state=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits is told
            # Without its traceback, which holds on to all that nio was about.
            self.gave_up = error.with_traceback(None)
            await self._tell(None)

    async def close(self) -> None:
        await self.client.close()
        if self.client.store is not None:
            self.client.store.database.close()
        if self.gave_up is not None:
            # nio leaves tasks behind whose failure nobody has asked for. They complain when they
            # are collected: here, and not in the middle of some later test.
            gc.collect()

    # Waiting

    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """Looks again after each answer that arrives; the error says what was there."""
        try:
            async with asyncio.timeout(WITHIN_S), self._changed:
                while not (one := found()):
                    if self.gave_up is not None:
                        raise self.gave_up
                    await self._changed.wait()
                return one
        except TimeoutError:
            last = [f"{room} {_in_short(event)}" for room, event in self.events[-15:]]
            there = "\n  ".join(last) or "nothing"
            raise AssertionError(
                f"{self.account.name}: not within {WITHIN_S:.0f} s: {what}; what was there:\n  {there}"
            ) from None

    def of(self, room: str, kind: Any = object) -> list[Any]:
        """The events of a room that are of nio's class `kind`."""
        return [event for where, event in self.events if where == room and isinstance(event, kind)]

    def shown(self, room: str) -> list[Shown]:
        return shown(self.of(room))

    async def sees(self, room: str, body: str, *, sender: str | None = None) -> Shown:
        """A message that reads so now, by anybody or by `sender`."""

        def found() -> Shown | None:
            fits = [one for one in self.shown(room) if one.body == body and not one.removed]
            return next((one for one in fits if sender in (None, one.sender)), None)

        return await self.until(found, f"a message that reads {body!r}")

    async def knows(self, room: str, *people: "Person") -> None:
        """That they have joined, and their devices: what is written now, they can read."""

        def ready() -> bool:
            users = self.client.rooms[room].users if room in self.client.rooms else {}
            devices = [self.client.device_store[one.id] for one in people]
            there = all(one.id in users for one in people)
            known = all(p.device in d for p, d in zip(people, devices, strict=True))
            return there and known and not self.client.should_query_keys

        await self.until(ready, f"{[one.account.name for one in people]} with their devices")

    # Rooms

    async def make_room(
        self,
        name: str = "",
        *,
        invite: "tuple[Person, ...]" = (),
        encrypted: bool = True,
        direct: bool = False,
        public: bool = False,
        space: bool = False,
        state: tuple[Json, ...] = (),
        power: Json | None = None,
    ) -> str:
        preset = nio.RoomPreset.public_chat if public else nio.RoomPreset.private_chat
        made = await self.client.room_create(
            name=name or None,
            is_direct=direct,
            invite=[one.id for one in invite],
            preset=nio.RoomPreset.trusted_private_chat if direct else preset,
            initial_state=[*([ENCRYPTED] if encrypted and not space else []), *state],
            power_level_override=power,
            space=space,
        )
        room = str(fine(made).room_id)

        def known() -> bool:
            # A sync may catch the room half made; nio would then write into it in clear text.
            there = self.client.rooms.get(room)
            return there is not None and there.encrypted == (encrypted and not space)

        await self.until(known, "the room that was made")
        return room

    async def direct(self, *others: "Person") -> str:
        """An encrypted direct room in which all are, and know each other's devices."""
        room = await self.make_room(direct=True, invite=others)
        for other in others:
            await other.join(room)
        everybody = (self, *others)
        for one in everybody:
            await one.knows(room, *(other for other in everybody if other is not one))
        return room

    async def add_to_space(self, space: str, room: str) -> None:
        await self.set_state(space, "m.space.child", {"via": [self.id.split(":")[1]]}, room)

    async def invite(self, room: str, person: str) -> None:
        fine(await self.client.room_invite(room, person))

    async def invite_direct(self, room: str, person: str) -> None:
        """Into a room that there is already, as a direct one: nio knows that of new rooms only."""
        body = {"membership": "invite", "is_direct": True}
        await self.set_state(room, "m.room.member", body, person)

    async def invited(self, room: str) -> str:
        """Waits for an invitation to it."""
        await self.until(lambda: room in self.client.invited_rooms, "an invitation")
        return room

    async def join(self, room: str) -> None:
        fine(await self.client.join(room))
        await self.until(lambda: room in self.client.rooms, "the room that was joined")

    async def leave(self, room: str) -> None:
        fine(await self.client.room_leave(room))

    async def kick(self, room: str, person: str) -> None:
        fine(await self.client.room_kick(room, person))

    async def ban(self, room: str, person: str) -> None:
        fine(await self.client.room_ban(room, person))

    async def unban(self, room: str, person: str) -> None:
        fine(await self.client.room_unban(room, person))

    async def set_power(self, room: str, person: str, level: int) -> None:
        power = await self.state(room, "m.room.power_levels")
        power["users"] = {**power.get("users", {}), person: level}
        await self.set_state(room, "m.room.power_levels", power)

    async def state(self, room: str, kind: str, key: str = "") -> Json:
        return dict(fine(await self.client.room_get_state_event(room, kind, key)).content)

    async def set_state(self, room: str, kind: str, content: Json, key: str = "") -> str:
        return str(fine(await self.client.room_put_state(room, kind, content, key)).event_id)

    # Talk

    async def send(
        self, room: str, content: Json, kind: str = "m.room.message", tx: str | None = None
    ) -> str:
        sent = await self.client.room_send(
            room, kind, content, tx_id=tx, ignore_unverified_devices=True
        )
        return str(fine(sent).event_id)

    async def write(self, room: str, text: str, **more: Any) -> str:
        """`more` is further content: `formatted_body`, `m.mentions`, `m.relates_to`."""
        return await self.send(room, {"msgtype": "m.text", "body": text, **more})

    async def answer(self, room: str, event: str, text: str, *, thread: bool = False) -> str:
        """As a reply to a message, or in its thread."""
        relation: Json = {"m.in_reply_to": {"event_id": event}}
        if thread:
            relation |= {"rel_type": "m.thread", "event_id": event, "is_falling_back": True}
        return await self.write(room, text, **{"m.relates_to": relation})

    async def edit(self, room: str, event: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        more = {"m.new_content": new, "m.relates_to": relation}
        return await self.send(room, {"msgtype": "m.text", "body": f"* {text}", **more})

    async def redact(self, room: str, event: str) -> str:
        return str(fine(await self.client.room_redact(room, event)).event_id)

    async def react(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, {"m.relates_to": relation}, "m.reaction")

    async def type(self, room: str, *, on: bool = True) -> None:
        fine(await self.client.room_typing(room, typing_state=on))

    async def read(self, room: str, event: str) -> None:
        fine(await self.client.room_read_markers(room, event, event))

    async def _keep(self, room: Any, event: Any) -> None:
        kept = self.invites if isinstance(event, nio.InviteEvent) else self.events
        kept.append((room.room_id, event))

    async def _keep_ephemeral(self, room: Any, event: Any) -> None:
        self.ephemeral.append((room.room_id, event))

    async def _tell(self, response: Any) -> None:
        if isinstance(response, nio.SyncResponse):
            self.syncs += 1
            self.left -= set(response.rooms.join)
            self.left |= set(response.rooms.leave)
        async with self._changed:
            self._changed.notify_all()


def _in_short(event: Any) -> str:
    sender = getattr(event, "sender", "")
    return f"{type(event).__name__} of {sender}: {getattr(event, 'body', '')!r}"
