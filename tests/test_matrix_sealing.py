"""Trap 1 of Matrix: what is sealed or clear is looked at last of all, after everything that had to be
waited for."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.platforms.matrix.delivery import Delivery
from bot.platforms.matrix.line import Line
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.sealing import Sealing
from bot.platforms.pacing import Sent

HOME, OWN = "!harbour:example.org", "@parlour:example.org"
SWITCHED_ON = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


@dataclass
class PaperAnswer:
    status: int
    body: dict[str, Any]

    async def read(self) -> bytes:
        return json.dumps(self.body).encode()

    def release(self) -> None:
        pass


@dataclass
class PaperClient:
    """A homeserver that says that a room is not encrypted, and takes what comes."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Of what is sent, before 200."""
    access_token: str = ""
    users_for_key_query: frozenset[str] = frozenset()
    sharing_session: dict[str, Any] = field(default_factory=dict)
    rooms: dict[str, Any] = field(
        default_factory=lambda: {
            HOME: SimpleNamespace(encrypted=False, members_synced=True, users={})
        }
    )
    olm: Any = field(
        default_factory=lambda: SimpleNamespace(should_share_group_session=lambda _room: False)
    )

    async def send(self, method: str, path: str, data: str, *_rest: Any) -> PaperAnswer:
        if method == "GET":
            return PaperAnswer(404, {})
        status = self.statuses.pop(0) if self.statuses else 200
        self.sent.append((path.split("/")[-2], data))
        return PaperAnswer(status, {"event_id": "$1", "errcode": "M_UNKNOWN_TOKEN"})

    def encrypt(self, _room: str, _kind: str, _content: Any) -> tuple[str, dict[str, str]]:
        return "m.room.encrypted", {"ciphertext": "…"}


@dataclass
class PaperTokens:
    """A token is renewed now and then, and meanwhile the sync may tell anything."""

    told: list[Any]
    """What happens with each look at the token."""
    access: str = "t"

    async def keep_fresh(self) -> None:
        if self.told and (happens := self.told.pop(0)):
            happens()

    async def renew(self, _used: str, *, is_soft: bool) -> bool:
        del is_soft
        await self.keep_fresh()
        return True


class Bench:
    def __init__(self, when: int, how: str, statuses: list[int] | None = None) -> None:
        """The room is encrypted with the look number `when`: told by the sync, or seen by nio."""
        self.client = PaperClient(statuses=statuses or [])
        tokens: Any = PaperTokens([*[None] * when, self._switch_on])
        self._how = how
        line = Line(self.client, tokens)
        self.rooms = Rooms(line, OWN, HOME)
        self.rooms.take(HOME, ())
        sealing = Sealing(self.client, self.rooms)
        self.delivery = Delivery(line, sealing, OWN, lambda: 0.0, self._no_pause)

    def _switch_on(self) -> None:
        if self._how == "told":
            self.rooms.take(HOME, [SWITCHED_ON])
        else:
            self.client.rooms[HOME].encrypted = True

    async def _no_pause(self, _seconds: float) -> None:
        # By its next try the sync has told.
        self.rooms.take(HOME, [SWITCHED_ON])

    @property
    def clear(self) -> list[str]:
        return [data for kind, data in self.client.sent if kind != "m.room.encrypted"]


@pytest.mark.parametrize("how", ["told", "seen"])
async def test_a_room_that_is_encrypted_while_a_token_is_renewed_gets_no_clear_text(
    how: str,
) -> None:
    # The first look is the question whether the room is encrypted, the second the message's own.
    bench = Bench(1, how)
    assert await bench.delivery.post(HOME, {"body": "Good evening"}, "n") == "$1"
    assert bench.clear == []
    assert [kind for kind, _ in bench.client.sent] == ["m.room.encrypted"]


async def test_nor_does_it_by_the_second_try_with_a_new_token() -> None:
    bench = Bench(2, "told", [401])
    assert await bench.delivery.post(HOME, {"body": "Good evening"}, "n") == "$1"
    kinds = [kind for kind, _ in bench.client.sent]
    # The first one was refused before anybody had encrypted anything.
    assert kinds == ["m.room.message", "m.room.encrypted"]


async def test_an_edit_waits_for_its_next_turn() -> None:
    bench = Bench(1, "told")
    assert await bench.delivery.change(HOME, lambda: {"body": "Good evening"}) is Sent.LATER
    assert bench.client.sent == []
    assert await bench.delivery.change(HOME, lambda: {"body": "Good evening"}) is Sent.DONE
    assert bench.clear == []


async def test_a_room_that_stays_open_is_answered_openly() -> None:
    bench = Bench(99, "told")
    assert await bench.delivery.post(HOME, {"body": "Good evening"}, "n") == "$1"
    assert [kind for kind, _ in bench.client.sent] == ["m.room.message"]
