"""Talking on Matrix: the door, a streamed reply, edits and redactions, and what stands on the wire."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from tests.matrix.people import People
from tests.matrix.serving import serving

pytestmark = pytest.mark.live


async def test_a_person_comes_in_and_is_answered_in_an_encrypted_room(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "data", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "How is the sea?")
        await ada.sees(room, "You said: How is the sea?", sender=bot.id)
    wire = await people.wire_of(ada).events(room)
    spoken = [one for one in wire if one["sender"] == bot.id and "state_key" not in one]
    assert spoken
    assert {one["type"] for one in spoken} == {"m.room.encrypted"}
