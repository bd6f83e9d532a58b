"""The ground: what people can do with each other, in encrypted rooms of a real Synapse."""

import pytest

from tests.matrix.people import People
from tests.matrix.person import Refused

pytestmark = pytest.mark.live


async def test_two_people_talk_in_an_encrypted_direct_room_and_the_homeserver_holds_ciphertext(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    sent = await ada.write(room, "a first greeting")
    assert (await bo.sees(room, "a first greeting")).sender == ada.id
    await bo.write(room, "one in return")
    await ada.sees(room, "one in return", sender=bo.id)
    wire = people.wire_of(ada)
    assert (await wire.event(room, sent))["type"] == "m.room.encrypted"
    assert "greeting" not in str(await wire.events(room))
    kinds = {event["type"] for event in await wire.state(room)}
    assert "m.room.encryption" in kinds


async def test_edits_reactions_answers_and_removals_are_shown_as_a_client_shows_them(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    sent = await ada.write(room, "one draft")
    await ada.edit(room, sent, "two drafts")
    await bo.edit(room, sent, "not bo's to change")
    answer = await bo.answer(room, sent, "an answer", thread=True)
    reaction = await bo.react(room, sent, "👍")
    await bo.react(room, sent, "🔁")
    shown = await bo.sees(room, "two drafts")
    assert shown.history == ["one draft", "two drafts"]
    reacted = [(bo.id, "👍"), (bo.id, "🔁")]
    await ada.until(lambda: ada.shown(room)[0].reactions == reacted, "both reactions")
    await bo.redact(room, reaction)
    await ada.until(lambda: ada.shown(room)[0].reactions == reacted[1:], "one reaction")
    assert (await ada.sees(room, "an answer")).content["m.relates_to"]["rel_type"] == "m.thread"
    await bo.redact(room, answer)
    await ada.until(lambda: ada.shown(room)[1].removed, "the removal")


async def test_who_types_and_who_has_read_is_seen(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    sent = await ada.write(room, "is anybody there")
    await bo.sees(room, "is anybody there")
    await bo.read(room, sent)
    await bo.type(room)
    await ada.until(lambda: bo.id in ada.client.rooms[room].typing_users, "that bo types")
    receipts = ada.client.rooms[room].read_receipts
    await ada.until(lambda: receipts.get(bo.id) and receipts[bo.id].event_id == sent, "a receipt")
    await bo.type(room, on=False)
    await ada.until(lambda: not ada.client.rooms[room].typing_users, "that nobody types")


async def test_a_room_in_a_space_with_its_moderator_guests_and_a_ban(people: People) -> None:
    mo, ada, bo = [await people.person(name) for name in ("mo", "ada", "bo")]
    space = await mo.make_room("Harbour", space=True)
    room = await mo.make_room("talk", invite=(ada, bo), encrypted=False)
    await mo.add_to_space(space, room)
    assert (await mo.state(space, "m.space.child", room))["via"]
    for one in (ada, bo):
        await one.join(await one.invited(room))
    with pytest.raises(Refused, match="M_FORBIDDEN"):
        await ada.kick(room, bo.id)
    await mo.set_power(room, ada.id, 50)
    await ada.kick(room, bo.id)
    await bo.until(lambda: room in bo.left, "that bo is out")
    await ada.ban(room, bo.id)
    with pytest.raises(Refused, match="M_BAD_STATE"):
        await bo.join(room)
    await ada.unban(room, bo.id)
    await ada.invite(room, bo.id)
    await bo.join(room)
    await bo.leave(room)
    await ada.until(lambda: bo.id not in ada.client.rooms[room].users, "that bo has left")


async def test_an_upgraded_room_leaves_a_tombstone_that_names_what_follows(people: People) -> None:
    ada = await people.person("ada")
    room = await ada.make_room("old")
    following = await people.wire_of(ada).upgrade(room)
    found = await ada.until(lambda: [e for e in ada.of(room) if hasattr(e, "replacement_room")], "")
    assert found[0].replacement_room == following
    kinds = {event["type"] for event in await people.wire_of(ada).state(following)}
    assert "m.room.encryption" in kinds, "encryption is taken along"


async def test_a_room_can_be_filled_with_people(people: People) -> None:
    ada = await people.person("ada")
    room = await ada.make_room("the quay", public=True, encrypted=False)
    joined = await people.crowd(room, 5)
    await ada.until(lambda: ada.client.rooms[room].member_count == 6, "five more members")
    assert set(joined) < set(ada.client.rooms[room].users)
