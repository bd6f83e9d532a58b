"""The door in a community's room: the panel, `!begin`, and the direct room that they open."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix import choosing, doorway, entrance
from bot.platforms.matrix.names import community_id, person_id
from bot.platforms.matrix.places import MADE_FOR
from bot.platforms.matrix.sentences import CROWDED
from bot.policy.door_rules import NOT_IN
from bot.sentences import ALONE_PLEASE, ALREADY_IN
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.setting_up import sets_up, until_bot
from tests.matrix.shown import Shown

pytestmark = pytest.mark.live


async def comes_to(bot: Served, person: Person) -> None:
    await bot.keeper.invite(bot.home, person.id)
    await person.join(bot.home)


async def panel(bot: Served, person: Person) -> Shown:
    words = str(choosing.PANEL.format(sign=choosing.SIGN, prefix="!"))

    def found() -> Shown | None:
        panels = [one for one in bot.said(person, bot.home) if one.body == words]
        return panels[-1] if panels else None

    return await person.until(found, "the panel")


async def follows(bot: Served, person: Person, *before: str) -> str:
    """The invitation into another direct room of the bot's than those before; the room."""

    def invited() -> str | None:
        rooms = person.client.invited_rooms.items()
        new = (id_ for id_, one in rooms if one.inviter == bot.id and id_ not in before)
        return next(new, None)

    room = await person.until(invited, "an invitation of the bot's")
    await person.join(room)
    return room


async def goes_through(bot: Served, person: Person, room: str) -> None:
    for page, word in enumerate(("next", "next", "yes", "done"), start=1):
        await bot.says(person, room, f"{page} ")
        await person.write(room, word)
    await person.until(
        lambda: [one for one in bot.said(person, room) if one.kind == "m.text"], "a greeting"
    )


