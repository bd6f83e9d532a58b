"""Policy lists on Matrix (SAFETY M6), and the bot's own messages taken away for moderators."""

import asyncio
from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix import choosing, doorway
from bot.policy.door_rules import NOT_A_GUEST
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.setting_up import answers, asked, sets_up, until_bot

pytestmark = pytest.mark.live

USER, SERVER, ROOM = (f"m.policy.rule.{kind}" for kind in ("user", "server", "room"))


async def make_list(people: People) -> tuple[Person, str]:
    """Somebody who keeps a list, and its room."""
    warden = await people.person("warden")
    return warden, await warden.make_room("Bans", encrypted=False, public=True)


async def bans(warden: Person, room: str, entity: str, kind: str = USER) -> None:
    rule = {"entity": entity, "recommendation": "m.ban", "reason": "spam"}
    await warden.set_state(room, kind, rule, f"rule:{entity}")


async def unbans(warden: Person, room: str, entity: str, kind: str = USER) -> None:
    await warden.set_state(room, kind, {}, f"rule:{entity}")


async def test_m6_who_comes_on_the_operators_list_is_cut_short_and_refused_until_they_are_off_it(
    people: People, tmp_path: Path
) -> None:
    go, reached = asyncio.Event(), asyncio.Event()

    async def before(count: int) -> None:
        if count == 6:
            reached.set()
            await go.wait()

    text = "The lamp is lit and the tide comes in by now."
    ground = await make_ground(people)
    warden, room = await make_list(people)
    ada = await people.person("ada")
    engine = ScriptedEngine(lambda _: text, before_piece=before)
    data = tmp_path / "data"
    async with serving(people, data, engine, ground=ground, policy_lists=(room,)) as bot:
        await until_bot(bot, lambda: bot.platform.rooms.place(room), "join the list")
        assert bot.platform.rooms.communities() == (bot.home,), "a list is no community"
        direct = await bot.let_in(ada)
        await ada.write(direct, "Good evening")
        await reached.wait()
        await bans(warden, room, ada.id)
        await until_bot(bot, lambda: bot.platform.watch.is_barred(ada.id, bot.home), "know it")
        go.set()
        await ada.write(direct, "Are you there?")
        await bot.says(ada, direct, str(NOT_A_GUEST))
        assert not any(one.body == text for one in bot.said(ada, direct))
        await ada.write(bot.home, f"{bot.id}: hello", **{"m.mentions": {"user_ids": [bot.id]}})
        await ada.write(bot.home, "!begin")
        prompts = len(engine.prompts)
        await bot.keeper.write(
            bot.home, f"{bot.id}: !about", **{"m.mentions": {"user_ids": [bot.id]}}
        )
        await bot.says(ada, bot.home, "software")
        assert len(engine.prompts) == prompts, "nobody has answered her in the room"
    engine = ScriptedEngine()
    async with serving(people, data, engine, ground=ground, policy_lists=(room,)) as bot:
        await ada.write(direct, "And after a restart?")
        await ada.until(
            lambda: sum(str(NOT_A_GUEST) in one.body for one in bot.said(ada, direct)) == 2,
            "a second no",
        )
        await unbans(warden, room, ada.id)
        await until_bot(bot, lambda: not bot.platform.watch.is_barred(ada.id, bot.home), "know")
        bot.clock.pass_hours(0.1)
        await ada.write(direct, "!new")
        await ada.write(direct, "And now?")
        await bot.says(ada, direct, "You said: And now?")


async def test_m6_a_community_follows_its_own_list_with_patterns_and_a_redacted_rule_ends(
    people: People, tmp_path: Path
) -> None:
    ground = await make_ground(people)
    warden, room = await make_list(people)
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        keeper, home = bot.keeper, bot.home
        direct = await bot.let_in(ada)
        await keeper.write(home, "!setup")
        for step in ("entrance", "ceiling", "entry", "mature", "trusted", "reports"):
            await answers(bot, keeper, home, step, "next")
        await answers(bot, keeper, home, "lists", "!nowhere:parlour.test")
        told = choosing.LIST_NOT_JOINED.format(room="!nowhere:parlour.test")
        await bot.says(keeper, home, str(told))
        await asked(bot, keeper, home, "lists")
        await keeper.write(home, room)
        await bot.says(keeper, home, str(choosing.LISTS_SET.format(lists=room)))
        assert bot.platform.rooms.communities() == (home,)
        rule = {"entity": f"{ada.id[:4]}*:parlour.t?st", "recommendation": "m.ban"}
        written = await warden.set_state(room, USER, rule, "a")
        await until_bot(bot, lambda: bot.platform.watch.is_barred(ada.id, home), "know it")
        await ada.write(direct, "Good evening")
        await bot.says(ada, direct, str(NOT_A_GUEST))
        await warden.redact(room, written)
        await until_bot(bot, lambda: not bot.platform.watch.is_barred(ada.id, home), "know")
        await bans(warden, room, "parlour.test", SERVER)
        await until_bot(bot, lambda: bot.platform.watch.is_barred(ada.id, home), "know it")


