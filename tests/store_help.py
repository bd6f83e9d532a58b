"""A house to test in: small messages, a clock that is passed in, a key without ceremony."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.events import Author, EventId, Message, PersonId, Room, RoomId, TurnId
from bot.store.house import House
from bot.store.keys import MasterKey, master_key_from_text
from bot.store.rows import OpenReply, Session, State
from bot.store.vault import Vault

ADA = PersonId("console:ada")
BEN = PersonId("console:ben")
NAME = "Ada of the lighthouse"
"""So long that chance does not spell it in what is encrypted."""
ROOM = Room(id=RoomId("console:room"), is_direct=True)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def master(digit: str = "a") -> MasterKey:
    return master_key_from_text(digit * 64)


@asynccontextmanager
async def house_in(
    folder: Path,
    *,
    key: MasterKey | None = None,
    open_vaults: int = 8,
    idle_s: float = 60.0,
    clock: Clock | None = None,
) -> AsyncIterator[House]:
    house = await House.open(
        folder,
        key or master(),
        open_vaults=open_vaults,
        idle_s=idle_s,
        clock=clock or Clock(),
    )
    try:
        yield house
    finally:
        await house.close()


@asynccontextmanager
async def vault_in(folder: Path, person: PersonId = ADA) -> AsyncIterator[Vault]:
    async with house_in(folder) as house:
        await house.make_vault(person)
        async with house.vault(person) as vault:
            assert vault is not None
            yield vault


def message(event: str, text: str = "Good morning.", person: PersonId = ADA) -> Message:
    return Message(
        id=EventId(event), room=ROOM, author=Author(id=person, name=NAME), text=text, at=5.0
    )


async def begin(vault: Vault) -> Session:
    return await vault.begin_session(persona="wren", sponsor=None, now=1.0, head="", seed=7)


async def arrive(vault: Vault, event: str, text: str = "Good morning.") -> TurnId:
    turn = await vault.take_in(message(event, text))
    assert turn is not None
    return turn


async def open_for(vault: Vault, session: Session, turn: TurnId, note: str = "") -> OpenReply:
    return await vault.open_reply(
        session=session.id, answers=turn, nonce=f"n{turn}", note=note, now=6.0
    )


async def exchange(
    vault: Vault, session: Session, event: str, said: str = "Good morning.", answer: str = "Hello."
) -> OpenReply:
    """One message and its whole answer, as the path would do it."""
    reply = await open_for(vault, session, await arrive(vault, event, said))
    await vault.keep_shown(reply, [answer])
    await vault.sent(reply, 0, EventId(f"page-{event}"))
    await vault.close_reply(reply, state=State.DONE, text=answer, now=7.0)
    return reply


def rows(export: dict[str, object], table: str) -> list[dict[str, object]]:
    found = export[table]
    assert isinstance(found, list)
    return found