async def test_a_press_on_the_panel_leads_through_the_door_in_an_encrypted_room(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await comes_to(bot, ada)
        await sets_up(bot, bot.keeper, bot.home, entrance="here", panel="yes")
        shown = await panel(bot, bot.keeper)
        await bot.keeper.until(
            lambda: (bot.id, choosing.SIGN) in shown_now(bot, bot.keeper, shown).reactions,
            "the bot's own sign under the panel",
        )
        await ada.until(lambda: bot.said(ada, bot.home), "the room's talk")
        await ada.react(bot.home, shown.event, choosing.SIGN)
        room = await follows(bot, ada)
        await goes_through(bot, ada, room)
        await ada.write(room, "How is the sea?")
        await ada.sees(room, "You said: How is the sea?", sender=bot.id)
        assert bot.house.links.sponsor_of(person_id(ada.id)) == community_id(bot.home)
        created = await ada.state(room, "m.room.create")
        assert created[MADE_FOR] == ada.id
    wire = await people.wire_of(ada).events(room)
    spoken = [one for one in wire if one["sender"] == bot.id and "state_key" not in one]
    # Signs are in clear text and hold no words.
    assert {one["type"] for one in spoken} <= {"m.room.encrypted", "m.reaction", "m.room.redaction"}


def shown_now(bot: Served, person: Person, one: Shown) -> Shown:
    return next(s for s in bot.said(person, bot.home) if s.event == one.event)


def rooms_made(proxy: Proxy) -> int:
    return sum(one.status == 200 for one in proxy.of("POST /createRoom"))


def direct(bot: Served, person: Person) -> list[str]:
    return bot.platform.rooms.all_direct_with(person.id)


async def test_who_declines_or_leaves_and_begins_again_gets_another_room(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await comes_to(bot, ada)
        await ada.write(bot.home, "!begin")
        (declined,) = await ada.until(
            lambda: [r for r, one in ada.client.invited_rooms.items() if one.inviter == bot.id],
            "an invitation",
        )
        await ada.leave(declined)
        await until_bot(bot, lambda: not direct(bot, ada), "know it")
        await ada.write(bot.home, "!begin")
        first = await follows(bot, ada, declined)
        await bot.says(ada, first, "1 ")
        await ada.leave(first)
        await until_bot(bot, lambda: not direct(bot, ada), "leave it, too")
        await ada.write(bot.home, "!begin")
        second = await follows(bot, ada, declined, first)
        await goes_through(bot, ada, second)
        kept = await people.wire_of(bot.keeper).events(bot.home)
        assert not [one for one in kept if ada.id in str(one["content"].get("body"))]


async def test_who_left_while_the_bot_was_away_gets_another_room(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    ground = await make_ground(people)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        await comes_to(bot, ada)
        await ada.write(bot.home, "!begin")
        first = await follows(bot, ada)
        await bot.says(ada, first, "1 ")
    await ada.leave(first)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        await ada.write(bot.home, "!begin")
        second = await follows(bot, ada)
        assert second != first
        await goes_through(bot, ada, second)
        data = await bot.platform.line.ask("GET", f"/user/{bot.id}/account_data/m.direct")
        assert data.body[ada.id] == [second]


async def test_two_presses_at_once_open_one_room_and_the_next_finds_it(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await comes_to(bot, ada)
        with proxy.delay("POST /createRoom"):
            for _ in range(3):
                await ada.write(bot.home, "!begin")
            await proxy.until(lambda: proxy.waiting("POST /createRoom"), "a room that is made")
        room = await follows(bot, ada)
        await goes_through(bot, ada, room)
        await ada.write(bot.home, "!begin")
        await bot.says(ada, room, str(ALREADY_IN))
    assert rooms_made(proxy) == 1


async def test_a_limit_is_waited_for_a_refusal_is_told_and_what_broke_is_tried_again(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, create = await people.person("ada"), "POST /createRoom"
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await comes_to(bot, ada)
        proxy.fail(create, 403)
        await ada.write(bot.home, "!begin")
        await bot.says(ada, bot.home, str(entrance.REFUSED.format(person=ada.id, bot=bot.id)))
        proxy.mend()
        proxy.fail(create, 502)
        await ada.write(bot.home, "!begin")
        await bot.says(ada, bot.home, str(entrance.LATER.format(person=ada.id)))
        proxy.mend()
        proxy.limit(create, retry_after_ms=20, times=2)
        await ada.write(bot.home, "!begin")
        await goes_through(bot, ada, await follows(bot, ada))
    assert [one.status for one in proxy.of(create)][-3:] == [429, 429, 200]


async def test_a_room_whose_making_met_no_answer_is_found_and_not_made_twice(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        await comes_to(bot, ada)
        proxy.lose_answer("POST /createRoom")
        await ada.write(bot.home, "!begin")
        await goes_through(bot, ada, await follows(bot, ada))
        assert len(direct(bot, ada)) == 1
    assert proxy.count("POST /createRoom") == 1


async def test_who_is_banned_from_the_space_gets_no_room_and_is_told_nothing(
    people: People, proxy: Proxy, tmp_path: Path
) -> None:
    ada, ben = await people.person("ada"), await people.person("ben")
    async with serving(people, tmp_path / "data", ScriptedEngine(), through=proxy.url) as bot:
        keeper = bot.keeper
        space = await keeper.make_room("The coast", space=True)
        await keeper.add_to_space(space, bot.home)
        await keeper.invite(space, bot.id)
        await until_bot(bot, lambda: bot.platform.rooms.communities() == (space,), "one space")
        await comes_to(bot, ada)
        await comes_to(bot, ben)
        await keeper.ban(space, ada.id)
        await ada.write(bot.home, "!begin")
        await ben.write(bot.home, "!begin")
        await goes_through(bot, ben, await follows(bot, ben))
        assert not direct(bot, ada)
        assert bot.house.links.sponsor_of(person_id(ben.id)) == community_id(space)
    assert rooms_made(proxy) == 1


async def test_the_panel_outlives_a_restart_and_a_new_one_takes_its_place(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    ground = await make_ground(people)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        await comes_to(bot, ada)
        await sets_up(bot, bot.keeper, bot.home, entrance="here", panel="yes")
        old = await panel(bot, bot.keeper)
        await sets_up(bot, bot.keeper, bot.home, panel="yes")
        await bot.keeper.until(
            lambda: next(s for s in bot.keeper.shown(bot.home) if s.event == old.event).removed,
            "that the older panel is gone",
        )
        new = await panel(bot, bot.keeper)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        await ada.react(bot.home, old.event, choosing.SIGN)
        assert not ada.client.invited_rooms
        await ada.react(bot.home, new.event, choosing.SIGN)
        await goes_through(bot, ada, await follows(bot, ada))


async def test_whose_room_is_not_private_any_more_begins_in_another(
    people: People, tmp_path: Path
) -> None:
    ada, eve = await people.person("ada"), await people.person("eve")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        await ada.invite(room, eve.id)
        await bot.says(ada, room, str(CROWDED))
        await ada.write(bot.home, "!begin")
        other = await follows(bot, ada)
        await bot.says(ada, other, str(ALREADY_IN))
        assert not any(str(ALREADY_IN) in one.body for one in bot.said(ada, room))


async def test_of_two_communities_the_one_whose_door_was_used_is_the_sponsor(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        other = await bot.keeper.make_room("Lighthouse", encrypted=True)
        await bot.keeper.invite(other, bot.id)
        await comes_to(bot, ada)
        await bot.keeper.invite(other, ada.id)
        await ada.join(other)
        await until_bot(bot, lambda: len(bot.platform.rooms.communities()) == 2, "be in both")
        await ada.write(other, "!begin")
        room = await follows(bot, ada)
        await goes_through(bot, ada, room)
        chosen = person_id(ada.id)
        assert bot.house.links.sponsor_of(chosen) == community_id(other)
        rooms = bot.platform.rooms
        await until_bot(bot, lambda: not rooms.room_of(room).is_their_choice, "have them in")


async def test_h1_the_bot_says_once_what_it_is_and_nothing_in_a_space(
    people: People, tmp_path: Path
) -> None:
    hello = str(doorway.HELLO.format(prefix="!"))
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper = bot.keeper
        await bot.says(keeper, bot.home, hello)
        space = await keeper.make_room("The coast", space=True)
        await keeper.add_to_space(space, bot.home)
        await keeper.invite(space, bot.id)
        room = await keeper.make_room("Quay", encrypted=True)
        await keeper.invite(room, bot.id)
        await keeper.until(lambda: keeper.client.rooms[room].users.get(bot.id), "the bot")
        await bot.says(keeper, room, hello)
        assert [one.body for one in bot.said(keeper, bot.home)] == [hello]
        assert not bot.said(keeper, space)
    wire = await people.wire_of(keeper).events(room)
    spoken = [one for one in wire if one["sender"] == bot.id and "state_key" not in one]
    assert [one["type"] for one in spoken] == ["m.room.encrypted"]


async def test_who_is_not_in_is_told_so_where_nobody_else_reads_it(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        await comes_to(bot, ada)
        mention = {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(bot.home, f"{bot.id}: hello", **mention)
        await bot.says(ada, bot.home, str(ALONE_PLEASE))
        await ada.write(bot.home, "!begin")
        room = await follows(bot, ada)
        await bot.says(ada, room, "1 ")
        await ada.write(bot.home, f"{bot.id}: hello?", **mention)
        await bot.says(ada, room, str(NOT_IN))
        assert not any(str(NOT_IN) in one.body for one in bot.said(ada, bot.home))