async def test_m6_a_room_on_the_operators_list_is_left_and_not_joined_again(
    people: People, tmp_path: Path
) -> None:
    ground = await make_ground(people)
    warden, room = await make_list(people)
    ben = await people.person("ben")
    data = tmp_path / "data"
    async with serving(
        people, data, ScriptedEngine(), ground=ground, policy_lists=(room, "#no:parlour.test")
    ) as bot:
        await until_bot(bot, lambda: bot.platform.rooms.place(room), "join the list")
        cave = await ben.make_room("Cave", encrypted=False)
        await ben.invite(cave, bot.id)
        await bot.says(ben, cave, str(doorway.HELLO.format(prefix="!")))
        await bans(warden, room, cave, ROOM)
        await ben.until(lambda: is_out(ben, cave, bot), "that the bot has left")
        await ben.invite(cave, bot.id)
        await until_bot(bot, lambda: not bot.platform.rooms.place(cave), "leave again")
        assert len(bot.said(ben, cave)) == 1
        await bot.keeper.write(bot.home, "!setup")
        missing = choosing.OPERATORS_MISSING.format(lists="#no:parlour.test")
        await bot.says(bot.keeper, bot.home, str(missing))


async def test_a_list_nobody_follows_is_left_and_no_community_makes_a_list_of_another(
    people: People, tmp_path: Path
) -> None:
    ground = await make_ground(people)
    warden, room = await make_list(people)
    data = tmp_path / "data"
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        keeper, home = bot.keeper, bot.home
        other = await warden.make_room("Quay", encrypted=False)
        await warden.invite(other, bot.id)
        await until_bot(bot, lambda: len(bot.platform.rooms.communities()) == 2, "be in both")
        await sets_up(bot, keeper, home, lists=f"{room} {other}")
        assert set(bot.platform.rooms.communities()) == {home, other}
        await until_bot(bot, lambda: bot.platform.rooms.place(room), "join the list")
        await sets_up(bot, keeper, home, lists="none")
    async with serving(people, data, ScriptedEngine(), ground=ground) as bot:
        await warden.until(lambda: is_out(warden, room, bot), "that the bot has left")
        assert set(bot.platform.rooms.communities()) == {home, other}


def is_out(person: Person, room: str, bot: Served) -> bool:
    return bot.id not in person.client.rooms[room].users


async def test_a_moderator_has_the_bots_own_words_taken_away_and_nobody_else_has(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        await bot.let_in(ada)
        mention = {"m.mentions": {"user_ids": [bot.id]}}
        await ada.write(home, f"{bot.id}: one", **mention)
        one = await bot.says(keeper, home, "You said: one")
        await ada.write(home, f"{bot.id}: two", **mention)
        two = await bot.says(keeper, home, "You said: two")
        hers = await ada.write(home, "Mine stays")
        await ada.answer(home, one.event, "!remove")
        await bot.says(ada, home, str(doorway.NOT_YOURS_TO_REMOVE))
        await ada.react(home, two.event, "🗑️")
        await keeper.sees(home, "Mine stays")
        await keeper.answer(home, hers, "!remove")
        await keeper.write(home, "!remove")
        await bot.says(keeper, home, str(doorway.REMOVE_WHAT.format(prefix="!")))
        await keeper.answer(home, one.event, "!remove")
        await keeper.until(lambda: is_gone(keeper, home, one.event), "the first gone")
        assert not is_gone(keeper, home, two.event)
        await keeper.react(home, two.event, "🗑️")
        await keeper.until(lambda: is_gone(keeper, home, two.event), "the second gone, too")
        assert not is_gone(keeper, home, hers)


def is_gone(person: Person, room: str, event: str) -> bool:
    return next(one for one in person.shown(room) if one.event == event).removed


async def test_what_is_taken_away_in_mid_reply_is_not_written_on(
    people: People, tmp_path: Path
) -> None:
    go, reached = asyncio.Event(), asyncio.Event()

    async def before(count: int) -> None:
        if count == 12:
            reached.set()
            await go.wait()

    text = " ".join(f"lantern {number}" for number in range(30))
    ada = await people.person("ada")
    engine = ScriptedEngine(lambda _: text, before_piece=before)
    async with serving(people, tmp_path / "data", engine) as bot:
        keeper, home = bot.keeper, bot.home
        await bot.let_in(ada)
        await ada.write(home, f"{bot.id}: count", **{"m.mentions": {"user_ids": [bot.id]}})
        await reached.wait()
        begun = await bot.says(keeper, home, "lantern")
        await keeper.answer(home, begun.event, "!remove")
        await keeper.until(lambda: is_gone(keeper, home, begun.event), "it gone")
        go.set()
        await keeper.write(home, f"{bot.id} !about", **{"m.mentions": {"user_ids": [bot.id]}})
        await bot.says(keeper, home, "software")
        later = [one for one in keeper.of(home) if "lantern 29" in str(one.source["content"])]
        assert not later
