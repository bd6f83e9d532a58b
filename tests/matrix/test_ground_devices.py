"""The ground: devices, their keys, files, verification, leaving for a while and coming back."""

import nio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.matrix.files import fetch_file, send_file
from tests.matrix.people import People
from tests.matrix.signing import cross_sign, is_cross_signed, is_signed, public_part, sign

pytestmark = pytest.mark.live

# The first bytes of a picture are all that is looked at.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


async def test_trap_13_an_encrypted_picture_is_read_whole_and_the_homeserver_holds_ciphertext(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    sent = await send_file(ada, room, PICTURE, "boat.png", kind="m.image", mime="image/png")
    shown = await bo.sees(room, "boat.png")
    assert await fetch_file(bo, shown) == PICTURE
    [event] = bo.of(room, nio.RoomEncryptedImage)
    assert (event.event_id, event.url) == (sent, shown.content["file"]["url"])
    held = (await bo.client.download(event.url)).body
    assert len(held) == len(PICTURE)
    assert held != PICTURE


async def test_trap_14_cross_signing_by_hand_makes_a_device_its_owners(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    seen_by_bo = people.wire_of(bo)
    assert not await is_cross_signed(ada.id, ada.device, seen_by_bo)
    keys = await cross_sign(ada, people.wire_of(ada))
    assert await is_cross_signed(ada.id, ada.device, seen_by_bo)
    second = await people.device(ada.account)
    assert not await is_cross_signed(ada.id, second.device, seen_by_bo)
    forged = {"keys": {"ed25519:x": "x"}}
    sign(forged, ada.id, public_part(keys.master), keys.self_signing)
    assert not is_signed(forged, ada.id, public_part(keys.master))


async def test_trap_14_other_keys_are_taken_with_the_password_only(people: People) -> None:
    ada = await people.person("ada")
    wire = people.wire_of(ada)
    await cross_sign(ada, wire)
    key = public_part(Ed25519PrivateKey.generate())
    other = {"user_id": ada.id, "usage": ["master"], "keys": {f"ed25519:{key}": key}}
    refused = await wire.ask("POST", "/keys/device_signing/upload", {"master_key": other})
    assert refused.status == 401
    assert {"stages": ["m.login.password"]} in refused.body["flows"]


async def test_a_new_device_reads_what_is_written_after_it_came(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "before")
    await bo.sees(room, "before")
    second = await people.device(bo.account)
    await ada.knows(room, second)
    await ada.write(room, "after")
    await second.sees(room, "after")
    await bo.sees(room, "after")


async def test_what_was_missed_is_read_in_order_after_coming_back(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "one")
    await bo.sees(room, "one")
    await people.go_away(bo)
    for word in ("two", "three"):
        await ada.write(room, word)
    bo = await people.come_back(bo)
    await bo.sees(room, "three")
    assert [shown.body for shown in bo.shown(room)] == ["two", "three"]
    await bo.write(room, "read both")
    await ada.sees(room, "read both")
