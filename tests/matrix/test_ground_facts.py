"""PLATFORMS' traps of rooms, events and power, each shown against the real thing."""

import asyncio

import nio
import pytest

from tests.matrix.people import People
from tests.matrix.person import Refused
from tests.matrix.wire import quoted

pytestmark = pytest.mark.live


async def test_trap_8_reactions_and_relations_travel_in_clear_text_in_encrypted_rooms(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    first = await ada.write(room, "a secret")
    answer = await bo.answer(room, first, "another secret")
    reaction = await bo.react(room, first, "a key that all can read")
    wire = people.wire_of(ada)
    held = await wire.event(room, answer)
    assert held["type"] == "m.room.encrypted"
    assert held["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": first}}
    reacted = await wire.event(room, reaction)
    assert reacted["type"] == "m.reaction"
    assert reacted["content"]["m.relates_to"]["key"] == "a key that all can read"
    await ada.sees(room, "another secret")
    read = await ada.client.room_get_event(room, answer)
    assert read.event.body == "another secret", "nio decrypts: it does not show the wire"


async def test_trap_9_an_edit_arrives_as_an_ordinary_message_with_the_new_text_inside(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    sent = await ada.write(room, "a draft")
    await ada.edit(room, sent, "a better one")
    await bo.sees(room, "a better one")
    first, edit = bo.of(room, nio.RoomMessageText)
    assert (first.body, edit.body) == ("a draft", "* a better one")
    content = edit.source["content"]
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": sent}
    assert content["m.new_content"]["body"] == "a better one"


async def test_trap_10_after_coming_back_nio_knows_neither_rooms_nor_members_by_itself(
    people: People,
) -> None:
    ada, bo, cy = [await people.person(name) for name in ("ada", "bo", "cy")]
    room = await ada.direct(bo, cy)
    await people.go_away(bo)
    again = people.bare(bo)
    try:
        await again.sync()
        assert again.rooms == {}, "rooms are not in the store, and nothing new was said"
        await ada.write(room, "anybody?")
        async with asyncio.timeout(30):
            while room not in again.rooms:
                await again.sync(timeout=10_000)
        assert again.rooms[room].encrypted, "this much is in the store"
        assert again.rooms[room].member_count == 0, "with lazy members it is the sender, 1"
        await again.joined_members(room)
        assert again.rooms[room].member_count == 3
    finally:
        await again.close()
        again.store.database.close()


async def test_trap_11_a_direct_room_says_so_in_its_invitation_only_and_nio_keeps_no_list(
    people: People,
) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.make_room(direct=True, invite=(bo,))
    await bo.invited(room)
    mine = [e for where, e in bo.invites if where == room and isinstance(e, nio.InviteMemberEvent)]
    assert len(mine) == 2, "whoever invites, and whoever is invited"
    invitation = [e for e in mine if e.state_key == bo.id]
    assert [e.content.get("is_direct") for e in invitation] == [True]
    await bo.join(room)
    direct = await people.wire_of(bo).ask("GET", f"/user/{quoted(bo.id)}/account_data/m.direct")
    assert (direct.status, direct.body["errcode"]) == (404, "M_NOT_FOUND")


async def test_trap_12_a_message_without_its_key_stays_unreadable(people: People) -> None:
    ada, bo = await people.person("ada"), await people.person("bo")
    room = await ada.direct(bo)
    await ada.write(room, "before the second device")
    await bo.sees(room, "before the second device")
    second = await people.device(bo.account)
    [event] = await second.until(lambda: second.of(room, nio.MegolmEvent), "the old message")
    again = (await second.client.room_get_event(room, event.event_id)).event
    assert (type(again), again.event_id) == (nio.MegolmEvent, event.event_id)
    assert [one.kind for one in second.shown(room)] == ["unreadable"]


async def test_trap_15_only_who_may_set_state_sets_it_and_a_report_is_taken(
    people: People,
) -> None:
    mo, ada = await people.person("mo"), await people.person("ada")
    room = await mo.make_room("talk", invite=(ada,), encrypted=False)
    await ada.join(room)
    with pytest.raises(Refused, match="M_FORBIDDEN"):
        await ada.set_state(room, "org.parlour.policy", {"version": 1})
    await mo.set_power(room, ada.id, 50)
    await ada.set_state(room, "org.parlour.policy", {"version": 1})
    rule = {"entity": "@rude:example.org", "reason": "spam", "recommendation": "m.ban"}
    await ada.set_state(room, "m.policy.rule.user", rule, "rule:rude")
    assert await mo.state(room, "m.policy.rule.user", "rule:rude") == rule
    said = await ada.write(room, "plain words")
    path = f"/rooms/{quoted(room)}/report/{quoted(said)}"
    assert await people.wire_of(mo).post(path, {"reason": "a test"}) == {}


async def test_trap_15_a_direct_room_may_hold_three(people: People) -> None:
    ada, bo, cy = [await people.person(name) for name in ("ada", "bo", "cy")]
    room = await ada.direct(bo)
    await ada.invite(room, cy.id)
    await cy.join(room)
    await ada.knows(room, cy)
    assert ada.client.rooms[room].member_count == 3


async def test_whoever_made_a_room_stands_above_power_levels_without_being_among_them(
    people: People,
) -> None:
    """Room version 12, which Synapse makes by default; its ids name no homeserver."""
    mo = await people.person("mo")
    room = await mo.make_room("talk")
    made = await mo.state(room, "m.room.create")
    assert made["room_version"] == "12"
    assert ":" not in room
    power = await mo.state(room, "m.room.power_levels")
    assert mo.id not in power.get("users", {})


async def test_who_is_put_out_stays_in_nio_as_if_joined(people: People) -> None:
    """nio drops `rooms.leave`: neither a callback nor `client.rooms` tells of it."""
    mo, ada = await people.person("mo"), await people.person("ada")
    room = await mo.make_room("talk", invite=(ada,))
    await ada.join(room)
    before = len(ada.events)
    await mo.kick(room, ada.id)
    await ada.until(lambda: room in ada.left, "that ada is out")
    assert room in ada.client.rooms
    assert len(ada.events) == before
