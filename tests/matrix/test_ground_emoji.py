"""The ground: emoji verification as the specification has it, and how far nio is from it."""

import asyncio
import base64
from typing import Any

import nio
import pytest

from tests.matrix.emoji import (
    Cancelled,
    Verification,
    ask_device,
    ask_in_room,
    be_asked,
    commitment,
)
from tests.matrix.people import People
from tests.matrix.person import Person, fine

pytestmark = pytest.mark.live


async def test_two_people_verify_each_other_in_their_encrypted_room(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    hers, his = await asyncio.gather(ask_in_room(ada, room, bo.id), be_asked(bo, room))
    await asyncio.gather(hers.begin(), his.follow())
    assert hers.emoji() == his.emoji()
    assert len(hers.emoji()) == 7
    hers.keys = {"ed25519:a-master-key": "a-master-key"}
    of_bo, of_ada = await asyncio.gather(hers.confirm(), his.confirm())
    assert of_bo == [f"ed25519:{bo.device}"]
    assert of_ada == sorted([f"ed25519:{ada.device}", "ed25519:a-master-key"])
    kinds = {event["type"] for event in await people.wire_of(ada).events(room)}
    assert not {kind for kind in kinds if "verification" in kind}, "all of it is encrypted"


async def test_two_devices_verify_each_other_past_any_room(people: People) -> None:
    ada = await people.person("ada")
    second = await people.device(ada.account)
    # nio keeps to the devices of those with whom it shares an encrypted room: itself, too.
    await ada.make_room()
    await ada.until(lambda: second.device in ada.client.device_store[ada.id], "her other device")
    await second.until(lambda: ada.device in second.client.device_store[ada.id], "her first one")
    one, two = await asyncio.gather(ask_device(ada, ada.id, second.device), be_asked(second))
    await asyncio.gather(one.begin(), two.follow())
    assert one.emoji() == two.emoji()
    await asyncio.gather(one.confirm(), two.confirm())


async def test_who_sees_other_emoji_ends_it_for_both(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    hers, his = await asyncio.gather(ask_in_room(ada, room, bo.id), be_asked(bo, room))
    await asyncio.gather(hers.begin(), his.follow())
    await his.refuse()
    assert await hers.cancelled() == "m.mismatched_sas"
    with pytest.raises(Cancelled, match="mismatched_sas"):
        await hers.confirm()


async def test_nio_sends_the_commitment_in_hex_where_the_specification_says_base64(
    people: People,
) -> None:
    """So whoever keeps to the specification ends what nio has accepted."""
    ada, bo = await people.person("ada"), await people.person("bo")
    await ada.direct(bo)
    hers = Verification(ada, bo.id, bo.device, "a-transaction", None)
    beginning = asyncio.ensure_future(hers.begin())
    nios = await bo.until(lambda: bo.client.key_verifications.get("a-transaction"), "a start")
    fine(await bo.client.accept_key_verification("a-transaction"))
    with pytest.raises(Cancelled, match="mismatched_commitment"):
        await beginning
    [start] = [one for one in bo.to_device if isinstance(one, nio.KeyVerificationStart)]
    right = commitment(nios.pubkey, start.source["content"])
    assert base64.b64decode(f"{right}=").hex() == nios.commitment


async def test_nio_ends_a_verification_whose_commitment_is_as_the_specification_says(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    await ada.direct(bo)
    fine(await bo.client.start_key_verification(bo.client.device_store[ada.id][ada.device]))
    [transaction] = bo.client.key_verifications
    hers = Verification(ada, bo.id, bo.device, transaction, None)
    await hers.follow()
    assert await hers.cancelled() == "m.mismatched_commitment"


async def test_nio_does_not_answer_a_request_to_verify(people: People) -> None:
    """Neither as a message in the room nor to the device, and Element begins with nothing else."""
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    asking = [
        asyncio.ensure_future(ask_in_room(ada, room, bo.id)),
        asyncio.ensure_future(ask_device(ada, bo.id, bo.device)),
    ]
    try:
        await bo.until(lambda: bo.of(room, nio.RoomMessageUnknown), "a request in the room")
        await bo.until(lambda: _requests(bo), "a request to the device")
        await bo.write(room, "what was that")
        await ada.sees(room, "what was that")
        assert not any(one.done() for one in asking)
        assert not bo.client.key_verifications
    finally:
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)


def _requests(person: Person) -> list[Any]:
    kind = "m.key.verification.request"
    return [event for event in person.to_device if event.source.get("type") == kind]
