"""The door in a community's room: the panel, `!begin`, and the direct room that they open."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.platforms.matrix import choosing, doorway
from bot.platforms.matrix.names import community_id, person_id
from bot.platforms.matrix.places import MADE_FOR
from tests.matrix.people import People
from tests.matrix.person import Person
from tests.matrix.proxy import Proxy
from tests.matrix.serving import Served, serving
from tests.matrix.setting_up import sets_up
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


async def follows(bot: Served, person: Person) -> str:
    """The invitation into a direct room of the bot's; the room."""

    def invited() -> str | None:
        rooms = person.client.invited_rooms.items()
        return next((id_ for id_, one in rooms if one.inviter == bot.id), None)

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
    assert {one["type"] for one in spoken} == {"m.room.encrypted"}


def shown_now(bot: Served, person: Person, one: Shown) -> Shown:
    return next(s for s in bot.said(person, bot.home) if s.event == one.event)
