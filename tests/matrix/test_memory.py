"""On Matrix: a message is remembered by an answer to it, and what can be done is spelled out."""

from pathlib import Path

import pytest

from bot.engine.scripted import ScriptedEngine
from bot.events import PersonId
from tests.matrix.people import People
from tests.matrix.serving import serving

pytestmark = pytest.mark.live

TEA = "I drink my tea with honey."


async def test_a_message_is_remembered_by_an_answer_shown_and_forgotten_by_the_line_that_is_told(
    people: People, tmp_path: Path
) -> None:
    ada = await people.person("ada")
    async with serving(people, tmp_path / "d", ScriptedEngine()) as bot:
        room = await bot.let_in(ada)
        await ada.write(room, "!memory on")
        said = await ada.write(room, TEA)
        await bot.says(ada, room, f"You said: {TEA}")
        await ada.write(room, "And the kettle?")
        await bot.says(ada, room, "You said: And the kettle?")
        await ada.answer(room, said, "!remember")
        await bot.says(ada, room, f"Kept as #1: “{TEA}”.")
        await ada.write(room, "!memory forget honey")

        def told() -> str | None:
            found = [one.body for one in ada.shown(room) if "once you say this" in one.body]
            return found[-1] if found else None

        asked = await ada.until(told, "what would go")
        line = asked.splitlines()[-1].strip("`")
        assert line.startswith("!memory forget 1")
        await ada.write(room, line)

        def gone() -> bool | None:
            return any(one.body.startswith("Forgotten (") for one in ada.shown(room)) or None

        await ada.until(gone, "the receipt")
        async with bot.house.vault(PersonId(f"matrix:{ada.id}")) as vault:
            assert vault is not None
            assert "honey" not in str(await vault.export())
