"""Who is where: invitations, guests of communities, a third one in a direct room, rooms that end."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import CommunityId, PersonId
from bot.platforms.matrix.joining import EACH
from bot.platforms.matrix.sentences import ALONE_AGAIN, CROWDED, NOT_ENCRYPTED
from bot.sentences import NO_GUEST_ANY_MORE
from tests.fakes import Held
from tests.matrix.people import People
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.setting_up import until_bot
from tests.matrix.test_talk import LAMP
from tests.matrix.wire import quoted

pytestmark = pytest.mark.live

JOIN = "POST /join/{}"


async def hears(bot: Served) -> None:
    """Until the bot has taken in all that has happened by now: it is asked and answers."""
    asked = await bot.keeper.write(
        bot.home, f"{bot.id}: help", **{"m.mentions": {"user_ids": [bot.id]}}
    )

    def answered() -> bool:
        return any(
            e.sender == bot.id
            and (e.source["content"].get("m.relates_to") or {})
            .get("m.in_reply_to", {})
            .get("event_id")
            == asked
            for e in bot.keeper.of(bot.home)
            if hasattr(e, "source")
        )

    await bot.keeper.until(answered, "an answer in the community")


async def test_somebody_is_a_guest_where_they_are_and_no_longer_than_that(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        person, home = PersonId(f"matrix:{ada.id}"), CommunityId(f"matrix:{bot.home}")
        assert await bot.platform.communities(person) == ()
        room = await bot.let_in(ada)
        assert await bot.platform.communities(person) == (home,)
        assert bot.platform.name_of(home) == "Harbour"
        await ada.leave(bot.home)
        await hears(bot)
        await ada.write(room, "Good evening")
        await bot.says(ada, room, "You are no longer a guest")


async def test_a_ban_ends_a_reply_in_flight(people: People, tmp_path: Path) -> None:
    held = Held(LAMP, at=6)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", held.engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        await bot.keeper.ban(bot.home, ada.id)
        await hears(bot)
        held.go()
        await bot.says(ada, room, str(NO_GUEST_ANY_MORE)[:30])
        assert not any(one.body == LAMP for one in bot.said(ada, room))


async def test_a_space_is_one_community_with_its_rooms(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        space = await bot.keeper.make_room("The Coast", space=True)
        await bot.keeper.add_to_space(space, bot.home)
        await bot.keeper.invite(space, bot.id)

        def joined() -> bool:
            users = bot.keeper.client.rooms[space].users
            return bot.id in users and not users[bot.id].invited

        await bot.keeper.until(joined, "the bot in the space")
        await bot.meets(ada)
        await hears(bot)
        person, coast = PersonId(f"matrix:{ada.id}"), CommunityId(f"matrix:{space}")
        assert await bot.platform.communities(person) == (coast,)
        assert bot.platform.name_of(coast) == "The Coast"
        await bot.keeper.ban(space, ada.id)
        await hears(bot)
        assert await bot.platform.communities(person) == ()


async def test_a11_who_leaves_the_last_room_of_a_space_is_out_and_who_is_in_another_is_not(
    people: People, tmp_path: Path
) -> None:
    ada, ben = await people.person("ada"), await people.person("ben")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper = bot.keeper
        space = await keeper.make_room("The Coast", space=True)
        quay = await keeper.make_room("Quay", encrypted=False)
        for room in (bot.home, quay):
            await keeper.add_to_space(space, room)
        for room in (space, quay):
            await keeper.invite(room, bot.id)
        rooms = bot.platform.rooms
        await until_bot(bot, lambda: len(rooms.rooms_of(space)) == 3, "have them in the space")
        direct = {one: await bot.let_in(one) for one in (ada, ben)}
        await keeper.invite(quay, ben.id)
        await ben.join(quay)
        for one in (ada, ben):
            await one.leave(bot.home)
        await hears(bot)
        for one, room in direct.items():
            await one.write(room, "Good evening")
        await bot.says(ben, direct[ben], "You said: Good evening")
        await bot.says(ada, direct[ada], "You are no longer a guest")
        assert not any("Good evening" in one.body for one in bot.said(ada, direct[ada]))


async def test_before_a_third_one_nothing_is_read_or_said(people: People, tmp_path: Path) -> None:
    """SAFETY A8."""
    engine = ScriptedEngine()
    ada, cy = await people.person("ada"), await people.person("cy")
    async with serving(people, tmp_path / "data", engine) as bot:
        room = await bot.let_in(ada)
        await ada.invite(room, cy.id)
        await bot.says(ada, room, str(CROWDED))
        await cy.join(room)
        await ada.knows(room, cy)
        before = len(bot.said(ada, room))
        await ada.write(room, "Do you hear us?")
        await hears(bot)
        assert len(bot.said(ada, room)) == before
        assert not engine.prompts
        await cy.leave(room)
        await bot.says(ada, room, str(ALONE_AGAIN))
        await ada.write(room, "And now?")
        await bot.says(ada, room, "You said: And now?")


async def test_a_third_one_ends_a_reply_in_flight(people: People, tmp_path: Path) -> None:
    held = Held(LAMP, at=6)
    ada, cy = await people.person("ada"), await people.person("cy")
    async with serving(people, tmp_path / "data", held.engine) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "Good evening")
        await held.reached.wait()
        await ada.invite(room, cy.id)
        await cy.join(room)
        await bot.says(ada, room, str(CROWDED))
        held.go()
        await hears(bot)
        assert not any(one.body == LAMP for one in bot.said(ada, room))


async def test_an_unencrypted_direct_room_is_encrypted_where_the_bot_may_and_told_where_not(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        mine = await ada.make_room(direct=True, encrypted=False, invite=())
        await ada.set_power(mine, bot.id, 100)
        await ada.invite_direct(mine, bot.id)
        await ada.until(lambda: ada.client.rooms[mine].encrypted, "that it is encrypted")
        other = await ada.make_room(encrypted=False)
        await ada.invite_direct(other, bot.id)
        await bot.says(ada, other, str(NOT_ENCRYPTED))
        await ada.write(other, "hello?")
        await hears(bot)
        wire = await people.wire_of(ada).events(other)
        said = [
            e["content"]["body"] for e in wire if e["sender"] == bot.id and "state_key" not in e
        ]
        assert said == [str(NOT_ENCRYPTED)]


async def test_a_storm_of_invitations_is_followed_in_bounds(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, cy = await people.person("ada"), await people.person("cy")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        before = proxy.count(JOIN)
        for _ in range(EACH + 5):
            await ada.invite_direct(await ada.make_room(direct=True), bot.id)
        await bot.opens(cy)
        assert proxy.count(JOIN) == before + EACH + 1


async def test_where_operators_alone_lead_it_into_rooms_nobody_else_does(
    people: People, tmp_path: Path
) -> None:
    ada, ground = await people.person("ada"), await make_ground(people)
    operators = frozenset({ground.keeper.id})
    async with serving(
        people,
        tmp_path / "data",
        ScriptedEngine(),
        ground=ground,
        operators=operators,
        rooms_by_operators=True,
    ) as bot:
        room = await ada.make_room("elsewhere", encrypted=False)
        await ada.invite(room, bot.id)
        await bot.opens(ada)
        assert bot.platform.rooms.communities() == (bot.home,)
        # A space of hers leads it nowhere; in one that an operator has led it to, she need be none.
        cave = await ada.make_room("The Cave", space=True)
        await ada.add_to_space(cave, room)
        await ada.invite(cave, bot.id)
        coast = await bot.keeper.make_room("The Coast", space=True)
        inside = await ada.make_room("Quay", encrypted=False)
        await bot.keeper.add_to_space(coast, inside)
        await bot.keeper.invite(coast, bot.id)
        rooms = bot.platform.rooms
        await until_bot(bot, lambda: rooms.place(coast), "be in the space")
        await ada.set_state(inside, "m.space.parent", {"via": ["parlour.test"]}, coast)
        await ada.invite(inside, bot.id)
        await until_bot(bot, lambda: rooms.place(inside), "be in its room")
        assert set(rooms.communities()) == {bot.home, coast}
        assert rooms.place(cave) is None and rooms.place(room) is None


async def test_a_room_that_was_upgraded_is_followed(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        follower = await people.wire_of(ada).upgrade(room)
        await ada.invite_direct(follower, bot.id)
        await ada.until(
            lambda: (
                follower in ada.client.rooms
                and bot.id in ada.client.rooms[follower].users
                and not ada.client.rooms[follower].users[bot.id].invited
                and not ada.client.should_query_keys
            ),
            "the bot in the room that follows",
        )
        await ada.until(lambda: ada.client.rooms[follower].encrypted, "that it is encrypted")
        await ada.write(follower, "Here we are")
        await bot.says(ada, follower, "You said: Here we are")


async def test_where_the_person_has_gone_the_bot_goes_too_and_a_kick_is_taken(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        first, second = await bot.let_in(ada), await bot.opens(ada)
        wire = people.wire_of(bot.keeper)
        await ada.leave(first)
        await ada.kick(second, bot.id)
        await hears(bot)
        third = await bot.opens(ada)
        await ada.write(third, "Here again")
        await bot.says(ada, third, "You said: Here again")
        rooms = await wire.ask("GET", "/joined_rooms")
        assert rooms.status == 200
        direct = f"/user/{quoted(bot.id)}/account_data/m.direct"
        kept = await bot.platform.line.ask("GET", direct)
        assert kept.body == {ada.id: [third]}


async def test_a_room_in_which_many_are_is_no_direct_one(people: People, tmp_path: Path) -> None:
    ada = await people.person("ada")
    engine = ScriptedEngine()
    async with serving(people, tmp_path / "data", engine) as bot:
        crowd = [await people.person(name) for name in ("bo", "cy")]
        room = await ada.make_room(direct=True, invite=tuple(crowd))
        for one in crowd:
            await one.join(room)
        await ada.invite_direct(room, bot.id)
        await bot.says(ada, room, str(CROWDED))
        await ada.write(room, "hello")
        await hears(bot)
        assert len(bot.said(ada, room)) == 1
