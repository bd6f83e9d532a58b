"""A week of a community on a real Synapse, with the same decisions and words as elsewhere."""

from pathlib import Path

import pytest

from bot.platforms.matrix.names import person_id
from tests.evenings import tides
from tests.matrix.people import People
from tests.matrix.serving import make_ground, serving
from tests.test_week import on_paper
from tests.weeks import MODERATORS, PEOPLE, OnMatrix, left_behind, lose_a_case, play

pytestmark = pytest.mark.live


async def test_a_week_is_the_same_on_matrix(people: People, tmp_path: Path) -> None:
    told, left = await on_paper(tmp_path / "paper")
    ground = await make_ground(people)
    everybody = {who: await people.person(who) for who in (*PEOPLE, "nell")} | {"mo": ground.keeper}
    async with serving(people, tmp_path / "matrix", tides(), ground=ground) as bot:
        await ground.keeper.invite(ground.home, everybody["nell"].id)
        await everybody["nell"].join(ground.home)
        await ground.keeper.set_power(ground.home, everybody["nell"].id, 50)
        rooms = {who: await bot.meets(everybody[who]) for who in PEOPLE}
        names = {str(person_id(one.id)): who.upper() for who, one in everybody.items()}
        names |= {everybody[who].account.name: who.upper() for who in PEOPLE}
        sides = {
            who: OnMatrix(bot, who, one, rooms.get(who, ground.home), names)
            for who, one in everybody.items()
        }
        assert set(sides) == {*PEOPLE, *MODERATORS}
        assert await play(sides, told)
        assert await left_behind(sides["mo"]) == left
        assert sides["mo"].pictures() == 1
        assert (await lose_a_case(bot.house, sides["mo"].community))[0] == sides["mo"].community
