"""`!setup` on Matrix: who may, what is asked and answered, what is kept, and the rules that are
published in a room's state."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import AgeLevel, Rating, Role
from bot.platforms.matrix import publishing, setting_up
from bot.platforms.matrix.names import community_id
from bot.platforms.matrix.places import POLICY
from bot.platforms.matrix.steps import NOT_FITTING
from bot.platforms.signs import NUMBERS
from tests.matrix.files import send_file
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.serving import Served, make_ground, serving
from tests.matrix.setting_up import ORDER, answers, asked, sets_up, until_bot
from tests.matrix.shown import Shown

pytestmark = pytest.mark.live


async def moderator(bot: Served, people: People, name: str, level: int = 50) -> Person:
    ben = await people.person(name)
    await bot.keeper.invite(bot.home, ben.id)
    await ben.join(bot.home)
    await bot.keeper.set_power(bot.home, ben.id, level)
    await until_bot(
        bot, lambda: bot.platform.author(bot.home, ben.id).role is Role.MODERATOR, "know of it"
    )
    return ben


async def test_a_moderator_is_led_through_and_the_house_and_the_state_say_what_was_chosen(
    people: People, tmp_path: Path
) -> None:
    ground = await make_ground(people)
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        keeper, home = bot.keeper, bot.home
        await keeper.set_power(home, bot.id, 50)
        await sets_up(
            bot,
            keeper,
            home,
            entrance="here",
            ceiling="1",
            entry="moderator",
            mature="verified",
            trusted="power 10",
            reports="here",
            panel="no",
        )
        kept = await bot.house.communities.of(community_id(home))
        assert kept.ceiling is Rating.GENERAL
        assert kept.least_age_level is AgeLevel.MODERATOR
        assert kept.least_mature_level is AgeLevel.VERIFIED
        assert await bot.house.moderation.log_rooms.of(community_id(home)) is not None
        await bot.says(keeper, home, str(publishing.IS_PUBLISHED.format(type=POLICY)))
        policy = await keeper.state(home, POLICY)
        assert policy["summary"] == {"ceiling": "general", "entry": "moderator", "mature": "closed"}
        first = policy["hash"]
        await keeper.write(
            home, f"{bot.id}: !ceiling romance", **{"m.mentions": {"user_ids": [bot.id]}}
        )
        await bot.says(keeper, home, "romance")
        await keeper.until(
            lambda: [
                e
                for e in keeper.of(home)
                if e.source["type"] == POLICY and e.source["content"]["hash"] != first
            ],
            "the rules published again",
        )
    async with serving(people, tmp_path / "data", ScriptedEngine(), ground=ground) as bot:
        await bot.keeper.write(home, "!setup")
        await bot.says(bot.keeper, home, "Whoever has the power 10 or more")


async def test_it_is_answered_by_reactions_to_the_question_that_stands_and_by_who_began(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        ben = await moderator(bot, people, "ben")
        await keeper.write(home, "!setup")
        first = await asked(bot, keeper, home, "entrance")

        def offered(one: Shown) -> set[str]:
            now = next(s for s in bot.said(keeper, home) if s.event == one.event)
            return {key for who, key in now.reactions if who == bot.id}

        await keeper.until(lambda: offered(first) == {*NUMBERS[:2], "➡️"}, "signs to press")
        await ben.write(home, "!setup")
        await bot.says(ben, home, str(setting_up.TAKEN))
        await ben.react(home, first.event, NUMBERS[1])
        await keeper.react(home, first.event, "➡️")
        second = await asked(bot, keeper, home, "ceiling")
        await keeper.react(home, first.event, NUMBERS[0])
        await keeper.react(home, second.event, NUMBERS[0])
        await asked(bot, keeper, home, "entry")
        assert (await bot.house.communities.of(community_id(home))).ceiling is Rating.GENERAL
        await keeper.write(home, "1 is what I like, by the way")
        await keeper.write(home, "back")
        await asked(bot, keeper, home, "ceiling")
        await keeper.write(home, "stop")
        await bot.says(keeper, home, str(setting_up.STOPPED.format(prefix="!")))
        await ben.write(home, "!setup")
        await bot.says(ben, home, "step 1 of")


async def test_a8_a_member_sets_nothing_up_and_who_loses_the_power_has_lost_the_set_up(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        ada = await people.person("ada")
        await keeper.invite(home, ada.id)
        await ada.join(home)
        await ada.write(home, "!setup")
        await bot.says(ada, home, str(setting_up.NOT_YOURS))
        ben = await moderator(bot, people, "ben")
        await ben.write(home, "!setup")
        await answers(bot, ben, home, "entrance", "next")
        await asked(bot, ben, home, "ceiling")
        await keeper.set_power(home, ben.id, 0)
        await until_bot(
            bot, lambda: bot.platform.author(home, ben.id).role is Role.MEMBER, "know of it"
        )
        await ben.write(home, "general")
        await keeper.write(home, "!setup")
        await asked(bot, keeper, home, "entrance")
        assert (await bot.house.communities.of(community_id(home))).ceiling is Rating.ROMANCE


async def test_what_is_no_answer_is_told_only_where_it_replies_to_the_question(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        await keeper.write(home, "!setup")
        one = await asked(bot, keeper, home, "entrance")
        await keeper.write(home, "What do you others think?")
        await keeper.answer(home, one.event, "perhaps")
        await bot.says(keeper, home, str(setting_up.NO_ANSWER))
        await keeper.write(home, "!nowhere:example.org")
        await bot.says(keeper, home, "I find no room !nowhere:example.org in this community")
        assert [s.body for s in bot.said(keeper, home)].count(str(setting_up.NO_ANSWER)) == 1


async def test_a8_a_space_is_one_community_and_its_moderators_alone_set_it_up(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home, ben = bot.keeper, bot.home, await people.person("ben")
        space = await keeper.make_room("The coast", space=True)
        quay = await ben.make_room("Quay", encrypted=True)
        await keeper.add_to_space(space, home)
        await keeper.invite(space, bot.id)
        await ben.invite(quay, bot.id)
        await ben.invite(quay, keeper.id)
        await keeper.join(quay)
        rooms = bot.platform.rooms
        await until_bot(bot, lambda: set(rooms.communities()) == {space, quay}, "know all")
        await keeper.add_to_space(space, quay)
        listing = rooms.place(space)
        assert listing is not None
        await until_bot(bot, lambda: quay in listing.rooms, "hear of it")
        assert rooms.community_of(quay) == quay, "a space may list what it likes"
        await ben.set_state(quay, "m.space.parent", {"via": ["parlour.test"]}, space)
        await until_bot(bot, lambda: rooms.communities() == (space,), "one community")
        await ben.write(quay, "!setup")
        await bot.says(ben, quay, str(setting_up.NOT_YOURS))
        await sets_up(bot, keeper, quay, ceiling="general", entrance=home, panel="yes")
        kept = await bot.house.communities.of(community_id(space))
        assert kept.ceiling is Rating.GENERAL
        await bot.says(keeper, home, "Here is the door")
        needs = publishing.MAY_NOT.format(type=POLICY, needed="50", own="0")
        told = [one.body for one in bot.said(keeper, quay) if one.body.startswith("I may not")]
        assert told == [str(needs)]


async def test_a8_a_policy_of_somebody_else_is_told_of_where_it_differs_and_counts_by_their_power(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        differs = str(publishing.DIFFERS.format(type=POLICY, prefix="!"))
        ben = await moderator(bot, people, "ben")
        await ben.set_state(home, POLICY, {"summary": {"ceiling": "mature"}})
        await bot.says(keeper, home, differs)
        assert (await bot.house.communities.of(community_id(home))).ceiling is Rating.ROMANCE
        await keeper.set_power(home, bot.id, 50)
        await keeper.set_power(home, ben.id, 0)
        place = bot.platform.rooms.place(home)
        assert place is not None
        await until_bot(bot, lambda: place.may_set(bot.id, POLICY), "know of it")
        await keeper.write(
            home, f"{bot.id} !ceiling general", **{"m.mentions": {"user_ids": [bot.id]}}
        )
        await keeper.until(
            lambda: [
                e for e in keeper.of(home) if e.source["type"] == POLICY and e.sender == bot.id
            ],
            "the bot's own in its place",
        )
        assert (await keeper.state(home, POLICY))["summary"]["ceiling"] == "general"
        assert [one.body for one in bot.said(keeper, home)].count(differs) == 1


async def test_a4_whoever_has_the_power_that_is_for_adults_is_one_until_they_lose_it(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        room = await bot.let_in(ada)
        await sets_up(bot, keeper, home, trusted="power 10", entry="platform")
        await ada.write(room, "Am I in?")
        await bot.says(ada, room, "One thing is missing")
        await keeper.set_power(home, ada.id, 10)
        place = bot.platform.rooms.place(home)
        assert place is not None
        await until_bot(bot, lambda: place.level_of(ada.id) == 10, "know of it")
        # Whoever has just been given it is seen when it is next asked where they are.
        bot.platform.watch.saw(ada.id, home)
        await ada.write(room, "And now?")
        await bot.says(ada, room, "You said: And now?")
        await keeper.set_power(home, ada.id, 0)
        await until_bot(bot, lambda: place.level_of(ada.id) == 0, "know of that, too")
        await ada.write(room, "Still?")
        await ada.until(
            lambda: sum("One thing is missing" in o.body for o in bot.said(ada, room)) == 2,
            "a second no",
        )


async def test_one_file_answers_all_of_it_and_one_that_does_not_fit_changes_nothing(
    people: People, tmp_path: Path
) -> None:
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        keeper, home = bot.keeper, bot.home
        await keeper.set_power(home, bot.id, 50)
        wrong = b'ceiling = "general"\npanel = "perhaps"\n'
        await send_file(keeper, home, wrong, "door.toml", caption="!setup")
        await bot.says(keeper, home, str(NOT_FITTING.format(name="panel")))
        assert (await bot.house.communities.of(community_id(home))).ceiling is Rating.ROMANCE
        right = b'entrance = "here"\nceiling = "general"\nentry = "moderator"\npanel = "yes"\n'
        file = await send_file(keeper, home, right, "door.toml")
        await keeper.answer(home, file, "!setup")
        await bot.says(keeper, home, "Here is the door")
        await bot.says(keeper, home, str(setting_up.DONE.format(prefix="!")))
        await bot.says(keeper, home, "moderator")
        kept = await bot.house.communities.of(community_id(home))
        assert (kept.ceiling, kept.least_age_level) == (Rating.GENERAL, AgeLevel.MODERATOR)
        ada = await people.person("ada")
        await keeper.invite(home, ada.id)
        await ada.join(home)
        await send_file(ada, home, b'ceiling = "romance"', "door.toml", caption="!setup")
        await bot.says(ada, home, str(setting_up.NOT_YOURS))


def test_every_step_is_asked() -> None:
    assert ORDER == (
        "entrance", "ceiling", "entry", "mature", "trusted", "reports", "lists", "panel",
    )  # fmt: skip
